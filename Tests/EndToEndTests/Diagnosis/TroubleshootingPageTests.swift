import BrokerSystem
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

struct TroubleshootingPageTests {
  /// Writes the page instead if `UPDATE_TROUBLESHOOTING` is set.
  @Test("docs/troubleshooting.md is what the program says") func isWhatTheProgramSays() async throws {
    let page = try await TroubleshootingPage().text
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    let file = URL(filePath: "/\(root)/docs/troubleshooting.md")
    guard ProcessInfo.processInfo.environment["UPDATE_TROUBLESHOOTING"] == nil else {
      try Data(page.utf8).write(to: file)
      return
    }
    let written = (try? Data(contentsOf: file)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    let changed = zip(page.split(separator: "\n"), written.split(separator: "\n")).first { $0 != $1 }
    #expect(
      page == written,
      "run Scripts/update-troubleshooting; the first line that differs: \(changed.map { "\($0)" } ?? "the last")")
  }
}
