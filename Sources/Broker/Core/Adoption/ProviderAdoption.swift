/// What a provider knows about repositories that come to the broker; what is left out is not known.
public struct ProviderAdoption: Sendable {
  /// The servers that the repositories are on; nil for a provider whose jobs have no repository.
  public let hosting: RepositoryHosting?
  /// What a file of a checkout, by its path and text, says about publishing; nil if it defines no jobs.
  public let jobFile: @Sendable (_ path: String, _ text: String) -> JobFile?
  /// What such a file has to say so that jobs can have identity tokens, such as `id-token: write`.
  public let tokenMark: Message
  /// Changes a file; nil if none of its jobs publishes.
  ///
  /// - Throws: If a place of it cannot be changed.
  public let change: @Sendable (WorkflowChangeRequest) throws(BrokerError) -> WorkflowChange?
  /// The text of a file whose jobs publish; nil if none can be written.
  public let write: (@Sendable (NewWorkflow) -> String)?
  /// Where stored credentials of a repository are deleted, by its address without a slash at the end.
  public let credentialSettings: @Sendable (_ repository: Message) -> Message?
  /// Where a repository's environments are made, by its address; nil where a job makes its environment by itself.
  public let environmentSettings: @Sendable (_ repository: Message) -> Message?

  /// What is known.
  public init(
    hosting: RepositoryHosting? = nil,
    jobFile: @escaping @Sendable (_ path: String, _ text: String) -> JobFile? = { _, _ in nil },
    tokenMark: Message = "the right to identity tokens",
    change: @escaping @Sendable (WorkflowChangeRequest) throws(BrokerError) -> WorkflowChange? = {
      (_) throws(BrokerError) in nil
    },
    write: (@Sendable (NewWorkflow) -> String)? = nil,
    credentialSettings: @escaping @Sendable (_ repository: Message) -> Message? = { _ in nil },
    environmentSettings: @escaping @Sendable (_ repository: Message) -> Message? = { _ in nil }
  ) {
    self.hosting = hosting
    self.jobFile = jobFile
    self.tokenMark = tokenMark
    self.change = change
    self.write = write
    self.credentialSettings = credentialSettings
    self.environmentSettings = environmentSettings
  }
}

/// The servers that a provider's repositories are on.
public struct RepositoryHosting: Sendable {
  /// The server that an owner and a name without a server mean, in lower case.
  public let service: String
  /// Other names of that server, such as the one that takes ssh.
  public let aliases: [String]
  /// Whether a server has repositories of this provider, as far as its name in lower case tells.
  public let recognises: @Sendable (_ host: String) -> Bool
  /// The issuer of the identity tokens of jobs on a server.
  public let issuer: @Sendable (_ host: String) -> String
  /// The variables in which the runner names a job's server, by its name or its address; the first that is set counts.
  public let serverVariables: [String]
  /// Whether an owner may have several parts.
  public let hasNestedOwners: Bool

  /// Servers; unless they are told by their names, the one that is `service` is known alone.
  public init(
    _ service: String, aliases: [String] = [], serverVariables: [String] = [], hasNestedOwners: Bool = false,
    recognises: (@Sendable (_ host: String) -> Bool)? = nil,
    issuer: @escaping @Sendable (_ host: String) -> String = { "https://\($0)" }
  ) {
    self.service = service
    self.aliases = aliases
    self.serverVariables = serverVariables
    self.hasNestedOwners = hasNestedOwners
    self.recognises = recognises ?? { $0 == service }
    self.issuer = issuer
  }
}
