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
    try folder.write("a.whl", "")
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

  /// The tool shows a refusal and no reason: what the index lists then, and what is said of it.
  @Test(
    arguments: [
      (
        "simple@pypi=status:404*1", ReleaseBench.wheel,
        ["pypi: pypi has \"\(ReleaseBench.wheel)\" with other contents."],
        "never takes another"
      ),
      (
        "simple@pypi=status:404*1", "sample-1.0.zip",
        ["pypi has \"sample-1.0.zip\" already, and takes one of a release."],
        "leave this one out"
      ),
      (
        "simple@pypi=html*2", "", ["what remains:", "possible: pypi had a file of this name that has been deleted"],
        "make them equal"
      ),
      ("upload@pypi=stall", "", ["by its list of files:", "likely: pypi lists nothing of sample."], "make them equal"),
    ] as [(String, String, [String], String)])
  func asksTheIndexWhatItHas(_ fault: String, _ listed: String, _ words: [String], _ hint: String) async throws {
    let bench = try ReleaseBench([fault])
    if !listed.isEmpty { try await bench.publish(listed, "other", at: "pypi", version: nil) }
    try bench.folder.write("upload", "echo 'HTTPError: 400 Bad Request from http://127.0.0.1/legacy/' >&2; exit 1\n")
    let files = listed.isEmpty ? [ReleaseBench.wheel] : [ReleaseBench.wheel, ReleaseBench.sdist]
    let run = try await bench.exec(["pypi", "--", "twine", "upload"] + files, isConfirmed: true)
    #expect(run.status == 1, "\(run.error)")
    for words in words { #expect(run.error.contains(words), "\(words): \(run.error)") }
    #expect(run.error.contains(hint), "\(run.error)")
    #expect(!listed.isEmpty == !run.error.contains("what remains"), "\(run.error)")
  }

  /// A refusal of the credential: what is wrong with files is no reason for that.
  @Test(arguments: [
    ([], "what remains by its list of files:", "does not know the API token"),
    (
      ["exchange=expires:1"], "likely: The API token expired before the upload was done.",
      "hint: The credential expired"
    ),
  ])
  func goesByTheStatus(_ faults: [String], _ words: String, _ hint: String) async throws {
    let bench = try ReleaseBench(faults)
    try bench.folder.write(
      "upload", "sleep 1; echo \"403 Client Error: Forbidden for url: http://127.0.0.1/legacy/\"; exit 1\n")
    let run = try await bench.exec(["pypi", "--", "twine", "upload", ReleaseBench.wheel], isConfirmed: true)
    #expect(run.status == 1 && run.error.contains(words) && run.error.contains(hint), "\(run.error)")
    #expect(!run.error.contains("metadata") && !run.error.contains("deleted"), "\(run.error)")
  }

  /// A failure whose reason is shown needs no question.
  @Test func asksNothingWhereTheReasonIsShown() async throws {
    let bench = try ReleaseBench()
    try bench.folder.write("upload", "echo '400 Only one sdist may be uploaded per release.'; exit 1\n")
    let run = try await bench.exec(["pypi", "--", "twine", "upload", ReleaseBench.wheel], isConfirmed: true)
    #expect(run.status == 1 && run.error.contains("hint: The release has a source distribution"), "\(run.error)")
    #expect(!run.error.contains("what remains"))
  }

  /// An old twine and metadata of 2.4; an old twine and others, which are then wrong themselves.
  @Test(arguments: [("2.4", "hint: Update twine ("), ("2.3", "hint: Build the files anew")])
  func looksAtTheMetadataThatATwineDoesNotKnow(_ version: String, _ hint: String) async throws {
    let bench = try ReleaseBench()
    try bench.folder.write(ReleaseBench.wheel, SampleWheel.bytes(metadataVersion: version))
    try bench.folder.write(
      "upload", "echo 'ERROR    InvalidDistribution: Metadata is missing required fields: Name, Version.' >&2; exit 1\n"
    )
    let run = try await bench.exec(["pypi", "--", "twine", "upload", ReleaseBench.wheel], isConfirmed: true)
    #expect(run.status == 1 && run.error.contains(hint), "\(run.error)")
  }

  /// 502 and 503: the next run passes over what is there.
  @Test(arguments: ["HTTPError: 502 Bad Gateway from x", "Server returned status code 503 Service Unavailable"])
  func saysThatASecondRunPassesOverWhatIsThere(_ output: String) async throws {
    let bench = try ReleaseBench()
    try bench.folder.write("upload", "echo '\(output)'; exit 1\n")
    let run = try await bench.exec(["pypi", "--", "twine", "upload", ReleaseBench.wheel], isConfirmed: true)
    #expect(run.status == 1 && run.error.contains("hint: Run exec again: it passes over what pypi has already."))
  }
}
