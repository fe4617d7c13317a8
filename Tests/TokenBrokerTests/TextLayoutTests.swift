import BrokerCore
import Testing

@testable import TokenBroker

struct TextLayoutTests {
  private static let narrow = TextLayout.terminal(columns: 40)

  @Test(arguments: [
    ("short", "short"),
    (
      "pypi: not confirmed: 127.0.0.1 did not answer within 5 s",
      "pypi: not confirmed: 127.0.0.1 did not\n  answer within 5 s"
    ),
    (
      "    audience      asked 127.0.0.1 which audience it has",
      "    audience      asked 127.0.0.1 which\n                  audience it has"
    ),
    (
      "see https://docs.pypi.org/trusted-publishers/troubleshooting/",
      "see\n  https://docs.pypi.org/trusted-publishers/troubleshooting/"
    ),
    (
      "https://docs.pypi.org/trusted-publishers/troubleshooting/",
      "https://docs.pypi.org/trusted-publishers/troubleshooting/"
    ),
    (
      "\u{1B}[31merror:\u{1B}[0m it is forty columns wide and fits",
      "\u{1B}[31merror:\u{1B}[0m it is forty columns wide and fits"
    ),
    ("one\n\ntwo\n", "one\n\ntwo\n"),
  ])
  func foldsLongLinesBetweenWords(_ text: String, _ folded: String) {
    #expect(Self.narrow.folded(text) == folded)
  }

  /// Nothing is lost, no line is longer than it has to be, and a log's lines stay as they are.
  @Test(arguments: [1, 39, 40, 60, 80, 100, 120, 500]) func losesNothing(_ columns: Int) {
    let layout = TextLayout.terminal(columns: columns)
    let text = "  label  " + (1...60).map { "word\($0)" }.joined(separator: " ") + "\n"
    let folded = layout.folded(text)
    #expect(folded.split(whereSeparator: \.isWhitespace) == text.split(whereSeparator: \.isWhitespace))
    #expect(folded.split(separator: "\n").allSatisfy { $0.count <= min(max(columns, 40), 120) }, "\(folded)")
    #expect(TextLayout.log.folded(text) == text)
  }

  @Test(arguments: [
    ([:], true, true), ([:], false, false), (["TERM": "dumb"], true, false), (["NO_COLOR": "1"], true, false),
    (["NO_COLOR": ""], true, true), (["FORCE_COLOR": "1"], false, true), (["FORCE_COLOR": "0"], false, false),
    (["FORCE_COLOR": ""], false, false), (["CLICOLOR_FORCE": "1"], false, true),
    (["CLICOLOR_FORCE": "0"], false, false),
    (["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], true, false), (["NO_COLOR": "1", "FORCE_COLOR": "1"], false, true),
    (["FORCE_COLOR": "1", "TERM": "dumb"], false, true),
  ])
  func coloursWhereTheyAreWanted(_ variables: [String: String], _ isTerminal: Bool, _ isColoured: Bool) {
    #expect(TextStyle.isColoured(Environment(variables), isTerminal: isTerminal) == isColoured)
  }
}
