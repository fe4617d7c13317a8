import BrokerCore
import BrokerSystem

/// Runs a publishing tool with words with which it publishes nothing, to ask it something: without the job's identity and
/// without a credential.
struct ToolQuestion: Sendable {
  let variables: ChildEnvironment
  let target: Target
  let environment: Environment

  /// What a tool may print, in bytes, and how long it may take.
  private static let maximumBytes = 64 << 20
  private static let limit: Duration = .seconds(60)

  /// What the tool prints.
  ///
  /// - Parameters:
  ///   - command: The words up to the tool's own.
  ///   - words: The words behind it.
  ///   - folder: Where it runs; nil for the current folder.
  /// - Returns: Its standard output; nil if it fails.
  /// - Throws: `ErrorCode.commandNotFound` if there is no such program; `ErrorCode.interrupted` if the task was cancelled.
  func output(of command: [String], _ words: [String], in folder: String?) async throws(BrokerError) -> [UInt8]? {
    var command = command
    command[0] = try CommandSearch(command[0], in: environment).check()
    let here = FileLocation.currentFolder ?? "/"
    command[0] = FileLocation.absolute(command[0], from: here)
    let program = Program(
      command + words, environment: variables.make(for: target, in: environment).revealAll(),
      maximumBytes: Self.maximumBytes, limit: Self.limit, folder: FileLocation.absolute(folder ?? "", from: here))
    do throws(BrokerError) {
      let result = try await SystemPrograms().run(program)
      return result.status == 0 ? result.output : nil
    } catch {
      guard error.code != .interrupted else { throw error }
      return nil
    }
  }
}
