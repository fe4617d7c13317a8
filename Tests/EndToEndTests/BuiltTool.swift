import BrokerCore
import BrokerSystem
import Synchronization
import TestSupport

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The built tool as a child process.
enum BuiltTool {
  /// What came of a run.
  struct Run: Sendable {
    let status: Int32
    let output: String
    let error: String
  }

  /// The binary of a release, which is tried in place of the tool that was built with the tests; nil for that.
  static let released = Environment.process().nonEmpty("TOKEN_BROKER_RELEASED")

  /// The tool's path: that of a release, or beside the tests' own bundle.
  static var path: String {
    if let released { return released }
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
    let folder = bundle.split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/token-broker"
  }

  /// A signal that the tool is sent once something has happened.
  struct Interruption: Sendable {
    let signal: Int32
    let when: @Sendable () -> Bool
  }

  /// Runs the tool with exactly these variables, in a folder of its own unless another is given.
  ///
  /// - Parameters:
  ///   - arguments: The command line.
  ///   - environment: The variables.
  ///   - input: What is on standard input.
  ///   - folder: The current folder.
  ///   - errorFolder: Where standard error goes into the file `stderr` while the tool runs.
  ///   - preparation: What the shell does before it becomes the tool: `ulimit -f 1`.
  ///   - streams: Redirections of the shell that replace the files that the streams are: `>&-`.
  ///   - interruptions: Signals in order, and when each is sent.
  /// - Returns: What came of it.
  /// - Throws: If the tool cannot be started.
  static func run(
    _ arguments: [String], _ environment: [String: String] = [:], input: String = "", in folder: TestFolder? = nil,
    errorIn errorFolder: TestFolder? = nil, preparation: String = ":", streams: String = "",
    interruption interruptions: Interruption...
  ) async throws -> Run {
    let own = try TestFolder()
    defer { own.remove() }
    let place = folder ?? own
    try own.write("stdin", input)
    // A shell hands on no variable whose name it could not have given itself.
    let odd = environment.filter { $0.key.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) == nil }
    let words = (odd.isEmpty ? [] : ["env"] + odd.map { "\($0.key)=\($0.value)" }) + [path] + arguments
    let quoted = words.map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " ")
    let script =
      "cd '\(place.path)' && \(preparation) && "
      + "exec \(quoted) <'\(own.path)/stdin' >'\(own.path)/stdout' 2>'\((errorFolder ?? own).path)/stderr' \(streams)"
    var variables = environment.filter { odd[$0.key] == nil }
    variables["PATH"] = variables["PATH"] ?? "/usr/bin:/bin"
    let child = ChildProcess(["/bin/sh", "-c", script], environment: .init(variables))
    let end = End()
    defer { end.isReached.store(true, ordering: .relaxed) }
    if !interruptions.isEmpty { watch(child, interruptions, until: end) }
    let exit = try await child.run()
    return Run(status: exit.status, output: own.read("stdout"), error: (errorFolder ?? own).read("stderr"))
  }

  /// Sends each signal once its time has come, or nothing if the child has ended by then.
  private static func watch(
    _ child: ChildProcess, _ interruptions: [Interruption], until end: End
  ) {
    // A thread of its own: tasks share a few, and other tests may keep them busy when it matters.
    DedicatedThread.start {
      for interruption in interruptions {
        while !interruption.when() {
          guard !end.isReached.load(ordering: .relaxed) else { return }
          // Long enough to keep no core busy.
          usleep(5000)
        }
        child.send(interruption.signal)
      }
    }
  }

  /// Whether a run has ended.
  private final class End: Sendable {
    let isReached = Atomic(false)
  }
}
