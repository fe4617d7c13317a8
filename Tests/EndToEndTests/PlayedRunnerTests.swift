import BrokerSandbox
import TestSupport
import Testing

/// `sandbox -- COMMAND`, which shows the command's output as the log of the CI system shows it.
struct PlayedRunnerTests {
  private func run(_ options: [String], _ script: String, _ environment: [String: String] = [:]) async throws -> (
    BuiltTool.Run, TestFolder
  ) {
    let folder = try TestFolder()
    let variables = ["PATH": "/usr/bin:/bin", "TMPDIR": folder.path].merging(environment) { $1 }
    return (try await BuiltTool.run(["sandbox"] + options + ["--", "sh", "-c", script], variables), folder)
  }

  /// What a job prints, and what GitHub's log shows of it.
  @Test(arguments: [
    ("echo ::add-mask::hunter2; echo 'a hunter2 b'; echo hunter2 >&2", "a *** b\n***\n"),
    ("echo ::add-mask::hunter2hunter2; printf hunter2hunter2 | base64", "***\n"),
    ("echo '::add-mask::first%0Asecond'; echo second first", "*** ***\n"),
    ("echo '::add-mask::a\"b&c'; echo 'a\\\"b&c a%22b%26c a&quot;b&amp;c'", "*** *** ***\n"),
    ("echo '::add-mask:: '", "Warning: Can't add secret mask for empty string in ##[add-mask] command.\n"),
    ("echo '::error title=T,file=x::a%0Ab%25'; echo ' ::notice::n'", "Error: a\nb%\nNotice: n\n"),
    ("echo 'before ##[warning]w%5D'; echo '##[group]G'; echo in; echo '##[endgroup]'", "Warning: w]\n\u{25BE} G\nin\n"),
    ("echo ::group::G; echo in; echo ::endgroup::; echo ::debug::d", "\u{25BE} G\nin\n"),
    (
      "echo ::stop-commands::pause; echo ::error::x; echo ::add-mask::x; echo ::pause::; echo ::notice::y",
      "::stop-commands::pause\n::error::x\n::add-mask::x\n::pause::\nNotice: y\n"
    ),
    (
      "echo ::echo::on; echo ::group::g; echo ::add-mask::s3; echo s3", "::group::g\n\u{25BE} g\n::add-mask::***\n***\n"
    ),
    ("printf 'a\\r::debug::x\\rb\\r\\n::debug::y\\r\\nc'", "a\nb\nc\n"),
    ("printf '\\n\\nx\\377y\\n'", "\n\nx\u{FFFD}y\n"),
    ("echo '::set-env name=A::b'", "Error: The `set-env` command is disabled.\n"),
    ("echo '::unknown::x'; echo 'a ::error::b'; echo '::error:b'", "::unknown::x\na ::error::b\n::error:b\n"),
    ("for i in 1 2 3; do echo o$i; echo e$i >&2; done", "o1\ne1\no2\ne2\no3\ne3\n"),
  ])
  func showsTheLogOfAGitHubJob(_ script: String, _ log: String) async throws {
    let (run, folder) = try await run([], script)
    defer { folder.remove() }
    #expect(run.status == 0 && run.output == log, "\(run.output.debugDescription)\n\(run.error)")
  }

  @Test func showsTheLogOfAGitLabJob() async throws {
    let script =
      "printf '\\033[0Ksection_start:1560896352:a_b[collapsed=true]\\r\\033[0KHeader\\n'; echo \"$PYPI_ID_TOKEN;\"; "
      + "printf '\\033[0Ksection_end:1560896353:a_b\\r\\033[0K\\n'; echo ::error::x; printf 50%%\\\\r100%%"
    let (run, folder) = try await run(["--provider", "gitlab"], script)
    defer { folder.remove() }
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output == "\u{25BE} Header\n[MASKED];\n::error::x\n50%\r100%", "\(run.output.debugDescription)")
  }

  /// The tool itself: nothing of its masks and no token is left to see.
  @Test func hidesWhatTheToolHides() async throws {
    let (run, folder) = try await run([], "'\(BuiltTool.path)' mint pypi --format token; echo $?")
    defer { folder.remove() }
    #expect(
      run.output.contains("\n***\n") && run.output.hasSuffix("0\n") && !run.output.contains("::add-mask"),
      "\(run.output)")
    #expect(!run.output.contains("eyJ") && !run.output.contains("pypi-"), "\(run.output)")
    #expect(folder.names.isEmpty, "\(folder.names)")
  }

  /// What the run's page and later steps would have.
  @Test func collectsOutputsAndSummaries() async throws {
    let script =
      "echo ::add-mask::hunter2; echo a=b >>$GITHUB_OUTPUT; printf 'c<<X\\nd\\nhunter2\\nX\\n' >>$GITHUB_OUTPUT; "
      + "echo '# Title' >>$GITHUB_STEP_SUMMARY; echo '::warning title=T::mind hunter2'; echo '::set-output name=e::f'"
    let (run, folder) = try await run([], script)
    defer { folder.remove() }
    for line in [
      "the run's page shows a warning: T: mind ***", "step output a: b", "step output c: d ***", "step output e: f",
    ] {
      #expect(run.error.contains("sandbox: \(line)\n"), "\(line): \(run.error)")
    }
    let path = try #require(run.error.firstMatch(of: /sandbox: the job's summary \(8 bytes\) is in (\S+)\n/)?.1)
    #expect(path.hasPrefix(folder.path) && folder.read(String(path.dropFirst(folder.path.count + 1))) == "# Title\n")
  }

  /// What a step leaves in files, and what the runner makes of it.
  @Test(
    arguments: [
      (
        "echo A=b >>$GITHUB_ENV; printf 'C<<E\\nd\\r\\ne\\nE\\nA=last\\n' >>$GITHUB_ENV",
        ["variable of later steps C: d e", "variable of later steps A: last"]
      ),
      (
        "printf '/one\\r\\n\\n/two\\n/one' >>$GITHUB_PATH",
        ["before PATH of later steps: /one", "before PATH of later steps: /two"]
      ),
      (
        "echo s=1 >>$GITHUB_STATE; echo '::save-state name=t::2'", ["state of the step t: 2", "state of the step s: 1"]
      ),
      (
        "echo ::add-mask::hunter2; echo X=hunter2 >>$GITHUB_ENV; echo hunter2 >>$GITHUB_PATH; echo ok=1 >>$GITHUB_OUTPUT",
        ["step output ok: 1", "variable of later steps X: ***", "before PATH of later steps: ***"]
      ),
      (
        "printf 'A=1\\nC<<E\\nx\\nE\\r\\n' >>$GITHUB_ENV",
        [
          "variable of later steps A: 1",
          "the step would have failed: GITHUB_ENV: Invalid value. Matching delimiter not found 'E'",
        ]
      ),
      (
        "echo node_options=x >>$GITHUB_ENV",
        [
          "the step would have failed: GITHUB_ENV: Can't store node_options output parameter using '$GITHUB_ENV' command."
        ]
      ),
      ("echo word >>$GITHUB_OUTPUT", ["the step would have failed: GITHUB_OUTPUT: Invalid format 'word'"]),
      (
        "head -c 1050000 /dev/zero >>$GITHUB_STEP_SUMMARY",
        ["the step would have failed: GITHUB_STEP_SUMMARY: a summary has at most 1024k, and this one 1025k"]
      ),
      ("echo ::set-env name=A::b", ["the step would have failed: The `set-env` command is disabled."]),
      (
        "echo ::add-matcher::m.json; echo ::add-matcher::n.json; echo ::remove-matcher::n.json",
        ["problem matchers are not played, nothing is matched by m.json"]
      ),
      (
        "echo '::error file=a.py,line=3,col=7,title=T%2C t::bad%3A'",
        ["the run's page shows an error: a.py, line 3, column 7: T, t: bad%3A"]
      ),
    ] as [(String, [String])])
  func collectsWhatTheStepLeaves(_ script: String, _ lines: [String]) async throws {
    let (run, folder) = try await run([], script)
    defer { folder.remove() }
    #expect(run.status == 0, "\(run.error)")
    let shown = run.error.split(separator: "\n").filter { line in
      ["variable", "before PATH", "state", "step output", "the step would", "problem", "the run's page shows an error"]
        .contains { line.hasPrefix("sandbox: \($0)") } && !line.contains("command is disabled. ")
    }.filter { !$0.contains("page shows an error: The `set-env`") }
    #expect(shown == lines.map { "sandbox: \($0)" }, "\(run.error)")
  }

  /// The runner of a real job is told what the command leaves; what it did not give is not left behind.
  @Test func leavesTheFilesOfARealJobAlone() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let run = try await BuiltTool.run(
      ["sandbox", "--", "sh", "-c", "echo a=b >>$GITHUB_ENV; echo c=d >>$GITHUB_OUTPUT"],
      ["PATH": "/usr/bin:/bin", "TMPDIR": folder.path, "GITHUB_ACTIONS": "true", "GITHUB_ENV": "\(folder.path)/env"])
    #expect(run.status == 0 && folder.read("env") == "a=b\n" && folder.names == ["env"], "\(run.error) \(folder.names)")
  }

  /// Bytes as they are, where that is asked for, and where the runner of a real job has to see them.
  @Test(
    arguments: [
      (["--raw"], [:]), ([], ["GITHUB_ACTIONS": "true"]), ([], ["GITLAB_CI": "true"]),
      (["--provider", "gitlab", "--raw"], [:]), (["--provider", "gitlab"], ["GITHUB_ACTIONS": "true"]),
    ] as [([String], [String: String])])
  func letsBytesPass(_ options: [String], _ environment: [String: String]) async throws {
    let (run, folder) = try await run(
      options,
      "printf '::add-mask::x\\r\\377x'; echo ::error::y >&2; [ -z \"$GITHUB_OUTPUT\" ] || echo a=b >>$GITHUB_OUTPUT",
      environment)
    defer { folder.remove() }
    #expect(run.status == 0 && run.output == "::add-mask::x\r\u{FFFD}x" && run.error == "::error::y\n", "\(run.error)")
    #expect(folder.names.isEmpty)
  }

  /// A process that the command leaves behind keeps nobody, and the status is the command's.
  @Test func endsWithItsCommand() async throws {
    let (run, folder) = try await run([], "echo ::add-mask::hunter2; sleep 600 & printf 'hunter2'; exit 7")
    defer { folder.remove() }
    #expect(run.status == 7 && run.output == "***\n", "\(run.output) \(run.error)")
  }
}
