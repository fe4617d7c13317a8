public import BrokerCore

/// An index that the sandbox plays: an entry of its directory.
public struct SandboxRegistry: Sendable {
  /// The name that the configuration gives the registry.
  public let name: String
  /// The audience it asks for.
  public let audience: String
  /// What it is.
  public let kind: SandboxRegistryKind

  /// An index.
  public init(name: String, audience: String, kind: SandboxRegistryKind) {
    self.name = name
    self.audience = audience
    self.kind = kind
  }

  /// Reads `NAME=AUDIENCE`.
  ///
  /// - Throws: `ErrorCode.usage` if it is not of that form.
  public init(parsing text: String, kind: SandboxRegistryKind) throws(BrokerError) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, Audience(parts[1]) != nil else {
      throw BrokerError(
        .usage, "--registry is \(Neutralized.quoted(text)), which names no registry and audience.",
        remedy: "Write --registry NAME=AUDIENCE.")
    }
    guard EntryName.isValid(parts[0]) else {
      throw BrokerError(
        .usage, "--registry is \(Neutralized.quoted(text)), and what is before = is not a name.",
        remedy: "Use \(EntryName.rule).")
    }
    self.init(name: parts[0], audience: parts[1], kind: kind)
  }
}

/// A kind of registry that the sandbox plays: the sandbox's side of a registry plug-in.
///
/// It knows the server by its public behaviour alone, and shares no code with the plug-in that it is played for, so that
/// one mistake cannot hide on both sides.
public struct SandboxRegistryKind: Sendable {
  /// The requests that can go wrong beside those that every registry has.
  public let steps: [SandboxFault.Step]
  /// What its administrators can switch, and what can be broken behind it.
  public let switches: [SandboxSwitch]
  /// What a rehearsal expects of it.
  public let rehearsal: SandboxRehearsal
  /// Makes the service for an entry of one sandbox.
  let make: @Sendable (SandboxRegistry, SandboxIssuer, SandboxConfiguration) -> any SandboxService

  /// A kind of registry.
  public init(
    steps: [SandboxFault.Step] = [], switches: [SandboxSwitch] = [], rehearsal: SandboxRehearsal,
    make: @escaping @Sendable (SandboxRegistry, SandboxIssuer, SandboxConfiguration) -> any SandboxService
  ) {
    self.steps = steps
    self.switches = switches
    self.rehearsal = rehearsal
    self.make = make
  }
}

/// What a rehearsal expects of a registry.
public struct SandboxRehearsal: Sendable {
  /// Whether it is asked for its audience.
  public let isAskedForAudience: Bool
  /// Whether an exchange goes over the connection that the audience was asked over; a request without a body that must not be
  /// sent twice has one of its own.
  public let sharesConnection: Bool
  /// The life of a credential in seconds, as a range around what it should be.
  public let lifetime: ClosedRange<Int64>
  /// Whether its answer says how long that is; else it is a rule.
  public let saysLifetime: Bool
  /// The code of the refusal of a job that no publisher matches; nil where it is not known which jobs it takes.
  public let noPublisher: String?
  /// The code of the refusal of an identity token that was used already.
  public let reusedToken: String

  /// What is expected.
  public init(
    isAskedForAudience: Bool, sharesConnection: Bool = true, lifetime: ClosedRange<Int64>, saysLifetime: Bool = true,
    noPublisher: String?,
    reusedToken: String
  ) {
    self.saysLifetime = saysLifetime
    self.isAskedForAudience = isAskedForAudience
    self.sharesConnection = sharesConnection
    self.lifetime = lifetime
    self.noPublisher = noPublisher
    self.reusedToken = reusedToken
  }
}

/// An index in one sandbox.
public protocol SandboxService: Sendable {
  /// Which step of the flow a request belongs to; nil for any other.
  func step(of request: ServerRequest) -> SandboxFault.Step?

  /// Answers a request; the faults are those that change what is answered.
  func respond(to request: ServerRequest, _ faults: [SandboxFault.Behaviour]) -> ServerResponse

  /// A refusal of the exchange with a code and a text.
  func refusal(_ code: String, _ text: String) -> ServerResponse

  /// The identity token that came with a request; nil if none did.
  func identityToken(in request: ServerRequest) -> String?

  /// The files that were received.
  var uploads: [SandboxUpload] { get }

  /// Sets what its administrators can switch.
  func set(_ switches: Set<SandboxSwitch>)
}
