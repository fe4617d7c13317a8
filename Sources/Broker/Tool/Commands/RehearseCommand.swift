import BrokerCore
import BrokerSandbox
import BrokerSystem
import Synchronization

/// `token-broker rehearse`: the whole way against the embedded sandbox, and two refusals that users meet.
enum RehearseCommand: Command {
  static let name = "rehearse"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "go the whole way on this machine alone: every provider, each registry, two refusals",
      options: [
        OptionSpec(
          "--break", "STEP",
          "break a step to see it found: " + RehearsalStep.allCases.map(\.rawValue).joined(separator: ", "),
          choices: RehearsalStep.allCases.map(\.rawValue))
      ],
      notes: [
        "Needs no network and no account. What is shown is what happened: the engine's own events and the requests that "
          + "the sandbox received. Signatures are not verified: the sandbox accepts exactly the tokens that it issued."
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    var broken: RehearsalStep?
    if let name = arguments.value("--break") {
      broken = RehearsalStep(rawValue: name)
      guard broken != nil else {
        throw BrokerError(
          .usage, "A rehearsal has no step \(Neutralized.quoted(name)).",
          remedy: NearestName.remedy(for: name, among: RehearsalStep.allCases.map(\.rawValue)))
      }
    }
    let unwritten = Mutex<BrokerError?>(nil)
    let logGuard = surroundings.console.logGuard
    let script = RehearsalScript(catalog: surroundings.catalog, broken: broken) { text in
      unwritten.withLock { failure in
        guard failure == nil else { return }
        do throws(BrokerError) { try StandardStreams.writeOutput(Array(logGuard.harmless(text.text).utf8)) } catch {
          failure = error
        }
      }
    }
    do throws(RehearsalFailure) {
      try await script.run()
    } catch {
      throw BrokerError(
        .rehearsalFailed, "The rehearsal failed at the step \(error.step): \(error.reason).",
        remedy: broken == nil
          ? "If a proxy or a firewall guards loopback, exempt 127.0.0.1." : "This is what --break asked for.")
    }
    if let failure = unwritten.withLock({ $0 }) { throw failure }
    return ExitStatus.done.rawValue
  }
}
