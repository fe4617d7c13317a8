/// What the administrators of an index can switch, and what can be broken behind it.
public enum SandboxSwitch: String, Sendable, CaseIterable {
  /// All trusted publishing is off.
  case trustedPublishingOff = "trusted-publishing-off"
  /// Trusted publishing from GitHub is off.
  case githubOff = "github-off"
  /// Trusted publishing from GitLab is off.
  case gitlabOff = "gitlab-off"
  /// New projects cannot be made.
  case newProjectsOff = "new-projects-off"
  /// Uploads are off.
  case uploadsOff = "uploads-off"
  /// The site is read-only.
  case readOnly = "read-only"
  /// The database is away.
  case databaseDown = "database-down"
  /// The cache that holds used token ids is away.
  case cacheDown = "cache-down"
  /// The index cannot burn credentials.
  case noBurn = "no-burn"
  /// Every upload is listed with its publisher, as if it had come with attestations.
  case attestUploads = "attest-uploads"
  /// The index does not say who published a file.
  case integrityOff = "integrity-off"
  /// The index does not list its files.
  case noSimpleIndex = "no-simple-index"
  /// The index has no trusted publishing at all.
  case noTrustedPublishing = "no-trusted-publishing"
}
