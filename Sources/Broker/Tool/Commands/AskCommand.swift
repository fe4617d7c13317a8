import BrokerCore
import BrokerSystem

/// `token-broker ask`: what a publishing tool starts to ask `exec` for a credential; it passes lines on.
///
/// It has nothing of the job's identity, and knows nothing of what the lines mean.
enum AskCommand: Command {
  static let name = "ask"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "pass a publishing tool's questions on to exec (started by the tool)", operands: "[-- WORDS...]",
      takesCommand: true,
      notes: [
        "exec tells tools that can ask for a credential while they run to start this. The credential is made when it is asked "
          + "for, by exec: neither the tool nor this command has the job's identity."
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    guard let path = surroundings.environment.nonEmpty(HelperFolder.variable) else {
      throw BrokerError(
        .usage, "\(Neutralized(HelperFolder.variable)) is not set: nobody is there to be asked.",
        remedy: "Leave this to the publishing tool that exec runs.")
    }
    guard let socket = LocalSocket.connected(to: path) else {
      throw BrokerError(
        .deliveryFailed, "exec does not answer at \(Neutralized.quoted(path)).",
        remedy: "Ask while exec runs: it ends with the command that it runs.")
    }
    let words = JSONText.compact(.array((arguments.command ?? []).map { .string($0) }))
    socket.send(Array("\(words)\n".utf8))
    await withCheckedContinuation { continuation in
      DedicatedThread.start {
        repeat {
          let bytes = StandardStreams.readSomeInput(atMost: 16 * 1024)
          guard !bytes.isEmpty, socket.send(bytes) else { break }
        } while true
        // What was asked is answered all the same.
        socket.endSending()
      }
      DedicatedThread.start {
        repeat {
          let bytes = socket.receive()
          guard !bytes.isEmpty, Self.pass(bytes) else { break }
        } while true
        continuation.resume()
      }
    }
    return ExitStatus.done.rawValue
  }

  private static func pass(_ bytes: [UInt8]) -> Bool {
    do throws(BrokerError) {
      try StandardStreams.writeOutput(bytes)
      return true
    } catch { return false }
  }
}
