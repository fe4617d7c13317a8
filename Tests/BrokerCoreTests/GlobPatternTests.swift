import BrokerCore
import Testing

struct GlobPatternTests {
  /// A pattern, what it matches, and what it does not.
  @Test(
    arguments: [
      ("refs/tags/v*", ["refs/tags/v", "refs/tags/v1.0"], ["refs/tags/v1/a", "refs/tags/x", "xrefs/tags/v1", ""]),
      ("refs/tags/v1", ["refs/tags/v1"], ["refs/tags/v1.0", "refs/tags/v1\n", "refs/tags/V1"]),
      ("refs/**", ["refs/", "refs/heads/a/b"], ["refs", "xrefs/a"]),
      ("*", ["", "main"], ["a/b"]), ("**", ["", "a/b/c"], []),
      ("**/v*", ["a/v1", "a/b/v"], ["v1", "a/v1/x"]), ("a.c", ["a.c"], ["abc"]), ("[a]?", ["[a]?"], ["a", "ab"]),
      ("a*b*c", ["abc", "axbxbxc"], ["ab", "a/bc"]),
    ] as [(String, [String], [String])])
  func matchesTheWholeText(_ pattern: String, _ inside: [String], _ outside: [String]) throws {
    let glob = try #require(GlobPattern(pattern))
    for text in inside { #expect(glob.matches(text), "\(pattern) \(text)") }
    for text in outside { #expect(!glob.matches(text), "\(pattern) \(text)") }
  }

  @Test func comparesScalars() throws {
    // One letter with its accent, and the same in two scalars, look alike and are not the same text.
    let glob = try #require(GlobPattern("caf\u{E9}"))
    #expect(glob.matches("caf\u{E9}") && !glob.matches("cafe\u{301}"))
    #expect(try #require(GlobPattern("a*\u{301}")).matches("ax\u{301}"))
  }

  @Test(arguments: ["", "***", "a***b", String(repeating: "a", count: 257)])
  func refusesWhatIsNoPattern(_ text: String) { #expect(GlobPattern(text) == nil) }

  @Test(
    arguments: [
      ("refs/tags/v1", "refs/tags/*", true), ("refs/tags/v1.*", "refs/tags/v*", true), ("*", "**", true),
      ("**", "*", false), ("refs/tags/*", "refs/tags/v*", false), ("a*b*", "a*", true), ("a**", "a*", false),
      ("*a", "a*", false), ("refs/*/x", "refs/**", true), ("refs/**", "refs/*/**", false), ("a", "a", true),
    ] as [(String, String, Bool)])
  func knowsWhatLiesWithinAnother(_ one: String, _ other: String, _ isWithin: Bool) throws {
    #expect(try #require(GlobPattern(one)).lies(within: #require(GlobPattern(other))) == isWithin)
  }

  @Test("a pattern of many stars takes no exponential time") func staysLinear() throws {
    // Backtracking would not come back from this one.
    let glob = try #require(GlobPattern(String(repeating: "a*", count: 128)))
    #expect(!glob.matches(String(repeating: "a", count: 16_000) + "/"))
  }
}
