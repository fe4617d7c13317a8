/// The means of a registry to make a credential good for less than it was given for, without asking the registry.
public struct CredentialNarrowing: Sendable {
  /// Adds bounds to an API token.
  ///
  /// - Throws: ``NotNarrowed`` if the token is of another form than those that can be narrowed.
  public typealias Change = @Sendable (_ token: Secret, _ bounds: CredentialBounds) throws(NotNarrowed) -> Secret

  /// Whether credentials are narrowed where the configuration does not say.
  public let isUsual: Bool
  /// Adds bounds to an API token.
  public let apply: Change
  /// What an API token says about itself; nil if it is of another form than those that can be narrowed.
  public let reach: @Sendable (_ token: Secret) -> CredentialReach?
  /// The API tokens in a text.
  public let tokens: @Sendable (_ text: String) -> [Secret]
  /// A project's name as the registry compares it; nil if it is none.
  public let projectName: @Sendable (_ name: String) -> String?

  /// The means to narrow credentials.
  public init(
    isUsual: Bool, apply: @escaping Change, reach: @escaping @Sendable (_ token: Secret) -> CredentialReach?,
    tokens: @escaping @Sendable (_ text: String) -> [Secret],
    projectName: @escaping @Sendable (_ name: String) -> String?
  ) {
    self.isUsual = isUsual
    self.apply = apply
    self.reach = reach
    self.tokens = tokens
    self.projectName = projectName
  }
}

/// What a credential is made good for, and no more.
public struct CredentialBounds: Sendable, Equatable {
  /// The projects, by the names that the registry compares, each once; nil for all that it was given for.
  public let projects: [String]?
  /// When it ends, by the registry's clock; nil for when it ends by itself.
  public let expires: UnixTime?

  /// Bounds.
  public init(projects: [String]?, expires: UnixTime?) {
    self.projects = projects
    self.expires = expires
  }
}

/// Why an API token stays as it is.
public struct NotNarrowed: Error, Sendable {
  /// The reason, as a clause: `it is not a macaroon`.
  public let reason: Message

  /// A reason, as a clause.
  public init(_ reason: Message) { self.reason = reason }
}
