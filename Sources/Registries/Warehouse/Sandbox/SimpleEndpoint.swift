import BrokerCore
import BrokerSandbox

/// `/simple/`: the simple repository API (PEP 503 and PEP 691), and the files that it lists.
struct SimpleEndpoint {
  let store: IndexStore

  private static let json = "application/vnd.pypi.simple.v1+json"
  /// What PyPI can answer with, the first being what it answers with unless asked otherwise.
  private static let types = ["text/html", "application/vnd.pypi.simple.v1+html", json]

  func respond(_ request: ServerRequest) -> ServerResponse {
    let type = AcceptField(request.field("accept")).choose(from: Self.types) ?? Self.types[0]
    let name = request.path.split(separator: "/").dropFirst().joined(separator: "/")
    guard !name.isEmpty else { return list(type) }
    let normalized = ProjectName.normalized(name)
    guard name == normalized, request.path.hasSuffix("/") else {
      return ServerResponse(301, type: "text/html", [], fields: [("Location", "/simple/\(normalized)/")])
    }
    return page(name, type, host: request.host) ?? IndexText.notFound(acceptsJSON: request.acceptsJSON)
  }

  /// A file's content.
  func file(_ path: String) -> ServerResponse {
    let name = path.split(separator: "/").dropFirst().joined()
    let content = store.access { state in state.files.first { $0.upload.filename == name }?.content }
    return content.map { ServerResponse(200, type: "application/octet-stream", $0) }
      ?? IndexText.notFound(acceptsJSON: false)
  }

  // MARK: Pages

  private static let meta = JSONText.Value.object([("api-version", "1.3")])

  private func list(_ type: String) -> ServerResponse {
    let names = store.access { $0.projects.sorted() }
    guard type != Self.json else {
      let projects = names.map { JSONText.Value.object([("name", .string($0))]) }
      return Self.answer(.object([("meta", Self.meta), ("projects", .array(projects))]))
    }
    return Self.html(type, title: "Simple index", names.map { ("/simple/\($0)/", $0) })
  }

  private func page(_ name: String, _ type: String, host: String) -> ServerResponse? {
    let found = store.access { state in
      (state.projects.contains(name), state.files.filter { $0.upload.project == name })
    }
    guard found.0 else { return nil }
    let files = found.1
    guard type == Self.json else {
      let links = files.map { file in
        ("http://\(host)/files/\(file.upload.filename)#sha256=\(file.upload.sha256)", file.upload.filename)
      }
      return Self.html(type, title: "Links for \(name)", links)
    }
    let elements = files.map { file in
      JSONText.Value.object([
        ("filename", .string(file.upload.filename)),
        ("hashes", .object([("sha256", .string(file.upload.sha256))])),
        (
          "provenance",
          file.provenance == nil || store.isOn(.integrityOff)
            ? .null : .string("http://\(host)\(IntegrityEndpoint.path(of: file.upload))")
        ),
        ("size", .integer(Int64(file.upload.size))), ("upload-time", .string("\(file.time)")),
        ("url", .string("http://\(host)/files/\(file.upload.filename)")), ("yanked", false),
      ])
    }
    return Self.answer(
      .object([
        ("files", .array(elements)), ("meta", Self.meta), ("name", .string(name)),
        ("versions", .array(Set(files.map(\.upload.version)).sorted().map { .string($0) })),
      ]))
  }

  private static func answer(_ value: JSONText.Value) -> ServerResponse {
    ServerResponse(200, type: json, Array(JSONText.compact(value).utf8))
  }

  private static func html(_ type: String, title: String, _ links: [(address: String, text: String)]) -> ServerResponse
  {
    let anchors = links.map { "    <a href=\"\(escaped($0.address))\">\(escaped($0.text))</a><br />\n" }.joined()
    let text =
      "<!DOCTYPE html>\n<html>\n  <head>\n    <meta name=\"pypi:repository-version\" content=\"1.3\">\n    <title>"
      + "\(escaped(title))</title>\n  </head>\n  <body>\n    <h1>\(escaped(title))</h1>\n\(anchors)  </body>\n</html>\n"
    return ServerResponse(200, type: type == types[0] ? "text/html; charset=UTF-8" : type, Array(text.utf8))
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
      .replacing("\"", with: "&quot;")
  }
}
