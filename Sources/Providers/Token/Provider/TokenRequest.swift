import BrokerCore

/// A request of a job's runner that is answered with an identity token.
struct TokenRequest: Sendable {
  let request: RequestTemplate
  /// The hosts that a variable may name; nil where the address names one by itself.
  let hosts: [String]?
  /// Where the token stands in the answer; nil if it is the answer.
  let token: JSONPointer?

  static let keys =
    RequestTemplate.keys(
      ConfigurationKey("url", summary: "the address, or the variable that holds it and a path", kind: .addressTemplate))
    + [
      ConfigurationKey(
        "hosts", summary: "the hosts that a variable may name: ci.example.com, *.ci.example.com", kind: .texts),
      ConfigurationKey("token", summary: "where the token stands in the answer; the whole answer unless it is said"),
    ]

  init(from object: ConfigurationObject) throws(BrokerError) {
    try object.refuseUnknownKeys(known: Self.keys.map(\.name))
    request = try RequestTemplate(
      from: object, address: "url",
      names: RequestTemplate.Names(plain: TokenSettings.placeholders, takesVariables: true))
    token = try object.pointer("token")
    let hosts = try object.strings("hosts")
    for host in hosts ?? [] {
      let name = host.hasPrefix("*.") ? String(host.dropFirst(2)) : host
      guard let origin = try? HTTPURL("https://\(name)/").origin, origin.host == name, name.contains(".") else {
        throw object.error(
          "hosts", "has \(Neutralized.quoted(host)), which is no host",
          remedy: "Write a host in lower case without a port, or *. and the end of one.")
      }
    }
    guard request.origin == nil || hosts == nil else {
      throw object.error("hosts", "is for an address that a variable holds", remedy: "Leave it out.")
    }
    guard request.origin != nil || hosts != nil else {
      throw object.error(
        "hosts", "is not there, and a variable says where the request and its secrets go",
        remedy: "Name the hosts that it may name.")
    }
    self.hosts = hosts
  }

  var asksForAudience: Bool { TokenSettings.placeholders.contains(where: request.uses) }

  /// The variables that it needs, each once.
  var variables: [String] {
    (request.addressVariables + request.secretVariables).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// Refuses an address that leads elsewhere than the configuration lets it.
  func check(_ url: HTTPURL) throws(BrokerError) {
    guard let hosts else { return }
    let host = url.origin.host
    let isKnown = hosts.contains { pattern in
      pattern.hasPrefix("*.") ? host.hasSuffix(pattern.dropFirst()) && host.count >= pattern.count : host == pattern
    }
    guard !isKnown else { return }
    let variable = request.address.variables.first ?? ""
    throw BrokerError(
      .identityPermission,
      "\(Neutralized(variable, limit: 64)) names the host \(url.origin.authority), which is not one where the configuration lets identity "
        + "tokens be asked for; nothing was sent.",
      remedy: "Leave the variable as the runner sets it, or add the host to request.hosts of the provider's entry.",
      facts: [BrokerError.Fact("hosts", hosts.map { Neutralized($0, limit: 120) }.joined(separator: ", "))])
  }
}
