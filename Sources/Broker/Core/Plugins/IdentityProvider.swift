/// A plug-in that recognises a CI system and gets identity tokens from it.
///
/// This file is a provider's contract. A provider is a value: it is made once per run and does no input or output of its
/// own, but through its ``PluginServices``.
public protocol IdentityProvider: Sendable {
  /// The name of its entry in the configuration.
  var name: String { get }

  /// What it looks for in the environment, and how much that says.
  var clue: Clue { get }

  /// Looks whether the job runs at this provider.
  ///
  /// A provider whose clue is about the job looks at the environment alone. One whose clue is about the machine may ask that
  /// machine; it is asked only where no evidence of a job was found.
  ///
  /// - Returns: ``Detection/absent(_:)`` if it does not.
  /// - Throws: If it does, but the job may not ask for an identity token: a permission is missing, the run is for a fork.
  func detect(in environment: Environment) async throws(BrokerError) -> Detection

  /// What it knows beside that.
  var capabilities: ProviderCapabilities { get }
}

/// What a provider knows beside how to get an identity token; what is left out is not known.
public struct ProviderCapabilities: Sendable {
  /// What is written into the provider's files.
  @Deferred public var guide: ProviderGuide
  /// Who claims say a job is that a client printed, if they look like this provider's; what they leave open is unknown.
  public var job: @Sendable (PrintedClaims) -> JobIdentity?
  /// Why a job got no identity token, by what a log says; empty if it says nothing about that.
  public var recognise: @Sendable (_ log: String) -> [Cause]
  /// The variables of a job that are set, for where no job is recognised: a container was given a part of them.
  public var traces: @Sendable (Environment) -> [String]
  /// What runs a job instead, where it only looks like this provider's; nil if nothing is known of that.
  public var lookalike: @Sendable (Environment) -> ProviderLookalike?

  /// Capabilities.
  public init(
    guide: @autoclosure @escaping @Sendable () -> ProviderGuide = .none,
    job: @escaping @Sendable (PrintedClaims) -> JobIdentity? = { _ in nil },
    recognise: @escaping @Sendable (_ log: String) -> [Cause] = { _ in [] },
    traces: @escaping @Sendable (Environment) -> [String] = { _ in [] },
    lookalike: @escaping @Sendable (Environment) -> ProviderLookalike? = { _ in nil }
  ) {
    _guide = Deferred(wrappedValue: guide())
    self.job = job
    self.recognise = recognise
    self.traces = traces
    self.lookalike = lookalike
  }

  /// Nothing is known.
  public static let none = ProviderCapabilities()
}

extension IdentityProvider {
  /// Nothing is known.
  public var capabilities: ProviderCapabilities { .none }
}

/// What a provider looks for in the environment.
public struct Clue: Sendable {
  /// How much a clue says.
  public enum Strength: Int, Sendable, Comparable {
    /// It is about the machine, which may itself be rented by a CI system.
    case machine
    /// It is about the job.
    case job

    /// Whether `left` says less than `right`.
    public static func < (left: Strength, right: Strength) -> Bool { left.rawValue < right.rawValue }
  }

  /// What it looks for, such as `CI_SYSTEM=true`.
  public let text: Message
  /// How much that says.
  public let strength: Strength

  /// A clue.
  public init(_ text: Message, strength: Strength) {
    self.text = text
    self.strength = strength
  }
}

/// What a provider found in the environment.
public enum Detection: Sendable {
  /// The job does not run here; says what was seen instead, such as `CI_SYSTEM is not set`.
  case absent(Message)
  /// The job runs here; says by what evidence, such as `CI_SYSTEM is "true"`.
  case present(evidence: Message, source: any IdentityTokenSource)
}

/// An identity provider that was recognised and can be asked.
public protocol IdentityTokenSource: Sendable {
  /// The names of the variables that carry the job's identity: a command that has no business with it is run without
  /// them.
  var identityVariables: [String] { get }

  /// How many identity tokens there are for an audience.
  func supply(for audience: Audience) -> IdentityTokenSupply

  /// An identity token for an audience that this source has not handed out before.
  ///
  /// A source may be asked for several tokens at the same time. Cancelling the task ends the request.
  ///
  /// - Throws: If there is none; ``BrokerError/recovery`` says whether another attempt may help.
  func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken

  /// The identity tokens for an audience that the job already holds, without handing them out; none where each request
  /// makes a new one.
  ///
  /// - Throws: If the job should hold one and does not.
  func heldTokens(for audience: Audience) throws(BrokerError) -> [IdentityToken]

  /// Who the claims of a token say the job is.
  func job(from claims: Claims) -> JobIdentity

  /// How much the evidence says that the job was recognised by, where that is known only now; nil for as much as the
  /// provider's clue.
  var strength: Clue.Strength? { get }

  /// What is written into the provider's files.
  var guide: ProviderGuide { get }

  /// What the environment shows that makes a registry refuse the job.
  var suspicions: [Cause] { get }

  /// How much the evidence says that it was found by, where that is not what the provider's clue says.
  var evidence: Clue.Strength? { get }
}

extension IdentityTokenSource {
  /// As much as the provider's clue.
  public var strength: Clue.Strength? { nil }
  /// None.
  public func heldTokens(for audience: Audience) throws(BrokerError) -> [IdentityToken] { [] }
  /// Nothing is known.
  public var guide: ProviderGuide { .none }
  /// None.
  public var suspicions: [Cause] { [] }
  /// What the clue says.
  public var evidence: Clue.Strength? { nil }
}

/// How many identity tokens a source has for an audience.
public enum IdentityTokenSupply: Sendable, Equatable {
  /// Each request makes a new one.
  case renewable
  /// They were made when the job started; so many have not been handed out.
  case fixed(remaining: Int)
}
