import BrokerCore
import BrokerSystem

/// What a run of `exec` will do: pure, and complete before the first identity token is asked for.
struct ExecPlan: Sendable {
  /// A command for a target.
  struct Step: Sendable {
    /// The registry.
    let target: any Registry
    /// The command and its arguments, placeholders replaced.
    let command: [String]
  }

  /// A command that is run with a credential.
  struct FileCommand: Sendable, Equatable {
    /// The command and its arguments.
    let words: [String]
    /// The distribution files that it names.
    let files: [DistributionFile]
  }

  /// The commands, in order.
  let steps: [Step]
  /// The publishing tools whose variables are set.
  let clients: [PublishingClient]
  /// The tool that was recognised in the command; nil if none was.
  let recognised: PublishingClient?
  /// The distribution files that the command names.
  let files: [DistributionFile]
  /// Whether the command may name more files, in a pattern that the tool expands or a folder.
  let hasPatterns: Bool

  /// Whether the command is run once for each file.
  let isPerFile: Bool

  /// Plans the commands for targets.
  ///
  /// - Throws: `ErrorCode.usage` if the publishing tool is not known, or its arguments lead elsewhere than to a target.
  init(_ options: ExecOptions, targets: [any Registry]) throws(BrokerError) {
    let recognised = ClientRecognition(options.command)
    self.recognised = recognised?.client
    clients = try Self.clients(options, recognised: recognised?.client)
    files = DistributionFile.files(in: options.command)
    hasPatterns = options.command.dropFirst().contains { word in
      word.contains { "*?[".contains($0) } || FileReader.isFolder(word)
    }
    isPerFile = options.isPerFile
    guard !isPerFile || !files.isEmpty else {
      throw BrokerError(
        .usage, "--per-file runs the command once for each distribution file, and it names none that is there.",
        remedy: "Name the files, for example dist/*: names that end in .whl, .tar.gz or .zip count.")
    }
    var steps: [Step] = []
    for target in targets {
      let command = CommandPlaceholders.replaced(in: options.command, registry: target.name, url: target.uploadURL)
      if let found = ClientRecognition(command) {
        try ClientArguments(found).judge(for: target.name, uploadURL: target.uploadURL)
      }
      steps.append(Step(target: target, command: command))
    }
    self.steps = steps
  }

  /// The commands of a step.
  ///
  /// - Parameters:
  ///   - step: The step.
  ///   - published: The names of files that are passed over: by the tool's own option, where it has one that works at this
  ///     target, else by leaving them out.
  /// - Returns: With `--per-file`, one command for each file; else one command.
  func commands(for step: Step, passingOver published: Set<String>) -> [FileCommand] {
    let left = files.filter { !published.contains($0.name) }
    guard !isPerFile else {
      return left.map { file in FileCommand(words: Self.words(step.command, with: [file], of: files), files: [file]) }
    }
    guard !published.isEmpty else { return [FileCommand(words: step.command, files: files)] }
    if let arguments = recognised?.skip?.arguments(for: step.target.uploadURL.description) {
      return [FileCommand(words: step.command + arguments, files: left)]
    }
    return [FileCommand(words: Self.words(step.command, with: left, of: files), files: left)]
  }

  /// A command with some of its files, and what belongs to these.
  private static func words(
    _ command: [String], with kept: [DistributionFile], of files: [DistributionFile]
  ) -> [String] {
    let dropped = Set(files.filter { !kept.contains($0) }.flatMap { [$0.path] + $0.companions })
    return command.filter { !dropped.contains($0) }
  }

  private static func clients(
    _ options: ExecOptions, recognised: PublishingClient?
  ) throws(BrokerError) -> [PublishingClient] {
    guard let name = options.client else {
      if let recognised { return [recognised] }
      guard options.environment.isEmpty else { return [] }
      throw BrokerError(
        .usage,
        "The publishing tool that \(UntrustedText.quoted(options.command[0])) runs was not recognised.",
        remedy: "Name it with --client (\(names)), or write --env NAME={token}.")
    }
    if name == "all" { return ClientTable.all }
    guard let client = ClientTable.all.first(where: { $0.name == name }) else {
      throw BrokerError(
        .usage, "There is no client \(UntrustedText.quoted(name)).",
        remedy: NearestName.remedy(for: name, among: ClientTable.all.map(\.name) + ["all"]))
    }
    if let recognised, recognised.name != name {
      throw BrokerError(
        .usage, "The command runs \(recognised.name), but --client is \(name).", remedy: "Leave --client out.")
    }
    return [client]
  }

  private static var names: String { (ClientTable.all.map(\.name) + ["all"]).joined(separator: ", ") }
}
