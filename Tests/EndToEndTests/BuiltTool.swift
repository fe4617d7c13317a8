import BrokerCore
import BrokerSystem
import TestSupport

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The built tool as a child process.
enum BuiltTool {
  /// What came of a run.
  struct Run: Sendable {
    let status: Int32
    let output: String
    let error: String
  }

  /// The tool's path: beside the tests' own bundle.
  static var path: String {
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
    let folder = bundle.split(separator: "/").dropLast().joined(separator: "/")
    return "/\(folder)/token-broker"
  }

  /// Runs the tool with exactly these variables, in a folder of its own unless another is given; standard error goes
  /// into a file of `errorFolder` while it runs.
  static func run(
    _ arguments: [String], _ environment: [String: String] = [:], input: String = "", in folder: TestFolder? = nil,
    errorIn errorFolder: TestFolder? = nil
  ) async throws -> Run {
    let own = try TestFolder()
    defer { own.remove() }
    let place = folder ?? own
    try own.write("stdin", input)
    let quoted = ([path] + arguments).map { "'\($0.replacing("'", with: "'\\''"))'" }.joined(separator: " ")
    let script =
      "cd '\(place.path)' && exec \(quoted) <'\(own.path)/stdin' >'\(own.path)/stdout' 2>'\((errorFolder ?? own).path)/stderr'"
    var variables = environment
    variables["PATH"] = variables["PATH"] ?? "/usr/bin:/bin"
    let exit = try await ChildProcess(["/bin/sh", "-c", script], environment: .init(variables)).run()
    return Run(status: exit.status, output: own.read("stdout"), error: (errorFolder ?? own).read("stderr"))
  }
}
