import BrokerSandbox
import TestSupport
import Testing

/// Why an index refuses an upload, where the phrase of its answer does not say.
struct UploadReasonTests {
  private static let configuration = """
    {"version":1,"registries":{"pypi":{},"own":{"type":"pypi","upload-url":"https://pypi.example.com/legacy/",
      "audience":"pypi.example.com"}}}
    """

  /// What a tool prints of an answer goes to the log: an own index's could hold commands to a runner.
  @Test(arguments: [
    ("pypi", ["twine", "upload", "a.whl"], "--verbose a.whl"), ("own", ["twine", "upload", "a.whl"], " a.whl"),
    ("pypi", ["twine", "upload", "--verbose", "a.whl"], "--verbose a.whl"),
    ("pypi", ["uv", "publish", "a.whl"], " a.whl"),
  ])
  func letsToolsShowAnswersThatMayBePrinted(_ target: String, _ command: [String], _ end: String) async throws {
    let sandbox = try Sandbox.started {
      $0.registries.append(SandboxRegistry(name: "own", audience: "pypi.example.com", kind: .warehouse))
    }
    defer { sandbox.stop() }
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("token-broker.json", Self.configuration)
    for script in ["upload", "publish"] { try folder.write(script, "echo \"$*\" >>'\(folder.path)/log'\n") }
    for tool in ["twine", "uv"] { try folder.link(tool, to: "/bin/sh") }
    var environment = sandbox.environment(for: .github)
    environment["PATH"] = "\(folder.path):/usr/bin:/bin"
    let run = try await BuiltTool.run(["exec", target, "--"] + command, environment, in: folder)
    #expect(run.status == 0, "\(run.error)")
    let words = folder.read("log").dropLast()
    #expect(
      words.hasSuffix(end) && words.ranges(of: "--verbose").count == end.ranges(of: "--verbose").count, "\(words)")
    #expect(!words.isEmpty && !words.contains("\n"))
  }
}
