import BrokerCore
import BrokerSandbox
import BrokerSystem
import TestSupport
import Testing

struct ExecTests {
  /// Each target in order; a token is asked for at its turn only, and burned before the next.
  @Test(arguments: [SandboxProvider.github, .gitlab])
  func runsTheCommandOncePerTarget(_ provider: SandboxProvider) async throws {
    let sandbox = try Sandbox.started()
    let run = try await BuiltTool.run(
      ["exec", "release", "--env", "T={token}", "--env", "A={username}@{url}", "--", "sh", "-c"]
        + ["echo {registry} $A $T"],
      sandbox.environment(for: provider))
    #expect(run.status == 0, "\(run.error)")
    let lines = run.output.split(separator: "\n").map { $0.split(separator: " ") }
    let testpypi = try #require(sandbox.origin(of: "testpypi"))
    let pypi = try #require(sandbox.origin(of: "pypi"))
    #expect(
      lines.map { $0.dropLast().joined(separator: " ") } == [
        "testpypi __token__@\(testpypi)/legacy/", "pypi __token__@\(pypi)/legacy/",
      ])
    #expect(Set(lines.map { $0[2] }).count == 2 && lines.allSatisfy { $0[2].hasPrefix("pypi-") })
    let steps = sandbox.steps
    let burns = steps.indices.filter { steps[$0].hasSuffix("burn-token") }
    #expect(burns.count == 2)
    #expect(steps.firstIndex(of: "pypi /_/oidc/mint-token") ?? 0 > burns[0], "\(steps)")
  }

  /// The command, the status, and whether the second target is reached.
  @Test(
    arguments: [
      ("exit 7", Int32(7), false), ("kill -9 $$", 137, false), ("exit 0", 0, true),
    ] as [(String, Int32, Bool)])
  func endsAsItsCommandDoes(_ script: String, _ status: Int32, _ goesOn: Bool) async throws {
    let sandbox = try Sandbox.started()
    let run = try await BuiltTool.run(
      ["exec", "release", "--env", "T={token}", "--", "sh", "-c", script], sandbox.environment(for: .github))
    #expect(run.status == status, "\(run.error)")
    #expect(run.error.contains("not reached: pypi") == !goesOn, "\(run.error)")
    #expect(sandbox.steps.contains("pypi /_/oidc/mint-token") == goesOn)
    #expect(sandbox.steps.contains("testpypi /_/oidc/burn-token"))
  }

  /// The command's bytes come out as they are, on the streams that they were written to.
  @Test func relaysByteForByte() async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    let script =
      "dd if=/dev/urandom bs=1000 count=300 2>/dev/null | tee out.expected; cat out.expected >err.expected; "
      + "cat out.expected >&2; \"$0\" exec pypi --env T={token} -- sh -c 'cat out.expected; cat err.expected >&2' "
      + ">out.relayed 2>err.relayed; echo $? >status"
    try await Self.shell(script, in: folder, sandbox.environment(for: .gitlab))
    #expect(folder.read("status") == "0\n")
    try await Self.shell("cmp out.expected out.relayed && echo same >result", in: folder)
    #expect(folder.read("result") == "same\n")
    // Our own lines are around the command's.
    try await Self.shell(
      "n=$(wc -c <err.expected); grep -aob 'pypi: running sh' err.relayed | head -1 >where; "
        + "tail -c +$(($(cut -d: -f1 where) + 18)) err.relayed | head -c $n | cmp - err.expected && echo same >errors",
      in: folder)
    #expect(folder.read("errors") == "same\n")
  }

  #if os(Linux)
    /// A core file of a command would hold its credential.
    @Test func letsTheCommandLeaveNoCoreFile() async throws {
      let sandbox = try Sandbox.started()
      let run = try await BuiltTool.run(
        ["exec", "pypi", "--env", "T={token}", "--", "sh", "-c", "ulimit -Sc; ulimit -Hc"],
        sandbox.environment(for: .gitlab), preparation: "{ ulimit -Sc unlimited || :; }")
      #expect(run.status == 0 && run.output == "0\n0\n", "\(run.error)")
    }
  #endif

  /// Standard output and error that are one file keep their order.
  @Test func keepsTheOrderOfStreamsThatAreOneFile() async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    let lines = "for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; done"
    try await Self.shell(
      "\"$0\" exec pypi --env T={token} -- sh -c '\(lines)' >both 2>&1", in: folder, sandbox.environment(for: .gitlab))
    let shown = folder.read("both").split(separator: "\n").filter { $0.hasPrefix("out") || $0.hasPrefix("err") }
    #expect(shown.map(String.init) == (1...9).flatMap { ["out \($0)", "err \($0)"] }, "\(folder.read("both"))")
  }

  /// A process that the command leaves behind does not keep us, and a reader that goes away ends the command.
  @Test func isNotKeptByOthers() async throws {
    let sandbox = try Sandbox.started()
    let started = SystemTime.source.elapsed()
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--env", "T={token}", "--", "sh", "-c", "sleep 600 & echo now"],
      sandbox.environment(for: .gitlab)
    )
    #expect(run.status == 0 && run.output == "now\n", "\(run.error)")
    #expect(SystemTime.source.elapsed() - started < .seconds(300))
    let folder = try TestFolder()
    defer { folder.remove() }
    try await Self.shell(
      "{ \"$0\" exec pypi --env T={token} -- sh -c 'while echo x; do :; done 2>/dev/null'; echo $? >status; } | head -1",
      in: folder, sandbox.environment(for: .gitlab))
    #expect(folder.read("status") != "0\n" && !folder.read("status").isEmpty)
  }

  @Test func takesTheCredentialOutOfTheOutput() async throws {
    let sandbox = try Sandbox.started()
    let script = "echo \"a $T b\"; printf %s \"$U:$T\" | base64 -w0; echo; echo \"$T\" >&2"
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--env", "T={token}", "--env", "U={username}", "--redact", "--", "sh", "-c", script],
      sandbox.environment(for: .gitlab))
    #expect(run.status == 0 && run.output == "a [redacted] b\n[redacted]\n", "\(run.output)")
    #expect(run.error.contains("\n[redacted]\n") && !run.error.contains("pypi-"), "\(run.error)")
  }

  // MARK: Terminals

  /// The command owns the terminal; with `--redact` it has one of its own, which follows ours in size.
  @Test(arguments: [false, true])
  func givesTheCommandATerminal(_ isRedacted: Bool) async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(
      "command",
      """
      test -t 0 && test -t 1 && test -t 2 && echo terminals
      echo "shown $T"
      exec 3>&1
      stty rows 50 cols 120 <&0
      until [ "$(stty size <&3)" = "50 120" ]; do sleep 0.02; done
      printf 'one\\ntwo\\n' >&2
      exit 3
      """)
    try folder.write(
      "outer",
      "'\(BuiltTool.path)' exec pypi --env T={token} \(isRedacted ? "--redact" : "") -- sh command; echo \"status $?\"")
    var environment = sandbox.environment(for: .gitlab)
    environment["SHELL"] = "/bin/sh"
    try await Self.shell("script -qc 'sh outer' typescript", in: folder, environment)
    let shown = folder.read("typescript")
    #expect(shown.contains("terminals\r\n") && shown.contains("one\r\ntwo\r\n"), "\(shown)")
    #expect(shown.contains("status 3"), "\(shown)")
    #expect(shown.contains("shown [redacted]\r\n") == isRedacted)
    #expect(shown.contains("shown pypi-") != isRedacted)
  }

  // MARK: What the command gets

  /// The command's environment, arguments and those of its ancestors hold the one credential that it needs and no identity.
  @Test(arguments: [SandboxProvider.github, .gitlab])
  func givesTheCommandNothingElse(_ provider: SandboxProvider) async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    var environment = sandbox.environment(for: provider)
    environment["SIGSTORE_ID_TOKEN"] = sandbox.issueIdentityToken(for: .gitlab, audience: "sigstore")
    environment["TWINE_REPOSITORY"] = "elsewhere"
    environment["TWINE_PASSWORD"] = "old-password"
    let script =
      "cat /proc/self/environ >>environ; printf 'end\\0' >>environ; cat /proc/[0-9]*/cmdline >>arguments 2>/dev/null; "
      + "cat /proc/$PPID/environ >>parent 2>/dev/null; exit 0"
    let run = try await BuiltTool.run(
      ["exec", "release", "--client", "twine", "--", "sh", "-c", script], environment, in: folder)
    #expect(run.status == 0, "\(run.error)")
    let runs = folder.read("environ").split(separator: "end\0").map { $0.split(separator: "\0").map(String.init) }
    #expect(runs.count == 2)
    var tokens: [String] = []
    for variables in runs {
      let names = Set(variables.map { String($0.prefix { $0 != "=" }) })
      #expect(names.isSuperset(of: ["TWINE_USERNAME", "TWINE_PASSWORD", "TWINE_REPOSITORY_URL", "CI"]))
      for name in ["TWINE_REPOSITORY", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"] {
        #expect(!names.contains(name))
      }
      if provider == .gitlab { #expect(names.allSatisfy { !$0.hasSuffix("_ID_TOKEN") }) }
      tokens += variables.filter { $0.hasPrefix("TWINE_PASSWORD=") }
    }
    #expect(Set(tokens).count == 2 && tokens.allSatisfy { $0.hasPrefix("TWINE_PASSWORD=pypi-") })
    for token in tokens {
      let text = String(token.dropFirst("TWINE_PASSWORD=".count))
      #expect(!folder.read("arguments").contains(text) && !folder.read("parent").contains(text))
      if provider == .gitlab { #expect(!run.error.contains(text)) }
    }
    #expect(run.error.contains("testpypi: TWINE_REPOSITORY is removed\n"), "\(run.error)")
    #expect(run.error.contains("pypi: TWINE_PASSWORD is replaced\n") && !run.error.contains("old-password"))
  }

  @Test func keepsTheIdentityWhenAsked() async throws {
    let sandbox = try Sandbox.started()
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--keep-identity", "--keep-credential", "--env", "T={token}", "--"] + [
        "sh", "-c", "echo ${ACTIONS_ID_TOKEN_REQUEST_TOKEN:+kept}",
      ], sandbox.environment(for: .github))
    #expect(run.status == 0 && run.output == "kept\n", "\(run.error)")
    #expect(!sandbox.steps.contains("pypi /_/oidc/burn-token"))
  }

  @Test func masksBeforeTheCommandStarts() async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try await Self.shell(
      "\"$0\" exec pypi --env T={token} -- sh -c 'echo shown $T' >both 2>&1", in: folder,
      sandbox.environment(for: .github))
    let lines = folder.read("both").split(separator: "\n")
    let shown = try #require(lines.first { $0.hasPrefix("shown pypi-") })
    let mask = try #require(lines.firstIndex(of: "::add-mask::\(shown.dropFirst(6))"))
    #expect(mask < (try #require(lines.firstIndex(of: shown))))
  }

  /// A runner reads a command only where it begins a line, whatever the last command left there.
  @Test(arguments: [">&2", "2>&1", ">&2 2>/dev/null"])
  func beginsALineForTheMaskAfterAnUnfinishedOne(_ streams: String) async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try await Self.shell(
      "\"$0\" exec testpypi pypi --keep-credential --env T={token} -- sh -c 'printf unfinished \(streams)' >both 2>&1",
      in: folder, sandbox.environment(for: .github))
    let lines = folder.read("both").split(separator: "\n")
    let masks = lines.filter { $0.contains("::add-mask::") }
    #expect(masks.count >= 2 && masks.allSatisfy { $0.hasPrefix("::add-mask::") }, "\(lines)")
    #expect(lines.count { $0.hasSuffix("unfinished") } == 2, "\(lines)")
  }

  // MARK: What is known early

  /// What is changed in a GitLab job's variables, a fault, arguments, words of the message: nothing is minted, and the
  /// command does not run.
  @Test(
    arguments: [
      (["PYPI_ID_TOKEN": nil], nil, ["true"], "PYPI_ID_TOKEN is not set"),
      (["PYPI_ID_TOKEN": "x"], nil, ["true"], "PYPI_ID_TOKEN does not hold an identity token"),
      ([:], "audience@pypi=status:404", ["true"], "has no trusted publishing"),
      ([:], "audience@pypi=audience:sigstore", ["true"], "the one it is known by"),
      ([:], nil, ["no-such-command"], "Cannot run"), ([:], nil, [], "no command behind --"),
      (["GITLAB_CI": nil], nil, ["true"], "No identity provider"),
      ([:], nil, ["true", "{token}"], "no place in arguments"),
    ] as [([String: String?], String?, [String], String)])
  func failsBeforeAnythingIsPublished(
    _ changes: [String: String?], _ fault: String?, _ command: [String], _ words: String
  ) async throws {
    let sandbox = try Sandbox.started { $0.faults = fault.flatMap { try? [SandboxFault(parsing: $0)] } ?? [] }
    let run = try await BuiltTool.run(
      ["exec", "release", "--env", "T={token}", "--"] + command,
      sandbox.environment(for: .gitlab).merging(changes.compactMapValues { $0 }) { $1 }
        .filter { name, _ in changes[name] != .some(nil) })
    #expect(run.status == (words == "Cannot run" ? 127 : 125), "\(run.error)")
    #expect(run.error.contains(words), "\(run.error)")
    #expect(!sandbox.requests.contains { $0.method == "POST" })
  }

  @Test func seesAWrongAudienceOfALaterTargetsToken() async throws {
    let sandbox = try Sandbox.started()
    var environment = sandbox.environment(for: .gitlab)
    environment["PYPI_ID_TOKEN"] = environment["TESTPYPI_ID_TOKEN"]
    let run = try await BuiltTool.run(["exec", "release", "--env", "T={token}", "--", "true"], environment)
    #expect(run.status == 125 && run.error.contains("made out to \"testpypi\", not to"), "\(run.error)")
    #expect(!sandbox.requests.contains { $0.method == "POST" })
  }

  /// A later target's identity token is not asked for before its turn.
  @Test func asksForIdentityTokensInTurn() async throws {
    let sandbox = try Sandbox.started()
    let run = try await BuiltTool.run(
      ["exec", "release", "--env", "T={token}", "--", "sh", "-c", "exit 1"], sandbox.environment(for: .github))
    #expect(run.status == 1)
    let steps = sandbox.steps
    #expect(steps.count { $0.hasPrefix("issuer") } == 1 && steps.count { $0 == "pypi /_/oidc/audience" } == 1)
  }

  /// Commands that would lead elsewhere, the option of ours before them, and words of the refusal: nothing is asked for.
  @Test(
    arguments: [
      ("", "twine upload -- --repository-url https://upload.pypi.org/legacy/ a.whl", "--repository-url"),
      ("", "hatch --cache-dir -- publish -r https://upload.pypi.org/legacy/", "-r"),
      ("", "pdm publish -Sr pypi", "-r"), ("", "maturin publish -fr x", "-r"),
      ("", "pdm run --env=TWINE_REPOSITORY_URL=x twine upload a.whl", "sets TWINE_REPOSITORY_URL"),
      ("", "env TWINE_PASSWORD=x twine upload a.whl", "sets TWINE_PASSWORD"),
      ("", "uv run --env-file x twine upload a.whl", "--env-file"), ("", "uv --config-file x publish", "--config-file"),
      ("", "poetry publish -r pypi", "not testpypi"), ("", "uvx hatch publish -yr x", "-r"),
      ("--client twine", "timeout 60 twine upload --repository-url x a.whl", "--repository-url"),
      (
        "--client twine --env TWINE_REPOSITORY_URL=https://x.example/{registry}", "sh -c true",
        "--env sets TWINE_REPOSITORY_URL"
      ),
      ("--env UV_PUBLISH_INDEX={registry}", "uv publish", "--env sets UV_PUBLISH_INDEX"),
      ("", "pdm run flit publish", "behind pdm run"),
      ("--client all", "xvfb-run sudo twine upload -- -r x a.whl", "-r"),
    ] as [(String, String, String)])
  func refusesWhatLeadsElsewhere(_ option: String, _ command: String, _ words: String) async throws {
    let sandbox = try Sandbox.started()
    let arguments = "testpypi \(option) -- \(command)".split(separator: " ").map(String.init)
    let run = try await BuiltTool.run(["exec"] + arguments, sandbox.environment(for: .github))
    #expect(run.status == 125 && run.error.contains(words), "\(run.error)")
    #expect(sandbox.requests.allSatisfy { $0.listener == "directory" }, "\(sandbox.requests)")
  }

  /// The variables of a tool that a script runs: what may lead elsewhere is gone, and poetry has no token for PyPI.
  @Test(arguments: [
    ("uv", "UV_CONFIG_FILE", ""), ("uv", "UV_WORKING_DIR", ""), ("twine", "UV_ENV_FILE", ""),
    ("hatch", "HATCH_PROJECT", ""),
    ("poetry", "POETRY_PYPI_TOKEN_PYPI", "token-broker-publishes-to-testpypi"), ("uv", "UV_NO_CONFIG", "1"),
    ("uv", "UV_CACHE_DIR", "trap"), ("twine --env TWINE_PASSWORD={token} --env X={url}", "TWINE_REPOSITORY", ""),
  ])
  func changesTheToolsVariables(_ client: String, _ name: String, _ value: String) async throws {
    let sandbox = try Sandbox.started()
    var environment = sandbox.environment(for: .github)
    environment[name] = "trap"
    let run = try await BuiltTool.run(
      ["exec", "testpypi", "--client"] + client.split(separator: " ").map(String.init) + [
        "--", "sh", "-c", "echo \"<$\(name)>\"",
      ], environment)
    #expect(run.status == 0 && run.output.contains("<\(value)>\n"), "\(run.output) \(run.error)")
  }

  // MARK: Several targets, several files

  @Test func goesOnWhenAskedAndResumes() async throws {
    let sandbox = try Sandbox.started()
    let command = ["--env", "T={token}", "--", "sh", "-c", "echo {registry}; test {registry} = pypi"]
    let on = try await BuiltTool.run(["exec", "release", "--keep-going"] + command, sandbox.environment(for: .github))
    #expect(on.status == 1 && on.output == "testpypi\npypi\n", "\(on.error)")
    let from = try await BuiltTool.run(
      ["exec", "release", "--from", "pypi"] + command, sandbox.environment(for: .github))
    #expect(from.status == 0 && from.output == "pypi\n", "\(from.error)")
    let wrong = try await BuiltTool.run(
      ["exec", "testpypi", "--from", "pypi"] + command, sandbox.environment(for: .github))
    #expect(wrong.status == 125 && wrong.error.contains("not among the targets"))
  }

  /// One command for each file with what belongs to it; a credential each on GitHub, one for all on GitLab.
  @Test(arguments: [(SandboxProvider.github, 2), (.gitlab, 1)])
  func runsOncePerFile(_ provider: SandboxProvider, _ credentials: Int) async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    let files = ["a-1.whl", "a-1.whl.asc", "a-1.tar.gz", "a-1.tar.gz.publish.attestation", "notes"]
    for file in files { try folder.write(file, "") }
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--per-file", "--no-compare", "--env", "T={token}", "--"]
        + ["sh", "-c", "echo $*:$T", "sh", "-x"] + files, sandbox.environment(for: provider), in: folder)
    #expect(run.status == 0, "\(run.error)")
    let lines = run.output.split(separator: "\n").map { $0.split(separator: ":").map(String.init) }
    #expect(
      lines.map(\.[0]) == ["-x a-1.whl a-1.whl.asc notes", "-x a-1.tar.gz a-1.tar.gz.publish.attestation notes"])
    #expect(Set(lines.map(\.[1])).count == credentials)
    #expect(sandbox.steps.count { $0.hasSuffix("burn-token") } == credentials)
    #expect(run.error.contains("(1 file, 1 attestation)"))
    let failed = try await BuiltTool.run(
      ["exec", "pypi", "--per-file", "--no-compare", "--env", "T={token}", "--", "sh", "-c", "exit 3", "sh"] + files,
      sandbox.environment(for: provider), in: folder)
    #expect(failed.status == 3 && failed.error.contains("not sent: a-1.whl, a-1.tar.gz\n"), "\(failed.error)")
    let none = try await BuiltTool.run(
      ["exec", "pypi", "--per-file", "--env", "T={token}", "--", "echo", "notes"], sandbox.environment(for: provider),
      in: folder)
    #expect(none.status == 125 && none.error.contains("names none that is there"), "\(none.error)")
  }

  @Test func saysThatACredentialExpires() async throws {
    let sandbox = try Sandbox.started { $0.faults = (try? [SandboxFault(parsing: "exchange=expires:50")]) ?? [] }
    let folder = try TestFolder()
    defer { folder.remove() }
    for file in ["a-1.whl", "a-2.whl"] { try folder.write(file, "") }
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--per-file", "--no-compare", "--env", "T={token}", "--", "sh", "-c"]
        + ["while ! grep -q expires \"$0\"/stderr; do sleep 0.05; done", "%", "a-1.whl", "a-2.whl"].map {
          $0 == "%" ? folder.path : $0
        }, sandbox.environment(for: .gitlab), in: folder, errorIn: folder)
    #expect(run.status == 125, "\(run.error)")
    #expect(run.error.contains("pypi: the credential expires in "), "\(run.error)")
    #expect(run.error.contains("not sent: a-2.whl\n"), "\(run.error)")
  }

  // MARK: Signals

  /// A signal that only we were sent: the command gets it, the credential is burned, the next target is not reached.
  @Test(arguments: [
    (Int32(15), "trap 'exit 9' TERM", Int32(9)), (15, ":", 143), (2, "trap 'exit 0' INT", 130), (1, ":", 129),
    (3, ":", 131),
  ])
  func passesASignalOn(_ signal: Int32, _ trap: String, _ status: Int32) async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    let script = "\(trap); : >ready; while :; do sleep 0.05; done"
    var environment = sandbox.environment(for: .gitlab)
    environment["PATH"] = "/usr/bin:/bin"
    let child = ChildProcess(
      ["/bin/sh", "-c", "cd '\(folder.path)' && exec \"$0\" \"$@\" >stdout 2>stderr", BuiltTool.path]
        + ["exec", "release", "--env", "T={token}", "--", "sh", "-c", script], environment: Environment(environment))
    let work = Task { try await child.run() }
    try await Self.wait { folder.names.contains("ready") }
    child.send(signal)
    #expect(try await work.value.status == status, "\(folder.read("stderr"))")
    #expect(folder.read("stderr").contains("not reached: pypi"), "\(folder.read("stderr"))")
    #expect(sandbox.steps.contains("testpypi /_/oidc/burn-token"))
    #expect(!sandbox.steps.contains("pypi /_/oidc/mint-token"))
  }

  /// A command that does not end after a signal: the credential is burned while it runs, and it is killed.
  @Test func endsACommandThatDoesNotWantTo() async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    var environment = sandbox.environment(for: .gitlab)
    environment["PATH"] = "/usr/bin:/bin"
    let child = ChildProcess(
      ["/bin/sh", "-c", "cd '\(folder.path)' && exec \"$0\" \"$@\" >stdout 2>stderr", BuiltTool.path]
        + ["exec", "pypi", "--env", "T={token}", "--", "sh", "-c"]
        + ["trap : TERM; : >ready; while :; do sleep 0.05; done"], environment: Environment(environment))
    let work = Task { try await child.run() }
    try await Self.wait { folder.names.contains("ready") }
    child.send(15)
    #expect(try await work.value.status == 137, "\(folder.read("stderr"))")
    let lines = folder.read("stderr").split(separator: "\n")
    let burned = try #require(lines.firstIndex { $0.hasPrefix("pypi: burn:") })
    let ended = try #require(lines.firstIndex { $0.hasPrefix("pypi: sh ended with status") })
    #expect(burned < ended, "\(lines)")
    #expect(sandbox.steps.contains("pypi /_/oidc/burn-token"))
  }

  /// The command dies with us.
  @Test func takesTheCommandAlong() async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    var environment = sandbox.environment(for: .gitlab)
    environment["PATH"] = "/usr/bin:/bin"
    let child = ChildProcess(
      ["/bin/sh", "-c", "cd '\(folder.path)' && exec \"$0\" \"$@\" >stdout 2>stderr", BuiltTool.path]
        + ["exec", "pypi", "--env", "T={token}", "--", "sh", "-c", "echo $$ >id.new; mv id.new id; exec sleep 1000"],
      environment: Environment(environment))
    let work = Task { try await child.run() }
    try await Self.wait { folder.names.contains("id") }
    child.send(9)
    #expect(try await work.value == .signalled(9))
    let id = folder.read("id").filter(\.isNumber)
    let gone = try await ChildProcess(
      ["/bin/sh", "-c", "while kill -0 \(id) && ! grep -q '^State:.Z' /proc/\(id)/status; do sleep 0.02; done"],
      environment: Environment(["PATH": "/usr/bin:/bin"])
    ).run()
    #expect(gone == .exited(0))
  }

  /// Waits until something has happened, without keeping a core busy.
  private static func wait(_ hasHappened: () -> Bool) async throws {
    while !hasHappened() { try await Task.sleep(for: .milliseconds(20)) }
  }

  /// Runs a script whose `$0` is the tool.
  private static func shell(
    _ script: String, in folder: TestFolder, _ environment: [String: String] = [:]
  ) async throws {
    var variables = environment
    variables["PATH"] = "/usr/bin:/bin"
    _ = try await ChildProcess(
      ["/bin/sh", "-c", "cd '\(folder.path)' && { \(script); } </dev/null >/dev/null 2>/dev/null", BuiltTool.path],
      environment: Environment(variables)
    ).run()
  }
}
