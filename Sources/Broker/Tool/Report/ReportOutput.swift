import BrokerCore
import BrokerSystem

/// Where a run's report goes: a file, and the job's summary.
struct ReportOutput: Sendable {
  private enum Destination: Sendable {
    case none
    case standardOutput
    case file(StagedFile)
  }

  private let destination: Destination
  private let summary: (file: AppendFile, variable: String)?
  private let isSummaryWanted: Bool
  private let console: Console

  /// Opens the destinations before anything is done.
  ///
  /// - Throws: `ErrorCode.usage` for standard output where that carries something else, `ErrorCode.deliveryFailed` if
  ///   the file cannot be opened.
  init(
    _ arguments: ParsedArguments, _ surroundings: Surroundings, mayUseStandardOutput: Bool = false
  ) throws(BrokerError) {
    console = surroundings.console
    let name = arguments.has("--json") ? "-" : arguments.value("--report")
    switch name {
    case nil: destination = .none
    case "-":
      guard mayUseStandardOutput else {
        throw BrokerError(
          .usage, "Standard output carries something else than a report here.", remedy: "Write --report FILE.")
      }
      destination = .standardOutput
    case let path?: destination = .file(try StagedFile(path))
    }
    isSummaryWanted = arguments.has("--summary")
    let environment = surroundings.environment
    let runner = console.runner
    // A summary that cannot be written is no reason not to publish.
    summary = runner?.summary.flatMap { variable in
      environment.nonEmpty(variable).flatMap { try? AppendFile($0) }.map { ($0, variable) }
    }
    guard case .file(let file) = destination else { return }
    var named: [(Message, String?)] = [("--output", arguments.value("--output"))]
    if let variable = runner?.outputs?.variable {
      named.append(("\(Neutralized(variable))", environment.nonEmpty(variable)))
    }
    let others = named.compactMap { source, path in path.map { OutputFile(source, FileIdentity(of: $0)) } }
    try OutputFile("--report", file.identity)
      .check(apartFrom: others + OutputFile.streams + [summaryFile].compactMap { $0 })
  }

  /// The job's summary; nil if none is written.
  var summaryFile: OutputFile? { summary.map { OutputFile("\(Neutralized($0.variable))", $0.file.identity) } }

  /// Whether the report itself is what the command prints.
  var isPrinted: Bool { if case .standardOutput = destination { true } else { false } }

  /// Carries a command out, and writes its report whatever comes of it.
  func recording(
    _ command: String, status: (BrokerError) -> Int32,
    _ body: (RunRecorder) async throws(BrokerError) -> Int32
  ) async throws(BrokerError) -> Int32 {
    let recorder = RunRecorder(command)
    do throws(BrokerError) {
      let status = try await body(recorder)
      recorder.end(status: status)
      finish(recorder.report)
      return status
    } catch {
      recorder.end(status: status(error), error)
      finish(recorder.report)
      throw error
    }
  }

  /// Writes the report, and shows once on the run's page what audited rules would have refused.
  private func finish(_ report: RunReport) {
    let note = AuditNote(report).message
    write(report, isAudited: note != nil)
    guard let note, !console.annotate(Annotation(.warning, title: "token-broker audit", note)),
      // The others have it in their last lines, or in a table.
      report.command == "mint"
    else { return }
    console.error("warning: \(note)\n")
  }

  private func write(_ report: RunReport, isAudited: Bool) {
    if report.hasFailed || isSummaryWanted || isAudited, let summary {
      do throws(BrokerError) {
        try summary.file.append(Array(ReportMarkdown(report, console.logGuard).text.text.utf8))
      } catch {
        console.warn("the job summary was not written: \(error.message)")
      }
    }
    switch destination {
    case .none: break
    case .standardOutput: _ = console.write(data: ReportJSON(report).text)
    case .file(let file):
      do throws(BrokerError) { try file.commit(Array(ReportJSON(report).text.utf8)) } catch {
        console.warn("the report was not written: \(error.message)")
      }
    }
  }
}

extension OptionSpec {
  /// The options of every command that writes reports.
  static func report(for catalog: ToolCatalog) -> [OptionSpec] {
    let names = catalog.plugins.runners.filter { $0.summary != nil }.map(\.name)
    let place = names.isEmpty ? "where there is one" : "in \(names.joined(separator: " and "))"
    return [
      OptionSpec("--report", "FILE", "write what was done and found to FILE as JSON (docs/report.md)"),
      OptionSpec("--summary", nil, "\(place), write a job summary on success too"),
    ]
  }
}
