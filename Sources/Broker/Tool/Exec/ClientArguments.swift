import BrokerCore

/// The words of a command that runs a publishing tool, judged for one target: nothing in them may lead elsewhere.
struct ClientArguments: Sendable {
  private let client: PublishingTool
  private let command: [String]
  private let tool: Int
  private let subcommand: Int
  private let changer: String?
  private let plainRunners: [String]

  init(_ recognised: ClientRecognition) {
    client = recognised.client
    command = recognised.command
    tool = recognised.tool
    subcommand = recognised.subcommand
    changer = recognised.changer
    plainRunners = recognised.plainRunners
  }

  /// Judges every word for a target, also those behind `--`: tools do not agree on what it ends.
  ///
  /// - Throws: `ErrorCode.usage` if one names another destination, a credential, or a variable that is exec's to set.
  func judge(for target: String, uploadURL: HTTPURL) throws(BrokerError) {
    try judgeRunners(for: target)
    if let changer, client.findsAddressInVariables {
      throw BrokerError(
        .usage,
        "\(Neutralized(client.name)) finds its address in a variable, which settings of the project may change behind \(Neutralized(changer)).",
        remedy: "Run \(Neutralized(client.name)) by itself"
          + (plainRunners.isEmpty ? "." : ", or behind \(Neutralized(PublishingTools.choice(plainRunners)))."))
    }
    for option in client.guardedOptions {
      for (spelling, value) in values(of: option) {
        switch option.kind {
        case .address where value == uploadURL.description, .name where value == target: break
        case .credential:
          throw BrokerError(
            .usage,
            "\(Neutralized(client.name)) is given \(Neutralized(spelling)), but its credential is made for this run.",
            remedy:
              "Leave \(Neutralized(spelling)) out: \(Neutralized(client.name)) gets the credential in its environment.")
        case .name:
          throw BrokerError(
            .usage,
            "\(Neutralized(client.name)) is given \(Neutralized(spelling)) \(Neutralized.quoted(value)), not \(Neutralized(target)).",
            remedy:
              "Leave \(Neutralized(spelling)) out, or write \(Neutralized(spelling)) {registry}: it stands for each target's name."
          )
        case .settings:
          throw BrokerError(
            .usage,
            "\(Neutralized(client.name)) is given \(Neutralized(spelling)), a file that may lead elsewhere than to \(Neutralized(target)).",
            remedy:
              "Leave \(Neutralized(spelling)) out: other settings of \(Neutralized(client.name)) can be given as variables."
          )
        case .address, .registry:
          throw BrokerError(
            .usage,
            "\(Neutralized(client.name)) is given \(Neutralized(spelling)), which may lead elsewhere than to \(Neutralized(target)).",
            remedy: "Leave \(Neutralized(spelling)) out: \(Neutralized(client.name)) is given the address by exec.")
        }
      }
    }
  }

  /// The option that names the target to the tool, before whatever its settings say; empty if the command has it already.
  func address(for target: String, uploadURL: HTTPURL) -> [String] {
    let isGiven = client.guardedOptions.contains { option in
      !Set(option.names).isDisjoint(with: client.address) && !values(of: option).isEmpty
    }
    return isGiven ? [] : CommandPlaceholders.replaced(in: client.address, registry: target, url: uploadURL)
  }

  /// The options with which the tool shows why a registry refuses an upload, where its answers may be printed.
  func answer(from refusals: RegistryRefusals?) -> [String] {
    guard refusals?.mayBePrinted == true else { return [] }
    return client.answerOptions.filter { !gives([$0]) }
  }

  /// The options with which the tool sends attestations; none if it has them already, or needs none.
  var attestation: [String] {
    guard case .named(let options) = client.attestations else { return [] }
    return options.filter { !gives([$0]) }
  }

  /// Whether the tool is told to publish nothing.
  var isDryRun: Bool {
    command[subcommand...].contains { client.syntax.match($0, client.dryRunOptions) != nil }
  }

  /// Whether one of the options is given behind the subcommand.
  func gives(_ options: [String]) -> Bool {
    command[subcommand...].contains { client.syntax.match($0, options) != nil }
  }

  /// Whether one of the options is given, before the subcommand or behind it.
  func givesAnywhere(_ options: [String]) -> Bool {
    gives(options)
      || command[(tool + 1)..<subcommand].contains { client.globalSyntax.match($0, options) != nil }
  }

  /// Every value that an option is given, and how the option was written.
  private func values(of option: PublishingTool.Option) -> [(spelling: String, value: String)] {
    var found: [(String, String)] = []
    for index in (tool + 1)..<command.endIndex {
      let isGlobal = index < subcommand
      let syntax = isGlobal ? client.globalSyntax : client.syntax
      guard let (spelling, attached) = syntax.match(command[index], option.names) else { continue }
      // Before the subcommand an option may mean something else than behind it.
      guard !isGlobal || option.kind == .settings || !client.globalValueOptions.contains(spelling) else { continue }
      found.append((spelling, attached ?? (index + 1 < command.endIndex ? command[index + 1] : "")))
    }
    return found
  }

  // MARK: What runs the tool

  /// Judges the words before the tool: they may set or take away its variables.
  private func judgeRunners(for target: String) throws(BrokerError) {
    let isEnv = command[..<tool].map { ToolRunner.name($0) == "env" }
    for (index, word) in command[..<tool].enumerated() {
      if let name = assigned(in: word, for: target) { throw refusal("sets \(Neutralized(name))", target) }
      if Self.isVariableFile(word) {
        throw refusal("is given \(Neutralized(word.prefix { $0 != "=" }, limit: 40))", target)
      }
      guard isEnv[..<index].contains(true) else { continue }
      let syntax = OptionSyntax(ToolRunner.envValues)
      if word == "-" || syntax.match(word, ["--ignore-environment", "-i", "--split-string", "-S"]) != nil {
        throw refusal("gives env \(Neutralized(word, limit: 40))", target)
      }
      guard let (_, attached) = syntax.match(word, ["--unset", "-u"]) else { continue }
      let name = attached ?? command[index + 1]
      if client.decides(name, for: target) { throw refusal("takes away \(Neutralized(name))", target) }
    }
  }

  /// The variable of the tool that a word sets: `NAME=VALUE`, `--env=NAME=VALUE`, `-eNAME=VALUE`.
  private func assigned(in word: String, for target: String) -> String? {
    var texts: [Substring] = [word[...]]
    if word.hasPrefix("--"), let equals = word.firstIndex(of: "=") {
      texts.append(word[word.index(after: equals)...])
    } else if word.hasPrefix("-") {
      texts.append(word.dropFirst(2))
    }
    return texts.compactMap { text in text.firstIndex(of: "=").map { String(text[..<$0]) } }
      .first { client.decides($0, for: target) }
  }

  /// Whether a word is an option that names a file of variables: `--env-file`, `--env-file=FILE`, cut short too.
  private static func isVariableFile(_ word: String) -> Bool {
    let name = word.prefix { $0 != "=" }
    return name.hasPrefix("--env-file") || (name.count > "--env-".count && "--env-file".hasPrefix(name))
  }

  private func refusal(_ what: Message, _ target: String) -> BrokerError {
    BrokerError(
      .usage,
      "The command \(what), which may lead \(Neutralized(client.name)) elsewhere than to \(Neutralized(target)).",
      remedy: "Leave it out: exec sets what \(Neutralized(client.name)) needs.")
  }
}
