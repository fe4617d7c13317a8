import Testing

struct ExplainTimeTests {
  /// A quarter of a megabyte of what a log may be made of to be slow to read: within five seconds of a processor, in a debug build.
  @Test(
    "a log takes time in proportion to its length",
    arguments: [
      "eyJ", "eyJaaaaaaaa.", "ab: ab ", "\u{1B}[0", "A_ID_TOKEN ", "invalid-", "x", "e\u{301}",
      "missing credentials fo",
    ])
  func isLinear(_ unit: String) async throws {
    let log = String(repeating: unit, count: 250_000 / unit.utf8.count)
    let run = try await BuiltTool.run(["explain"], input: "\(log)\ninvalid-publisher", preparation: "ulimit -t 5")
    #expect(run.status == 0 && run.output.contains("publisher-differs"), "\(run.status) \(run.error)")
  }
}
