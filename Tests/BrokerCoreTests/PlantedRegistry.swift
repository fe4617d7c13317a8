import BrokerCore
import BrokerSandbox
import Synchronization

@testable import BrokerConformance

/// A registry that keeps its contract but for one fault.
struct PlantedRegistry: Registry {
  /// What is wrong.
  enum Fault: CaseIterable {
    case name, home, accepts, rehearsal, rehearsedHome, undeclaredTools
    case audience, askedTwice, credential, registry, exchangedTwice, host, secretInAddress, secretInPlain
    case refusalTaken, refusalStatus, refusalRetried, noMessage, secretInError, takesAnything, arrival, neverRetried
    case revokedTwice, revokedElsewhere, revokesNothing, revokesInPlain, revokedAnyhow, listsReality, listsWithoutReason
    case deafQuestion, deafExchange, deafRevocation
    case twoTools, toolName, noSubcommand, fileSubcommand, noCredential, noAddress, credentialInArguments
    case variableTwice, variableRemoved, unguarded, guardedTwice, ending, chosenEnding
    case narrowsNothing, narrowsNoEnd, widensAgain, narrowsAnything, findsNoToken, namesChange, readsNothing
    case playedAudience, playedQuestion, playedLifetime, playedPublisher, playedReuse, playedHost

    /// What the suite has to say.
    var words: String {
      switch self {
      case .name: "does not go by its entry's name"
      case .home: "uploads go to another host"
      case .accepts: "another audience is accepted"
      case .rehearsal: "a rehearsal goes to the real registry"
      case .rehearsedHome: "another one in a rehearsal"
      case .undeclaredTools: "declare different publishing tools"
      case .audience: "the audience is"
      case .askedTwice: "is one request at most"
      case .credential: "is not the one that was given"
      case .registry: "for another registry or address"
      case .exchangedTwice: "an exchange is one request"
      case .host: "another host is asked"
      case .secretInAddress: "a secret in its address"
      case .secretInPlain, .revokesInPlain: "given as plain text"
      case .refusalTaken: "a refusal was taken for a credential"
      case .refusalStatus: "a refusal ends with the status"
      case .refusalRetried: "a refusal is tried again"
      case .noMessage: "no message"
      case .secretInError: "is shown"
      case .takesAnything: "was taken for an answer to the exchange"
      case .arrival: "the request is said to be"
      case .neverRetried: "the recovery is"
      case .revokedTwice: "a revocation is one request"
      case .revokedElsewhere: "a credential is revoked at another host"
      case .revokesNothing: "does not say what is revoked"
      case .revokedAnyhow: "counts as burned that may not be"
      case .listsReality: "asks the real registry what is published"
      case .listsWithoutReason: "no reason"
      case .deafQuestion: "the audience: a cancelled request goes on"
      case .deafExchange: "the exchange: a cancelled request goes on"
      case .deafRevocation: "the revocation: a cancelled request goes on"
      case .twoTools: "two publishing tools have one name"
      case .toolName: "the name of a tool is no word"
      case .noSubcommand: "nothing makes it publish"
      case .fileSubcommand: "a subcommand with files"
      case .noCredential: "no variable has the credential"
      case .noAddress: "nothing says where to publish"
      case .credentialInArguments: "the credential is an argument"
      case .variableTwice: "a variable is set twice"
      case .variableRemoved: "both set and removed"
      case .unguarded: "is not guarded"
      case .guardedTwice: "is there twice"
      case .ending: "does not begin with a dot"
      case .chosenEnding: "that no command may name"
      case .narrowsNothing: "the projects are not those"
      case .narrowsNoEnd: "the end is not what was asked for"
      case .widensAgain: "a second time makes a credential good for more"
      case .narrowsAnything: "that cannot be read is narrowed"
      case .findsNoToken: "is not found in a text"
      case .namesChange: "a project's name as it is compared"
      case .readsNothing: "own credential cannot be read"
      case .playedAudience: "do not agree on the audience"
      case .playedQuestion: "whether the registry is asked"
      case .playedLifetime: "does not live as long as it should"
      case .playedPublisher: "a job that no publisher matches is not refused"
      case .playedReuse: "that was used already is not refused"
      case .playedHost: "Could not exchange"
      }
    }

    var isDeaf: Bool { [.deafQuestion, .deafExchange, .deafRevocation].contains(self) }
  }

  static func suite(_ fault: Fault?) -> RegistryConformance {
    var suite = RegistryConformance(
      RegistryType(
        PluginType("sample", summary: "a registry with a fault") { PlantedRegistry($0, fault, $1) },
        tools: fault == .undeclaredTools ? .none : tools(fault)),
      audience: "sample",
      endpoints: .init(
        audience: { $0.url.path == "/audience" },
        audienceAnswer: .json(#"{"audience":"\#(fault == .audience ? "other" : "sample")"}"#),
        exchangeAnswer: .json(#"{"key":"sample-credential-0123456789"}"#)
      ) { .json(#"{"error":\#(JSONText.quoted($0))}"#, status: 403) },
      playedBy: PlantedIndex.played(fault), withTokensOf: PlantedIndex.issuer)
    // Who is deaf stays so, however long it takes.
    if fault?.isDeaf == true { suite.patience = .milliseconds(200) }
    return suite
  }

  private static func tools(_ fault: Fault?) -> PublishingTools {
    typealias Option = PublishingTool.Option
    let address = fault == .noAddress ? ToolVariable("SEND_USER", "{username}") : ToolVariable("SEND_URL", "{url}")
    let credential = ToolVariable("SEND_KEY", fault == .noCredential ? "none" : "{token}")
    let tool = PublishingTool(
      fault == .toolName ? "a tool" : "send", subcommands: fault == .noSubcommand ? [] : ["files"],
      fileSubcommands: fault == .fileSubcommand ? ["others"] : [],
      variables: [credential, address] + (fault == .variableTwice ? [credential] : []),
      removedVariables: fault == .variableRemoved ? ["SEND_KEY"] : ["SEND_OTHER"],
      address: fault == .noAddress
        ? [] : ["--to", "{url}"] + (fault == .credentialInArguments ? ["--key", "{token}"] : []),
      guardedOptions: (fault == .unguarded ? [] : [Option(.address, "--to", "-t")])
        + (fault == .guardedTwice ? [Option(.credential, "-t")] : [])
        + (fault == .credentialInArguments ? [Option(.credential, "--key")] : []),
      ownFiles: PublishingTool.OwnFiles(.written, in: "out"))
    return PublishingTools(
      fault == .twoTools ? [tool, tool] : [tool],
      files: PublishedFiles(
        endings: [fault == .ending ? "box" : ".box"],
        chosenEndings: fault == .chosenEnding ? [".tin"] : []))
  }

  let name: String
  private let fault: Fault?
  private let services: PluginServices

  init(_ name: String, _ fault: Fault?, _ services: PluginServices) {
    self.name = fault == .name ? "another" : name
    self.fault = fault
    self.services = services
  }

  private static let origin = Origin.https(host: "registry.example")
  private static let other = Origin.https(host: "other.example")
  private var isRehearsed: Bool { services.rehearsalOrigin != nil }

  var home: Origin { fault == .home || fault == .rehearsedHome && isRehearsed ? Self.other : Self.origin }

  var uploadURL: HTTPURL {
    HTTPURL((fault == .rehearsal ? nil : services.rehearsalOrigin) ?? Self.origin, path: "/upload")
  }

  var audience: AudienceSource { .pinned(fault == .accepts ? "other" : "sample", ask) }

  var capabilities: RegistryCapabilities {
    RegistryCapabilities(
      revoke: revoke, narrow: PlantedNarrowing(fault: fault).means,
      releases: Listing(fault: fault, url: uploadURL, services: services), tools: Self.tools(fault))
  }

  /// Sends a request; one with a task of its own does not hear of the other's end.
  private func send(
    _ request: HTTPRequest, _ purpose: Message, isDeaf: Bool
  ) async throws(BrokerError) -> HTTPResponse {
    let call = { [services] () async -> Result<HTTPResponse, BrokerError> in
      do throws(BrokerError) {
        return .success(try await services.transport.answer(to: request, purpose: purpose, now: services.time.now()))
      } catch { return .failure(error) }
    }
    let result = isDeaf ? await Task { await call() }.value : await call()
    do { return try result.get() } catch {
      switch fault {
      case .neverRetried: throw BrokerError(error.code, error.message)
      case .arrival where error.recovery != .none:
        throw BrokerError(error.code, error.message, recovery: .retry(.nothingSent, after: nil))
      default: throw error
      }
    }
  }

  private func url(_ path: String) -> HTTPURL { HTTPURL(fault == .host ? Self.other : uploadURL.origin, path: path) }

  private func ask() async throws(BrokerError) -> AudienceAnswer {
    let request = HTTPRequest(.get, HTTPURL(uploadURL.origin, path: "/audience"))
    if fault == .askedTwice { _ = try await send(request, "ask", isDeaf: false) }
    let response = try await send(request, "ask", isDeaf: fault == .deafQuestion)
    guard let text = (try? JSONReader().read(response.body))?.object?["audience"]?.string, response.status == 200,
      let audience = Audience(text)
    else { throw BrokerError(.registryAnswerInvalid, "It said no audience.") }
    return AudienceAnswer(audience: audience, serverTime: nil)
  }

  func exchange(_ token: IdentityToken, for _: Scope) async throws(BrokerError) -> Credential {
    let text = token.secret.reveal()
    let place = fault == .playedHost && isRehearsed ? HTTPURL(Self.origin, path: "/exchange") : url("/exchange")
    let body: HTTPRequest.Content =
      switch fault {
      case .secretInAddress, .host: "nothing"
      case .secretInPlain: .plain(text)
      default: .bound(token.bound)
      }
    let path = fault == .secretInAddress ? "/exchange/\(text)" : place.path
    let request = HTTPRequest(.post, HTTPURL(place.origin, path: path), body: body)
    if fault == .exchangedTwice { _ = try await send(request, "exchange", isDeaf: false) }
    let response = try await send(request, "exchange", isDeaf: fault == .deafExchange)
    let object = (try? JSONReader().read(response.body))?.object
    let key = object?["key"]?.string
    if response.status != 200 || key == nil {
      let isTaken = fault == .takesAnything || fault == .refusalTaken && response.status == 403
      guard isTaken else { throw refusal(response, object?["error"]?.string ?? "", text) }
    }
    let life = object?["life"]?.integer ?? 600
    let words = fault == .credential ? "another-credential-0123456789" : key ?? "a-credential-of-nobody-0123456789"
    guard
      let credential = Credential(
        registry: fault == .registry ? "another" : name, secret: Secret(words), username: "u",
        expires: services.time.now().advanced(by: life), uploadURL: uploadURL)
    else { throw BrokerError(.registryAnswerInvalid, "It gave no credential.") }
    return credential
  }

  private func refusal(_ response: HTTPResponse, _ said: String, _ token: String) -> BrokerError {
    let message: Message =
      switch fault {
      case .noMessage: ""
      case .secretInError: "It was sent \(Neutralized(token, limit: 4096))."
      default: "It answered \(response.status), \(Neutralized.quoted(said, limit: 20))."
      }
    return BrokerError(
      fault == .refusalStatus ? .usage : .exchangeRefused, message,
      recovery: fault == .refusalRetried ? .retry(.nothingSent, after: nil) : .none)
  }

  private func revoke(_ secret: BoundSecret) async throws(BrokerError) {
    let body: HTTPRequest.Content =
      switch fault {
      case .revokesNothing, .revokedElsewhere: "nothing"
      case .revokesInPlain: .plain(secret.reveal())
      default: .bound(secret)
      }
    let url = HTTPURL(fault == .revokedElsewhere ? Self.other : uploadURL.origin, path: "/revoke")
    let request = HTTPRequest(.post, url, body: body)
    if fault == .revokedTwice { _ = try await send(request, "revoke", isDeaf: false) }
    do throws(BrokerError) {
      let response = try await send(request, "revoke", isDeaf: fault == .deafRevocation)
      guard response.status == 200 else {
        throw BrokerError(.registryAnswerInvalid, "It answered \(response.status).")
      }
    } catch {
      guard fault == .revokedAnyhow else { throw error }
    }
  }

  private struct Listing: ReleaseIndex {
    let fault: Fault?
    let url: HTTPURL
    let services: PluginServices

    func page(of release: DistributionName) -> String? { nil }

    func listing(of project: String) async throws(BrokerError) -> ReleaseListing {
      let place = fault == .listsReality ? HTTPURL(PlantedRegistry.origin, path: "/list") : url
      let response = try await services.transport.answer(
        to: HTTPRequest(.get, place), purpose: "list", now: services.time.now())
      return .unavailable(fault == .listsWithoutReason ? "" : "answers \(response.status)")
    }
  }
}

/// Credentials that say in plain words what they are good for: `rehearsal-key-1/sample/1700000060`.
private struct PlantedNarrowing {
  let fault: PlantedRegistry.Fault?

  var means: CredentialNarrowing {
    CredentialNarrowing(
      isUsual: false, apply: apply, reach: reach,
      tokens: { text in
        text.split(separator: " ").filter { fault != .findsNoToken && isOwn($0) }.map { Secret(String($0)) }
      },
      projectName: { fault == .namesChange ? "\($0)x" : $0 })
  }

  private func isOwn(_ text: Substring) -> Bool { text.hasPrefix("rehearsal-key-") }

  @Sendable private func apply(_ token: Secret, _ bounds: CredentialBounds) throws(NotNarrowed) -> Secret {
    let text = token.reveal()
    guard fault != .readsNothing, isOwn(text[...]) || fault == .narrowsAnything else {
      throw NotNarrowed("it is of another form")
    }
    let known = fault == .widensAgain ? nil : reach(token)
    var names = bounds.projects ?? []
    if case .named(let before)? = known?.projects { names = names.filter(before.contains) }
    let asked = bounds.expires ?? UnixTime(0)
    let end = known?.expires.map { min($0, asked) } ?? asked
    let words = fault == .narrowsNothing ? "other" : names.joined(separator: ",")
    let seconds = fault == .narrowsNoEnd ? end.seconds + 1 : end.seconds
    return Secret("\(text.prefix { $0 != "/" })/\(words)/\(seconds)")
  }

  @Sendable private func reach(_ token: Secret) -> CredentialReach? {
    let text = token.reveal()
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard fault != .readsNothing, isOwn(text[...]) else { return nil }
    guard parts.count == 3 else { return CredentialReach(projects: .all, expires: nil) }
    return CredentialReach(
      projects: .named(parts[1].split(separator: ",").map(String.init)),
      expires: Int64(parts[2]).map { UnixTime($0) })
  }
}

/// The sandbox's side.
private enum PlantedIndex {
  static let issuer = SandboxProvider(
    "sample-ci", title: "Sample CI", issuer: "https://ci.example", clueVariable: "SAMPLE_CI", foreignVariables: [],
    isAsked: true, tokenLifetime: 600, claims: [("repository", "sample")], publisher: ("octo", "sample", "build"),
    claimsOfPublisher: { [SandboxClaim("repository", $0.repository)] }, makeEndpoint: { Nobody() })

  struct Nobody: SandboxEndpoint {
    func variables(of job: SandboxJob) -> [String: String] { [:] }
    func respond(to request: ServerRequest, of job: SandboxJob, audience: String?) -> ServerResponse {
      .text(404, "")
    }
  }

  static func played(_ fault: PlantedRegistry.Fault?) -> SandboxRegistry {
    SandboxRegistry(
      name: "sample", audience: fault == .playedAudience ? "other" : "sample",
      kind: SandboxRegistryKind(
        rehearsal: SandboxRehearsal(
          isAskedForAudience: fault != .playedQuestion, lifetime: 500...600, noPublisher: "no-publisher",
          reusedToken: "reused")
      ) { Service(fault: fault, audience: $0.audience, issuer: $1, hasPublishers: !$2.publishers.isEmpty) })
  }

  final class Service: SandboxService {
    let fault: PlantedRegistry.Fault?
    let audience: String
    let issuer: SandboxIssuer
    let hasPublishers: Bool
    private let used = Mutex<Set<String>>([])

    init(fault: PlantedRegistry.Fault?, audience: String, issuer: SandboxIssuer, hasPublishers: Bool) {
      self.fault = fault
      self.audience = audience
      self.issuer = issuer
      self.hasPublishers = hasPublishers
    }

    var uploads: [SandboxUpload] { [] }
    func step(of request: ServerRequest) -> SandboxFault.Step? { nil }
    func set(_ switches: Set<SandboxSwitch>) {}
    func identityToken(in request: ServerRequest) -> String? { nil }
    func refusal(_ code: String, _ text: String) -> ServerResponse { .json(403, .object([("error", .string(code))])) }

    func respond(to request: ServerRequest, _ faults: [SandboxFault.Behaviour]) -> ServerResponse {
      switch request.path {
      case "/audience": return .json(200, .object([("audience", .string(audience))]))
      case "/revoke": return .json(200, .object([]))
      default: break
      }
      let token = String(decoding: request.body, as: UTF8.self)
      guard issuer.find(token) != nil else { return refusal("unknown", "") }
      guard hasPublishers || fault == .playedPublisher else { return refusal("no-publisher", "") }
      guard used.withLock({ $0.insert(token).inserted }) || fault == .playedReuse else { return refusal("reused", "") }
      return .json(
        200,
        .object([
          ("key", .string("rehearsal-key-\(SandboxToken.identifier())")), ("life", fault == .playedLifetime ? 7 : 600),
        ]))
    }
  }
}
