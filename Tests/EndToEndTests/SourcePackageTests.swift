import BrokerCore
import BrokerSandbox
import BrokerSystem
import BuiltInPlugins
import CratesIOSandbox
import GitHubSandbox
import GitLabSandbox
import TestSupport
import Testing

/// A tool that makes its packages of sources, and asks for credentials while it runs: played by a script that says what cargo
/// was seen to say.
struct SourcePackageTests {
  /// Asks as cargo does, once to read and once for each crate, and notes what it was started with and what was answered.
  static let script = """
    #!/bin/sh
    here=$(dirname "$0")
    case " $* " in
    *" --version "*) echo "cargo $(cat "$here/version") (x)"; exit 0 ;;
    *" metadata "*) cat "$here/metadata"; exit 0 ;;
    esac
    echo "$*" >>"$here/started"
    env >"$here/variables"
    [ -n "$CARGO_REGISTRY_CREDENTIAL_PROVIDER" ] || exit 0
    registry='"registry":{"index-url":"https://github.com/rust-lang/crates.io-index","name":"crates-io"}'
    ask() { printf '%s\\n' "{\\"v\\":1,$registry,\\"kind\\":\\"get\\",\\"operation\\":$1}" | "$CARGO_REGISTRY_CREDENTIAL_PROVIDER" --cargo-plugin | tail -n +2 >"$here/answer"; cat "$here/answer" >>"$here/answers"; }
    ask '"read"'
    for name in $(cat "$here/asked"); do
      ask "\\"publish\\",\\"name\\":\\"$name\\",\\"vers\\":\\"1.0.0\\",\\"cksum\\":\\"ab\\""
      grep -q '"Ok"' "$here/answer" || { cat "$here/answer" >&2; exit 101; }
      [ ! -f "$here/later" ] || mv "$here/later" "$here/clock"
    done
    """

  private struct Bench {
    let folder: TestFolder
    let sandbox: Sandbox

    init(
      asking names: String, version: String = "1.95.0", publish: String = "null",
      _ change: (inout SandboxConfiguration) -> Void = { _ in }
    ) throws {
      let folder = try TestFolder()
      self.folder = folder
      sandbox = try Sandbox.started {
        $0.now = { SystemTime.source.now().advanced(by: Int64(folder.read("clock")) ?? 0) }
        $0.registries = [.cratesIO]
        $0.projects = ["a", "b"]
        change(&$0)
      }
      let packages = ["a", "b"].map {
        #"{"name":"\#($0)","version":"1.0.0","id":"\#($0)","manifest_path":"/w/\#($0)/Cargo.toml","publish":\#(publish)}"#
      }
      let metadata =
        #"{"packages":[\#(packages.joined(separator: ","))],"workspace_members":["a","b"],"target_directory":"/nowhere"}"#
      for (name, text) in [
        ("cargo", script), ("version", version), ("asked", names), ("metadata", metadata),
      ] { try folder.write(name, text) }
      try folder.makeRunnable("cargo")
    }

    func run(
      _ provider: SandboxProvider = .github, _ words: String..., adding variables: [String: String] = [:]
    ) async throws -> BuiltTool.Run {
      var environment = sandbox.environment(for: provider).merging(variables) { $1 }
      environment["PATH"] = "\(folder.path):/usr/bin:/bin"
      environment["__CARGO_TEST_OTHER"] = "x"
      environment["CARGO_REGISTRIES_CRATES_IO_TOKEN"] = "x"
      return try await BuiltTool.run(
        ["exec", "crates-io", "--no-confirm"] + (words.isEmpty ? ["--", "cargo", "publish", "--workspace"] : words),
        environment)
    }

    var exchanges: Int { sandbox.requests.count { $0.method == "POST" && $0.status == 200 } }
    var burns: Int { sandbox.requests.count { $0.method == "DELETE" } }
  }

  @Test("Credentials are minted when the tool asks for them, one for each package, and all are burned")
  func asks() async throws {
    let bench = try Bench(asking: "a b")
    defer { bench.folder.remove() }
    let run = try await bench.run()
    #expect(run.status == 0, "\(run.error)")
    let answers = bench.folder.read("answers").split(separator: "\n")
    #expect(answers.count == 3 && !answers[0].contains("cio_tp_"), "\(answers)")
    #expect(answers.dropFirst().allSatisfy { $0.contains("cio_tp_") } && answers[1] != answers[2])
    #expect(bench.exchanges == 2 && bench.burns == 2)
    // The tool has neither a token nor the job's identity, and what could lead it elsewhere is gone.
    let variables = bench.folder.read("variables")
    for name in [
      "CARGO_REGISTRY_TOKEN", "ACTIONS_ID_TOKEN_REQUEST", "__CARGO_TEST_OTHER", "CARGO_REGISTRIES_CRATES_IO_TOKEN",
    ] { #expect(!variables.contains("\(name)"), "\(name)") }
    #expect(variables.contains("CARGO_REGISTRY_DEFAULT=crates-io"))
    let folder = variables.split(separator: "\n").first { $0.hasPrefix("TOKEN_BROKER_HELPER=") }?.dropFirst(20)
    let place = try #require(folder).split(separator: "/").dropLast().joined(separator: "/")
    #expect(TestFolder(at: "/\(place)").names.isEmpty, "the folder is left")
    for line in answers.dropFirst() {
      let token = line.split(separator: "\"").first { $0.hasPrefix("cio_tp_") } ?? ""
      #expect(!run.output.contains(token))
      #expect(run.error.components(of: token) == (run.error.contains("::add-mask::") ? 1 : 0))
    }
  }

  @Test("One identity token is good for a whole run") func asksOnce() async throws {
    let bench = try Bench(asking: "a b")
    defer { bench.folder.remove() }
    let run = try await bench.run(.gitlab)
    #expect(run.status == 0, "\(run.error)")
    #expect(bench.exchanges == 1 && bench.burns == 1)
  }

  #if os(Linux)
    @Test(
      "A run that outlives its credential goes on with the job's next identity token, or ends if there is none",
      .enabled(if: PreloadedLibrary.isPossible, PreloadedLibrary.obstacle), arguments: [true, false])
    func outlivesItsCredential(_ hasAnother: Bool) async throws {
      let bench = try Bench(asking: "a b") {
        if hasAnother { $0.heldTokens = [("CRATES_IO_ID_TOKEN_2", "crates.io")] }
      }
      defer { bench.folder.remove() }
      let names = #"["CRATES_IO_ID_TOKEN", "CRATES_IO_ID_TOKEN_2"]"#
      try bench.folder.write(
        "token-broker.json",
        #"{"version":1,"registries":{"crates-io":{}},"providers":{"gitlab":{"variables":{"crates.io":\#(names)}}}}"#)
      // Once the first crate has its credential, 29 minutes pass for the tool and the sandbox.
      try bench.folder.write("later", "\(29 * 60)")
      var variables = try await PreloadedLibrary.make(Self.clock(at: "\(bench.folder.path)/clock"), in: bench.folder)
      variables["TOKEN_BROKER_CONFIG"] = "\(bench.folder.path)/token-broker.json"
      let run = try await bench.run(.gitlab, adding: variables)
      let answers = bench.folder.read("answers").split(separator: "\n").dropFirst()
      #expect(answers.count == 2 && answers.first?.contains("cio_tp_") == true, "\(answers)")
      let identities = bench.sandbox.requests.filter { $0.method == "POST" }.map(\.identityTokenID)
      guard hasAnother else {
        #expect(run.status == 125 && identities.count == 1 && bench.burns == 1, "\(run.error)")
        for text in [
          "[identity-token-spent]", "run the job again", "[token-spent]", "CRATES_IO_ID_TOKEN_2:",
        ] { #expect(run.error.contains(text), "\(text):\n\(run.error)") }
        #expect(run.error.contains(/expires in (?:60|5\d) s, and the job has no other identity token/), "\(run.error)")
        #expect(!run.error.contains("same command again"), "\(run.error)")
        // The first may be there: nobody may say that it was not sent.
        #expect(!run.error.contains("not sent") && run.error.contains("not known"), "\(run.error)")
        let answer = answers.last ?? ""
        for text in ["no other identity token", "caused-by", "good for one exchange", "run the job again"] {
          #expect(answer.contains(text), "\(text): \(answer)")
        }
        return
      }
      #expect(run.status == 0, "\(run.error)")
      #expect(answers.last?.contains("cio_tp_") == true && answers.first != answers.last, "\(answers)")
      #expect(identities.count == 2 && Set(identities).count == 2 && bench.exchanges == 2 && bench.burns == 2)
    }

    /// The C library's clocks, as many seconds ahead as a file says.
    private static func clock(at path: String) -> String {
      """
      #define _GNU_SOURCE
      #include <errno.h>
      #include <fcntl.h>
      #include <stdlib.h>
      #include <sys/syscall.h>
      #include <time.h>
      #include <unistd.h>
      static long ahead(void) {
        char text[24] = {0};
        int before = errno, file = open("\(path)", O_RDONLY | O_CLOEXEC);
        if (file >= 0) { read(file, text, sizeof text - 1); close(file); }
        errno = before;
        return atol(text);
      }
      int clock_gettime(clockid_t clock, struct timespec *time) {
        int result = syscall(SYS_clock_gettime, clock, time);
        if (result == 0) time->tv_sec += ahead();
        return result;
      }
      time_t time(time_t *place) {
        struct timespec now;
        clock_gettime(CLOCK_REALTIME, &now);
        if (place) *place = now.tv_sec;
        return now.tv_sec;
      }
      """
    }
  #endif

  @Test(
    "What was not planned, or asked for before, gets no credential",
    arguments: [("a other", "is not among the packages"), ("a a", "was asked for twice")])
  func refusesOthers(_ asked: String, _ reason: String) async throws {
    let bench = try Bench(asking: asked)
    defer { bench.folder.remove() }
    let run = try await bench.run()
    #expect(run.status == 125 && run.error.contains(reason), "\(run.error)")
    #expect(bench.folder.read("answers").contains(reason))
    #expect(bench.exchanges == 1 && bench.burns == 1)
  }

  @Test("A refused exchange reaches the tool, with cause and fix") func refused() async throws {
    let bench = try Bench(asking: "a") { $0.publishers = [] }
    defer { bench.folder.remove() }
    let run = try await bench.run()
    #expect(run.status == 125, "\(run.error)")
    #expect(run.error.contains("not sent"), "\(run.error)")
    let answer = bench.folder.read("answer")
    #expect(answer.contains("No Trusted Publishing config found") && answer.contains("To fix it: "), "\(answer)")
  }

  @Test("A tool that is too old to ask gets the credential in its variable, and that is said") func tooOld()
    async throws
  {
    let bench = try Bench(asking: "a", version: "1.73.0")
    defer { bench.folder.remove() }
    let run = try await bench.run()
    #expect(run.status == 0 && run.error.contains("one credential of 30 minutes"), "\(run.error)")
    #expect(bench.folder.read("variables").contains("CARGO_REGISTRY_TOKEN=cio_tp_"))
    #expect(!bench.folder.read("variables").contains("CREDENTIAL_PROVIDER"))
  }

  @Test("What is there is passed over, and what is not there at all is said before anything is done")
  func looksBefore() async throws {
    let usual = SandboxProvider.github.usualPublisher
    let release = try SandboxRelease(
      parsing: "project=a,version=1.0.0,provider=github,owner=octo-org,repository=sample,workflow=release.yml",
      providers: [.github])
    let bench = try Bench(asking: "b") { $0.releases = [release] }
    defer { bench.folder.remove() }
    let run = try await bench.run()
    #expect(run.status == 0, "\(run.error)")
    #expect(bench.folder.read("started") == "publish -p b\n")
    let missing = try Bench(asking: "a") {
      $0.projects = ["a"]
      $0.publishers = [usual]
    }
    defer { missing.folder.remove() }
    let refused = try await missing.run()
    #expect(refused.status == 125 && refused.error.contains("does not have the crate b"), "\(refused.error)")
    #expect(missing.folder.read("started").isEmpty && missing.exchanges == 0)
  }

  @Test("A package that may not go there ends the run before it begins") func wrongRegistry() async throws {
    let bench = try Bench(asking: "a", publish: #"["mine"]"#)
    defer { bench.folder.remove() }
    let run = try await bench.run()
    #expect(run.status == 125 && run.error.contains("names mine alone"), "\(run.error)")
    #expect(bench.folder.read("started").isEmpty)
  }

  @Test("A program that is not known is told where to ask, if the command line says which tool it runs")
  func behindOthers() async throws {
    let bench = try Bench(asking: "a b")
    defer { bench.folder.remove() }
    try bench.folder.write("release-all", "#!/bin/sh\nexec cargo publish --workspace\n")
    try bench.folder.makeRunnable("release-all")
    let run = try await bench.run(.github, "--client", "cargo", "--", "release-all")
    #expect(run.status == 0, "\(run.error)")
    #expect(bench.exchanges == 2 && bench.burns == 2)
  }

  @Test("config publishers prints the form of the registry that a file names, with the workflow that is started")
  func publishers() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("a.json", #"{"version":1,"registries":{"crates-io":{"project":"alpha"}}}"#)
    let run = try await BuiltTool.run(
      ["config", "publishers", "--config", "a.json", "--repository", "octo-org/sample", "--workflow", "release.yml"],
      in: folder)
    #expect(run.status == 0, "\(run.error)")
    for text in [
      "Workflow filename", "release.yml", "octo-org", "https://crates.io/crates/alpha/settings/new-trusted-publisher",
    ] { #expect(run.output.contains(text), "\(text):\n\(run.output)") }
    #expect(!run.output.contains("pypi"))
  }

  @Test("Nobody is there to be asked outside of a run") func askedAlone() async throws {
    let alone = try await BuiltTool.run(["ask"])
    #expect(alone.status == 2 && alone.error.contains("TOKEN_BROKER_HELPER"))
    let gone = try await BuiltTool.run(["ask"], ["TOKEN_BROKER_HELPER": "/nowhere/socket"])
    #expect(gone.status == 10, "\(gone.error)")
  }
}

extension String {
  /// How often a text is in this one.
  fileprivate func components(of text: some StringProtocol) -> Int { ranges(of: String(text)).count }
}
