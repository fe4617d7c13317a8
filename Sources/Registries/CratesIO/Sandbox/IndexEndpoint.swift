import BrokerCore
import BrokerSandbox

/// `/index/`: the sparse index, and the files that it leads to.
struct IndexEndpoint {
  let service: CratesIOService

  func respond(_ request: ServerRequest) -> ServerResponse {
    guard request.method == "GET" || request.method == "HEAD" else {
      return ServerAnswer.refused(405, "Method Not Allowed")
    }
    let path = request.path.dropFirst("/index/".count)
    if path == "config.json" {
      let site = "http://\(request.host)"
      return .json(200, .object([("dl", .string("\(site)/download")), ("api", .string(site))]))
    }
    let name = path.lastPathPart ?? ""
    guard path == Self.path(of: name) else { return .text(404, "Not Found") }
    let lines = service.access { state in
      state.versions.filter { $0.upload.project.lowercased() == name }.map { version -> JSONText.Value in
        version.line
          ?? .object([
            ("name", .string(version.upload.project)), ("vers", .string(version.upload.version)), ("deps", .array([])),
            ("cksum", .string(version.upload.sha256)), ("features", .object([])), ("yanked", false),
          ])
      }
    }
    let isKnown = service.access { $0.crates[ServiceState.compared(name)]?.lowercased() == name }
    guard !lines.isEmpty || isKnown else { return .text(404, "Not Found") }
    // An existing crate has a version; this one stands in where none was given.
    let all = lines.isEmpty ? [Self.first(name)] : lines
    return .text(200, all.map { "\(JSONText.compact($0))\n" }.joined())
  }

  /// `/download/NAME/VERSION/download`.
  func file(_ request: ServerRequest) -> ServerResponse {
    let parts = request.path.split(separator: "/").map(String.init)
    let found = service.access { state in
      state.versions.first { parts.count == 4 && $0.upload.project == parts[1] && $0.upload.version == parts[2] }?
        .content
    }
    return found.map { ServerResponse(200, type: "application/gzip", $0) } ?? .text(404, "Not Found")
  }

  private static func first(_ name: String) -> JSONText.Value {
    .object([
      ("name", .string(name)), ("vers", "0.0.0"), ("deps", .array([])),
      ("cksum", .string(String(repeating: "0", count: 64))), ("features", .object([])), ("yanked", true),
    ])
  }

  private static func path(of name: String) -> String {
    switch name.count {
    case 0: ""
    case 1: "1/\(name)"
    case 2: "2/\(name)"
    case 3: "3/\(name.prefix(1))/\(name)"
    default: "\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name)"
    }
  }
}
