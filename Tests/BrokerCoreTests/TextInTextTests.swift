import BrokerCore
import Testing

/// Text in text is found by its bytes.
struct TextInTextTests {
  @Test(
    "a text is found where its bytes are",
    arguments: [
      ("abcabd", "abd", 3), ("aaab", "aab", 1), ("abc", "", 0), ("abc", "abcd", nil), ("", "a", nil),
      ("x\r\ny", "\n", 2), ("e\u{301}", "e", 0),
    ] as [(String, String, Int?)])
  func finds(_ text: String, _ part: String, _ place: Int?) {
    let range = text.firstRange(of: part)
    #expect(range.map { text.utf8.distance(from: text.startIndex, to: $0.lowerBound) } == place)
    #expect(text.contains(part) == (place != nil))
    #expect(range.map { String(text[$0]) } ?? part == part)
  }

  @Test(
    "a text is replaced each time, and never in what took its place",
    arguments: [
      ("a.b.c", ".", "..", "a..b..c"), ("aaa", "aa", "a", "aa"), ("abc", "", "x", "abc"), ("abc", "d", "x", "abc"),
    ])
  func replaces(_ text: String, _ part: String, _ other: String, _ expected: String) {
    #expect(text.replacing(part, with: other) == expected)
  }

  @Test(
    "the last part of a path is found by its bytes",
    arguments: [
      ("dist/a.whl", "a.whl"), ("a.whl", "a.whl"), ("/a//b//", "b"), ("", nil), ("//", nil), ("a/\u{301}b", "\u{301}b"),
    ] as [(String, String?)])
  func findsTheLastPart(_ path: String, _ part: String?) {
    #expect(path.lastPathPart == part)
    #expect("x/\(path)".dropFirst(2).lastPathPart == part)
  }

  @Test("what stands between is what is not empty")
  func parts() {
    #expect("  a  b c    ".parts(separatedBy: "  ") == ["a", "b c"])
    #expect([1, 2, 3, 2, 3].firstRange(of: [2, 3]) == 1..<3)
    #expect([1, 2].firstRange(of: [2, 3]) == nil)
  }
}
