import BrokerCore
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

struct LogTextTests {
  private func log(_ text: String) -> LogText { LogText(text.utf8) }

  @Test(
    "a log is read as one line, without its times and prefixes",
    arguments: [
      ("\u{1B}[31;1mred\u{1B}[0m", "red"), ("\u{1B}[?25lx\u{1B}[2K", "x"), ("\u{1B}[31", "\u{1B}[31"),
      ("\u{1B}x", "\u{1B}x"), ("\u{1B}[\u{1B}[0my", "\u{1B}[y"), (" a\t\r\n  b ", "a b"), ("größe", "größe"), ("", ""),
      // The times of runners, and the lines of a command.
      ("2026-11-26T09:45:10.1234567Z one\n2026-11-26T09:45:11Z two", "one two"),
      ("2026-11-26T09:45:10.123456Z 01O wor\n2026-11-26T09:45:10.123457Z 01O+ld", "world"),
      ("mint\tRun exec\t2026-11-26T09:45:10.1234567Z refused", "refused"),
      ("see 2026-11-26T09:45:10Z there", "see 2026-11-26T09:45:10Z there"),
      ("::error::one%0A%0Atwo 100%25", "::error::one two 100%"), ("https://x/%0A", "https://x/%0A"),
    ])
  func isOneLine(_ text: String, _ line: String) {
    #expect(log(text).line == line)
  }

  /// Texts, and whether they hold an identity token.
  @Test(arguments: [
    ("eyJhbGciOiJ9.eyJhdWQiOiJ9.c2lnbmF0dXJl", true), ("x=eyJhbGciOiJ9.eyJhdWQiOiJ9.c2lnbmF0dXJl,", true),
    ("aaeyJhbGciOiJ9.eyJhdWQiOiJ9.c2lnbmF0dXJl.x", true), ("eyJhbGciOiJ9.eyJhdWQiOiJ9", false),
    ("eyJhbGciOiJ9.eyJhdWQiOiJ9.short", false), ("eyJhbGciOiJ9.aaaaaaaaaaaaaa.c2lnbmF0dXJl", false),
    ("eyJh.eyJhdWQiOiJ9.c2lnbmF0dXJl", false), ("eyJhbGciOiJ9..eyJhdWQiOiJ9.c2lnbmF0dXJl", false),
    ("eyJhbGciOiJ9 .eyJhdWQiOiJ9.c2lnbmF0dXJl", false), ("", false),
  ])
  func findsIdentityTokens(_ text: String, _ isThere: Bool) {
    #expect(LogReading(Array(text.utf8)).hasIdentityToken == isThere)
  }

  /// Texts, and the claims in them.
  @Test(
    arguments: [
      ("a: 1", [:]), ("sub: x, sub: y", ["sub": "x"]), ("Sub: x", [:]), ("ref = 'a b'", ["ref": "a b"]),
      ("url: https://x/y?z=1", ["url": "https://x/y?z=1"]),
      ("job_workflow_ref: Some(`a/b@c`)", ["job_workflow_ref": "a/b@c"]),
      ("ref: \"\"", [:]), ("ref:", [:]), ("xref: é)", ["xref": "é"]), ("éref: x", [:]),
      ("ref: null sub: y", ["sub": "y"]), ("environment: Some(\n      \"my place\",\n )", ["environment": "my place"]),
      ("sub:\n   \"a:b\", ref: `x`", ["sub": "a:b", "ref": "x"]),
      // Behind the last mention of claims stand those of the token.
      ("ref: one\nTokenClaims {\n  ref: \"two\" }", ["ref": "two"]),
    ] as [(String, [String: String])])
  func readsMembers(_ text: String, _ claims: [String: String]) {
    let read = LogReading(Array(text.utf8)).claims[0].claims.object
    #expect(Dictionary(uniqueKeysWithValues: read.members.map { ($0.name, $0.value.string ?? "") }) == claims)
  }

  // MARK: Time

  /// What a log may be made of to be slow to read.
  static let units = [
    "eyJ", "eyJaaaaaaaa", "eyJaaaaaaaa.", "eyJaaaaaaaa.eyJaaaaaaaa.", "a", "a_", "a=", "a:a:", "ab: ab ", "ab=\"",
    "\u{1B}[0",
    "\u{1B}[", "\u{1B}[0m", " ", "\n", "'", "A_ID_TOKEN", "A", "invalid-", "invalid-publisher", "id-toke", "é",
    "e\u{301}",
    "\u{0}", "[", "::", ".",
  ]

  /// Four times as long takes about four times as long; a quadratic reader takes sixteen times.
  @Test("reading a log takes time in proportion to its length", arguments: units) func growsWithTheLength(
    _ unit: String
  ) throws {
    let unit = Array(unit.utf8)
    func seconds(_ count: Int) -> Double {
      let log = Array(repeatElement(unit, count: count / unit.count).joined())
      return (0..<3).map { _ in
        let start = Self.processorTime()
        let reading = LogReading(log)
        _ = LogText(reading.text.utf8).contains("no such words")
        return Self.processorTime() - start
      }.min() ?? 0
    }
    let (short, long) = (seconds(16 * 1024), seconds(64 * 1024))
    #expect(long < 9 * short + 0.02, "\(short) s and \(long) s")
  }

  /// The processor time of this thread, which other tests do not use up.
  private static func processorTime() -> Double {
    var time = timespec()
    // The C library fills it within the call.
    _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
