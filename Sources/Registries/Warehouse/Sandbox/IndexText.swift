import BrokerCore
import BrokerSandbox

/// Answers of PyPI that are not JSON.
enum IndexText {
  static func notFound(acceptsJSON: Bool) -> ServerResponse {
    acceptsJSON
      ? .json(404, .object([("code", "404 Not Found"), ("message", "The resource could not be found.")]))
      : .html(
        404,
        "<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n<title>Page Not Found (404)"
          + "</title>\n</head>\n<body>\n<h1>Page Not Found (404)</h1>\n</body>\n</html>\n")
  }

  static func methodNotAllowed(_ method: String) -> ServerResponse {
    .text(405, "405 Method Not Allowed\n\nThe method \(method) is not allowed for this resource. \n\n\n")
  }

  static let internalError = ServerResponse.html(
    500,
    "<html>\n <head>\n  <title>Internal Server Error</title>\n </head>\n <body>\n  <h1><p>Internal Server Error</p></h1>\n"
      + " </body>\n</html>\n")

  /// A refused upload.
  static func forbidden(_ reason: String, isRepeated: Bool = true) -> ServerResponse {
    refusal(403, reason, title: "Forbidden", "Access was denied to this resource.", isRepeated ? reason : "")
  }

  /// An upload that the index cannot take.
  static func badRequest(_ reason: String) -> ServerResponse {
    refusal(
      400, reason, title: "Bad Request",
      "The server could not comply with the request since it is either malformed or otherwise incorrect.", reason)
  }

  /// The reason is the phrase of the status line, and stands in the body as often as the type says (pyramid,
  /// httpexceptions.py): in plain text for a client that accepts nothing by name.
  private static func refusal(
    _ status: Int, _ reason: String, title: String, _ explanation: String, _ detail: String
  ) -> ServerResponse {
    let line = "\(status) \(reason)"
    var response = ServerResponse.text(
      status, reason: reason, "\(line)\n\n\(explanation)\n\n\(detail.isEmpty ? "" : "\(detail)\n")")
    let page =
      "<html>\n <head>\n  <title>\(escaped(line))</title>\n </head>\n <body>\n  <h1>\(escaped(line))</h1>\n"
      + "  \(explanation)<br/><br/>\n\(escaped(detail))\n\n\n </body>\n</html>"
    let object = JSONText.Value.object([
      ("message", .string("\(explanation)\n\n\n\(detail)\n\n\n")), ("code", .string(line)), ("title", .string(title)),
    ])
    response.variants = [
      ("text/html", Array(page.utf8)), ("application/json", Array(JSONText.compact(object).utf8)),
    ]
    return response
  }

  /// As Python's html.escape does it.
  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;").replacing("'", with: "&#x27;")
  }
}
