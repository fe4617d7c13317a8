import BrokerCore
import BrokerSandbox
import BrokerSystem
import TestSupport
import Testing

/// `exec` beside what the indexes already have.
struct ReleaseCheckTests {
  private typealias Bench = ReleaseBench
  private static let wheel = ReleaseBench.wheel
  private static let sdist = ReleaseBench.sdist
  private static let upload = ["--", "twine", "upload"]

  @Test func passesOverATargetThatHasEverything() async throws {
    let bench = try Bench()
    for name in [Self.wheel, Self.sdist] {
      try await bench.publish(name, "content of \(name)", at: "testpypi")
    }
    let run = try await bench.exec(["release"] + Self.upload + [Self.wheel, "./\(Self.sdist)"])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.contains("testpypi: already published"), "\(run.error)")
    #expect(bench.log == ["pypi upload \(Self.wheel) ./\(Self.sdist)"])
    #expect(bench.mints(at: "testpypi") == 2 && bench.mints(at: "pypi") == 1)
  }

  /// twine has an option for that, which it takes for PyPI's own addresses alone.
  @Test func passesOverWhatIsThere() async throws {
    let bench = try Bench()
    try await bench.publish(Self.wheel, "content of \(Self.wheel)", at: "pypi")
    let run = try await bench.exec(["pypi"] + Self.upload + [Self.wheel, Self.sdist])
    #expect(run.status == 0 && run.error.contains("pypi: already has \(Self.wheel)"), "\(run.error)")
    #expect(bench.log == ["pypi upload \(Self.sdist)"])
  }

  /// Only what is certain is said: nothing, where all was there before; not where a command may have done something.
  @Test func saysThatNothingWasPublished() async throws {
    let bench = try Bench()
    for target in ["testpypi", "pypi"] { try await bench.publish(Self.sdist, "content of \(Self.sdist)", at: target) }
    let nothing = "\nNothing was published.\n"
    let run = try await bench.exec(["release"] + Self.upload + [Self.sdist])
    #expect(run.status == 0 && bench.log.isEmpty && run.error.hasSuffix(nothing), "\(run.error)")
    let unknown = try await bench.exec(["pypi", "--env", "T={token}", "--", "sh", "-c", "exit 3"])
    #expect(unknown.status == 3 && !unknown.error.contains(nothing), "\(unknown.error)")
    let missing = try await bench.exec(["pypi", "--env", "T={token}", "--", "no-such-command"])
    #expect(missing.status == 127 && missing.error.hasSuffix(nothing), "\(missing.error)")
  }

  /// What else the command names: the tool may find more to publish, so that the target is not passed over.
  @Test(arguments: ["dist/*", "."])
  func runsTheToolIfItMayPublishMore(_ word: String) async throws {
    let bench = try Bench()
    try await bench.publish(Self.sdist, "content of \(Self.sdist)", at: "pypi")
    let run = try await bench.exec(["pypi"] + Self.upload + [Self.sdist, word])
    #expect(run.status == 0, "\(run.error)")
    #expect(bench.log == ["pypi upload \(word)"])
  }

  @Test func publishesNothingAnywhereIfOneTargetHasOtherContents() async throws {
    let bench = try Bench()
    try await bench.publish(Self.sdist, "other", at: "pypi")
    let run = try await bench.exec(["release", "--keep-going"] + Self.upload + [Self.wheel, Self.sdist])
    #expect(run.status == 125, "\(run.error)")
    #expect(run.error.contains("pypi has \"\(Self.sdist)\" already, with other contents"), "\(run.error)")
    #expect(run.error.contains(SHA256.hexadecimal(of: Array("other".utf8))), "\(run.error)")
    #expect(run.error.hasSuffix("\nNothing was published.\n"), "\(run.error)")
    #expect(bench.log.isEmpty && bench.mints(at: "testpypi") == 0 && bench.mints(at: "pypi") == 1)
    let forced = try await bench.exec(["release", "--no-compare"] + Self.upload + [Self.wheel, Self.sdist])
    #expect(forced.status == 0 && bench.log.count == 2, "\(forced.error)")
  }

  /// A fault, the status, words of what is said, whether the tool runs.
  @Test(
    arguments: [
      ("simple=html", Int32(0), "not compared with what is published: pypi answers application/json", true),
      ("simple=status:404", 0, "", true),
      ("simple=status:401", 0, "not compared with what is published: pypi answers 401", true),
      ("simple=redirect:302:https://evil.example/x", 0, "pypi redirects to another address", true),
      ("simple=status:503*1", 0, "", true), ("simple=status:503*4", 0, "", true),
      ("simple=status:503:3600", 125, "Try again in 3600 s", false),
    ] as [(String, Int32, String, Bool)])
  func dealsWithIndexesThatDoNotSay(_ fault: String, _ status: Int32, _ words: String, _ runs: Bool) async throws {
    let bench = try Bench([fault])
    let run = try await bench.exec(["pypi"] + Self.upload + [Self.sdist])
    #expect(run.status == status, "\(run.error)")
    #expect(words.isEmpty || run.error.contains(words), "\(run.error)")
    #expect(bench.log.count == (runs ? 1 : 0) && bench.mints(at: "pypi") == (runs ? 1 : 0))
  }

  @Test(arguments: [["--no-compare", sdist], ["notes.zip"]])
  func asksOnlyForFilesThatAreThere(_ arguments: [String]) async throws {
    let bench = try Bench()
    try bench.folder.write("notes.zip", "")
    let options = arguments.filter { $0.hasPrefix("--") }
    let run = try await bench.exec(["pypi"] + options + Self.upload + arguments.filter { !$0.hasPrefix("--") })
    #expect(run.status == 0, "\(run.error)")
    #expect(!bench.sandbox.requests.contains { $0.path.hasPrefix("/simple/") })
    #expect(run.error.contains("notes.zip names no project") == (arguments == ["notes.zip"]))
  }

  // MARK: Which files are compared

  /// With the wheel published, and the source distribution not: what else the command names, what is said of it, and what
  /// the tool is left with.
  @Test(
    arguments: [
      // What is not compared is said, and always run.
      (["sample-1.0.tar.bz2"], "not compared with what is published: sample-1.0.tar.bz2\n", "sample-1.0.tar.bz2"),
      (["sample-1.0-py3.8.egg"], "not compared with what is published: sample-1.0-py3.8.egg\n", "sample-1.0-py3.8.egg"),
      (
        ["missing-1.0.whl", "*.zip"], "not compared with what is published: missing-1.0.whl, *.zip\n",
        "missing-1.0.whl *.zip"
      ),
      (["other.asc"], "not compared with what is published: other.asc\n", "other.asc"),
      // What belongs to a file goes with it, and options have values.
      (["\(wheel).asc", sdist], "", sdist), (["-c", sdist], "already published\n", nil),
      (["--", sdist], "", "-- \(sdist)"), (["--sign", sdist], "", "--sign \(sdist)"),
      (["--sign-w", sdist], "already published\n", nil),
    ] as [([String], String, String?)])
  func comparesTheToolsFiles(_ words: [String], _ said: String, _ left: String?) async throws {
    let bench = try Bench()
    for name in ["sample-1.0.tar.bz2", "sample-1.0-py3.8.egg", "other.asc"] { try bench.folder.write(name, name) }
    try await bench.publish(Self.wheel, "content of \(Self.wheel)", at: "pypi")
    let run = try await bench.exec(["pypi"] + Self.upload + [Self.wheel] + words)
    #expect(run.status == 0 && run.error.contains(said), "\(run.error)")
    #expect(bench.log == (left.map { ["pypi upload \($0)"] } ?? []), "\(run.error)")
    #expect(bench.mints(at: "pypi") == (left == nil ? 1 : 2))
  }

  /// Files are those in the folder where the tool will look: where the published contents are, and what follows.
  @Test(arguments: [
    ("sub", "already published"), (".", "already, with other contents"),
  ])
  func looksWhereTheToolWillLook(_ place: String, _ words: String) async throws {
    let bench = try Bench()
    try bench.folder.makeFolder("sub")
    try bench.folder.write("sub/\(Self.wheel)", "content in sub")
    try await bench.publish(
      Self.wheel, place == "sub" ? "content in sub" : "content of \(Self.wheel)", at: "pypi")
    try bench.folder.link("uv", to: "/bin/sh")
    for command in [
      ["env", "-C", "sub", "twine", "upload", Self.wheel], ["uv", "--directory", "sub", "publish", Self.wheel],
      ["uv", "run", "--directory=sub", "twine", "upload", "./\(Self.wheel)"],
    ] {
      let run = try await bench.exec(["pypi", "--"] + command)
      #expect(run.error.contains(words) && bench.log.isEmpty, "\(command): \(run.error)")
    }
  }

  /// Where the folder cannot be told, nothing is compared, and the tool is still given its address.
  @Test func comparesNothingInAnUnknownFolder() async throws {
    let bench = try Bench()
    try await bench.publish(Self.wheel, "other", at: "pypi")
    let run = try await bench.exec(
      ["pypi", "--client", "twine", "--", "sh", "-c", "exec \"$@\"", "sh", "twine", "upload", Self.wheel])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.contains("not compared with what is published: \(Self.wheel)\n"), "\(run.error)")
    #expect(bench.folder.read("log").contains(" upload --repository-url "))
    #expect(bench.log == ["pypi upload \(Self.wheel)"])
  }

  /// Wheels that a runner installs are not the release's, and stay.
  @Test func leavesTheRunnersWheelsAlone() async throws {
    let bench = try Bench()
    try await bench.program("uvx", "echo \"$TWINE_REPOSITORY_URL $*\" >>log")
    try await bench.publish(Self.sdist, "content of \(Self.sdist)", at: "pypi")
    let command = ["--", "uvx", "--with", Self.wheel, "twine", "upload"]
    let all = try await bench.exec(["pypi"] + command + [Self.sdist])
    #expect(all.error.contains("pypi: already published") && bench.log.isEmpty, "\(all.error)")
    try await bench.publish(Self.wheel, "content of \(Self.wheel)", at: "pypi")
    try bench.folder.write("sample-1.1.tar.gz", "")
    let rest = try await bench.exec(["pypi"] + command + [Self.wheel, "sample-1.1.tar.gz"])
    #expect(
      rest.status == 0 && bench.log == ["pypi --with \(Self.wheel) twine upload sample-1.1.tar.gz"], "\(rest.error)")
  }

  /// A tool that is given no file publishes what it finds: it is not run without one when all are published.
  @Test func neverLeavesTheChoiceToTheTool() async throws {
    let bench = try Bench()
    try bench.folder.link("uv", to: "/bin/sh")
    try bench.folder.write("publish", "echo \"$UV_PUBLISH_URL publish $*\" >>log")
    try bench.folder.makeFolder("dist")
    try await bench.publish(Self.wheel, "content of \(Self.wheel)", at: "pypi")
    let all = try await bench.exec(["pypi", "--", "uv", "publish", Self.wheel])
    #expect(all.status == 0 && all.error.contains("pypi: already published\n") && bench.log.isEmpty, "\(all.error)")
    let folder = try await bench.exec(["pypi", "--", "uv", "publish", Self.wheel, "dist"])
    #expect(folder.status == 0 && bench.folder.read("log").hasSuffix("/legacy/ dist\n"), "\(folder.error)")
    let perFile = try await bench.exec(["pypi", "--per-file", "--", "uv", "publish", Self.wheel, "dist"])
    #expect(perFile.status == 0 && bench.log.count == 2 && bench.folder.read("log").hasSuffix("/legacy/ dist\n"))
    let own = try await bench.exec(["pypi", "--", "uv", "publish", "**/*.whl"])
    #expect(own.error.contains("not compared with what is published: **/*.whl\n"), "\(own.error)")
  }

  @Test func alwaysRunsAScript() async throws {
    let bench = try Bench()
    try await bench.publish(Self.wheel, "other", at: "pypi")
    let run = try await bench.exec(["pypi", "--client", "twine", "--", "sh", "upload", Self.wheel])
    #expect(run.status == 0 && bench.log == ["pypi upload \(Self.wheel)"], "\(run.error)")
    #expect(run.error.contains("not compared with what is published: what sh publishes is not known\n"), "\(run.error)")
  }

  // MARK: What was published

  /// A tool that ends well where an index leads uploads elsewhere, and has published nothing: the next target is not reached.
  @Test(arguments: ["twine", "flit"])
  func doesNotGoOnAfterNothingWasPublished(_ tool: String) async throws {
    let bench = try Bench(["upload@testpypi=redirect:308:/elsewhere/*9"])
    try bench.folder.makeFolder("dist")
    try bench.folder.link("flit", to: "/bin/sh")
    try bench.folder.write("dist/sample-0.9.tar.gz", "old")
    try bench.folder.write(
      "publish", "echo new >dist/\(Self.sdist); echo \"$FLIT_INDEX_URL publish $*\" >>log")
    let command = tool == "twine" ? Self.upload + [Self.sdist] : ["--", "flit", "publish"]
    let run = try await bench.exec(["release", "--timeout", "4"] + command, isConfirmed: true)
    #expect(run.status == 125 && bench.log.count == 1, "\(run.error)")
    let text = run.error.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      text.contains(
        "\(tool) ended with status 0, but testpypi does not list \"\(Self.sdist)\", and its upload-url redirects to another"
      ),
      "\(run.error)")
    #expect(!text.contains("sample-0.9") && text.contains("not reached: pypi"), "\(run.error)")
    #expect(bench.mints(at: "pypi") == 0)
    let unasked = try await bench.exec(["release", "--no-compare"] + command, isConfirmed: true)
    #expect(unasked.status == 0 && bench.log.count == 3, "\(unasked.error)")
  }

  /// A list that is behind is no failure: what a tool has published comes in its time.
  @Test(arguments: ["simple@testpypi=stall", "simple@testpypi=status:503", ""])
  func goesOnWhereAListIsBehind(_ fault: String) async throws {
    let bench = try Bench()
    try bench.folder.write("upload", bench.folder.read("upload") + "while ! [ -e go ]; do sleep 0.05; done\n")
    async let run = bench.exec(["release", "--timeout", "3"] + Self.upload + [Self.sdist], isConfirmed: true)
    while bench.log.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
    if !fault.isEmpty { bench.sandbox.add(try SandboxFault(parsing: fault)) }
    try bench.folder.write("go", "")
    let ended = try await run
    #expect(ended.status == 0 && bench.log.count == 2, "\(ended.error)")
    #expect(
      ended.error.contains(
        fault.isEmpty ? "testpypi: does not list \"\(Self.sdist)\" yet: look" : "testpypi: not confirmed: "),
      "\(ended.error)")
  }

  /// What a pattern of any depth names is not known, and not mistaken for what the tool would choose.
  @Test func looksForNothingItDoesNotKnow() async throws {
    let bench = try Bench()
    try bench.folder.link("uv", to: "/bin/sh")
    try bench.folder.write("publish", "echo \"$UV_PUBLISH_URL publish $*\" >>log")
    try bench.folder.makeFolder("dist")
    try bench.folder.write("dist/sample-0.9.tar.gz", "old")
    let run = try await bench.exec(
      ["release", "--timeout", "10", "--", "uv", "publish", "**/*.whl"], isConfirmed: true)
    #expect(run.status == 0 && bench.log.count == 2, "\(run.error)")
    let own = try await bench.exec(["release", "--timeout", "4", "--", "uv", "publish"], isConfirmed: true)
    #expect(own.status == 0 && own.error.contains("does not list \"sample-0.9.tar.gz\" yet"), "\(own.error)")
  }

  /// Nothing is looked for where nothing was to be published, and where the index does not say.
  @Test(arguments: [("--dry-run", "simple=status:404*9"), ("-q", "simple=html")])
  func doesNotLookInVain(_ option: String, _ fault: String) async throws {
    let bench = try Bench([fault])
    try bench.folder.link("uv", to: "/bin/sh")
    try bench.folder.write("publish", "echo \"$UV_PUBLISH_URL publish $*\" >>log")
    let run = try await bench.exec(["release", "--", "uv", "publish", option, Self.sdist], isConfirmed: true)
    #expect(run.status == 0 && bench.log.count == 2, "\(run.error)")
  }
}
