import BrokerCore
import BrokerSystem

/// The files that a tool chooses by itself, found by what it leaves in its folder.
struct OwnFiles: Sendable {
  private let folder: String?
  /// Whether the tool publishes what it has not written, too.
  private let isAll: Bool
  private let before: [String: FileReader.Stamp]

  /// Looks at the folder before the tool runs.
  ///
  /// - Parameters:
  ///   - recognised: The tool; without one, there are no files.
  ///   - environment: The variables; `PDM_PROJECT` leads pdm to another project.
  init(_ recognised: ClientRecognition?, in environment: Environment) {
    guard let recognised, let start = recognised.folder else {
      (folder, isAll, before) = (nil, false, [:])
      return
    }
    switch recognised.client.ownFiles {
    case .all(let name, let options):
      let isElsewhere = ClientArguments(recognised).gives(options) || environment["PDM_PROJECT"] != nil
      (folder, isAll) = (isElsewhere ? nil : ToolRunner.joined(start, name), true)
    case .written(let name): (folder, isAll) = (ToolRunner.joined(start, name), false)
    }
    before = folder.map(Self.stamps) ?? [:]
  }

  /// The paths of the files, after the tool has run.
  func paths() -> [String] {
    guard let folder else { return [] }
    return Self.stamps(in: folder).filter { isAll || before[$0.key] != $0.value }.keys.sorted()
  }

  private static func stamps(in folder: String) -> [String: FileReader.Stamp] {
    var stamps: [String: FileReader.Stamp] = [:]
    for name in FolderReader.names(in: folder) where [".whl", ".tar.gz"].contains(where: name.hasSuffix) {
      let path = ToolRunner.joined(folder, name)
      stamps[path] = FileReader.stamp(of: path)
    }
    return stamps
  }
}
