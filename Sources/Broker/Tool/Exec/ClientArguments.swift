import BrokerCore

/// The arguments of a publishing tool, judged for one target: nothing in them may lead elsewhere.
struct ClientArguments: Sendable {
  private let client: PublishingClient
  private let arguments: ArraySlice<String>
  private let subcommand: Int

  init(_ recognised: ClientRecognition) {
    client = recognised.client
    arguments = recognised.arguments
    subcommand = recognised.subcommand
  }

  /// Judges the arguments for a target.
  ///
  /// - Throws: `ErrorCode.usage` if they name another destination or a credential, or lack the option without which the
  ///   tool publishes elsewhere.
  func judge(for target: String, uploadURL: HTTPURL) throws(BrokerError) {
    for option in client.guardedOptions {
      for (spelling, value) in values(of: option) {
        switch option.kind {
        case .address where value == uploadURL.description, .registry where value == uploadURL.description: break
        case .credential:
          throw BrokerError(
            .usage, "\(client.name) is given \(spelling), but its credential is made for this run.",
            remedy: "Leave \(spelling) out: \(client.name) gets the credential in its environment.")
        case .address, .registry:
          throw BrokerError(
            .usage, "\(client.name) is given \(spelling), which may lead elsewhere than to \(target).",
            remedy: "Leave \(spelling) out: \(client.name) gets the address in its environment.")
        }
      }
    }
    guard case .option(let option, let usual) = client.destination else { return }
    let given = values(of: option)
    guard let last = given.last else {
      guard usual == uploadURL.description else {
        throw BrokerError(
          .usage, "\(client.name) would publish to \(usual), not to \(target): no variable changes that.",
          remedy: "Write \(option.names.last ?? "") {registry} behind \(client.name) \(client.subcommands[0]).")
      }
      return
    }
    guard given.allSatisfy({ $0.value == target }) else {
      throw BrokerError(
        .usage, "\(client.name) is given \(last.spelling) \(UntrustedText.quoted(last.value)), not \(target).",
        remedy: "Write \(option.names.last ?? "") {registry}: it stands for each target's name.")
    }
  }

  /// Every value that an option is given, and how the option was written.
  private func values(of option: PublishingClient.Option) -> [(spelling: String, value: String)] {
    var found: [(String, String)] = []
    var rest = arguments.prefix { $0 != "--" }
    while let argument = rest.first {
      // Before the subcommand an option may mean something else than behind it.
      let isGlobal = rest.startIndex < subcommand && client.globalValueOptions.contains(argument)
      rest = rest.dropFirst(isGlobal ? 2 : 1)
      guard !isGlobal, let (spelling, attached) = match(argument, option) else { continue }
      found.append((spelling, attached ?? rest.first ?? ""))
    }
    return found
  }

  /// How the option is written in an argument, and the value in the same argument; nil if it is another one.
  private func match(_ argument: String, _ option: PublishingClient.Option) -> (String, String?)? {
    guard argument.hasPrefix("--") else { return matchShort(argument, option) }
    let equals = argument.firstIndex(of: "=")
    let name = String(argument[..<(equals ?? argument.endIndex)])
    let isMeant = option.names.contains { known in
      known == name || (client.abbreviatesOptions && name.count > 2 && known.hasPrefix(name))
    }
    guard isMeant else { return nil }
    return (name, equals.map { String(argument[argument.index(after: $0)...]) })
  }

  /// `-r NAME`, `-rNAME`, `-r=NAME`, and behind letters of switches: `-vr NAME`.
  private func matchShort(_ argument: String, _ option: PublishingClient.Option) -> (String, String?)? {
    guard argument.hasPrefix("-"), argument.count > 1 else { return nil }
    let letters = argument.dropFirst()
    let meant = letters.drop { Self.switches.contains($0) && !option.names.contains("-\($0)") }
    guard let letter = meant.first, option.names.contains("-\(letter)") else { return nil }
    let value = meant.dropFirst()
    guard !value.isEmpty else { return ("-\(letter)", nil) }
    return ("-\(letter)", String(value.hasPrefix("=") ? value.dropFirst() : value))
  }

  /// Letters of options without a value, which may stand before another letter.
  private static let switches: Set<Character> = ["n", "q", "v", "s", "y", "h", "V"]
}
