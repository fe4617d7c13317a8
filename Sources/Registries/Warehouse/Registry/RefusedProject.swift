import BrokerCore

/// The project that a registry refused, and the files of it, as a tool's output shows them.
struct RefusedProject {
  /// The project's name; nil if the output has none.
  let name: Message?
  /// `, to which F belongs`; empty if the output names no file of it.
  let files: Message

  init(in output: String) {
    // The answer's body is HTML.
    let output = ["&#39;", "&#x27;"].reduce(output) { $0.replacing($1, with: "'") }
    let text = output.firstRange(of: "project: '").map { output[$0.upperBound...].prefix { $0 != "'" }.prefix(100) }
    let project = text.flatMap { PythonDistributions.normalized($0) }
    name = project.map { "\(Neutralized.quoted($0))" }
    let words = output.split { $0.isWhitespace || "\"'`,;()[]".contains($0) }
    let named = words.compactMap { PythonDistributions().name(of: String($0)) }.filter { $0.project == project }
    let files = Set(named.map(\.filename)).sorted().prefix(3).map { Neutralized($0, limit: 120) }
    self.files =
      files.isEmpty
      ? "" : ", to which \(files.joined(separator: " and ")) \(files.count == 1 ? "belongs" : "belong" as Message)"
  }
}
