import BrokerCore
import BrokerSandbox

/// `PUT /api/v1/crates/new`: the length of a JSON object, the object, the length of a file, the file.
struct PublishEndpoint {
  let service: CratesIOService

  func respond(_ request: ServerRequest) -> ServerResponse {
    guard let (metadata, content) = Self.parts(of: request.body), let name = metadata["name"]?.string,
      let version = metadata["vers"]?.string
    else { return ServerAnswer.refused(400, "invalid upload request") }
    guard let token = Self.token(of: request) else {
      return ServerAnswer.refused(
        403,
        "this action requires authentication. If you have an account, log in with cargo login, or provide an API token")
    }
    let compared = ServiceState.compared(name)
    let isKnown = service.access { $0.crates[compared] != nil }
    if let refusal = permission(of: token, for: name, compared: compared, isKnown: isKnown) { return refusal }
    let missing = ["description", "license"].filter { field in
      metadata[field]?.string == nil && !(field == "license" && metadata["license_file"]?.string != nil)
    }
    guard missing.isEmpty else {
      return ServerAnswer.refused(
        400,
        "missing or empty metadata fields: \(missing.joined(separator: ", ")). Please see "
          + "https://doc.rust-lang.org/cargo/reference/manifest.html for more information on configuring these fields")
    }
    let upload = SandboxUpload(
      registry: service.registry.name, project: name, version: version, filename: "\(name)-\(version).crate",
      size: content.count, sha256: SHA256.hexadecimal(of: content), username: "", attestationCount: 0)
    let line = Self.line(metadata, upload)
    return service.access { state in
      let number = version.prefix { $0 != "+" }
      let isThere = state.versions.contains {
        ServiceState.compared($0.upload.project) == compared && $0.upload.version.prefix { $0 != "+" } == number
      }
      guard !isThere else { return ServerAnswer.refused(400, "crate version `\(number)` is already uploaded") }
      state.add(crate: name)
      state.versions.append(ServiceState.Version(upload: upload, content: content, line: line))
      let warnings = ["invalid_categories", "invalid_badges", "other"].map { ($0, JSONText.Value.array([])) }
      return .json(200, .object([("warnings", .object(warnings))]))
    }
  }

  private func permission(
    of token: String, for name: String, compared: String, isKnown: Bool
  ) -> ServerResponse? {
    guard token.hasPrefix(AccessToken.beginning) else {
      guard token.hasPrefix(AccessToken.person) else { return ServerAnswer.refused(403, "authentication failed") }
      guard !isKnown || !service.isOn(.trustpubOnly) else {
        return ServerAnswer.refused(
          403,
          "New versions of this crate can only be published using Trusted Publishing (see https://crates.io/docs/trusted-publishing)."
        )
      }
      return nil
    }
    // Looked at before the token itself (src/tests/krate/publish/trustpub.rs).
    guard isKnown else {
      return ServerAnswer.refused(
        403, "Trusted Publishing tokens do not support creating new crates. Publish the crate manually, first")
    }
    let now = service.now()
    guard let known = service.access({ $0.tokens[token] }), known.expires.seconds(since: now) > 0 else {
      return ServerAnswer.refused(403, "Invalid authentication token")
    }
    guard known.crates?.contains(compared) ?? true else {
      return ServerAnswer.refused(403, "The provided access token is not valid for crate `\(name)`")
    }
    return nil
  }

  /// The token as cargo sends it, or behind `Bearer`.
  private static func token(of request: ServerRequest) -> String? {
    let words = request.field("authorization")?.split(separator: " ").map(String.init) ?? []
    switch words.count {
    case 1: return words[0]
    case 2 where words[0].lowercased() == "bearer": return words[1]
    default: return nil
    }
  }

  private static func parts(of body: [UInt8]) -> (JSONObject, [UInt8])? {
    func number(_ bytes: ArraySlice<UInt8>) -> Int? {
      bytes.count == 4 ? bytes.reversed().reduce(0) { $0 << 8 | Int($1) } : nil
    }
    guard let length = number(body.prefix(4)), length <= body.count - 8,
      let object = (try? JSONReader(maximumBytes: 1 << 20).read(Array(body[4..<(4 + length)])))?.object,
      let size = number(body[(4 + length)..<(8 + length)]), size == body.count - 8 - length
    else { return nil }
    return (object, Array(body[(8 + length)...]))
  }

  /// The version's line in the index (The Cargo Book, "Registry Index").
  private static func line(_ metadata: JSONObject, _ upload: SandboxUpload) -> JSONText.Value {
    func value(_ node: JSONNode?) -> JSONText.Value { node.map(Self.copy) ?? .null }
    let dependencies = (metadata["deps"]?.array ?? []).compactMap(\.object).map { dependency -> JSONText.Value in
      let renamed = dependency["explicit_name_in_toml"]?.string
      return .object(
        [
          ("name", renamed.map { .string($0) } ?? value(dependency["name"])), ("req", value(dependency["version_req"])),
          ("features", value(dependency["features"])), ("optional", value(dependency["optional"])),
          ("default_features", value(dependency["default_features"])), ("target", value(dependency["target"])),
          ("kind", value(dependency["kind"])),
        ] + (renamed == nil ? [] : [("package", value(dependency["name"]))]))
    }
    return .object([
      ("name", .string(upload.project)), ("vers", .string(upload.version)), ("deps", .array(dependencies)),
      ("cksum", .string(upload.sha256)), ("features", value(metadata["features"])), ("yanked", false),
      ("links", value(metadata["links"])),
    ])
  }

  private static func copy(_ node: JSONNode) -> JSONText.Value {
    switch node.value {
    case .null: .null
    case .boolean(let value): .boolean(value)
    case .string(let text): .string(text)
    case .array(let elements): .array(elements.map(copy))
    case .object(let object): .object(object.members.map { ($0.name, copy($0.value)) })
    default: node.integer.map { .integer($0) } ?? .null
    }
  }
}
