import BrokerCore
import BrokerSystem

/// `token-broker revoke`: burns a credential before it expires.
enum RevokeCommand: Command {
  static let name = "revoke"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "burn a credential at its registry before it expires",
      operands: "[TARGET]", operandCount: 0...1, operandChoices: catalog.usualTargets,
      options: OptionSpec.configuration + [
        OptionSpec("--from-env", "NAME", "take the credential from this variable instead of standard input")
      ],
      notes: [
        "TARGET is the registry that gave the credential; it may be left out where the configuration has one alone. "
          + "A registry need not tell whether it knew the credential, so that success does not prove that it was valid."
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let broker = try surroundings.broker()
    let configuration = try surroundings.configuration(for: arguments, broker)
    let name = try target(arguments, configuration)
    if broker.isRehearsal { surroundings.console.error("rehearsal: the sandbox stands in for every registry\n") }
    let secret = try await credential(arguments, surroundings)
    let targets = try await broker.targets([name], in: configuration)
    guard let target = targets.first, targets.count == 1 else {
      throw BrokerError(
        .usage, "\(Neutralized.quoted(name)) is a route, and a credential belongs to one registry.",
        remedy: "Name the registry that gave it.")
    }
    guard let revoke = target.registry.capabilities.revoke else {
      throw BrokerError(
        .revokeUnsupported, "\(Neutralized(target.name)) cannot burn credentials.",
        remedy: "Nothing needs to be done: the credential expires by itself.")
    }
    try checkBoundary(secret, target.registry, isRehearsal: broker.isRehearsal)
    // A credential that cannot be hidden is burned too.
    let masking: BrokerError?
    do throws(BrokerError) {
      try surroundings.console.mask(secret)
      masking = nil
    } catch { masking = error }
    let origin = target.registry.secretOrigin(isRehearsal: broker.isRehearsal)
    try await revoke(broker.bindings.bind(secret, to: origin))
    if let masking { throw masking }
    surroundings.console.error("\(Neutralized(target.name)): asked to burn the credential\n")
    return ExitStatus.done.rawValue
  }

  /// Rehearsal and reality never meet: a real API token stays out of the sandbox, and the sandbox's on this machine.
  private static func checkBoundary(
    _ secret: Secret, _ target: any Registry, isRehearsal: Bool
  ) throws(BrokerError) {
    let host = target.uploadURL.origin.authority
    if Credential.isRehearsal(secret) {
      guard !target.uploadURL.origin.isLoopback else { return }
      throw BrokerError(
        .rehearsalBoundary, "A sandbox's API token was not sent to \(host): rehearsal and reality do not mix.",
        remedy: "Set TOKEN_BROKER_SANDBOX as the sandbox printed it; nothing real is to be burned.")
    }
    guard isRehearsal else { return }
    throw BrokerError(
      .rehearsalBoundary,
      "This API token is not the sandbox's, and was not sent to \(host): rehearsal and reality do not mix.",
      remedy:
        "Unset TOKEN_BROKER_SANDBOX to burn it at \(Neutralized(target.name)); a rehearsal burns what it minted itself."
    )
  }

  private static func target(
    _ arguments: ParsedArguments, _ configuration: BrokerConfiguration
  ) throws(BrokerError) -> String {
    if let name = arguments.operands.first { return name }
    guard configuration.registries.count == 1, let registry = configuration.registries.first else {
      throw BrokerError(
        .usage, "\(configuration.place) has several registries.",
        remedy: "Name the one that gave the credential: "
          + "\(configuration.registries.map { Neutralized($0.name) }.joined(separator: ", ")).")
    }
    return registry.name
  }

  private static func credential(
    _ arguments: ParsedArguments, _ surroundings: Surroundings
  ) async throws(BrokerError) -> Secret {
    let text: String
    let source: Message
    if let name = arguments.value("--from-env") {
      source = "The variable \(Neutralized.quotedName(name))"
      text = surroundings.environment[name] ?? ""
    } else {
      source = "Standard input"
      let bytes = try await StandardStreams.readInput(maximumBytes: Credential.maximumBytes + 2)
      text = String(decoding: bytes, as: UTF8.self)
    }
    let secret = Secret(text.filter { !$0.isNewline })
    guard Credential.isToken(secret) else {
      throw BrokerError(
        .usage, "\(source) holds no credential.",
        remedy: text.isEmpty && arguments.has("--from-env")
          ? surroundings.console.runner?.outputs?.whyEmpty ?? "Hand the API token over within the job that minted it."
          : "Give the API token alone, on one line.")
    }
    return secret
  }
}
