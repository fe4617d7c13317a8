import BrokerCore
import BrokerSandbox
import BrokerSystem
import TestSupport
import Testing

/// `exec` beside what the indexes already have.
struct ReleaseCheckTests {
  private static let wheel = "sample-1.0-py3-none-any.whl"
  private static let sdist = "sample-1.0.tar.gz"

  /// A sandbox, and a folder with two distribution files and a tool named twine that writes its arguments to `log`.
  ///
  /// The tool is a shell, which takes its first argument for a script.
  private final class Bench {
    let sandbox: Sandbox
    let folder: TestFolder

    init(_ faults: [String] = []) throws {
      sandbox = try Sandbox.started { $0.faults = try faults.map { try SandboxFault(parsing: $0) } }
      folder = try TestFolder()
      for name in [wheel, sdist] { try folder.write(name, "content of \(name)") }
      try folder.write("log", "")
      try folder.write("upload", "echo \"$TWINE_REPOSITORY_URL upload $*\" >>log\n")
      try folder.link("twine", to: "/bin/sh")
    }

    deinit {
      sandbox.stop()
      folder.remove()
    }

    func exec(_ arguments: [String]) async throws -> BuiltTool.Run {
      var environment = sandbox.environment(for: .github)
      environment["PATH"] = "\(folder.path):/usr/bin:/bin"
      return try await BuiltTool.run(["exec"] + arguments, environment, in: folder)
    }

    /// Puts a file into an index.
    func publish(_ name: String, _ content: String, at registry: String) async throws {
      let minted = try await BuiltTool.run(["mint", registry, "--format", "token"], sandbox.environment(for: .github))
      let basic = Base64URL.encode(Array("__token__:\(minted.output.dropLast())".utf8))
        .replacing("-", with: "+").replacing("_", with: "/")
      let parts = [
        ("name=\"name\"", "sample"), ("name=\"version\"", "1.0"),
        ("name=\"content\"; filename=\"\(name)\"", content),
      ]
      let body =
        parts.map { "--xyz\r\nContent-Disposition: form-data; \($0.0)\r\n\r\n\($0.1)\r\n" }.joined() + "--xyz--\r\n"
      let padding = String(repeating: "=", count: (4 - basic.count % 4) % 4)
      let request = HTTPRequest(
        .post, HTTPURL(try #require(sandbox.origin(of: registry)), path: "/legacy/"),
        fields: [
          HTTPRequest.Field("Authorization", Secret("Basic \(basic)\(padding)")),
          HTTPRequest.Field("Content-Type", Secret("multipart/form-data; boundary=xyz")),
        ], body: Secret(body))
      let transport = CurlTransport(TransportConfiguration(environment: Environment([:])))
      #expect(try await transport.send(request).status == 200)
    }

    /// The registries that the tool ran for, with its arguments.
    var log: [String] {
      folder.read("log").split(separator: "\n").map { line in
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        let registry = ["testpypi", "pypi"].first { name in
          sandbox.origin(of: name).map { words[0].hasPrefix("\($0)/") } ?? false
        }
        return "\(registry ?? words[0]) \(words[1])"
      }
    }

    /// How many credentials an index gave after those that ``publish(_:_:at:)`` needed.
    func mints(at registry: String) -> Int {
      sandbox.requests.count { $0.listener == registry && $0.path == "/_/oidc/mint-token" }
    }
  }

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
      ("simple=status:503*1", 0, "", true),
      ("simple=status:503:3600", 125, "--no-compare", false),
    ] as [(String, Int32, String, Bool)])
  func dealsWithIndexesThatDoNotSay(_ fault: String, _ status: Int32, _ words: String, _ runs: Bool) async throws {
    let bench = try Bench([fault])
    let run = try await bench.exec(["pypi"] + Self.upload + [Self.sdist])
    #expect(run.status == status, "\(run.error)")
    #expect(words.isEmpty || run.error.contains(words), "\(run.error)")
    #expect(bench.log.count == (runs ? 1 : 0) && bench.mints(at: "pypi") == (runs ? 1 : 0))
  }

  @Test(arguments: [[], ["--no-compare", sdist], ["sample-2.0.tar.gz"], ["notes.zip"]])
  func asksOnlyForFilesThatAreThere(_ arguments: [String]) async throws {
    let bench = try Bench()
    try bench.folder.write("notes.zip", "")
    let options = arguments.filter { $0.hasPrefix("--") }
    let run = try await bench.exec(["pypi"] + options + Self.upload + arguments.filter { !$0.hasPrefix("--") })
    #expect(run.status == 0, "\(run.error)")
    #expect(!bench.sandbox.requests.contains { $0.path.hasPrefix("/simple/") })
    #expect(run.error.contains("notes.zip names no project") == (arguments == ["notes.zip"]))
  }
}
