/// Something that sets a provider's variables, and is not that provider.
public struct ProviderLookalike: Sendable {
  /// What people call it.
  public let name: Message
  /// By what it is recognised, such as `OTHER_CI is "true"`.
  public let evidence: Message
  /// The issuer of its identity tokens; nil if it issues none, or that is not known.
  public let issuer: String?
  /// Why the job has no identity that counts, and what to do.
  public let cause: Cause

  /// A lookalike.
  public init(_ name: Message, evidence: Message, issuer: String? = nil, cause: Cause) {
    self.name = name
    self.evidence = evidence
    self.issuer = issuer
    self.cause = cause
  }
}
