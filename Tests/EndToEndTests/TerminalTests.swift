import BrokerCore
import BrokerSandbox
import BrokerSystem
import BuiltInPlugins
import TestSupport
import Testing

@testable import TokenBroker

/// What people see on a terminal of a certain width, and what a log gets.
struct TerminalTests {
  /// Runs a command of the tool on a terminal, and gives what the terminal was sent.
  private static func shown(
    _ command: String, columns: Int, _ environment: [String: String] = [:], in folder: TestFolder
  ) async throws -> String {
    try folder.write("outer", "stty cols \(columns) rows 50; tool='\(BuiltTool.path)'; \(command)\n")
    let variables = ["PATH": "/usr/bin:/bin", "SHELL": "/bin/sh"].merging(environment) { $1 }
    let child = ChildProcess(
      ["/bin/sh", "-c", "cd '\(folder.path)' && script -qc 'sh outer' typescript </dev/null >/dev/null"],
      environment: .init(variables))
    _ = try await child.run()
    return folder.read("typescript")
  }

  /// The lines that a terminal shows, without colours.
  private static func lines(_ shown: String) -> [String] {
    shown.replacing(/\u{1B}\[[0-9;]*[mK]/, with: "").split(whereSeparator: \.isNewline).map(String.init)
      .filter { !$0.hasPrefix("Script ") }
  }

  @Test(arguments: [80, 120]) func rehearsesInTheWidthOfTheTerminal(_ columns: Int) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let shown = try await Self.shown("$tool rehearse", columns: columns, in: folder)
    let lines = Self.lines(shown)
    #expect(shown.contains("\u{1B}[32mThe rehearsal is complete"), "\(shown)")
    // An address is one word.
    let long = lines.filter { $0.count > columns && !$0.contains("/") }
    #expect(long.isEmpty && lines.contains { $0.count > columns - 20 }, "\(long)")
  }

  /// Whatever the depth of a step, what happened begins in one column.
  @Test func rehearsesWithOneAlignment() async throws {
    let run = try await BuiltTool.run(["rehearse"])
    let steps = ["provider", "audience", "identity token", "exchange", "credential", "sandbox saw"]
    let columns = run.output.split(separator: "\n").compactMap { line -> Int? in
      let text = line.drop { $0 == " " }
      guard line.hasPrefix("  "), let step = steps.first(where: { text.hasPrefix("\($0)  ") }) else { return nil }
      return line.count - text.dropFirst(step.count).drop { $0 == " " }.count
    }
    #expect(columns.count > 30 && Set(columns).count == 1, "\(Set(columns))")
    #expect(!run.output.contains("\u{1B}"))
  }

  @Test(arguments: [
    (["FORCE_COLOR": "1"], true), (["CLICOLOR_FORCE": "1"], true), (["FORCE_COLOR": "1", "NO_COLOR": "1"], true),
    (["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], false), ([:], false),
  ])
  func coloursALogThatIsToHaveThem(_ variables: [String: String], _ isColoured: Bool) async throws {
    let run = try await BuiltTool.run(["rehearse"], variables)
    #expect(run.output.contains("\u{1B}[32m") == isColoured && run.output.contains("\u{1B}[31m") == isColoured)
  }

  @Test func wrapsACheckInTheSandboxAtTheTerminalsWidth() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let command = "$tool sandbox --job owner=o,repository=r,workflow=w.yml -- $tool check pypi"
    for columns in [60, 100] {
      let lines = Self.lines(try await Self.shown(command, columns: columns, in: folder))
      // The warning for the run's page stands in the log that is played, whose lines are the runner's.
      let ours = lines.drop { $0 != "the job" }
      let long = ours.filter { $0.count > columns && !$0.contains("/") }
      #expect(long.isEmpty && ours.contains { $0.count > columns - 20 }, "\(lines)")
    }
  }

  @Test func wrapsAnErrorAtTheTerminalsWidth() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let lines = Self.lines(try await Self.shown("$tool exec pypi -- twine upload x.whl", columns: 50, in: folder))
    #expect(lines.first { $0.hasPrefix("error: ") } != nil && lines.allSatisfy { $0.count <= 50 }, "\(lines)")
  }

  // MARK: Waits

  @Test func saysInALogOnceWhatIsWaitedFor() async throws {
    let sandbox = try Sandbox.started { $0.faults = [SandboxFault(.audience, .stall)] }
    defer { sandbox.stop() }
    let run = try await BuiltTool.run(["check", "pypi", "--timeout", "3"], sandbox.environment(for: .github))
    #expect(run.error.components(of: "waiting for 127.0.0.1:") == 1, "\(run.error)")
    #expect(!run.error.contains("\u{1B}") && !run.error.contains("\r"))
  }

  @Test func saysOnATerminalWhatIsWaitedForInALineThatGoesAway() async throws {
    let sandbox = try Sandbox.started { $0.faults = [SandboxFault(.audience, .stall)] }
    defer { sandbox.stop() }
    let folder = try TestFolder()
    defer { folder.remove() }
    let shown = try await Self.shown(
      "$tool check pypi --timeout 3", columns: 80, sandbox.environment(for: .github), in: folder)
    #expect(shown.contains("\r\u{1B}[Kwaiting for 127.0.0.1:"), "\(shown)")
    // The last one is cleared before anything else is written; it may have been drawn again meanwhile.
    let last = try #require(shown.ranges(of: "waiting for").last)
    let cleared = try #require(shown[last.upperBound...].firstRange(of: "\r\u{1B}[K"))
    #expect(!shown[last.upperBound..<cleared.lowerBound].contains("\n"), "\(shown)")
  }

  @Test func saysNothingOfShortWaits() async throws {
    let sandbox = try Sandbox.started()
    defer { sandbox.stop() }
    let run = try await BuiltTool.run(["check", "pypi"], sandbox.environment(for: .github))
    #expect(!run.error.contains("waiting"), "\(run.error)")
  }
}
