import BrokerConformance
import BrokerCore
import BrokerSystem
import TestSupport
import Testing

@testable import WarehouseRegistry

/// Every row through the built tool against the sandbox; the diagnosis is told nothing about the row.
struct FailureRowTests {
  @Test("a row's failure is explained by the causes that it names", arguments: FailureRow.all)
  func isExplained(_ row: FailureRow) async throws {
    let run = try await RowRun.shared(row)
    #expect(run.status == row.status, "\(run.error)")
    if let code = row.code {
      #expect(run.codes.first == code.name, "\(run.error)")
    }
    #expect(run.causes.first == row.causes.first, "\(run.error)")
    for cause in row.causes { #expect(run.causes.contains(cause), "\(cause) is missing: \(run.error)") }
    for words in row.words { #expect(run.flat.contains(words), "\(words) is missing: \(run.error)") }
    for words in row.absent { #expect(!run.flat.contains(words), "\(words) is there: \(run.error)") }
    if row.group == .quiet || row.causes.isEmpty && row.code == nil {
      #expect(run.causes.isEmpty && run.codes.isEmpty, "\(run.error)")
    }
  }

  /// token-broker understands what it says itself.
  @Test("explain finds the same cause in what the tool said", arguments: FailureRow.all.filter { !$0.causes.isEmpty })
  func isUnderstoodByExplain(_ row: FailureRow) async throws {
    let run = try await RowRun.shared(row)
    let again = try await BuiltTool.run(["explain"], input: run.shown)
    #expect(again.status == 0, "\(again.error)\n\(run.shown)")
    #expect(RowRun.causes(in: again.output).first == row.causes.first, "\(again.output)\n\(run.shown)")
  }

  @Test(arguments: FailureRow.all)
  func showsNoSecretAndNoRawText(_ row: FailureRow) async throws {
    let run = try await RowRun.shared(row)
    #expect(!run.shown.contains("eyJ") && !run.shown.contains("pypi-"), "\(run.shown)")
    for name in ["octocat", "\u{1B}", "##["] { #expect(!run.error.contains(name), "\(run.error)") }
    var last: Substring = ""
    for line in run.shown.split(separator: "\n") {
      defer { last = line }
      #expect(
        !line.hasPrefix("::") || line.hasPrefix("::error title=token-broker ")
          || line.hasPrefix("::warning title=token-broker "), "\(line)")
      let isFree =
        line.hasPrefix("::") || line.hasPrefix("error: ") || last.hasPrefix("::error") || last.hasPrefix("error: ")
        || line.hasPrefix("pypi: ") || line.contains("https://")
      #expect(isFree || line.count <= 100, "\(line)")
    }
  }

  /// A check says each thing once: no cause, no fix and no annotation stands there twice.
  @Test(arguments: FailureRow.all.filter { $0.group == .check })
  func repeatsNothing(_ row: FailureRow) async throws {
    let run = try await RowRun.shared(row)
    #expect(Set(run.causes).count == run.causes.count, "\(run.shown)")
    // An annotation says what to change, and the table does not.
    let table = run.flat.split(separator: " the job pass").last ?? ""
    for line in run.shown.split(separator: "\n") where line.hasPrefix("::") {
      let said =
        line.firstRange(of: "check::").map { line[$0.upperBound...] }?.split(separator: ": ", maxSplits: 1).last ?? ""
      #expect(!said.isEmpty && !table.contains(said), "\(said): \(run.shown)")
    }
  }

  /// What the table of refusals knows can be seen in the sandbox or in a log.
  @Test func everyCauseOfTheTableHasARow() {
    let table =
      RefusalTable.codes.flatMap(\.rows) + RefusalTable.statuses.map(\.row) + RefusalTable.unknown.rows
    let seen = Set(FailureRow.all.flatMap(\.causes))
    #expect((table.map(\.code.text) + UploadTable.rows.map(\.code.text)).filter { !seen.contains($0) } == [])
  }

  @Test("no two rows of the failures have one name") func isNamedOnce() {
    #expect(Set(FailureRow.all.map(\.title)).count == FailureRow.all.count)
    #expect(FailureRow.all.count { $0.group == .two } >= 10)
    #expect(FailureRow.all.count { $0.group == .quiet } >= 2)
  }
}
