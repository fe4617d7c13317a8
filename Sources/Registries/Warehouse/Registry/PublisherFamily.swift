import BrokerCore

/// The kinds of issuer that PyPI has publisher forms for and whose jobs are known here (Warehouse, oidc/models).
enum PublisherFamily {
  /// GitHub Actions.
  static let gitHub = IssuerFamily("GitHub")
  /// GitLab CI.
  static let gitLab = IssuerFamily("GitLab")
  /// Google's service accounts.
  static let google = IssuerFamily("Google")
}
