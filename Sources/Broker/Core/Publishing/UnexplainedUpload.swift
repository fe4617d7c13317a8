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

  /// An upload.
  public init(
    _ files: [ReleaseComparison.LocalFile], listings: [String: ReleaseListing], isAttested: Bool, time: UnixTime
  ) {
    self.files = files
    self.listings = listings
    self.isAttested = isAttested
    self.time = time
  }
}
