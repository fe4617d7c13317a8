import BrokerCore
import BrokerSystem

/// The files that a tool chooses by itself, found by what it leaves in its folder.
struct OwnFiles: Sendable {
  private let folder: String?
  private let endings: [String]
  /// Whether the tool publishes what it has not written, too.
  private let isAll: Bool
  private let before: [String: FileReader.Stamp]

  /// Looks at the folder before the tool runs.
  ///
  /// - Parameters:
  ///   - recognised: The tool; without one, there are no files.
  ///   - files: How the files that it chooses are called.
  ///   - environment: The variables, which may lead a tool to another project.
  init(_ recognised: ClientRecognition?, _ files: PublishedFiles, in environment: Environment) {
    endings = files.chosenEndings
    guard let recognised, let start = recognised.folder else {
      (folder, isAll, before) = (nil, false, [:])
      return
    }
    switch recognised.client.ownFiles {
    case .all(let name, let options, let variables):
      let isElsewhere =
        ClientArguments(recognised).gives(options) || variables.contains { environment[$0] != nil }
      (folder, isAll) = (isElsewhere ? nil : ToolRunner.joined(start, name), true)
    case .written(let name): (folder, isAll) = (ToolRunner.joined(start, name), false)
    }
    before = folder.map { [endings] in Self.stamps(in: $0, endings) } ?? [:]
  }

  /// The paths of the files, after the tool has run.
  func paths() -> [String] {
    guard let folder else { return [] }
    return Self.stamps(in: folder, endings).filter { isAll || before[$0.key] != $0.value }.keys.sorted()
  }

  private static func stamps(in folder: String, _ endings: [String]) -> [String: FileReader.Stamp] {
    var stamps: [String: FileReader.Stamp] = [:]
    for name in FolderReader.names(in: folder) where endings.contains(where: name.hasSuffix) {
      let path = ToolRunner.joined(folder, name)
      stamps[path] = FileReader.stamp(of: path)
    }
    return stamps
  }
}
