import BrokerCore

/// A configuration file as a test makes it up, and what it means by a reading of the documentation that shares no code
/// with the program.
struct LayerModel: Sendable {
  struct Registry: Sendable {
    var name: String
    var type: String
    var address: String?
    var audience: String?
    var rules: Rules
  }

  typealias Rules = [(claim: String, values: [String])]

  var providers: [(name: String, type: String, rules: Rules)]?
  var registries: [Registry]?
  var routes: [(name: String, registries: [String])]?
  var rules: Rules = []
  var isAudit = false
  var added: [String] = []

  // MARK: Text

  var json: String {
    var members = ["\"version\":1"]
    if let providers {
      members.append(
        "\"providers\":{" + providers.map { "\"\($0.name)\":\(Self.text($0))" }.joined(separator: ",") + "}")
    }
    if let registries {
      members.append("\"registries\":{" + registries.map(Self.text).joined(separator: ",") + "}")
    }
    if let routes {
      members.append(
        "\"routes\":{" + routes.map { "\"\($0.name)\":\(Self.list($0.registries))" }.joined(separator: ",") + "}")
    }
    if !rules.isEmpty { members.append("\"rules\":\(Self.text(rules))") }
    if isAudit { members.append("\"mode\":\"audit\"") }
    if !added.isEmpty { members.append("\"lower-layers\":{\"add-registries-at\":\(Self.list(added))}") }
    return "{\(members.joined(separator: ","))}"
  }

  private static func text(_ provider: (name: String, type: String, rules: Rules)) -> String {
    let type = provider.name == provider.type ? [] : ["\"type\":\"\(provider.type)\""]
    return "{\((type + (provider.rules.isEmpty ? [] : ["\"rules\":\(text(provider.rules))"])).joined(separator: ","))}"
  }

  private static func text(_ registry: Registry) -> String {
    var members: [String] = registry.type == registry.name ? [] : ["\"type\":\"\(registry.type)\""]
    if let address = registry.address { members.append("\"upload-url\":\"\(address)\"") }
    if let audience = registry.audience { members.append("\"audience\":\"\(audience)\"") }
    if !registry.rules.isEmpty { members.append("\"rules\":\(text(registry.rules))") }
    return "\"\(registry.name)\":{\(members.joined(separator: ","))}"
  }

  private static func text(_ rules: Rules) -> String {
    "{"
      + rules.map { "\"\($0.claim)\":\($0.claim == "ref-protected" ? "true" : list($0.values))" }.joined(separator: ",")
      + "}"
  }

  private static func list(_ texts: [String]) -> String { "[\(texts.map { "\"\($0)\"" }.joined(separator: ","))]" }

  // MARK: Meaning

  private var all: [Registry] {
    registries ?? [
      Registry(name: "testpypi", type: "testpypi", rules: []), Registry(name: "pypi", type: "pypi", rules: []),
    ]
  }

  /// Whether this file, standing alone, lets `job` get a credential at a host by an identity token for `audience`.
  func permits(_ job: JobIdentity, host: String, audience: String) -> Bool {
    all.contains { registry in
      Self.host(of: registry) == host && Self.accepts(registry, audience) && admits(job, rules + registry.rules)
    }
  }

  /// Whether a registry of this file is at a host and accepts an audience.
  func accepts(_ audience: String, at host: String) -> Bool {
    all.contains { Self.host(of: $0) == host && Self.accepts($0, audience) }
  }

  /// Whether a repository may add a registry at a host that this file has none at.
  func adds(_ host: String) -> Bool {
    added.contains("https://\(host)") && !all.contains { Self.host(of: $0) == host }
  }

  /// Whether this file's common rules admit a job to a registry of the repository's own.
  func permitsAdded(_ job: JobIdentity) -> Bool { admits(job, rules) }

  /// The rules about the jobs of one provider; of a job that no provider recognised, any may be meant.
  private func rules(about job: JobIdentity) -> Rules {
    (providers ?? []).filter { $0.name == job.provider || job.provider == nil }.flatMap(\.rules)
  }

  private func admits(_ job: JobIdentity, _ rules: Rules) -> Bool {
    let own = self.rules(about: job)
    if let event = job.event, ["pull_request_target", "workflow_run"].contains(event) {
      let naming = rules + (job.provider == nil ? [] : own)
      guard naming.contains(where: { $0.claim == "event" && $0.values.contains(event) }) else { return false }
    }
    return isAudit || (rules + own).allSatisfy { Self.holds($0.claim, $0.values, job) }
  }

  static func host(of registry: Registry) -> String {
    guard let address = registry.address else {
      return registry.type == "pypi" ? "upload.pypi.org" : "test.pypi.org"
    }
    return String(address.dropFirst("https://".count).prefix { $0 != "/" })
  }

  private static func accepts(_ registry: Registry, _ audience: String) -> Bool {
    let host = host(of: registry)
    if host == "upload.pypi.org" { return audience == "pypi" }
    if host == "test.pypi.org" { return audience == "testpypi" }
    if let own = registry.audience { return audience == own }
    return audience == host || audience == "https://\(host)" || audience == "index:\(host)"
  }

  private static func holds(_ claim: String, _ values: [String], _ job: JobIdentity) -> Bool {
    let value: String? =
      switch claim {
      case "ref": job.ref
      case "ref-type": job.refType
      case "ref-protected": job.refProtected == true ? "true" : nil
      case "environment": job.environment
      case "event": job.event
      case "owner-id": job.ownerID
      case "repository": job.owner.flatMap { owner in job.repository.map { "\(owner)/\($0)" } }
      case "service-account": job.fields[.serviceAccount]
      case "service-account-id": job.fields[.serviceAccountID]
      case "runner-id": job.runnerID
      case "runner": job.runner == "self-hosted" ? "self-hosted" : job.runner == nil ? nil : "hosted"
      default: nil
      }
    guard let value else { return false }
    return claim == "ref-protected" || values.contains { Self.matches(Array($0), Array(value)) }
  }

  /// The plainest matcher there is, by trying everything.
  static func matches(_ pattern: [Character], _ text: [Character]) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    guard first == "*" else {
      return text.first == first && matches(Array(pattern.dropFirst()), Array(text.dropFirst()))
    }
    let isAnything = pattern.dropFirst().first == "*"
    let rest = Array(pattern.dropFirst(isAnything ? 2 : 1))
    for length in 0...text.count {
      if !isAnything, text.prefix(length).contains("/") { return false }
      if matches(rest, Array(text.dropFirst(length))) { return true }
    }
    return false
  }
}
