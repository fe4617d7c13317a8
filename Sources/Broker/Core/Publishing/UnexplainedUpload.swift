/// An upload that a registry refused for a reason that nobody showed, and what is known of it.
public struct UnexplainedUpload: Sendable {
  /// The files that were to be published.
  public let files: [ReleaseComparison.LocalFile]
  /// What the registry lists afterwards, by project; nothing for a project that it was not asked for.
  public let listings: [String: ReleaseListing]
  /// Whether attestations came with them.
  public let isAttested: Bool
  /// When it was refused.
  public let time: UnixTime
  /// The HTTP status of the refusal; nil if the tool does not show it.
  public let status: Int?
  /// How the credential's life ended before that; nil if it had not ended.
  public let end: CredentialEnd?

  /// An end of a credential's life.
  public enum CredentialEnd: Sendable {
    /// The one that the registry gave it.
    case usual
    /// An earlier one, which was asked for.
    case early
  }

  /// An upload.
  public init(
    _ files: [ReleaseComparison.LocalFile], listings: [String: ReleaseListing], isAttested: Bool, time: UnixTime,
    status: Int? = nil, end: CredentialEnd? = nil
  ) {
    self.status = status
    self.end = end
    self.files = files
    self.listings = listings
    self.isAttested = isAttested
    self.time = time
  }
}
