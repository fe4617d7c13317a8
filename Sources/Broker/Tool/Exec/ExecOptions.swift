import BrokerCore

/// The command line of `exec`, read.
struct ExecOptions: Sendable {
  /// The command behind `--`; it has at least one word.
  let command: [String]
  /// `--client`.
  let client: String?
  /// `--env`.
  let environment: [ToolVariable]
  /// `--from`.
  let from: String?
  /// `--keep-going`.
  let keepsGoing: Bool
  /// `--per-file`.
  let isPerFile: Bool
  /// `--keep-identity`.
  let keepsIdentity: Bool
  /// `--keep-credential`.
  let keepsCredential: Bool
  /// `--credential-life`, in seconds.
  let credentialLife: Int64?
  /// `--no-compare`.
  let isCompared: Bool
  /// `--no-confirm`, and `--no-compare`: the index is then not asked at all.
  let isConfirmed: Bool
  /// `--attest`, or `--attest-with`.
  let isAttested: Bool
  /// `--attest-with`: the program that signs and its first arguments.
  let attester: [String]?
  /// `--redact`.
  let isRedacted: Bool

  /// The options beside `--help`.
  static let specs =
    [
      OptionSpec("--client", "NAME", "the publishing tool that the command runs, or all; usually recognised"),
      OptionSpec(
        "--env", "NAME={token}",
        "set a variable of the command; also {username}, {password}, {url}, {registry}", isRepeatable: true),
      OptionSpec("--from", "TARGET", "leave out the targets before this one"),
      OptionSpec("--keep-going", nil, "go on with the next target after a failure"),
      OptionSpec("--per-file", nil, "run the command once for each distribution file, with a credential each"),
      OptionSpec("--keep-identity", nil, "leave the job's identity in the command's environment"),
      OptionSpec("--keep-credential", nil, "do not burn the credential when the command has ended"),
      OptionSpec(
        "--credential-life", "SECONDS",
        "have the credential end so long after it was made: 30 to 900, where it can be narrowed"),
      OptionSpec("--no-compare", nil, "do not ask the indexes what they have, neither before nor afterwards"),
      OptionSpec("--no-confirm", nil, "do not ask the indexes afterwards whether they have what was published"),
      OptionSpec("--attest", nil, "sign the files that have no attestation yet, before the first target's turn"),
      OptionSpec(
        "--attest-with", "COMMAND", "sign with this command, words between spaces, in place of the one that is known"),
      OptionSpec("--redact", nil, "take the credential out of what the command prints, where no runner masks it"),
      OptionSpec("--provider", "NAME", "use this identity provider"),
      OptionSpec(
        "--timeout", "SECONDS", "give each mint so much time (60), and all looks for what was published, 30 at most"),
      OptionSpec("--explain", nil, "say how the provider was selected, and every step"),
    ] + OptionSpec.configuration

  init(_ arguments: ParsedArguments) throws(BrokerError) {
    guard let command = arguments.command, let first = command.first, !first.isEmpty else {
      throw BrokerError(
        .usage, "There is no command behind --.", remedy: "Write token-broker exec TARGET... -- COMMAND ARGS.")
    }
    try CommandPlaceholders.check(command)
    var environment: [ToolVariable] = []
    for text in arguments.all("--env") { environment.append(try ToolVariable(parsing: text)) }
    self.command = command
    self.environment = environment
    client = arguments.value("--client")
    from = arguments.value("--from")
    keepsGoing = arguments.has("--keep-going")
    isPerFile = arguments.has("--per-file")
    keepsIdentity = arguments.has("--keep-identity")
    keepsCredential = arguments.has("--keep-credential")
    credentialLife = try Self.credentialLife(arguments)
    isCompared = !arguments.has("--no-compare")
    isConfirmed = isCompared && !arguments.has("--no-confirm")
    isRedacted = arguments.has("--redact")
    attester = arguments.value("--attest-with").map { $0.split(separator: " ").map(String.init) }
    isAttested = attester != nil || arguments.has("--attest")
    guard attester?.isEmpty != true else {
      throw BrokerError(
        .usage, "--attest-with names no command.", remedy: "Write --attest-with COMMAND, or --attest alone.")
    }
  }

  private static func credentialLife(_ arguments: ParsedArguments) throws(BrokerError) -> Int64? {
    guard let text = arguments.value("--credential-life") else { return nil }
    guard let seconds = Int64(text), (30...900).contains(seconds) else {
      throw BrokerError(
        .usage, "--credential-life is \(Neutralized.quoted(text)), not a number of seconds from 30 to 900.",
        remedy: "Write 30 to 900; an upload that takes longer is refused.")
    }
    return seconds
  }
}
