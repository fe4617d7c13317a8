/// A kind of identity issuer whose tokens carry the same claims, wherever it is hosted.
public struct IssuerFamily: Sendable, Hashable, CustomStringConvertible {
  /// The name as people write it, such as `GitHub`.
  public let name: String

  /// A family.
  public init(_ name: String) {
    self.name = name
  }

  /// GitHub Actions.
  public static let gitHub = IssuerFamily("GitHub")
  /// GitLab CI.
  public static let gitLab = IssuerFamily("GitLab")

  /// The name.
  public var description: String { name }
}
