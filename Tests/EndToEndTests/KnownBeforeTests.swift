import BrokerCore
import BrokerSandbox
import TestSupport
import Testing

/// What files, their names and the indexes show is known before the first identity token is used.
struct KnownBeforeTests {
  private static let wheel = ReleaseBench.wheel
  private static let sdist = ReleaseBench.sdist
  private static let upload = ["--", "twine", "upload"]

  /// Nothing was asked for that could make a project or use an identity token up.
  private func expectUntouched(_ bench: ReleaseBench, _ run: BuiltTool.Run) {
    #expect(run.status == 125 && bench.log.isEmpty, "\(run.error)")
    #expect(!bench.sandbox.requests.contains { $0.path.contains("mint-token") || $0.path.contains("token/request") })
  }

  private func words(_ run: BuiltTool.Run) -> String {
    run.error.split(whereSeparator: \.isWhitespace).joined(separator: " ").replacing("%0A", with: " ")
  }

  // MARK: Nothing to publish

  /// A command, the folders that there are, and what is said.
  @Test(
    arguments: [
      (["twine", "upload"], [], "twine is given no distribution file"),
      (["maturin", "upload"], [], "maturin is given no distribution file"),
      (["twine", "upload", "dist/*"], [], "it names no distribution file"),
      (["twine", "upload", "dist/*"], ["dist"], "it names no distribution file"),
      (["twine", "upload", "sample-2.0.tar.gz"], [], "there is no such file or folder"),
      (
        ["twine", "upload", "dist"], ["dist", "dist/wheels"], "a folder without distribution files, with 1 folder in it"
      ),
      (
        ["twine", "upload", "dist/wheels"], ["dist", "dist/wheels/"],
        "merge-multiple: true of actions/download-artifact"
      ),
      (["twine", "upload", "dist"], ["dist/"], "fix: Name the files in the folder, such as dist/*, or"),
      (["maturin", "upload", "dist/*"], ["dist"], "it names no distribution file"),
      (["maturin", "upload", "dist/wheels/*"], ["dist", "dist/wheels/"], "fix: Leave out the quotes around"),
      (["uv", "publish"], [], "dist there is no such file or folder"),
      (["uv", "publish"], ["dist"], "dist an empty folder"),
      (["uv", "publish", "dist"], ["dist"], "an empty folder"),
      (["uv", "publish", "old/*.whl"], ["dist"], "it names no distribution file"),
      (["hatch", "publish"], ["dist"], "dist an empty folder"),
      (["poetry", "publish"], ["dist"], "dist an empty folder"),
      (["pdm", "publish", "--no-build"], ["dist"], "dist an empty folder"),
    ] as [([String], [String], String)])
  func mintsNothingForNothing(_ command: [String], _ folders: [String], _ said: String) async throws {
    let bench = try ReleaseBench()
    try bench.folder.write("pyproject.toml", "")
    for tool in ["uv", "hatch", "poetry", "pdm", "maturin"] { try bench.folder.link(tool, to: "/bin/sh") }
    for folder in folders {
      try bench.folder.makeFolder(folder.hasSuffix("/") ? String(folder.dropLast()) : folder)
      if folder.hasSuffix("/") { try bench.folder.write("\(folder)\(Self.wheel)", "content") }
    }
    let run = try await bench.exec(["release", "--"] + command)
    expectUntouched(bench, run)
    #expect(run.error.contains("nothing-to-publish") && words(run).contains(said), "\(run.error)")
  }

  /// What builds by itself, and what is no distribution but a file, may publish something.
  @Test(arguments: [
    ["flit", "publish"], ["poetry", "publish", "--build"], ["pdm", "publish"], ["twine", "upload", "sample.tar.bz2"],
    ["uv", "publish", "**/*.whl"],
  ])
  func leavesToTheToolWhatMayBe(_ command: [String]) async throws {
    let bench = try ReleaseBench()
    for tool in ["flit", "uv", "poetry", "pdm"] { try bench.folder.link(tool, to: "/bin/sh") }
    try bench.folder.write("pyproject.toml", "")
    try bench.folder.write("sample.tar.bz2", "")
    for name in ["publish", "upload"] { try bench.folder.write(name, "echo \"ran $*\" >>log") }
    let run = try await bench.exec(["pypi", "--"] + command)
    #expect(!bench.folder.read("log").isEmpty && run.status == 0, "\(run.error)")
    #expect(run.error.contains("not compared with what is published: "), "\(run.error)")
  }

  // MARK: What an index never takes

  @Test(arguments: [
    ("sample-1.0+g1234-py3-none-any.whl", "The use of local versions in '1.0+g1234' is not allowed"),
    ("sample-1.0-cp312-cp312-linux_x86_64.whl", "unsupported platform tag 'linux_x86_64'"),
    ("sample-1.0.zip", "should be 'sample-1.0.tar.gz'"), ("sample-1.0rc1-py3-none-any.whl", "WHEEL not found"),
  ])
  func refusesBeforeTheMint(_ name: String, _ reason: String) async throws {
    let bench = try ReleaseBench()
    try bench.folder.write(name, SampleWheel.bytes(version: "1.0rc1"))
    let run = try await bench.exec(["release"] + Self.upload + [Self.wheel, name])
    expectUntouched(bench, run)
    let text = words(run)
    #expect(text.contains("release-refused") && text.contains("testpypi will refuse \"\(name)\""), "\(run.error)")
    #expect(text.contains(reason) && text.contains("pypi: \(name.prefix(8))"), "\(run.error)")
    let forced = try await bench.exec(["pypi", "--no-compare"] + Self.upload + [Self.wheel, name])
    #expect(forced.status == 0 && bench.log.count == 1, "\(forced.error)")
  }

  @Test func refusesMetadataOfAnotherVersion() async throws {
    let bench = try ReleaseBench()
    try bench.folder.write(Self.wheel, SampleWheel.bytes(version: "1.1"))
    try bench.folder.write(Self.sdist, SampleSource.bytes(version: "1.1"))
    for name in [Self.wheel, Self.sdist] {
      let run = try await bench.exec(["pypi"] + Self.upload + [name])
      expectUntouched(bench, run)
      #expect(words(run).contains("Version in filename should be '1.1' not '1.0'"), "\(run.error)")
    }
  }

  /// What the index has of a release: another source distribution, or a first file of 20 days ago.
  @Test(arguments: [(0, "Only one sdist may be uploaded per release"), (20, "older than 14 days")])
  func refusesWhatTheReleaseKeepsOut(_ days: Int, _ reason: String) async throws {
    let publisher = SandboxPublisher(.github, owner: "octo-org", repository: "sample", workflow: "release.yml")
    let bench = try ReleaseBench { configuration in
      configuration.releases = [SandboxRelease(project: "sample", version: "1.0.0", publisher: publisher, age: days)]
    }
    let run = try await bench.exec(["pypi"] + Self.upload + [Self.sdist])
    expectUntouched(bench, run)
    #expect(words(run).contains(reason), "\(run.error)")
    let wheel = try await bench.exec(["pypi"] + Self.upload + [Self.wheel])
    #expect(wheel.status == (days == 0 ? 0 : 125), "\(wheel.error)")
  }

  /// What is published already is never refused: a release is run again.
  @Test func refusesNothingThatIsThere() async throws {
    let bench = try ReleaseBench()
    let name = "Sample-1.0-py3-none-any.whl"
    try bench.folder.write(name, "content")
    try await bench.publish(name, "content", at: "pypi", version: nil)
    let run = try await bench.exec(["pypi"] + Self.upload + [name])
    #expect(run.status == 0 && run.error.contains("already published"), "\(run.error)")
  }

  // MARK: Projects that the index does not know

  @Test func saysWhatANewProjectNeedsAndTriesItFirst() async throws {
    let bench = try ReleaseBench()
    for name in ["new_one-1.0-py3-none-any.whl", "new_one-1.0-py3-none-any.whl.asc"] {
      try bench.folder.write(name, name)
    }
    try await bench.publish("sample-0.9.tar.gz", "old", at: "pypi", version: "0.9")
    let new = "new_one-1.0-py3-none-any.whl"
    let run = try await bench.exec(["pypi"] + Self.upload + [Self.wheel, new, Self.sdist, "\(new).asc"])
    #expect(run.status == 0, "\(run.error)")
    #expect(
      run.error.contains(
        "note: pypi does not have new-one: a new project needs a pending publisher, registered at "
          + "https://pypi.org/manage/account/publishing/ with the project's name, Owner \"octo-org\", Repository name "
          + "\"sample\", Workflow name \"release.yml\", no Environment name. A job has one at a time, of which a mint makes the "
          + "project, and it is gone after 30 days\n"),
      "\(run.error)")
    #expect(run.error.contains("\npypi: the files of new-one go first, in a run of their own\n"), "\(run.error)")
    // Tools take their files in an order of their own.
    #expect(bench.log == ["pypi upload \(new) \(new).asc", "pypi upload \(Self.wheel) \(Self.sdist)"])
    #expect(bench.mints(at: "pypi") == 3)
    try bench.folder.write("log", "")
    let perFile = try await bench.exec(["pypi", "--per-file"] + Self.upload + [Self.wheel, new])
    #expect(perFile.status == 0 && bench.log == ["pypi upload \(new)", "pypi upload \(Self.wheel)"])
  }

  /// The job of each provider, who it is by a token that goes nowhere: as many are left for the exchange as before.
  @Test(arguments: [
    (
      SandboxProvider.github, "environment=release",
      "Owner \"octo-org\", Repository name \"sample\", Workflow name \"release.yml\", Environment name \"release\"."
    ),
    (
      .gitlab, "environment=",
      "Namespace \"octo-group/sub\", Project name \"sample\", Top-level pipeline file path \".gitlab-ci.yml\", no Environment name."
    ),
    (.google, "", "Email \"release@octo-project.iam.gserviceaccount.com\", Subject \"104000000000000000001\"."),
  ])
  func saysWhoTheJobIsToANewProject(_ provider: SandboxProvider, _ claim: String, _ values: String) async throws {
    let sandbox = try Sandbox.started { configuration in
      if !claim.isEmpty { configuration.claims.append(try SandboxClaim(parsing: claim, now: configuration.now())) }
    }
    defer { sandbox.stop() }
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(Self.wheel, SampleWheel.bytes())
    try folder.write("upload", "exit 0\n")
    try folder.link("twine", to: "/bin/sh")
    var environment = sandbox.environment(for: provider)
    environment["PATH"] = "\(folder.path):/usr/bin:/bin"
    let run = try await BuiltTool.run(
      ["exec", "--no-confirm", "testpypi", "pypi", "--", "twine", "upload", Self.wheel], environment, in: folder)
    let said = words(run)
    #expect(run.status == 0 && said.contains("with the project's name, \(values) A job has one"), "\(run.error)")
    for target in ["testpypi", "pypi"] { #expect(said.contains("note: \(target) does not have sample:"), "\(said)") }
    // One for each exchange, and one in all for the notes.
    let asked = sandbox.flow.filter { $0.path.contains("/idtoken") }.count
    #expect(provider != .github || asked == 3, "\(sandbox.flow)")
  }

  // MARK: Files that are not named

  /// A tool, its words, and the words that it is run with when the wheel is there already.
  @Test(
    arguments: [
      (["uv", "publish"], "dist/sample-1.0.tar.gz"), (["uv", "publish", "dist/*"], "dist/sample-1.0.tar.gz"),
      (["uv", "publish", "dist/*.whl", "dist/*.gz"], "dist/*.gz"),
      (["twine", "upload", "dist/*"], "dist/sample-1.0.tar.gz"),
      (["twine", "upload", "dist/s[a-m]mple-?.0*"], "dist/sample-1.0.tar.gz"),
      (["hatch", "publish"], "dist/sample-1.0.tar.gz"), (["hatch", "publish", "dist"], "dist/sample-1.0.tar.gz"),
      (["pdm", "publish", "--no-build"], "--no-build"), (["poetry", "publish"], ""),
    ] as [([String], String)])
  func comparesWhatTheToolWillTake(_ command: [String], _ left: String) async throws {
    let bench = try ReleaseBench()
    for tool in ["uv", "hatch", "poetry", "pdm"] { try bench.folder.link(tool, to: "/bin/sh") }
    try bench.folder.write("pyproject.toml", "")
    try bench.folder.makeFolder("dist")
    for name in [Self.wheel, Self.sdist] { try bench.folder.write("dist/\(name)", "content of \(name)") }
    try bench.folder.write(command[1], "echo \"ran $*\" >>'\(bench.folder.path)/log'")
    try await bench.publish(Self.wheel, "content of \(Self.wheel)", at: "pypi")
    let run = try await bench.exec(["pypi", "--"] + command)
    #expect(run.status == 0 && run.error.contains("pypi: already has \(Self.wheel)"), "\(run.error)")
    let log = bench.folder.read("log").split(separator: "\n").last.map(String.init) ?? ""
    #expect(log.hasSuffix(left.isEmpty ? "pypi" : left), "\(log)")
    #expect(log.contains(Self.sdist) == left.contains(Self.sdist) && !log.contains(Self.wheel), "\(log)")

    // All of them are there: nothing is run, unless the tool chooses by its settings.
    try await bench.publish(Self.sdist, "content of \(Self.sdist)", at: "pypi")
    let again = try await bench.exec(["pypi", "--"] + command)
    #expect(again.error.contains("pypi: already published\n") == (command[0] != "poetry"), "\(again.error)")

    // One with other contents: nothing is published anywhere.
    try bench.folder.write("dist/\(Self.sdist)", "other")
    let other = try await bench.exec(["release", "--"] + command)
    #expect(other.status == 125 && other.error.contains("release-conflict"), "\(other.error)")
  }
}
