public import BrokerCore
import Synchronization

/// A program that is a plug-in: asks it, and holds its answers to the protocol.
public final class PluginProgram: Sendable {
  /// What the configuration says about it.
  public let declaration: DeclaredProgram
  private let kind: PluginKind
  private let settings: JSONText.Value
  private let programs: any ProgramRunning
  /// The listed variables that are set.
  private let variables: [String: String]
  /// What the program was given or gave so far, and what its variables hold.
  private let secrets: Mutex<[Secret]>

  /// A program.
  ///
  /// - Parameters:
  ///   - declaration: What the configuration says about it.
  ///   - kind: What it is asked as.
  ///   - settings: What its entry tells it, an object.
  ///   - environment: The job's variables, of which it gets the listed ones.
  ///   - programs: Runs it.
  public init(
    _ declaration: DeclaredProgram, as kind: PluginKind, settings: JSONText.Value = .object([]),
    environment: Environment, programs: any ProgramRunning
  ) {
    self.declaration = declaration
    self.kind = kind
    self.settings = settings
    self.programs = programs
    var variables: [String: String] = [:]
    for name in declaration.environment { variables[name] = environment[name] }
    self.variables = variables
    secrets = Mutex(variables.filter { !DeclaredProgram.plainVariables.contains($0.key) }.map { Secret($0.value) })
  }

  /// The listed variables that may carry the job's identity.
  public var identityVariables: [String] { declaration.identityVariables }

  /// Asks the program.
  ///
  /// - Parameters:
  ///   - operation: The operation.
  ///   - members: What it adds to the request.
  ///   - given: The secrets among that.
  ///   - grace: How much longer the program may run when the task is cancelled.
  ///   - read: Takes the result apart.
  /// - Returns: What `read` made of the result.
  /// - Throws: `ErrorCode.pluginContract` for an answer that is not the protocol's, what the program answers in place of a
  ///   result, and the errors of running a program.
  public func ask<Value>(
    _ operation: PluginOperation, _ members: [(String, JSONText.Value)] = [], given: [Secret] = [],
    grace: Duration = .zero,
    read: (JSONObject) throws(ContractFault) -> Value
  ) async throws(BrokerError) -> Value {
    secrets.withLock { $0 += given }
    let id = "r-" + String(UInt64.random(in: 0 ... .max), radix: 36)
    let limit = operation.isOffline ? min(declaration.limit, PluginProtocol.offlineLimit) : declaration.limit
    let request = PluginRequest(operation, settings: settings, members, secrets: given)
    let program = Program(
      declaration.command, environment: variables, input: request.bytes(id: id, limit: Self.told(limit)),
      maximumBytes: PluginProtocol.maximumBytes, limit: limit, grace: grace,
      provenance: declaration.sha256.map { .digest($0) } ?? .owned)
    let result: ProgramResult
    do throws(BrokerError) { result = try await programs.run(program) } catch {
      throw hinted(error, operation)
    }
    let answer: PluginAnswer
    do throws(ContractFault) {
      try Self.checkEnd(of: result)
      answer = try PluginAnswer.read(result.output, id: id)
    } catch { throw broken(error, operation, result.diagnostics) }
    switch answer {
    case .failure(let failure): throw self.error(failure, result.diagnostics)
    case .result(let object):
      // Known before anything of what the program says is shown.
      if let token = object["token"]?.string { secrets.withLock { $0.append(Secret(token)) } }
      do throws(ContractFault) { return try read(object) } catch {
        throw broken(error, operation, result.diagnostics)
      }
    }
  }

  /// A little less than it gets, so that it can still answer.
  static func told(_ limit: Duration) -> Duration { limit - min(limit / 10, .milliseconds(500)) }

  /// A program ends by itself, with status 0, when it has answered.
  static func checkEnd(of result: ProgramResult) throws(ContractFault) {
    if let signal = result.signal {
      throw ContractFault("a signal ended it (\(signal))")
    }
    guard result.status == 0 else {
      throw ContractFault(
        "it ended with status \(result.status ?? -1): the status is 0 whenever there is an answer, an \"error\" too")
    }
  }

  // MARK: Errors

  private var redaction: ProgramRedaction { ProgramRedaction(secrets.withLock { $0 }) }
  private var name: Neutralized { Neutralized(declaration.name) }

  /// The error that a failure is, which stands in a result.
  public func error(_ problem: PluginFailure) -> BrokerError {
    problem.error(of: declaration.name, as: kind, redaction: redaction)
  }

  private func error(_ failure: PluginFailure, _ diagnostics: [UInt8]) -> BrokerError {
    let redaction = redaction
    let error = failure.error(of: declaration.name, as: kind, redaction: redaction)
    return error.with(facts: error.facts + Self.facts(redaction.lines(of: diagnostics)))
  }

  private func broken(_ fault: ContractFault, _ operation: PluginOperation, _ diagnostics: [UInt8]) -> BrokerError {
    BrokerError(
      .pluginContract,
      "The plug-in \(name) broke its contract in the operation \(Neutralized(operation.rawValue)): \(fault.reason).\(loss(operation))",
      remedy: "Run token-broker plugins check \(name), and report this to whoever makes the plug-in\(hint).",
      facts: Self.facts(redaction.lines(of: diagnostics)))
  }

  /// A failure to run it.
  private func hinted(_ error: BrokerError, _ operation: PluginOperation) -> BrokerError {
    guard error.code != .interrupted else {
      return operation == .exchange ? error.with(recovery: .retry(.mayHaveArrived, after: nil)) : error
    }
    let isRefused = error.code == .programRefused
    return error.with(
      message: "The plug-in \(name) was asked for \(Neutralized(operation.rawValue)). \(error.message)"
        + (isRefused ? "" : loss(operation)),
      remedy: [error.remedy, declaration.hint.map { "The declaration says: \(Neutralized($0))." }].compactMap { $0 }
        .joined(separator: " "))
  }

  private var hint: Message { declaration.hint.map { " (\(Neutralized($0)))" } ?? "" }

  private func loss(_ operation: PluginOperation) -> Message {
    operation == .exchange ? " An API token may have been minted all the same, and nobody has it." : ""
  }

  static func facts(_ lines: [Message]) -> [BrokerError.Fact] { lines.map { BrokerError.Fact("standard error", $0) } }
}
