import BrokerCore
import BrokerSystem

/// What a run of `exec` will do: pure, and complete before the first identity token is asked for.
struct ExecPlan: Sendable {
  /// A command for a target.
  struct Step: Sendable {
    /// The registry.
    let target: any RegistryTarget
    /// The command and its arguments, placeholders replaced.
    let command: [String]
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

  /// Plans the commands for targets.
  ///
  /// - Throws: `ErrorCode.usage` if the publishing tool is not known, or its arguments lead elsewhere than to a target.
  init(_ options: ExecOptions, targets: [any RegistryTarget]) throws(BrokerError) {
    let recognised = ClientRecognition(options.command)
    self.recognised = recognised?.client
    clients = try Self.clients(options, recognised: recognised?.client)
    files = DistributionFile.files(in: options.command)
    hasPatterns = options.command.dropFirst().contains { word in
      word.contains { "*?[".contains($0) } || FileReader.isFolder(word)
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

  /// The command of a step that passes over published files: by the tool's own option, where it has one that works at
  /// this target, else by leaving the files out.
  func passingOver(_ published: Set<String>, in step: Step) -> [String] {
    if let arguments = recognised?.skip?.arguments(for: step.target.uploadURL.description) {
      return step.command + arguments
    }
    let left = files.filter { published.contains($0.name) }.flatMap { [$0.path] + $0.companions }
    return step.command.filter { !left.contains($0) }
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
