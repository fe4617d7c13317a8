/// A file that names the projects of a checkout, and those of files that it leads to.
public struct WorkspaceFile: Sendable, Equatable {
  /// A project.
  public struct Project: Sendable, Equatable {
    /// Its name at the registry.
    public let name: String
    /// Where the name stands.
    public let place: FilePlace

    /// A project.
    public init(_ name: String, at place: FilePlace) {
      self.name = name
      self.place = place
    }
  }

  /// The file's path in the folder, by which two are the same.
  public let path: String
  /// The projects of a folder that may be published.
  ///
  /// - Throws: If the file is there and cannot be read.
  public let projects: @Sendable (any CheckoutFiles) throws(BrokerError) -> [Project]

  /// A file.
  public init(_ path: String, projects: @escaping @Sendable (any CheckoutFiles) throws(BrokerError) -> [Project]) {
    self.path = path
    self.projects = projects
  }

  /// Goes by the path.
  public static func == (left: WorkspaceFile, right: WorkspaceFile) -> Bool { left.path == right.path }
}
