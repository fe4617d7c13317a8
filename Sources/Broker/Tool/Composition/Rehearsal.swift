import BrokerCore

/// The sandbox that `TOKEN_BROKER_SANDBOX` names: its directory says which origin stands in for each registry.
struct Rehearsal: Sendable {
  static let variable = "TOKEN_BROKER_SANDBOX"

  private let directory: HTTPURL

  /// Nil in reality.
  init?(_ environment: Environment) throws(BrokerError) {
    guard let text = environment.nonEmpty(Self.variable) else { return nil }
    func wrong(_ reason: Message) -> BrokerError {
      BrokerError(
        .usage, "\(Neutralized(Self.variable)) is not the address of a sandbox: \(reason).",
        remedy: "Set it as token-broker sandbox printed it, or unset it.")
    }
    let url: HTTPURL
    do { url = try HTTPURL(text) } catch { throw wrong(error.reason) }
    guard url.origin.isLoopback, url.origin.host != "localhost" else {
      throw wrong("its host is not 127.0.0.1 or [::1]")
    }
    guard url.path == "/", url.query == nil else { throw wrong("it has a path or a query") }
    directory = url
  }

  /// The origin that stands in for each registry, by the registry's name.
  func origins(transport: any HTTPTransport, now: UnixTime) async throws(BrokerError) -> [String: Origin] {
    let host = directory.origin.authority
    let response = try await transport.answer(
      to: HTTPRequest(.get, directory), purpose: "ask the sandbox at \(host) for its registries", now: now)
    func wrong(_ reason: Message) -> BrokerError {
      BrokerError(
        .registryAnswerInvalid, "\(host) is not a sandbox: \(reason).",
        remedy: "Set \(Neutralized(Self.variable)) as token-broker sandbox printed it.")
    }
    guard response.status == 200 else { throw wrong("it answered \(response.status)") }
    let node: JSONNode
    do { node = try JSONReader().read(response.body) } catch { throw wrong(error.summary) }
    guard let object = node.object, object["version"]?.integer == 1, let registries = object["registries"]?.object
    else { throw wrong("its directory has no \"registries\"") }
    var origins: [String: Origin] = [:]
    for member in registries.members {
      guard let text = member.value.string, let url = try? HTTPURL(text), url.origin.isLoopback else {
        throw wrong("its registry \(Neutralized.quoted(member.name)) is not on loopback")
      }
      origins[member.name] = url.origin
    }
    return origins
  }

  /// A registry that the sandbox stands in for.
  ///
  /// - Throws: `ErrorCode.pluginContract` for one that does not take that origin: it would have the rehearsal's secrets.
  func check(_ registry: any Registry, standsAt origin: Origin) throws(BrokerError) {
    guard registry.uploadURL.origin != origin else { return }
    throw BrokerError(
      .pluginContract,
      "\(Neutralized(registry.name)) would be asked at \(registry.uploadURL.origin) in a rehearsal, not at the sandbox's \(origin).",
      remedy: "This is a fault of the registry's plug-in: report it to whoever makes the plug-in.")
  }

  func unknownRegistry(_ name: String, _ origins: [String: Origin]) -> BrokerError {
    BrokerError(
      .unknownTarget, "The sandbox has no registry \(Neutralized.quoted(name)).",
      remedy:
        "Start it with --registry \(Neutralized(name)), or \(Neutralized(name))=AUDIENCE for an index of your own; it has: "
        + "\(origins.keys.sorted().map { Neutralized($0, limit: 32) }.joined(separator: ", ")).")
  }
}
