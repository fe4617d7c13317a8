import BrokerCore
import BrokerPrograms
import BrokerSystem
import TestSupport
import Testing

/// The suite on programs that each do one thing wrong: what it says is what their authors read.
struct ConformanceCatalogueTests {
  /// A mode of Tests/Plugins/bad, the check that fails, and what its author reads.
  struct Row: Sendable, CustomTestStringConvertible {
    let mode: String
    let check: String
    let words: String

    init(_ mode: String, _ check: String, _ words: String) {
      (self.mode, self.check, self.words) = (mode, check, words)
    }

    var testDescription: String { mode }
  }

  static let rows = [
    Row("late", "describe", "did not end within 1000 milliseconds"),
    Row("silent", "describe", "it wrote no answer to standard output"),
    Row("endless", "describe", "wrote more than 65536 bytes to standard output"),
    Row("too-large", "describe", "wrote more than 65536 bytes to standard output"),
    Row("signal", "describe", "a signal ended it (9)"),
    Row("status", "describe", "it ended with status 3: the status is 0 whenever there is an answer"),
    Row("id", "describe", "the answer's \"id\" is not that of the request"),
    Row("protocol", "describe", "the answer's \"protocol\" is not \"token-broker.plugin/1\""),
    Row("no-protocol", "describe", "the answer has no \"protocol\""),
    Row("log", "describe", "standard output does not begin with the answer: it takes one JSON object"),
    Row("two-objects", "describe", "there is more on standard output than one JSON object, from line 1"),
    Row("trailing", "describe", "there is more on standard output than one JSON object"),
    Row("not-json", "describe", "the answer is not JSON, at line 1, column 13"),
    Row("twice", "describe", "the answer has a key twice, at line 1"),
    Row("deep", "describe", "the answer is not taken: it is deeper than 8 levels"),
    Row("bytes", "describe", "standard output does not begin with the answer"),
    Row("list", "describe", "standard output does not begin with the answer"),
    Row("both", "describe", "the answer has both \"result\" and \"error\""),
    Row("neither", "describe", "the answer has neither \"result\" nor \"error\""),
    Row("nameless", "describe", "the result has no \"name\", which is a text of 1 to 64 bytes"),
    Row("kinds", "describe", "\"kinds\" has an entry that is neither \"provider\" nor \"registry\""),
    Row("operations", "describe", "\"operations\" does not have \"identity-token\", which every provider has"),
    Row("loader", "environment", "\"LD_PRELOAD\" tells a loader or an interpreter what to run"),
    Row("slow-describe", "describe", "did not end within 1000 milliseconds"),
    Row("version", "version", "it answered a request of \"token-broker.plugin/999\" with a result"),
    Row("version-code", "version", "with the code \"internal\"; the code is \"unsupported\""),
    Row("any-operation", "operation", "it answered an operation that it cannot know with a result"),
    Row("operation-code", "operation", "with the code \"refused\"; the code is \"unsupported\""),
    Row("unknown-keys", "unknown-keys", "it answered the error \"internal\""),
    Row("too-much-read", "too-large", "it answered a request of 64 KiB and a byte with a result"),
    Row("cut-answered", "truncated", "it answered half a request with a result"),
    Row("no-object-answered", "no-object", "it answered a request that is no object with a result"),
    Row("everywhere", "detect-elsewhere", "it answered \"present\": true although none of its variables is set"),
    Row("value", "detect", "\"evidence\" is not a list of texts"),
    Row("value", "evidence", "a value of a variable stands in the answer of detect"),
    Row("rank", "detect", "\"rank\" is neither \"job\" nor \"machine\""),
    Row("no-token", "identity-token", "the result has no \"token\""),
    Row("malformed", "identity-token", "\"token\" does not hold an identity token: it has 1 part where a JWT has 3"),
    Row("foreign", "identity-token", "not made out to the audience that was asked for, and to that alone"),
    Row("expired", "identity-token", "the identity token has expired"),
    Row("stale", "fresh-tokens", "it gave the same identity token twice"),
    Row("supply", "identity-token", "\"supply\" is neither \"renewable\" nor \"fixed\""),
    Row("code", "identity-token", "error.code is none of absent, permission"),
    Row("speechless", "identity-token", "error has no \"message\""),
    Row("slow", "deadline", "it had not ended 2 s after it was given \"deadline-ms\": 200"),
    Row("well-known", "audience", "it answered the audience of another service"),
    Row("no-audience", "audience", "the result has no \"audience\" of 1 to 255 printable characters"),
    Row("short", "exchange", "\"token\" is no API token: it has 16 to 4096 bytes"),
    Row("command", "exchange", "\"token\" is no API token"),
    Row("endless-life", "exchange", "\"expires-at\" is no Unix time in seconds"),
    Row("no-user", "exchange", "the result has no \"username\""),
    Row("echo", "exchange", "\"token\" is the identity token, not an API token"),
    Row("revokes", "revoke", "\"operations\" of describe has \"revoke\", and it answered \"unsupported\""),
    Row("said", "standard-error", "a value that it was given stands on standard error"),
    Row("said-in-base64", "standard-error", "a value that it was given stands on standard error"),
    Row("said-in-digits", "standard-error", "a value that it was given stands on standard error"),
    Row("said-in-lines", "standard-error", "a value that it was given stands on standard error"),
    Row("left", "alone", "a process that it started still had its standard output"),
    Row("escaped", "alone", "a process that it started still had its standard output"),
  ]

  static var program: String {
    "/" + (#filePath.split(separator: "/").dropLast(2) + ["Plugins", "bad"]).joined(separator: "/")
  }

  private func outcome(_ mode: String, arguments: (any ArgumentWatching)? = nil) async -> ProgramConformance.Outcome {
    await ProgramConformance(
      DeclaredProgram(name: "bad", command: [Self.program, mode], limit: .seconds(30)), programs: SystemPrograms(),
      arguments: arguments, environment: Environment(["PATH": "/usr/bin:/bin"]), time: SystemTime.source
    ).run()
  }

  @Test("a program that does nothing wrong passes")
  func passes() async {
    let outcome = await outcome("none")
    #expect(outcome.isPassed, "\(outcome.items.filter { $0.outcome == .fail }.map { "\($0.name): \($0.sentence)" })")
    #expect(outcome.description?.kinds == [.provider, .registry] && outcome.items.count >= 20)
  }

  @Test("what a program does wrong is found, and only that", arguments: rows)
  func finds(_ row: Row) async {
    let outcome = await outcome(row.mode)
    let failed = outcome.items.filter { $0.outcome == .fail }
    let item = failed.first { $0.name.text == row.check }
    #expect(item?.sentence.contains(row.words) == true, "\(failed.map { "\($0.name): \($0.sentence)" })")
    #expect(failed.count <= 4, "\(failed.map { "\($0.name): \($0.sentence)" })")
  }

  #if os(Linux)
    @Test("a secret among the arguments of a process is found")
    func findsArguments() async {
      let outcome = await outcome("argument", arguments: Search())
      #expect(outcome.items.first { $0.name.text == "arguments" }?.outcome == .fail)
      let none = await self.outcome("none", arguments: Search())
      #expect(none.items.first { $0.name.text == "arguments" }?.outcome == .pass)
    }
  #endif

  private struct Search: ArgumentWatching {
    struct Watch: ArgumentWatch {
      let search: ProcessArgumentSearch
      func stop() async -> Bool { await search.stop() }
    }

    func start(lookingFor secrets: [Secret]) -> (any ArgumentWatch)? { ProcessArgumentSearch(secrets).map(Watch.init) }
  }
}
