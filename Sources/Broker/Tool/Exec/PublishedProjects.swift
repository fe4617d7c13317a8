import BrokerCore

extension CommandFiles {
  /// The projects of what a command publishes, which its credential is narrowed to: the one place that says so.
  ///
  /// - Parameters:
  ///   - files: The files of the command that it keeps.
  ///   - others: The indices of its other operands that it keeps.
  ///   - command: The words of the whole command.
  ///   - format: What the registry's names say; nil if that is not known.
  /// - Returns: The projects, or why they are not known.
  func projects(
    of files: [DistributionFile], others: [Int], in command: [String], by format: (any DistributionFormat)?
  ) -> Narrowing.Projects {
    let paths = files.map(\.path) + others.map { command[$0] }
    guard !paths.isEmpty else { return .unknown(unknown ?? "the command names no file") }
    var names: Set<String> = []
    for path in paths {
      // A pattern or a folder may stand for files of any project.
      guard !path.contains(where: "*?[{".contains), let name = format?.name(of: path) else {
        return .unknown("\(Neutralized(path, limit: 120)) names no project")
      }
      names.insert(name.project)
    }
    return .named(names.sorted())
  }
}
