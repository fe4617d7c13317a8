import BrokerCore
import BrokerSandbox
import Synchronization

/// What the jobs of a described CI system get identity tokens from, in one sandbox.
final class DescribedEndpoint: SandboxEndpoint {
  private let entry: SandboxEntry
  private let source: DescribedSource
  /// What the variables hold that a request is made with.
  private let held: [String: String]
  /// The path that stands for the variable which holds an address.
  private let base: String
  /// What the file holds.
  private let written = Mutex<String?>(nil)

  /// What a secret of a played job begins with: no other is sent to a sandbox.
  private static let mark = "token-broker-sandbox-"
  /// Where the sandbox stands in for the CI system.
  private static let issuerVariable = "TOKEN_BROKER_SANDBOX_ISSUER"

  init(_ entry: SandboxEntry, _ source: DescribedSource) {
    self.entry = entry
    self.source = source
    base = "/\(entry.name)"
    var held: [String: String] = [:]
    if case .request(let pattern, _) = source {
      for name in pattern.variables.address { held[name] = "sandbox" }
      for name in pattern.variables.secret { held[name] = Self.mark + Base64URL.encode(SandboxToken.randomBytes(24)) }
    }
    self.held = held
  }

  /// The variable that holds the address of the request; nil where the entry writes it out.
  private var addressVariable: String? {
    guard case .request = source, let text = entry.object["request"]?.object?["url"]?.string,
      case .variable(let name)? = Template(text).parts.first
    else { return nil }
    return name
  }

  func variables(of job: SandboxJob) -> [String: String] {
    var variables: [String: String] = [:]
    for (name, value) in entry.object.texts(of: "detect") { variables[name] = value == "*" ? "sandbox" : value }
    switch source {
    case .variables(let names):
      for (index, name) in names.enumerated() {
        guard let audience = fixed ?? job.audiences.prefix(index + 1).last else { continue }
        variables[name] = job.identityToken(for: audience)
      }
    case .file(let path):
      for name in Template(path).variables { variables[name] = base + "/identity-token" }
    case .request:
      variables.merge(held) { $1 }
      if let name = addressVariable { variables[name] = "\(job.endpoint)\(base)" }
      variables[Self.issuerVariable] = "\(job.endpoint)"
    case .command: break
    }
    return variables
  }

  private var fixed: String? { entry.object["audience"]?.string }

  func respond(to request: ServerRequest, of job: SandboxJob, audience override: String?) -> ServerResponse {
    guard case .request(let pattern, let place) = source else { return Self.notFound }
    switch pattern.read(request, known: held, base: addressVariable == nil ? "" : base) {
    case .other: return Self.notFound
    case .wrong(let what): return .json(400, .object([("message", .string("The sandbox refuses this: \(what)"))]))
    case .matched(let found):
      guard let audience = override ?? Self.audience(found) ?? fixed else { return Self.notFound }
      let token = job.identityToken(for: audience)
      guard let place else { return .text(200, token) }
      var placed = PlacedJSON()
      placed.put(.string(token), at: place)
      return .json(200, placed.json)
    }
  }

  /// One identity token.
  func contents(of path: String, in job: SandboxJob) -> String? {
    guard case .file(let template) = source,
      path == (Template(template).isText ? template : base + "/identity-token"),
      let audience = fixed ?? job.audiences.first
    else { return nil }
    return written.withLock { written in
      let text = written ?? job.identityToken(for: audience) + "\n"
      written = text
      return text
    }
  }

  func output(of words: [String], in job: SandboxJob) -> String? {
    guard case .command(let templates) = source, let found = WordsPattern.read(words, as: templates),
      let audience = Self.audience(found) ?? fixed
    else { return nil }
    return job.identityToken(for: audience) + "\n"
  }

  private static func audience(_ found: [String: String]) -> String? {
    if let audience = found["audience"] { return audience }
    return found["audience-json"].flatMap { try? JSONReader().read(Array($0.utf8)).string }
  }

  private static let notFound = ServerResponse.json(404, .object([("message", "Not found")]))
}
