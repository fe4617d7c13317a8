import BrokerCore
import BrokerSystem

/// The files that a tool chooses by itself: those that it will take, and those that it took, by what it left in its folder.
struct OwnFiles: Sendable {
  /// What is known before the tool runs.
  enum Preview: Sendable {
    /// It will take these files: their paths as the tool calls them, and where they are.
    case files([(path: String, location: String)], in: String)
    /// That cannot be told; the reason is a sentence without its end.
    case unknown(Message)
  }

  /// What is known before the tool runs.
  let preview: Preview
  /// The project of what it will take, by the file that names it to the tool; nil where that is not known.
  private(set) var project: String?
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
  ///   - projects: The files that name a project to the tools.
  ///   - release: Which release a file is part of, by its name.
  init(
    _ recognised: ClientRecognition?, _ files: PublishedFiles, in environment: Environment,
    projects: [ProjectFile] = [], release: (String) -> String? = { _ in nil }
  ) {
    endings = files.chosenEndings
    guard let recognised, let own = recognised.client.ownFiles, let start = recognised.folder,
      !ClientArguments(recognised).givesAnywhere(own.options),
      !own.variables.contains(where: { environment[$0] != nil })
    else {
      (folder, isAll, before) = (nil, false, [:])
      preview = .unknown("\(Neutralized(recognised?.client.name ?? "the command")) chooses the files by itself")
      return
    }
    let folder = ToolRunner.joined(start, own.folder)
    self.folder = folder
    isAll = own.choice == .all
    before = Self.stamps(in: folder, endings)
    let arguments = ClientArguments(recognised)
    let isBuilding =
      switch own.building {
      case .never: false
      case .always: true
      case .with(let options): arguments.gives(options)
      case .without(let options): !arguments.gives(options)
      }
    let names = before.keys.sorted().map { String($0.dropFirst(folder.count + 1)) }
    if isBuilding || own.choice == .written {
      preview = .unknown("\(Neutralized(recognised.client.name)) builds the files that it publishes")
    } else if own.choice == .oneRelease, Set(names.map(release)).count > 1 {
      preview = .unknown(
        "\(Neutralized(recognised.client.name)) chooses one of the releases in \(Neutralized(own.folder))")
    } else {
      preview = .files(
        names.map { (path: "\(own.folder)/\($0)", location: "\(folder)/\($0)") }, in: own.folder)
      return
    }
    project =
      projects.lazy.compactMap { file in
        let bytes = try? FileReader.read(ToolRunner.joined(start, file.path), maximumBytes: 1 << 20, code: .usage)
        return bytes.flatMap { file.name(in: String(decoding: $0, as: UTF8.self))?.text }
      }.first
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
