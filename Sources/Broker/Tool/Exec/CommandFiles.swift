import BrokerCore
import BrokerSystem

/// What a command publishes, as far as that is known before it runs.
struct CommandFiles: Sendable {
  /// The distribution files that are named, or that the tool will take without their being named, in their order.
  private(set) var files: [DistributionFile]
  /// The indices of the words that may name more: patterns and folders that are not looked into, other files, files in a
  /// folder that is not known.
  let others: [Int]
  /// Why the files are not known to be all that will be published; nil if they, and the other words, are.
  private(set) var unknown: Message?
  /// The project of what the tool makes, or chooses, as its own file names it; nil where the files are known, or it is not.
  private(set) var project: String?
  /// Whether the command can be given some of the files alone.
  private(set) var isSelectable: Bool
  /// What there is in place of files where there is certainly nothing to publish, by word; nil if there may be something.
  let absence: Absence?

  /// Reads a command.
  ///
  /// The files are the operands of the tool, behind its subcommand, in the folder where it will look; without operands,
  /// those that it will take. Of a command whose tool is not recognised, they are all words that look like them: for
  /// `--per-file`, and not to be compared.
  ///
  /// - Parameters:
  ///   - command: All words.
  ///   - recognised: The tool; nil if none is.
  ///   - kinds: How distribution files are called.
  ///   - environment: The variables, which may lead a tool to another project.
  ///   - projects: The files that name a project to the tools.
  ///   - release: Which release a file is part of, by its name.
  init(
    _ command: [String], _ recognised: ClientRecognition?, _ kinds: PublishedFiles, in environment: Environment,
    projects: [ProjectFile], release: (String) -> String?
  ) {
    guard let recognised else {
      let words = Array(command.indices.dropFirst())
      files = Self.named(in: command, words, kinds) { $0 }.filter { !$0.path.hasPrefix("-") }
      (others, isSelectable, absence) = ([], true, nil)
      unknown = "what \(Neutralized(command[0], limit: 60)) publishes is not known"
      return
    }
    let client = recognised.client
    let takesFiles = client.fileSubcommands.contains(command[recognised.subcommand])
    let operands = takesFiles ? client.syntax.operands(in: command, from: recognised.subcommand + 1) : []
    isSelectable = takesFiles
    guard operands.isEmpty else {
      let found = Self.operands(operands, of: command, recognised, kinds)
      files = found
      let known = Set(found.flatMap(\.words) + found.compactMap(\.group))
      others = operands.filter { !known.contains($0) }
      unknown = nil
      absence = found.isEmpty ? Self.absence(of: others, in: command, recognised, kinds) : nil
      return
    }
    others = []
    // A pattern that a shell replaced by nothing leaves a command without files.
    guard !takesFiles || [.all, .oneRelease].contains(client.ownFiles?.choice) else {
      (files, unknown, absence) = ([], nil, Absence())
      return
    }
    let own = OwnFiles(recognised, kinds, in: environment, projects: projects, release: release)
    project = own.project
    switch own.preview {
    case .unknown(let reason): (files, unknown, absence) = ([], reason, nil)
    case .files(let found, let folder):
      files = found.map { DistributionFile($0.path, at: $0.location, group: nil, companions: [], kinds) }
      unknown = nil
      absence =
        found.isEmpty
        ? Absence(folder, Self.contents(of: ToolRunner.joined(recognised.folder ?? "", folder), kinds)) : nil
    }
    isChosen = true
    isCertain = recognised.client.ownFiles?.choice == .all
  }

  /// Whether the tool chooses the files by itself.
  private(set) var isChosen = false
  /// Whether it takes all of these, and does not look at its settings for what else there should be.
  private var isCertain = true

  /// The same, with the packages that the tool said it makes and publishes.
  func surveyed(_ answer: PackageSurvey.Answer) -> CommandFiles {
    var files = self
    files.unknown = answer.unknown
    guard answer.unknown == nil else { return files }
    files.files = answer.packages.map(DistributionFile.init(remade:))
    (files.isSelectable, files.isChosen, files.isCertain) = (true, true, true)
    return files
  }

  /// Whether the files are all that the command publishes.
  var isWhole: Bool { unknown == nil && others.isEmpty && isCertain }

  // MARK: Operands

  private static func named(
    in command: [String], _ indices: [Int], _ kinds: PublishedFiles, location: (String) -> String?
  ) -> [DistributionFile] {
    var files: [DistributionFile] = []
    for index in indices where !files.contains(where: { $0.path == command[index] }) {
      guard let location = location(command[index]),
        let file = DistributionFile(command[index], at: location, in: command, among: indices, kinds)
      else { continue }
      files.append(file)
    }
    return files
  }

  /// The same, with an attestation of each of these files.
  func attested(_ attested: [DistributionFile]) -> CommandFiles {
    var files = self
    files.files = self.files.map { attested.contains($0) ? $0.attested() : $0 }
    return files
  }

  /// The files that operands name: by their names, by patterns and by folders, where the tool reads these.
  private static func operands(
    _ operands: [Int], of command: [String], _ recognised: ClientRecognition, _ kinds: PublishedFiles
  ) -> [DistributionFile] {
    let named = named(in: command, operands, kinds) { location(of: $0, recognised) }
    var files: [DistributionFile] = []
    var locations = Set(named.map(\.location))
    for index in operands {
      if let file = named.first(where: { $0.words.first == index }) {
        files.append(file)
        continue
      }
      let word = command[index]
      guard let folder = folder(of: word, recognised) else { continue }
      let place = ToolRunner.joined(folder, word)
      guard recognised.client.takesFolders ? FileReader.isFolder(place) : !FileReader.exists(place) else { continue }
      for file in group(word, index, in: folder, recognised.client, kinds)
      where locations.insert(file.location).inserted {
        files.append(file)
      }
    }
    return files
  }

  /// The files that a pattern or a folder stands for.
  private static func group(
    _ word: String, _ index: Int, in folder: String, _ client: PublishingTool, _ kinds: PublishedFiles
  ) -> [DistributionFile] {
    let paths: [String]
    let endings: [String]
    if client.takesPatterns, let pattern = FilePattern(word) {
      (paths, endings) = (pattern.files(in: folder) ?? [], kinds.endings)
    } else if client.takesFolders {
      let place = ToolRunner.joined(folder, word)
      (paths, endings) = (FolderReader.names(in: place).map { ToolRunner.joined(word, $0) }, kinds.chosenEndings)
    } else {
      return []
    }
    return paths.filter { path in endings.contains(where: path.hasSuffix) }.compactMap { path in
      let location = ToolRunner.joined(folder, path)
      guard FileReader.isFile(location) else { return nil }
      let companions = kinds.companionEndings.map { path + $0 }.filter(paths.contains)
      return DistributionFile(path, at: location, group: index, companions: companions, kinds)
    }
  }

  /// Where the tool looks for a path; nil if that is not known.
  private static func folder(of path: String, _ recognised: ClientRecognition) -> String? {
    path.hasPrefix("/") ? "" : recognised.folder
  }

  private static func location(of path: String, _ recognised: ClientRecognition) -> String? {
    folder(of: path, recognised).map { ToolRunner.joined($0, path) }
  }

  // MARK: Nothing

  /// What the operands are, none of which names a file; nil if one may.
  private static func absence(
    of operands: [Int], in command: [String], _ recognised: ClientRecognition, _ kinds: PublishedFiles
  ) -> Absence? {
    var absence = Absence()
    for word in operands.map({ command[$0] }) {
      guard let location = location(of: word, recognised), !FileReader.isFile(location), !word.contains("**") else {
        return nil
      }
      var (value, hasFiles) = contents(of: location, kinds)
      if let pattern = FilePattern(word) {
        guard let found = pattern.files(in: folder(of: word, recognised) ?? "") else { return nil }
        let isAny = found.contains { name in kinds.endings.contains(where: name.hasSuffix) }
        if isAny, !recognised.client.takesPatterns {
          absence.isQuoted = true
          value =
            "a pattern, and \(Neutralized(recognised.client.name)) takes none: a shell replaces it where it is not in quotes"
        }
      }
      absence.add(word, (value, hasFiles))
    }
    return absence
  }

  /// What there is at a place where files were expected, in words, and whether it is a folder that has some.
  private static func contents(of location: String, _ kinds: PublishedFiles) -> (text: Message, hasFiles: Bool) {
    guard FileReader.isFolder(location) else {
      return (FilePattern(location) == nil ? "there is no such file or folder" : "it names no distribution file", false)
    }
    let names = FolderReader.names(in: location)
    let files = names.count { name in kinds.endings.contains(where: name.hasSuffix) }
    guard files == 0 else {
      return ("a folder, with \(files) distribution file\(files == 1 ? "" : "s") in it", true)
    }
    let folders = names.count { FileReader.isFolder(ToolRunner.joined(location, $0)) }
    guard folders == 0 else {
      return ("a folder without distribution files, with \(folders) folder\(folders == 1 ? "" : "s") in it", false)
    }
    return (names.isEmpty ? "an empty folder" : "a folder without distribution files", false)
  }
}

extension CommandFiles {
  /// What there is in place of files.
  struct Absence: Sendable {
    /// Each word, and what it is.
    var facts: [BrokerError.Fact] = []
    /// The folders that have files, for a tool that takes no folders.
    var folders: [String] = []
    /// Whether a pattern that stands for files came to a tool that takes no patterns.
    var isQuoted = false

    /// Nothing stands in place of files.
    init() {}

    /// One word, and what it is.
    init(_ word: String, _ contents: (text: Message, hasFiles: Bool)) { add(word, contents) }

    mutating func add(_ word: String, _ contents: (text: Message, hasFiles: Bool)) {
      facts.append(BrokerError.Fact("\(Neutralized(word))", contents.text))
      if contents.hasFiles { folders.append(word.hasSuffix("/") ? String(word.dropLast()) : word) }
    }
  }
}
