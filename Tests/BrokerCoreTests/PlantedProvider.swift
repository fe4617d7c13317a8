import BrokerCore
import BrokerSandbox
import Synchronization

@testable import BrokerConformance

/// A provider that keeps its contract but for one fault.
struct PlantedProvider: IdentityProvider {
  /// What is wrong.
  enum Fault: CaseIterable {
    case summary, name, clue, emptyEnvironment, reason, wrongValue, absent, evidence, carrier, requestInDetection
    case audience, job, family, usedUp, cached, secretInAddress, secretInPlain
    case zeroSupply, supplyStays, handedOutTwice, usedUpStatus
    case takesAnything, noMessage, status, neverRetried, alwaysRetried, secretInError, deafToCancellation
    case runnerName, runnerVariable, mark, hidesNothing, hidesInLines, hidesUnmarked, annotatesInLines
    case annotatesUnmarked, outputsFormat, outputsEnd, outputsMissing, outputsInjected, outputsVariable
    case playedClue, playedIgnored, playedSupply, playedAudience, playedIssuer, playedField

    /// What the suite has to say.
    var words: String {
      switch self {
      case .summary: "the summary is not one line"
      case .name: "does not go by its entry's name"
      case .clue: "the clue does not name"
      case .emptyEnvironment: "recognised an empty environment"
      case .reason: "the reason does not name"
      case .wrongValue: "SAMPLE_CI=TRUE counts"
      case .absent: "does not recognise its own job"
      case .evidence: "is shown"
      case .carrier: "carries the job's identity"
      case .requestInDetection: "detection sends requests"
      case .audience: "the token is made out to somebody else"
      case .job: "the same claims are of two jobs"
      case .family: "the job is not of the type's kind"
      case .usedUp: "a renewable source is used up"
      case .cached: "a renewable source has to ask each time"
      case .secretInAddress: "a secret is in an address"
      case .secretInPlain: "a secret is not bound"
      case .zeroSupply: "that the source says it does not have"
      case .supplyStays: "a token that is gone is counted"
      case .handedOutTwice, .usedUpStatus: "handed out twice"
      case .takesAnything: "was taken for a token"
      case .noMessage: "no message"
      case .status: "is not that of an identity provider"
      case .neverRetried, .alwaysRetried: "the recovery is"
      case .secretInError: "is shown"
      case .deafToCancellation: "a cancelled request goes on"
      case .runnerName: "the runner's name is not one line"
      case .runnerVariable: "does not know the provider's own job"
      case .mark: "is shorter than two characters"
      case .hidesNothing: "is not told what to hide"
      case .hidesInLines: "what hides a secret is more than one line"
      case .hidesUnmarked: "what hides a secret begins with none"
      case .annotatesInLines: "an annotation is more than one line"
      case .annotatesUnmarked: "an annotation begins with none"
      case .outputsFormat: "is another form's name"
      case .outputsEnd: "does not end its last line"
      case .outputsMissing: "is missing in the record"
      case .outputsInjected: "a value forms a step output of its own"
      case .outputsVariable: "have one variable"
      case .playedClue: "goes by another variable"
      case .playedIgnored: "is not recognised"
      case .playedSupply: "whether a job asks for its tokens"
      case .playedAudience: "the sandbox's token is made out to somebody else"
      case .playedIssuer: "the played job's issuer is not read"
      case .playedField: "so that no expectation holds"
      }
    }

    /// Whether it is a fault of a provider whose jobs hold their tokens.
    var isOfFixedSupply: Bool {
      [.zeroSupply, .supplyStays, .handedOutTwice, .usedUpStatus].contains(self)
    }
  }

  static let secret = "request-token-0123456789"
  static let token = SampleToken.make(
    audience: "sample", identifier: "held-token-0123456789", claims: [("iss", #""https://ci.example""#)])

  static func suite(_ fault: Fault?, isFixed: Bool = false) -> ProviderConformance {
    var environment = ["SAMPLE_CI": "true", "SAMPLE_SECRET": secret]
    if isFixed { environment["SAMPLE_TOKEN"] = token }
    var suite = ProviderConformance(
      type(fault), environment: environment, clueVariable: "SAMPLE_CI", audience: "sample",
      secrets: [secret] + (isFixed ? [token] : []), playedBy: isFixed ? nil : PlantedCI.played(fault)
    ) { _, identifier in
      let audience = fault == .audience ? "other" : "sample"
      return .success(.json(#"{"value":"\#(SampleToken.make(audience: audience, identifier: identifier))"}"#))
    }
    // Who is deaf stays so, however long it takes.
    if fault == .deafToCancellation { suite.patience = .milliseconds(200) }
    return suite
  }

  private static func type(_ fault: Fault?) -> ProviderType {
    ProviderType(
      PluginType("sample-ci", summary: fault == .summary ? "two\nlines" : "a provider with a fault") {
        PlantedProvider(name: fault == .name ? "another" : $0, fault: fault, services: $1)
      },
      jobs: JobKind(.sample, fields: fault == .playedField ? [.owner, .repository] : [.repository]),
      runner: runner(fault))
  }

  private static func runner(_ fault: Fault?) -> Runner {
    @Sendable func encoded(_ text: String) -> String {
      text.replacing("%", with: "%25").replacing("\r\n", with: "%0D%0A").replacing("\n", with: "%0A")
    }
    var runner = Runner(
      fault == .runnerName ? "Sample\nCI" : "Sample CI", variable: fault == .runnerVariable ? "OTHER_CI" : "SAMPLE_CI",
      value: "true")
    runner.marks = [LogMark("!!", .lineStart)] + (fault == .mark ? [LogMark("!", .anywhere)] : [])
    runner.hide = { secret in
      switch fault {
      case .hidesNothing: Secret("!!hide \(secret.byteCount)")
      case .hidesInLines: Secret("!!hide \(secret.reveal())")
      case .hidesUnmarked: Secret("hide \(encoded(secret.reveal()))")
      default: Secret("!!hide \(encoded(secret.reveal()))")
      }
    }
    runner.annotate = { annotation in
      let text = "say \(annotation.title): \(annotation.message)"
      return fault == .annotatesInLines ? "!!\(text)" : "\(fault == .annotatesUnmarked ? "" : "!!")\(encoded(text))"
    }
    runner.outputs = StepOutputs(fault == .outputsFormat ? "json" : "sample", variable: "SAMPLE_OUTPUT") { outputs in
      let kept = fault == .outputsMissing ? Array(outputs.dropLast()) : outputs
      let lines = kept.map {
        "\($0.name)=\(fault == .outputsInjected ? $0.value.reveal() : encoded($0.value.reveal()))"
      }
      return Secret(lines.joined(separator: "\n") + (fault == .outputsEnd ? "" : "\n"))
    }
    runner.summary = fault == .outputsVariable ? "SAMPLE_OUTPUT" : "SAMPLE_SUMMARY"
    return runner
  }

  let name: String
  let fault: Fault?
  let services: PluginServices

  var clue: Clue { Clue(fault == .clue ? "a job" : "SAMPLE_CI=true", strength: .job) }

  func detect(in environment: Environment) async throws(BrokerError) -> Detection {
    let value = environment["SAMPLE_CI"]
    let isThere = fault == .wrongValue ? value?.lowercased() == "true" : value == "true"
    if fault == .absent || (fault == .playedIgnored && environment["SAMPLE_PLAYED"] != nil) {
      return .absent("SAMPLE_CI is not looked at")
    }
    guard isThere || fault == .emptyEnvironment else {
      return .absent(fault == .reason ? "it is another one" : "SAMPLE_CI is not \"true\"")
    }
    if fault == .requestInDetection { _ = try? await services.transport.send(HTTPRequest(.get, PlantedSource.address)) }
    return .present(
      evidence: fault == .evidence
        ? "there is \(Neutralized(environment["SAMPLE_SECRET"] ?? ""))" : "SAMPLE_CI is \"true\"",
      source: PlantedSource(fault: fault, environment: environment, services: services))
  }
}

extension IssuerFamily {
  fileprivate static let sample = IssuerFamily("Sample CI")
}

/// Asks an endpoint for each token; a job with one in a variable has that alone.
private final class PlantedSource: IdentityTokenSource {
  static let address = HTTPURL(.https(host: "ci.example"), path: "/token")

  private struct State {
    var isUsed = false
    var asked = 0
    var cached: IdentityToken?
  }

  private let fault: PlantedProvider.Fault?
  private let environment: Environment
  private let services: PluginServices
  private let state = Mutex(State())

  init(fault: PlantedProvider.Fault?, environment: Environment, services: PluginServices) {
    self.fault = fault
    self.environment = environment
    self.services = services
  }

  private var held: String? { environment.nonEmpty("SAMPLE_TOKEN") }

  var identityVariables: [String] { fault == .carrier ? ["SAMPLE_TOKEN"] : ["SAMPLE_SECRET", "SAMPLE_TOKEN"] }

  func supply(for audience: Audience) -> IdentityTokenSupply {
    state.withLock { state in
      guard held != nil else {
        return fault == .playedSupply && environment["SAMPLE_PLAYED"] != nil || fault == .usedUp && state.asked > 0
          ? .fixed(remaining: 1) : .renewable
      }
      if fault == .zeroSupply { return .fixed(remaining: 0) }
      return .fixed(remaining: state.isUsed && fault != .supplyStays ? 0 : 1)
    }
  }

  func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    guard let held else { return try await ask(for: audience) }
    let wasUsed = state.withLock { state in
      defer { state.isUsed = true }
      return state.isUsed
    }
    guard !wasUsed || fault == .handedOutTwice else {
      throw BrokerError(fault == .usedUpStatus ? .usage : .identityTokenMissing, "The token was used already.")
    }
    return try IdentityToken(Secret(held), from: "The variable")
  }

  private func ask(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    if fault == .cached, let cached = state.withLock({ $0.cached }) { return cached }
    state.withLock { $0.asked += 1 }
    let secret = environment["SAMPLE_SECRET"] ?? ""
    // The sandbox's endpoint stands in for the CI system's.
    let place = environment["SAMPLE_PLAYED"].flatMap { try? HTTPURL($0) } ?? Self.address
    let url = fault == .secretInAddress ? HTTPURL(place.origin, path: "\(place.path)/\(secret)") : place
    // What is not bound is not seen by the guard that all requests pass.
    let fields =
      switch fault {
      case .secretInAddress: [HTTPRequest.Field]()
      case .secretInPlain: [HTTPRequest.Field("Authorization", "Bearer \(secret)")]
      default:
        [HTTPRequest.Field("Authorization", services.bindings.bind(Secret(secret), to: url.origin).bearer)]
      }
    let request = HTTPRequest(.get, url, fields: fields)
    let response = try await response(to: request)
    let text = (try? JSONReader().read(response.body))?.object?["value"]?.string
    if response.status != 200 || text == nil {
      if fault == .takesAnything { return try IdentityToken(Secret(PlantedProvider.token), from: "Nobody") }
      throw invalid(response, secret)
    }
    let token = try IdentityToken(Secret(text ?? ""), from: "The endpoint")
    state.withLock { $0.cached = token }
    return token
  }

  private func response(to request: HTTPRequest) async throws(BrokerError) -> HTTPResponse {
    let call = { [services] () async -> Result<HTTPResponse, BrokerError> in
      do throws(BrokerError) {
        return .success(
          try await services.transport.answer(
            to: request, purpose: "ask for an identity token", invalid: .identityTokenMalformed,
            now: services.time.now()))
      } catch { return .failure(error) }
    }
    // A task of its own does not hear of the other's end.
    let result = fault == .deafToCancellation ? await Task { await call() }.value : await call()
    do { return try result.get() } catch {
      if fault == .neverRetried { throw BrokerError(.unreachable, error.message, remedy: error.remedy) }
      throw error
    }
  }

  private func invalid(_ response: HTTPResponse, _ secret: String) -> BrokerError {
    let message: Message =
      switch fault {
      case .noMessage: ""
      case .secretInError: "It was sent \(Neutralized(secret))."
      default: "It answered \(response.status)."
      }
    return BrokerError(
      fault == .status ? .usage : .identityTokenMalformed, message,
      recovery: fault == .alwaysRetried ? .retry(.mayHaveArrived, after: nil) : .none)
  }

  func job(from claims: Claims) -> JobIdentity {
    var job = JobIdentity(family: fault == .family ? IssuerFamily("Another") : .sample)
    job.issuer = fault == .playedIssuer ? "https://other.example" : claims["iss"]
    job.repository = claims["repository"]
    job.fields[.repository] = job.repository
    if fault == .job { job.sha = "\(UInt64.random(in: 0 ... .max))" }
    return job
  }
}

/// The sandbox's side.
private enum PlantedCI {
  static func played(_ fault: PlantedProvider.Fault?) -> SandboxProvider {
    SandboxProvider(
      "sample-ci", title: "Sample CI", issuer: "https://ci.example",
      clueVariable: fault == .playedClue ? "OTHER" : "SAMPLE_CI", foreignVariables: ["SAMPLE_CI"], isAsked: true,
      tokenLifetime: 600, claims: [("repository", "sample")], publisher: ("octo", "sample", "build"),
      claimsOfPublisher: { [SandboxClaim("repository", $0.repository)] }, makeEndpoint: { Endpoint(fault: fault) })
  }

  struct Endpoint: SandboxEndpoint {
    let fault: PlantedProvider.Fault?

    func variables(of job: SandboxJob) -> [String: String] {
      ["SAMPLE_CI": "true", "SAMPLE_SECRET": PlantedProvider.secret, "SAMPLE_PLAYED": "\(job.endpoint)/token"]
    }

    func respond(to request: ServerRequest, of job: SandboxJob, audience: String?) -> ServerResponse {
      let audience = fault == .playedAudience ? "other" : job.audiences.first ?? ""
      return .json(200, .object([("value", .string(job.identityToken(for: audience)))]))
    }
  }
}
