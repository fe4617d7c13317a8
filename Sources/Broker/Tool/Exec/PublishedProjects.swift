import BrokerCore

extension CommandFiles {
  /// The projects of what a command publishes, which its credential is narrowed to: the one place that says so.
  ///
  /// - Parameters:
  ///   - files: The files of the command that it keeps.
  ///   - others: The indices of its other operands that it keeps.
  ///   - command: The words of the whole command.
  ///   - capabilities: What the registry's names say, and how it compares them.
  /// - Returns: The projects, or why they are not known.
  func projects(
    of files: [DistributionFile], others: [Int], in command: [String], by capabilities: RegistryCapabilities
  ) -> Narrowing.Projects {
    let paths = files.map(\.path) + others.map { command[$0] }
    guard !paths.isEmpty else {
      return project(by: capabilities).map { .named([$0]) } ?? .unknown(unknown ?? "the command names no file")
    }
    var names: Set<String> = []
    for path in paths {
      // A pattern or a folder may stand for files of any project.
      guard !path.contains(where: "*?[{".contains), let name = capabilities.distributions?.name(of: path) else {
        return .unknown("\(Neutralized(path, limit: 120)) names no project")
      }
      names.insert(name.project)
    }
    return .named(names.sorted())
  }

  /// The project of what the tool makes or chooses, as a registry compares it; nil if that is not known.
  func project(by capabilities: RegistryCapabilities) -> String? {
    project.flatMap { capabilities.narrow?.projectName($0) }
  }
}
