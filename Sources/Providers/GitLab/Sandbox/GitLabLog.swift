import BrokerSandbox

/// The log of a job as GitLab shows what its runner made of it: sections by their headers, and the variables that are
/// masked hidden.
///
/// A job's `id_tokens` are masked (GitLab, app/models/ci/build.rb, `id_tokens_variables`); sections are those of
/// docs.gitlab.com, "CI/CD job logs".
struct GitLabLog: SandboxRunner {
  private var lines = LogLines(endingWith: .lineFeed)
  private var masks = LogMasks("[MASKED]")

  init(_ variables: [String: String]) {
    for (name, value) in variables where name.hasSuffix("_ID_TOKEN") { masks.hide(value) }
  }

  mutating func read(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    lines.add(bytes).flatMap { shown($0, end: "\n") }
  }

  mutating func end() -> [UInt8] { lines.last().map { shown($0, end: "") } ?? [] }

  func page(_ files: [SandboxStepFile]) -> [String] { [] }

  /// A line with its markers taken out; one that was a marker alone is not shown.
  ///
  /// A marker is `ESC[0Ksection_start:TIME:NAME[collapsed=true]`, a carriage return and `ESC[0K`; the header follows.
  private func shown(_ line: String, end: String) -> [UInt8] {
    let marker =
      #/(?:\u{1B}\[0K)?section_(start|end):[0-9]+:[A-Za-z0-9_.\-]+(?:\[[^\]\r]*\])?\r(?:\u{1B}\[0K)?/#
    var isMarked = false
    let text = line.replacing(marker) { match in
      isMarked = true
      return match.output.1 == "start" ? "\u{25BE} " : ""
    }
    if isMarked, text.allSatisfy(\.isWhitespace) { return [] }
    return Array((masks.applied(to: text) + end).utf8)
  }
}
