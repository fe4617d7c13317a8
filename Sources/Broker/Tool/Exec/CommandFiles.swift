import BrokerCore

/// What a command names to be published.
struct CommandFiles: Sendable {
  /// The distribution files that are named and that exist, in their order.
  private(set) var files: [DistributionFile]
  /// The indices of the words that may name more: patterns, folders, other files, files in a folder that is not known.
  let others: [Int]
  /// Why the files are not known to be all that will be published; nil if they, and the other words, are.
  let unknown: Message?

  /// Reads a command; `kinds` says how distribution files are called.
  ///
  /// The files are the operands of the tool, behind its subcommand, in the folder where it will look. Of a command whose
  /// tool is not recognised, they are all words that look like them: for `--per-file`, and not to be compared.
  init(_ command: [String], _ recognised: ClientRecognition?, _ kinds: PublishedFiles) {
    guard let recognised else {
      let words = Array(command.indices.dropFirst())
      files = Self.files(in: command, words, kinds) { $0 }.filter { !$0.path.hasPrefix("-") }
      others = []
      unknown = "what \(Neutralized(command[0], limit: 60)) publishes is not known"
      return
    }
    let client = recognised.client
    let takesFiles = client.fileSubcommands.contains(command[recognised.subcommand])
    let operands = takesFiles ? client.syntax.operands(in: command, from: recognised.subcommand + 1) : []
    let files = Self.files(in: command, operands, kinds) { word in
      word.hasPrefix("/") ? word : recognised.folder.map { ToolRunner.joined($0, word) }
    }
    let named = Set(files.flatMap(\.words))
    self.files = files
    others = operands.filter { !named.contains($0) }
    unknown = operands.isEmpty ? "\(Neutralized(client.name)) chooses the files by itself" : nil
  }

  private static func files(
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

  /// Whether the files are all that the command publishes.
  var isWhole: Bool { unknown == nil && others.isEmpty }

  /// The same, with an attestation of each of these files.
  func attested(_ attested: [DistributionFile]) -> CommandFiles {
    var files = self
    files.files = self.files.map { attested.contains($0) ? $0.attested() : $0 }
    return files
  }
}
