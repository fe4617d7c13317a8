/// The means of a registry to say what it can be told of files before they are published.
public protocol DistributionFormat: Sendable {
  /// What the name in a path says; nil if it is none of a file of a release.
  func name(of path: String) -> DistributionName?
}
