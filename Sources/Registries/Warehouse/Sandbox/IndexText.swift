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

  /// A refused upload: the reason phrase is what most clients show.
  static func forbidden(_ reason: String, isRepeated: Bool = true) -> ServerResponse {
    .text(
      403, reason: reason,
      "403 \(reason)\n\nAccess was denied to this resource.\n\n\(isRepeated ? "\(reason)\n" : "")")
  }

  static func badRequest(_ reason: String) -> ServerResponse {
    .text(
      400, reason: reason,
      "400 \(reason)\n\nThe server could not comply with the request since it is either malformed or otherwise "
        + "incorrect.\n\n\(reason)\n")
  }
}
