import BrokerCore

extension IssuerFamily {
  static let gitHub = IssuerFamily("GitHub")
  static let gitLab = IssuerFamily("GitLab")
}
