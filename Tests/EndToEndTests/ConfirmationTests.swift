import BrokerCore
import BrokerSandbox
import TestSupport
import Testing

/// What `exec` knows of a release when it is done.
struct ConfirmationTests {
  private static let wheel = ReleaseBench.wheel
  private static let sdist = ReleaseBench.sdist
  private static let upload = ["--", "twine", "upload"]

  /// Runs `exec` while a file comes to each index that the tool was run for.
  private func exec(
    _ bench: ReleaseBench, _ arguments: [String], publishing contents: [String: String], _ name: String = sdist
  ) async throws -> BuiltTool.Run {
    let registries = ["testpypi", "pypi"].filter { contents[$0] != nil }
    // The tool ends when its files are there, however long that takes on a busy machine.
    try bench.folder.write(
      "upload", bench.folder.read("upload") + "until [ -e published-$(grep -c . log) ]; do sleep 0.05; done\n")
    for number in registries.count + 1...registries.count + 3 { try bench.folder.write("published-\(number)", "") }
    async let run = bench.exec(arguments, isConfirmed: true)
    for (count, registry) in registries.enumerated() {
      while bench.log.count <= count { try await Task.sleep(for: .milliseconds(20)) }
      try await bench.publish(name, contents[registry] ?? "", at: registry)
      try bench.folder.write("published-\(count + 1)", "")
    }
    return try await run
  }

  private func lines(_ run: BuiltTool.Run) -> [String] {
    run.error.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
  }

  @Test func saysWhatIsWhere() async throws {
    let bench = try ReleaseBench()
    let content = "content of \(Self.sdist)"
    let run = try await exec(
      bench, ["release", "--report", "report.json"] + Self.upload + [Self.sdist],
      publishing: ["testpypi": content, "pypi": content])
    #expect(run.status == 0, "\(run.error)")
    #expect(
      lines(run).suffix(9) == [
        "testpypi and pypi have the same bytes of 1 file", "target file state",
        "testpypi \(Self.sdist) published, confirmed", "pypi \(Self.sdist) published, confirmed",
        "sha256 \(SHA256.hexadecimal(of: Array(content.utf8))) \(Self.sdist)",
        "testpypi: https://test.pypi.org/project/sample/1.0/ (in a rehearsal nothing is there)",
        "pypi: https://pypi.org/project/sample/1.0/ (in a rehearsal nothing is there)",
        "testpypi: API token: burned", "pypi: API token: burned",
      ], "\(run.error)")
    let report = try #require(JSONReader().read(Array(bench.folder.read("report.json").utf8)).object)
    let section = try #require(report["sections"]?.array?.last?.object)
    let file = try #require(section["files"]?.array?.first?.object)
    #expect(file["state"]?.string == "published" && file["proof"]?.string == "confirmed")
    #expect(file["sha256"]?.string == SHA256.hexadecimal(of: Array(content.utf8)))
    let text = bench.folder.read("report.json")
    #expect(text.components(of: "\"burned\": true") == 2 && text.contains("\"nothing-published\": false"), "\(text)")
    #expect(section["releases"]?.array?.first?.string == "https://pypi.org/project/sample/1.0/")
  }

  /// Somebody else's file, or one that was made again while the tool ran: the run has failed, and goes no further.
  @Test func failsWhereOthersContentsAreListed() async throws {
    let bench = try ReleaseBench()
    let run = try await exec(
      bench, ["release"] + Self.upload + [Self.sdist], publishing: ["testpypi": "other"])
    #expect(run.status == 125 && run.error.contains("release-conflict"), "\(run.error)")
    #expect(lines(run).contains("testpypi \(Self.sdist) published, listed with other contents"), "\(run.error)")
    #expect(lines(run).contains("pypi \(Self.sdist) not sent") && bench.log.count == 1, "\(run.error)")
    #expect(lines(run).suffix(2).contains("not reached: pypi") && !run.error.contains("Nothing was published"))
  }

  @Test func notesWhatIsNotYetListed() async throws {
    let bench = try ReleaseBench()
    let run = try await bench.exec(["pypi", "--timeout", "4"] + Self.upload + [Self.sdist], isConfirmed: true)
    #expect(run.status == 0 && run.error.contains("pypi: does not list \"\(Self.sdist)\" yet"), "\(run.error)")
    #expect(lines(run).contains("pypi \(Self.sdist) published, not yet listed"), "\(run.error)")
  }

  @Test(arguments: ["--no-confirm", "--no-compare"])
  func doesNotAskWhereItIsNotToBe(_ option: String) async throws {
    let bench = try ReleaseBench()
    let run = try await bench.exec(["pypi", option] + Self.upload + [Self.sdist], isConfirmed: true)
    #expect(run.status == 0 && lines(run).contains("pypi \(Self.sdist) published"), "\(run.error)")
    let asked = bench.sandbox.requests.count { $0.path.hasPrefix("/simple/") }
    #expect(asked == (option == "--no-confirm" ? 1 : 0))
  }

  /// An index that is away when it is asked to confirm.
  @Test func notesThatItCouldNotAsk() async throws {
    let bench = try ReleaseBench()
    try bench.folder.write("upload", "echo x >ran; while ! [ -e go ]; do sleep 0.05; done")
    async let run = bench.exec(["pypi", "--timeout", "1"] + Self.upload + [Self.sdist], isConfirmed: true)
    while bench.folder.read("ran").isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    bench.sandbox.add(try SandboxFault(parsing: "simple=status:503"))
    try bench.folder.write("go", "")
    let ended = try await run
    #expect(ended.status == 0 && ended.error.contains("pypi: not confirmed: "), "\(ended.error)")
  }

  /// A tool that fails behind its first file: what was there, what came, and what did not.
  @Test func saysWhatAFailureLeft() async throws {
    let bench = try ReleaseBench()
    try await bench.publish(Self.wheel, "content of \(Self.wheel)", at: "testpypi")
    try bench.folder.write("sample-1.0-py2-none-any.whl", "content")
    try bench.folder.write(
      "upload",
      "echo \"$TWINE_REPOSITORY_URL upload $*\" >>log; while ! [ -e go ]; do sleep 0.05; done; exit 3")
    async let run = bench.exec(
      ["release"] + Self.upload + [Self.wheel, Self.sdist, "sample-1.0-py2-none-any.whl"], isConfirmed: true)
    while bench.log.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
    try await bench.publish(Self.sdist, "content of \(Self.sdist)", at: "testpypi")
    try bench.folder.write("go", "")
    let ended = try await run
    #expect(ended.status == 3, "\(ended.error)")
    for line in [
      "testpypi \(Self.wheel) already there, confirmed", "testpypi \(Self.sdist) not known, is there",
      "testpypi sample-1.0-py2-none-any.whl not known, not listed", "pypi \(Self.wheel) not sent",
      "pypi sample-1.0-py2-none-any.whl not sent",
    ] { #expect(lines(ended).contains(line), "\(line): \(ended.error)") }
  }
}
