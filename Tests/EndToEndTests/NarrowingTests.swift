import BrokerCore
import BrokerSandbox
import BrokerSystem
import BuiltInPlugins
import TestSupport
import Testing

/// Credentials that are good for what is published alone, through the built tool.
struct NarrowingTests {
  private static let wheel = "Octo_Sample-1.0-py3-none-any.whl"
  private static let sdist = "octo.tools-2.0.tar.gz"
  private static let projects = ["Octo.Sample", "octo-tools", "octo-other"]

  /// A sandbox whose publishers have three projects each, and a folder with files of two of them.
  private final class Bench: Sendable {
    let sandbox: Sandbox
    let folder: TestFolder

    init(_ faults: [String] = [], own: Bool = false) throws {
      sandbox = try Sandbox.started { configuration in
        configuration.faults = try faults.map { try SandboxFault(parsing: $0) }
        for index in configuration.publishers.indices { configuration.publishers[index].projects = projects }
        if own {
          configuration.registries.append(
            SandboxRegistry(name: "internal", audience: "pypi.example.com", kind: configuration.registries[0].kind))
        }
      }
      folder = try TestFolder()
      for name in [wheel, sdist] { try folder.write(name, "content of \(name)") }
    }

    deinit {
      sandbox.stop()
      folder.remove()
    }

    func run(_ arguments: [String], at provider: SandboxProvider = .github, input: String = "") async throws
      -> BuiltTool.Run
    {
      try await BuiltTool.run(arguments, sandbox.environment(for: provider), input: input, in: folder)
    }

    /// The status of an upload with a token.
    func upload(_ project: String, _ token: String, at registry: String = "pypi") async throws -> Int {
      let parts = [
        ("name=\"name\"", project), ("name=\"version\"", "1.0"),
        ("name=\"content\"; filename=\"\(project.replacing("-", with: "_"))-1.0.tar.gz\"", "content"),
      ]
      let body =
        parts.map { "--xyz\r\nContent-Disposition: form-data; \($0.0)\r\n\r\n\($0.1)\r\n" }.joined() + "--xyz--\r\n"
      let request = HTTPRequest(
        .post, HTTPURL(try #require(sandbox.origin(of: registry)), path: "/legacy/"),
        fields: [
          HTTPRequest.Field("Authorization", "Basic \(Base64.encode(Array("__token__:\(token)".utf8)))"),
          HTTPRequest.Field("Content-Type", "multipart/form-data; boundary=xyz"),
        ], body: .plain(body))
      return try await CurlTransport(TransportConfiguration(environment: Environment([:]))).send(request).status
    }

    var identityTokenCount: Int { sandbox.requests.count { $0.path.contains("idtoken") || $0.path.contains("token/") } }
  }

  /// The conditions of an API token, as they stand in its bytes.
  private static func conditions(_ token: some StringProtocol) -> [String] {
    let bytes = Base64URL.decode(token.dropFirst("pypi-rehearsal-".count)) ?? []
    return String(decoding: bytes, as: UTF8.self).matches(of: /\[[0-9],[^\u{0}]*\]/).map { String($0.0) }
  }

  private static func print(_ files: String...) -> [String] {
    ["--env", "T={token}", "--", "sh", "-c", "echo \"$T\"", "sh"] + files
  }

  @Test(arguments: [SandboxProvider.github, .gitlab])
  func narrowsToTheProjectsOfTheFiles(_ provider: SandboxProvider) async throws {
    let bench = try Bench()
    let run = try await bench.run(
      ["exec", "pypi", "--keep-credential", "--report", "report"] + Self.print(Self.wheel, Self.sdist), at: provider)
    #expect(run.status == 0, "\(run.error)")
    let token = String(run.output.dropLast())
    #expect(Self.conditions(token).last == #"[1,["octo-sample","octo-tools"]]"#, "\(Self.conditions(token))")
    #expect(Self.conditions(token).count == 4)
    #expect(try await bench.upload("octo-sample", token) == 200)
    #expect(try await bench.upload("octo-tools", token) == 200)
    #expect(try await bench.upload("octo-other", token) == 403)
    let report = bench.folder.read("report").filter { !$0.isWhitespace }
    #expect(
      report.contains(#""credential":{"form":"narrowed","projects":["octo-sample","octo-tools"],"reason":null}"#),
      "\(report)")
    // Both forms are masked, each by itself and as HTTP sends it; a GitLab runner masks nothing.
    let masks = Set(run.error.split(separator: "\n").filter { $0.hasPrefix("::add-mask::") })
    #expect(masks.count == (provider == .github ? 5 : 0))
    #expect(provider == .gitlab || masks.contains("::add-mask::\(token)"))
    #expect(!run.error.contains("not narrowed"))
    // Burning what the command had burns all of it.
    _ = try await bench.run(["revoke", "pypi"], at: provider, input: token)
    #expect(try await bench.upload("octo-sample", token) == 403)
  }

  /// One command for each file has a credential for each, where identity tokens are made on request; else one for all.
  @Test func narrowsEachCommandsOwn() async throws {
    let bench = try Bench()
    let arguments = ["exec", "pypi", "--per-file", "--report", "report"] + Self.print(Self.wheel, Self.sdist)
    let github = try await bench.run(arguments)
    #expect(github.status == 0, "\(github.error)")
    #expect(
      github.output.split(separator: "\n").map { Self.conditions($0).last } == [
        #"[1,["octo-sample"]]"#, #"[1,["octo-tools"]]"#,
      ])
    let report = bench.folder.read("report").filter { !$0.isWhitespace }
    #expect(report.contains(#""projects":["octo-sample","octo-tools"]"#), "\(report)")
    let gitlab = try await bench.run(arguments, at: .gitlab)
    #expect(gitlab.status == 0, "\(gitlab.error)")
    #expect(
      gitlab.output.split(separator: "\n").map { Self.conditions($0).last }
        == .init(repeating: #"[1,["octo-sample","octo-tools"]]"#, count: 2))
  }

  /// The arguments behind the target, and what is said about why the credential is as it was minted.
  @Test(arguments: [
    (["--env", "T={token}", "--", "sh", "-c", "echo \"$T\""], "what sh publishes is not known"),
    (["--env", "T={token}", "--", "sh", "-c", "echo \"$T\"", "sh", "dist/*"], "what sh publishes is not known"),
    (["--no-compare", "--", "./twine", "upload", Self.wheel, "*.whl"], "*.whl names no project"),
    (["--no-compare", "--", "./flit", "publish"], "flit builds the files that it publishes"),
  ])
  func staysAsItWasMintedWhereNoProjectIsKnown(_ arguments: [String], _ reason: String) async throws {
    let bench = try Bench()
    for name in ["twine", "flit"] {
      try bench.folder.write(name, "#!/bin/sh\necho \"$TWINE_PASSWORD$FLIT_PASSWORD\"\n")
    }
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--report", "report"] + arguments, bench.sandbox.environment(for: .github), in: bench.folder,
      preparation: "chmod +x twine flit")
    #expect(run.status == 0, "\(run.error)")
    #expect(Self.conditions(run.output.dropLast()).count == 3)
    let lines = run.error.split(separator: "\n").filter { $0.contains("not narrowed") }
    #expect(lines == ["pypi: the credential is not narrowed to projects: \(reason)"], "\(run.error)")
    #expect(bench.folder.read("report").contains("\"form\": \"as-minted\""))
  }

  /// What a tool builds is of the project that its own file names, unless a word leads it to another one.
  @Test(arguments: [
    (["flit", "publish"], true), (["flit", "-f", "other/pyproject.toml", "publish"], false),
    (["pdm", "publish"], true), (["poetry", "publish", "--build"], true),
    (["poetry", "-C", "other", "publish", "--build"], false), (["maturin", "publish"], true),
    (["maturin", "publish", "-m", "other/Cargo.toml"], false),
  ])
  func knowsTheProjectOfWhatAToolBuilds(_ command: [String], _ isKnown: Bool) async throws {
    let bench = try Bench()
    try bench.folder.write("pyproject.toml", "[project]\nname = \"Octo_Tools\"\nversion = \"1.0\"\n")
    try bench.folder.write("run", "env | grep -m 1 -o pypi-rehearsal-.*\n")
    for tool in ["flit", "pdm", "poetry", "maturin"] { try bench.folder.write(tool, "#!/bin/sh\n. ./run\n") }
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--no-confirm", "--", "./\(command[0])"] + command.dropFirst(),
      bench.sandbox.environment(for: .github), in: bench.folder, preparation: "chmod +x flit pdm poetry maturin")
    #expect(run.status == 0, "\(run.error)")
    let conditions = Self.conditions(run.output.dropLast())
    #expect(
      conditions.count == (isKnown ? 4 : 3) && (!isKnown || conditions.last == #"[1,["octo-tools"]]"#), "\(conditions)")
    #expect(run.error.contains("not narrowed to projects") == !isKnown, "\(run.error)")
    // Here it is not there: what has to be is said before the mint.
    try bench.folder.write("pyproject.toml", "[project]\nname = \"octo.new\"\n")
    let new = try await BuiltTool.run(
      ["exec", "pypi", "--", "./\(command[0])"] + command.dropFirst(), bench.sandbox.environment(for: .github),
      in: bench.folder)
    #expect(
      new.error.contains("note: pypi does not have octo-new: a new project needs a pending") == isKnown, "\(new.error)")
  }

  /// Files that are not on this machine are known by their names.
  @Test func knowsFilesElsewhereByTheirNames() async throws {
    let bench = try Bench()
    try bench.folder.write("retry", "#!/bin/sh\necho \"$TWINE_PASSWORD\"\n")
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--client", "twine", "--no-compare", "--", "./retry", "3", "twine", "upload"]
        + ["there/octo_tools-2.0.tar.gz"],
      bench.sandbox.environment(for: .github), in: bench.folder, preparation: "chmod +x retry")
    #expect(run.status == 0, "\(run.error)")
    #expect(Self.conditions(run.output.dropLast()).last == #"[1,["octo-tools"]]"#)
  }

  @Test func shortensTheLifeWhereThatIsAskedFor() async throws {
    let bench = try Bench()
    let run = try await bench.run(["exec", "pypi", "--credential-life", "30"] + Self.print(Self.wheel))
    #expect(run.status == 0, "\(run.error)")
    let conditions = Self.conditions(run.output.dropLast())
    let ends = try conditions.suffix(1).map { try #require($0.wholeMatch(of: /\[0,([0-9]+),0\]/)) }.map { Int64($0.1) }
    let usual = try #require(conditions.dropLast().compactMap { $0.wholeMatch(of: /\[0,([0-9]+),[0-9]+\]/) }.first)
    let difference = (Int64(usual.1) ?? 0) - (ends.first.flatMap { $0 } ?? 0)
    #expect((869...871).contains(difference), "\(conditions)")
    for wrong in ["29", "901", "5m", ""] {
      let refused = try await bench.run(["exec", "pypi", "--credential-life", wrong] + Self.print(Self.wheel))
      #expect(refused.status == 125 && refused.error.contains("from 30 to 900"), "\(refused.error)")
    }
    // A life alone, where no project is known.
    let alone = try await bench.run([
      "exec", "pypi", "--credential-life", "60", "--env", "T={token}", "--", "sh", "-c", "echo $T",
    ])
    #expect(Self.conditions(alone.output.dropLast()).count == 4, "\(alone.error)")
  }

  @Test func mintsForTheProjectsThatAreNamed() async throws {
    let bench = try Bench()
    let run = try await bench.run(
      ["mint", "pypi", "--format", "token", "--project", "Octo_Tools", "--project", "octo-sample"], at: .gitlab)
    #expect(run.status == 0 && Self.conditions(run.output.dropLast()).last == #"[1,["octo-sample","octo-tools"]]"#)
    #expect(run.error.contains("and is good for octo-sample and octo-tools alone"), "\(run.error)")
    let wide = try await bench.run(["mint", "pypi", "--format", "token"])
    #expect(wide.status == 0 && Self.conditions(wide.output.dropLast()).count == 3 && !wide.error.contains("narrow"))
    for wrong in ["", "octo sample", "-x", "octo::sample"] {
      let refused = try await bench.run(["mint", "pypi", "--format", "token", "--project=\(wrong)"])
      #expect(refused.status == 2 && refused.error.contains("no project's name"), "\(refused.error)")
    }
  }

  /// What the configuration says, the arguments, the status, and what is said.
  @Test(arguments: [
    (#"{"pypi":{"narrow":"required"}}"#, ["exec", "pypi"], Int32(125), "narrowing-required"),
    (#"{"pypi":{"narrow":"required"}}"#, ["mint", "pypi", "--format", "token"], 8, "no project is named"),
    (
      #"{"pypi":{"narrow":"required"}}"#, ["mint", "pypi", "--format", "token", "--project", "octo-sample"], 0, "alone"
    ),
    (#"{"pypi":{"narrow":false}}"#, ["exec", "pypi", "--credential-life", "60"], 125, "narrowing is off there"),
    (#"{"pypi":{"narrow":false}}"#, ["mint", "pypi", "--format", "token", "--project", "octo-sample"], 0, "alone"),
    (#"{"pypi":{"narrow":"yes"}}"#, ["mint", "pypi", "--format", "token"], 3, "has to be true, false or"),
    (#"{"pypi":{"narrow":1}}"#, ["mint", "pypi", "--format", "token"], 3, "registries.pypi.narrow"),
  ])
  func obeysTheConfiguration(_ registries: String, _ arguments: [String], _ status: Int32, _ text: String) async throws
  {
    let bench = try Bench()
    try bench.folder.write("token-broker.json", "{\"version\":1,\"registries\":\(registries)}")
    let run = try await bench.run(
      arguments + (arguments[0] == "exec" ? ["--env", "T={token}", "--", "sh", "-c", "echo $T"] : []))
    #expect(run.status == status && run.error.contains(text), "\(run.error)")
    if status != 0 { #expect(!bench.sandbox.steps.contains("pypi /_/oidc/mint-token"), "\(bench.sandbox.steps)") }
  }

  /// Off at an index of one's own, unless it is switched on.
  @Test(arguments: [(nil, 3), ("true", 4), ("false", 3)] as [(String?, Int)])
  func leavesOtherIndexesAlone(_ narrow: String?, _ count: Int) async throws {
    let bench = try Bench(own: true)
    let key = narrow.map { ",\"narrow\":\($0)" } ?? ""
    try bench.folder.write(
      "token-broker.json",
      #"{"version":1,"registries":{"internal":{"type":"pypi","upload-url":"https://pypi.example.com/legacy/","#
        + "\"audience\":\"pypi.example.com\"\(key)}}}")
    let run = try await bench.run(["exec", "internal"] + Self.print(Self.wheel))
    #expect(run.status == 0 && Self.conditions(run.output.dropLast()).count == count, "\(run.error)")
    #expect(!run.error.contains("not narrowed"))
  }

  @Test func saysInACheckWhatATokenIsGoodFor() async throws {
    let bench = try Bench()
    let check = try await bench.run(["check", "pypi", "--mint"])
    let text = check.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(
      text.contains("pass credential It was good for all 3 projects of its publisher, until 20")
        && text.contains("exec narrows it to the projects of the files in its command."), "\(check.output)")
    let narrowed = try await bench.run(["check", "pypi", "--mint", "--project", "Octo.Tools"])
    #expect(narrowed.output.contains("It was good for octo-tools alone, until 20"), "\(narrowed.output)")
  }

  @Test func explainsATokenThatIsPasted() async throws {
    let bench = try Bench()
    let token = try await bench.run(["mint", "pypi", "--format", "token", "--project", "octo-tools"]).output.dropLast()
    let run = try await bench.run(["explain"], input: "TWINE_PASSWORD=\(token)\n")
    let text = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(run.status == 0 && text.contains("good for octo-tools alone, until 20"), "\(run.output)")
    #expect(!run.output.contains(token.suffix(40)) && !run.error.contains(token.suffix(40)))
  }

  /// A tool that hides the reason: the credential's reach may be the reason.
  @Test func saysWhatTheCredentialWasGoodForWhereTheReasonIsHidden() async throws {
    let bench = try Bench()
    try bench.folder.write(
      "twine", "#!/bin/sh\necho 'ERROR    HTTPError: 403 Forbidden from https://upload.pypi.org/legacy/' >&2\nexit 1\n")
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--no-compare", "--", "./twine", "upload", Self.wheel], bench.sandbox.environment(for: .github),
      in: bench.folder, preparation: "chmod +x twine")
    #expect(run.status == 1)
    #expect(run.error.contains("pypi: the credential was good for octo-sample alone, until 20"), "\(run.error)")
  }

  /// A tool that was refused a file of another project: which file that is, and what the credential was good for.
  @Test func saysWhichFileIsOfAnotherProject() async throws {
    let bench = try Bench()
    try bench.folder.write(
      "twine",
      """
      #!/bin/sh
      echo 'Uploading Octo_Other-3.0.tar.gz'
      echo "ERROR    HTTPError: 403 Forbidden from https://upload.pypi.org/legacy/" >&2
      echo "         Invalid API Token: project-scoped token is not valid for project: 'octo-other'" >&2
      exit 1
      """)
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--no-compare", "--", "./twine", "upload", Self.wheel], bench.sandbox.environment(for: .github),
      in: bench.folder, preparation: "chmod +x twine")
    #expect(run.status == 1)
    #expect(
      run.error.contains(
        "hint: The credential was made good for other projects than \"octo-other\", to which Octo_Other-3.0.tar.gz "
          + "belongs: name its file"), "\(run.error)")
    #expect(run.error.contains("pypi: the credential was good for octo-sample alone, until 20"), "\(run.error)")
  }
}
