public import BrokerCore

/// A CI system that the sandbox plays: the sandbox's side of an identity provider.
///
/// It knows the system by its documentation alone, and shares no code with the provider that it is played for, so that one
/// mistake cannot hide on both sides.
public struct SandboxProvider: Sendable, Hashable {
  /// The name that the provider has in a configuration.
  public private(set) var name: String
  /// The name as people write it.
  public let title: String
  /// The issuer that its tokens name.
  public let issuer: String
  /// A variable without which a job is not recognised.
  public let clueVariable: String
  /// Variables that a job around the sandbox may have, and that the job that is played must not inherit.
  public let foreignVariables: [String]
  /// The files that a step writes to: the variables that name them, and what they are called.
  public let stepFiles: [String: String]
  /// Whether a job asks for each identity token; else it holds those that were made when it started.
  public let isAsked: Bool
  /// Whether there are as many identity tokens as a job wants; else it finds the same ones again.
  public let isRenewing: Bool
  /// Why no command can be run in a job that is played, as a clause; nil if one can be.
  public let obstacle: Message?
  /// The variables that name a file which holds an identity token.
  public let tokenFiles: [String]
  /// The life of an identity token in seconds.
  let tokenLifetime: Int64
  /// The claims of the job that is played, beside issuer, audience, id and times.
  let claims: [(name: String, value: String)]
  /// What its tokens have in place of that, or leave out: claims that are no texts among them.
  let otherClaims: [SandboxClaim]
  /// The parts of a publisher that this job matches: owner, repository and workflow.
  let publisher: (owner: String, repository: String, workflow: String)
  /// The service account that its jobs act for, where publishers name one in place of a repository; nil where they name a
  /// repository.
  let account: (address: String, identifier: String)?
  /// The claims of a job on the default branch that a publisher matches.
  let claimsOfPublisher: @Sendable (SandboxPublisher) -> [SandboxClaim]
  /// Makes the endpoint of one sandbox.
  let makeEndpoint: @Sendable () -> any SandboxEndpoint
  /// Makes what reads the log of a job that has these variables; nil if its log shows what the job prints.
  package let makeRunner: (@Sendable (_ variables: [String: String]) -> any SandboxRunner)?

  /// A CI system.
  public init(
    _ name: String, title: String, issuer: String, clueVariable: String, foreignVariables: [String],
    stepFiles: [String: String] = [:], tokenFiles: [String] = [], isAsked: Bool, isRenewing: Bool? = nil,
    obstacle: Message? = nil, tokenLifetime: Int64,
    claims: [(name: String, value: String)], otherClaims: [SandboxClaim] = [],
    publisher: (owner: String, repository: String, workflow: String) = ("", "", ""),
    account: (address: String, identifier: String)? = nil,
    claimsOfPublisher: @escaping @Sendable (SandboxPublisher) -> [SandboxClaim],
    makeEndpoint: @escaping @Sendable () -> any SandboxEndpoint,
    makeRunner: (@Sendable (_ variables: [String: String]) -> any SandboxRunner)? = nil
  ) {
    self.name = name
    self.title = title
    self.issuer = issuer
    self.clueVariable = clueVariable
    self.foreignVariables = foreignVariables
    self.stepFiles = stepFiles
    self.isAsked = isAsked
    self.isRenewing = isRenewing ?? isAsked
    self.obstacle = obstacle
    self.tokenFiles = tokenFiles
    self.tokenLifetime = tokenLifetime
    self.claims = claims
    self.otherClaims = otherClaims
    self.publisher = publisher
    self.account = account
    self.claimsOfPublisher = claimsOfPublisher
    self.makeEndpoint = makeEndpoint
    self.makeRunner = makeRunner
  }

  /// The publisher that the played job matches, allowed to upload to any project.
  public var usualPublisher: SandboxPublisher {
    if let account { return SandboxPublisher(self, account: account.address, accountID: account.identifier) }
    return SandboxPublisher(
      self, owner: publisher.owner, repository: publisher.repository, workflow: publisher.workflow)
  }

  /// The same CI system by another name of a configuration's.
  public func named(_ name: String) -> SandboxProvider {
    var provider = self
    provider.name = name
    return provider
  }

  /// Goes by the name.
  public static func == (left: SandboxProvider, right: SandboxProvider) -> Bool { left.name == right.name }

  /// Goes by the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// How the jobs of a CI system come to identity tokens, in one sandbox.
public protocol SandboxEndpoint: Sendable {
  /// The variables of a job.
  func variables(of job: SandboxJob) -> [String: String]

  /// Answers a request to the issuer; `audience` is that of a fault, in place of the one that is asked for.
  func respond(to request: ServerRequest, of job: SandboxJob, audience: String?) -> ServerResponse

  /// An answer with what every answer to such a request has, one that goes wrong included.
  func complete(_ response: ServerResponse, to request: ServerRequest) -> ServerResponse

  /// What a file holds that the CI system writes; nil for any other.
  func contents(of path: String, in job: SandboxJob) -> String?

  /// What a program prints that gets identity tokens from the CI system; nil for any other.
  func output(of words: [String], in job: SandboxJob) -> String?
}

extension SandboxEndpoint {
  /// The answer as it is.
  public func complete(_ response: ServerResponse, to request: ServerRequest) -> ServerResponse { response }
  /// None.
  public func contents(of path: String, in job: SandboxJob) -> String? { nil }
  /// None.
  public func output(of words: [String], in job: SandboxJob) -> String? { nil }
}

/// The job that is played, for the endpoint of its CI system.
public struct SandboxJob: Sendable {
  /// Where the endpoint listens.
  public let endpoint: Origin
  /// The audiences of the indexes.
  public let audiences: [String]
  /// The identity tokens that it says it holds: the variables, and the audiences that they are made out to.
  public let heldTokens: [(variable: String, audience: String)]
  let claims: JobClaims
  let issueToken: @Sendable (_ audience: String, _ claims: [SandboxClaim]) -> String

  /// A claim that is a text; nil if the job has none of that name.
  public func claim(_ name: String) -> String? { claims.text(name) }

  /// A new identity token made out to an audience; `claims` go before the job's own.
  public func identityToken(for audience: String, claims: [SandboxClaim] = []) -> String {
    issueToken(audience, claims)
  }
}
