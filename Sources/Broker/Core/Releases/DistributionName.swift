/// What the name of a file says about its release, as its registry reads names.
public struct DistributionName: Sendable, Equatable {
  /// The file's name without its folder.
  public let filename: String
  /// The project, in the form in which the registry compares names.
  public let project: String
  /// The version, as the file's name has it.
  public let version: String

  /// What a name says.
  public init(filename: String, project: String, version: String) {
    self.filename = filename
    self.project = project
    self.version = version
  }
}
