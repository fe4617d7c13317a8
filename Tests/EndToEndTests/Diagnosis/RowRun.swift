import BrokerCore
import BrokerSystem
import Synchronization
import TestSupport

/// A row's command, carried out by a shell as the page tells people to.
struct RowRun: Sendable {
  /// The exit status.
  let status: Int32
  /// Standard error, whole.
  let error: String
  /// What people see: a runner hides the lines that mask; standard output of commands that print no credential.
  let shown: String
  /// The same on one line, with single spaces.
  let flat: String
  /// The codes of errors, in order.
  let codes: [String]
  /// The codes of causes, in order.
  let causes: [String]

  private static let runs = Mutex<[String: Task<RowRun, any Error>]>([:])

  /// The one run of a row that all tests look at.
  static func shared(_ row: FailureRow) async throws -> RowRun {
    let run = runs.withLock { runs in
      let run = runs[row.title] ?? Task { try await RowRun(row) }
      runs[row.title] = run
      return run
    }
    return try await run.value
  }

  private init(_ row: FailureRow) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    for file in row.files { try folder.write(file.name, file.text) }
    status = try await Self.shell(row.command, in: folder)
    let error = folder.read("stderr")
    let lines = error.split(separator: "\n", omittingEmptySubsequences: false)
    let isSaid = row.command.contains("token-broker check") || row.command.contains("token-broker explain")
    let shown =
      lines.filter { !$0.hasPrefix("::add-mask::") }.joined(separator: "\n") + (isSaid ? folder.read("stdout") : "")
    let flat = shown.split { $0.isWhitespace }.joined(separator: " ")
    self.error = error
    self.shown = shown
    self.flat = flat
    codes = lines.compactMap { line in
      if line.hasPrefix("::error title=token-broker ") { return String(line.dropFirst(27).prefix { $0 != ":" }) }
      guard line.hasPrefix("error: "), line.hasSuffix("]"), let bracket = line.lastIndex(of: "[") else { return nil }
      return String(line[line.index(after: bracket)...].dropLast())
    }
    causes = Self.causes(in: shown)
  }

  /// Carries a command out with the built tool on the path; its streams go to `stdout` and `stderr` in the folder.
  static func shell(_ command: String, in folder: TestFolder) async throws -> Int32 {
    let tool = BuiltTool.path.split(separator: "/").dropLast().joined(separator: "/")
    // The page shows the log as the CI system does; the tests read what is behind that.
    let raw = command.replacing("token-broker sandbox ", with: "token-broker sandbox --raw ")
    let script = "cd '\(folder.path)' && { \(raw)\n} </dev/null >stdout 2>stderr"
    return try await ChildProcess(
      ["/bin/sh", "-c", script], environment: .init(["PATH": "/\(tool):/usr/bin:/bin"])
    ).run().status
  }

  /// The codes in brackets that end the sentence of a cause.
  static func causes(in text: String) -> [String] {
    var codes: [String] = []
    var isInCause = false
    for line in text.split(separator: "\n") {
      if line.firstMatch(of: #/^  (\d+\. )?(certain|likely|possible): /#) != nil { isInCause = true }
      guard isInCause, let match = line.firstMatch(of: /\[([a-z-]+)\]$/) else { continue }
      codes.append(String(match.1))
      isInCause = false
    }
    return codes
  }
}
