import BrokerCore

/// Whether an API token is good for an upload, checked as PyPI's server software does (Warehouse, macaroons/services.py and
/// macaroons/caveats): the token's own conditions, then those that were stored when it was made, and its code.
struct TokenVerification {
  /// The project and file of the upload.
  struct Project {
    /// The project's name.
    let name: String
    /// The same, as names are compared.
    let normalized: String
    let identifier: String
  }

  let minted: IndexState.Minted
  let project: Project
  let now: UnixTime

  private enum Finding {
    case met
    case failed(String)
    /// The server's reader breaks off.
    case broken
  }

  /// What the server says against the token; nil if it is good.
  func denial(of token: IssuedToken) -> String? {
    let stored = minted.conditions.map { IssuedToken.Condition(text: Array($0.utf8), isForeign: false) }
    var errors: [String] = []
    var isBroken = false
    for condition in token.conditions + stored {
      switch condition.isForeign ? .broken : finding(condition.text) {
      case .met: continue
      case .failed(let error): errors.append(error)
      case .broken: isBroken = true
      }
      if isBroken { break }
    }
    if !errors.isEmpty { return errors.joined(separator: ", ") }
    if isBroken { return "unknown error" }
    let expected = token.expectedCode(minted.key, over: (token.conditions + stored).map(\.text))
    return token.code(over: stored.map(\.text)) == expected ? nil : "signatures do not match"
  }

  private func finding(_ text: [UInt8]) -> Finding {
    guard let node = try? JSONReader().read(text) else { return .broken }
    guard let fields = node.array else { return .failed("caveat must be an array") }
    guard let tag = fields.first else { return .failed("caveat array cannot be empty") }
    let values = Array(fields.dropFirst())
    switch tag.integer {
    case 0: return expiration(values)
    case 1: return names(values, of: project.normalized)
    case 2: return names(values, of: project.identifier)
    case 3:
      if let short = count(values, least: 1) { return short }
      return values[0].string == nil ? Self.invalid : .failed("token with user restriction without a user")
    case 4: return publisher(values)
    case let tag?: return .failed("caveat has unknown tag: \(tag)")
    case nil:
      if let text = tag.string { return .failed("caveat has unknown tag: \(text)") }
      return .broken
    }
  }

  private static let invalid = Finding.failed("invalid values for fields")

  private func count(_ values: [JSONNode], least: Int) -> Finding? {
    values.count < least ? .failed("Not enough values") : nil
  }

  private func expiration(_ values: [JSONNode]) -> Finding {
    if let short = count(values, least: 2) { return short }
    guard let end = values[0].integer, let start = values[1].integer else { return Self.invalid }
    return now < UnixTime(start) || now >= UnixTime(end) ? .failed("token is expired") : .met
  }

  private func names(_ values: [JSONNode], of name: String) -> Finding {
    if let short = count(values, least: 1) { return short }
    guard let list = values[0].array, list.allSatisfy({ $0.string != nil }) else { return Self.invalid }
    return list.contains { $0.string == name }
      ? .met : .failed("project-scoped token is not valid for project: '\(project.name)'")
  }

  private func publisher(_ values: [JSONNode]) -> Finding {
    if let short = count(values, least: 1) { return short }
    guard let identifier = values[0].string else { return Self.invalid }
    guard identifier == minted.publisherIdentifier else {
      return .failed("current OIDC publisher does not match publisher restriction in token")
    }
    let isTheirs = minted.projects.map { $0.map(ProjectName.normalized).contains(project.normalized) } ?? true
    return isTheirs ? .met : .failed("OIDC scoped token is not valid for project '\(project.name)'")
  }
}
