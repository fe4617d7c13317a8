#if os(Linux)
  import BrokerConformance
  import BrokerCore
  import BrokerSandbox
  import BrokerSystem
  import TestSupport
  import Testing

  /// `exec --attest`, with programs that sign, and with those that want more than they may have.
  struct AttestTests {
    /// A bench with a program that signs.
    private final class Bench: Sendable {
      let release: ReleaseBench
      var folder: TestFolder { release.folder }

      /// What programs are made of: asking for a token with a bearer, and signing a file.
      private static let parts = #"""
        ask() {
          local rest=${ACTIONS_ID_TOKEN_REQUEST_URL#http://}
          local host=${rest%%/*}
          exec 3<>"/dev/tcp/${host%:*}/${host#*:}"
          printf 'GET /%s&audience=%s HTTP/1.1\r\nHost: %s\r\nAuthorization: bearer %s\r\nConnection: close\r\n\r\n' \
            "${rest#*/}" "$1" "$host" "${2-$ACTIONS_ID_TOKEN_REQUEST_TOKEN}" >&3
          cat <&3
          exec 3>&-
        }
        sign() {
          for file; do
            local sum=$(sha256sum "$file")
            local subject="{\"name\":\"${file##*/}\",\"digest\":{\"sha256\":\"${sum%% *}\"}}"
            local statement=$(printf '{"subject":[%s]}' "$subject" | base64 -w0)
            printf '{"version":1,"envelope":{"statement":"%s","signature":"AA=="}}' "$statement" >"$file.publish.attestation"
          done
        }
        cd "$(dirname "$0")"
        [ "$1" = sign ] && shift

        """#

      init(_ script: String) async throws {
        release = try ReleaseBench()
        try folder.link("uv", to: "/bin/sh")
        try folder.write("publish", "echo \"$UV_PUBLISH_URL publish $*\" >>'\(folder.path)/log'\n")
        try folder.write("signer", "#!/bin/bash\n\(Self.parts)\(script)\n")
        let mode = ChildProcess(["/bin/chmod", "+x", "\(folder.path)/signer"], environment: Environment([:]))
        _ = try await mode.run()
      }

      func exec(
        _ provider: SandboxProvider = .github, _ options: [String] = [], _ command: [String]? = nil,
        _ changes: [String: String?] = [:]
      ) async throws -> BuiltTool.Run {
        var variables = release.sandbox.environment(for: provider)
        if provider == .gitlab {
          variables["SIGSTORE_ID_TOKEN"] = release.sandbox.issueIdentityToken(for: .gitlab, audience: "sigstore")
        }
        variables["PATH"] = "\(folder.path):/usr/bin:/bin"
        for (name, value) in changes { variables[name] = value }
        let files = [ReleaseBench.wheel, ReleaseBench.sdist]
        return try await BuiltTool.run(
          ["exec", "release", "--no-confirm", "--attest-with", "\(folder.path)/signer"] + options + ["--"]
            + (command ?? ["twine", "upload"]) + files, variables, in: folder)
      }

      /// Whether nothing was published, and no credential was made.
      var isUntouched: Bool {
        folder.read("log").isEmpty && !release.sandbox.steps.contains { $0.hasSuffix("mint-token") }
      }
    }

    private static let wheel = ReleaseBench.wheel
    private static let sdist = ReleaseBench.sdist

    /// What the program that signs gets: one identity token for its audience, and nothing else of the job.
    @Test(arguments: [SandboxProvider.github, .gitlab, .google])
    func signsWithOneTokenAndNothingElse(_ provider: SandboxProvider) async throws {
      let bench = try await Bench("env >env; cat >input; ask sigstore >answer; sign \"$@\"")
      let run = try await bench.exec(provider, [], nil, ["TWINE_PASSWORD": "secret-of-the-job", "OTHER": "kept"])
      #expect(run.status == 0, "\(run.error)")
      let names = bench.folder.read("env").split(separator: "\n").compactMap { $0.split(separator: "=").first }
      let identity = names.filter {
        $0.hasPrefix("GITHUB_") || $0.hasPrefix("ACTIONS_") || $0.hasPrefix("GITLAB_") || $0.hasPrefix("CI_")
          || $0.hasPrefix("GCE_") || $0.hasPrefix("BUILDER_") || $0.hasPrefix("CLOUD_RUN_")
          || $0.hasPrefix("TOKEN_BROKER") || $0.hasPrefix("TWINE") || $0.hasSuffix("_ID_TOKEN")
      }
      #expect(
        identity.sorted() == ["ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_URL", "GITHUB_ACTIONS"])
      #expect(names.contains("OTHER") && bench.folder.read("input").isEmpty)
      for (name, value) in bench.release.sandbox.environment(for: provider) where value.utf8.count > 30 {
        #expect(!bench.folder.read("env").contains(value), "\(name)")
      }
      let answer = bench.folder.read("answer")
      let text = try #require(answer.firstMatch(of: /"value":"([^"]+)"/)?.1)
      let token = try IdentityToken(Secret(String(text)), from: "the answer")
      #expect(token.claims.audience == .single("sigstore"))
      let shown = (run.output + run.error).split(separator: "\n").filter { !$0.hasPrefix("::add-mask::") }
      #expect(!shown.contains { $0.contains(text) })
      #expect(run.error.contains("::add-mask::\(text)") == (provider == .github))
      let words =
        " upload --attestations \(Self.wheel) \(Self.wheel).publish.attestation \(Self.sdist) \(Self.sdist).publish.attestation"
      #expect(
        bench.release.log.map { $0.split(separator: " ", maxSplits: 1)[1] } == [words.dropFirst(), words.dropFirst()],
        "\(bench.folder.read("log"))")
      #expect(run.error.contains("(2 files, 2 attestations)"), "\(run.error)")
    }

    /// uv sends the attestations that it is named, without an option.
    @Test func namesAttestationsToUv() async throws {
      let bench = try await Bench("ask sigstore >/dev/null; sign \"$@\"")
      let run = try await bench.exec(.github, [], ["uv", "publish"])
      let words = "\(Self.wheel) \(Self.wheel).publish.attestation \(Self.sdist) \(Self.sdist).publish.attestation\n"
      #expect(run.status == 0 && bench.folder.read("log").hasSuffix(words), "\(run.error)")
      #expect(!bench.folder.read("log").contains("--attest"))
    }

    /// Each command of `--per-file` has the attestation of its own file; a dry run signs nothing.
    @Test func signsOnceForAllCommandsAndNotForADryRun() async throws {
      let bench = try await Bench("echo x >>signed; ask sigstore >/dev/null; sign \"$@\"")
      let dry = try await bench.exec(.github, [], ["uv", "publish", "--dry-run"])
      #expect(dry.status == 0 && !bench.folder.names.contains("signed"), "\(dry.error)")
      try bench.folder.write("log", "")
      let run = try await bench.exec(.github, ["--per-file"])
      #expect(run.status == 0 && bench.folder.read("signed") == "x\n", "\(run.error)")
      let files = [Self.wheel, Self.sdist, Self.wheel, Self.sdist]
      #expect(
        bench.release.log.map { $0.split(separator: " ", maxSplits: 1)[1] }
          == files.map { "upload --attestations \($0) \($0).publish.attestation" }, "\(bench.folder.read("log"))")
    }

    /// Programs that want more than they may have, or do less than they should: nothing is published.
    @Test(
      "where signing goes wrong, nothing is published",
      arguments: [
        ("ask sigstore; ask sigstore; sign \"$@\"", "asked for an identity token twice"),
        ("ask sigstore; ask pypi; sign \"$@\"", "asked for the audience \"pypi\""),
        ("ask 'sigstore&audience=pypi'; sign \"$@\"", "asked for the audience \"sigstore\", \"pypi\""),
        ("ask testpypi; exit 1", "asked for the audience \"testpypi\""),
        ("kill -9 $$", "was ended by a signal"), ("echo 'no ::error::luck'; exit 3", "ended with status 3"),
        ("sleep 600", "did not end within"), ("sleep 600 & sleep 600; wait", "did not end within"),
        ("exit 0", "sample-1.0-py3-none-any.whl.publish.attestation\" is not there"),
        ("sign \"$1\"", "sample-1.0.tar.gz.publish.attestation\" is not there"),
        ("sign \"$@\"; echo more >>\"$1\"", "has other contents since it was signed"),
        ("sign \"$@\"; cp \"$1.publish.attestation\" \"$2.publish.attestation\"", "belongs to other contents"),
        ("for f; do echo '{}' >$f.publish.attestation; done", "is no attestation"),
        ("for f; do mkdir $f.publish.attestation; done", "is not there, or no file"),
        ("yes | head -c 3000000", "wrote more than"),
      ] as [(String, String)])
    func publishesNothing(_ script: String, _ words: String) async throws {
      let bench = try await Bench(script)
      let run = try await bench.exec(.github, script.contains("sleep") ? ["--timeout", "1"] : [])
      #expect(run.status == 125 && run.error.contains(words), "\(run.error)")
      #expect(run.error.contains("Nothing was published.") && run.error.contains("attestation-failed"))
      #expect(bench.isUntouched && !run.error.contains("\n::error::luck"))
    }

    /// A process that does not have the bearer changes nothing, and what is printed of the token is not shown.
    @Test func isNotDisturbedByOthersAndShowsNoToken() async throws {
      let bench = try await Bench(
        "ask sigstore wrong >first; answer=$(ask sigstore); echo \"$answer\"; echo \"$answer\" >second; "
          + "echo \"${answer:150:400}\" >&2; echo \"$answer\" | tail -1 | base64 -w0; "
          + "echo \"$answer\" | tail -1 | rev; echo \"$answer\" | tail -1 | fold -w 9; sign \"$@\"")
      let run = try await bench.exec(.gitlab)
      #expect(run.status == 0, "\(run.error)")
      #expect(bench.folder.read("first").hasPrefix("HTTP/1.1 404") && run.error.contains("[redacted]"))
      let token = try #require(bench.folder.read("second").firstMatch(of: /"value":"([^"]+)"/)?.1)
      SecretSearch([String(token)]).expectNone(in: run.error + run.output)
      let lines = run.error.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
      let signature = token.split(separator: ".")[2]
      #expect(!run.error.contains(String(signature.reversed()).prefix(40)), "\(run.error)")
      #expect(!lines.contains { $0.count == 9 && signature.contains($0) }, "\(run.error)")
    }

    /// A signal ends the program that signs, what it started, and the run.
    @Test func endsWithASignal() async throws {
      let bench = try await Bench("trap 'echo >ended; exit 1' TERM; echo >started; sleep 600 & wait")
      var variables = bench.release.sandbox.environment(for: .github)
      variables["PATH"] = "\(bench.folder.path):/usr/bin:/bin"
      let run = try await BuiltTool.run(
        ["exec", "release", "--attest-with", "\(bench.folder.path)/signer", "--", "twine", "upload", Self.wheel],
        variables,
        in: bench.folder, interruption: .init(signal: 15) { [folder = bench.folder] in !folder.read("started").isEmpty }
      )
      #expect(run.status == 143 && bench.isUntouched, "\(run.error)")
      #expect(bench.folder.names.contains("ended"))
    }

    /// An attestation that is there is looked at, and kept.
    @Test func passesOverWhatIsSigned() async throws {
      let bench = try await Bench("echo \"$*\" >>signed; ask sigstore >/dev/null; sign \"$@\"")
      #expect(try await bench.exec().status == 0)
      let again = try await bench.exec()
      #expect(again.status == 0 && again.error.contains("every file has its attestation"), "\(again.error)")
      #expect(bench.folder.read("signed").split(separator: "\n").count == 1)
      try bench.folder.write(Self.sdist, "made again")
      let stale = try await bench.exec()
      #expect(stale.status == 125 && stale.error.contains("belongs to other contents"), "\(stale.error)")
      #expect(bench.folder.read("log").split(separator: "\n").count == 4)
    }

    @Test func saysWhatAJobWithoutATokenNeeds() async throws {
      let bench = try await Bench("touch started")
      let run = try await bench.exec(.gitlab, [], nil, ["SIGSTORE_ID_TOKEN": nil as String?])
      #expect(run.status == 125, "\(run.error)")
      #expect(run.error.contains("SIGSTORE_ID_TOKEN:") && run.error.contains("aud: sigstore"), "\(run.error)")
      #expect(bench.isUntouched && !bench.folder.names.contains("started"))
    }

    /// The command, the options, and what is said.
    @Test(
      arguments: [
        (["hatch", "publish"], [], "hatch is not known to send attestations"),
        (["twine", "upload", "none.whl"], ["--attest-with", " "], "--attest-with names no command"),
        (["twine", "upload"], ["--attest-with", "no-such-program"], "Cannot run \"no-such-program\""),
      ] as [([String], [String], String)])
    func refusesWhatCannotWork(_ command: [String], _ options: [String], _ words: String) async throws {
      let bench = try await Bench("sign \"$@\"")
      try bench.folder.link("hatch", to: "/bin/sh")
      var variables = bench.release.sandbox.environment(for: .github)
      variables["PATH"] = "\(bench.folder.path):/usr/bin:/bin"
      let run = try await BuiltTool.run(
        ["exec", "release"] + (options.isEmpty ? ["--attest"] : options) + ["--"] + command + [Self.wheel], variables,
        in: bench.folder)
      #expect(run.status != 0 && run.error.contains(words), "\(run.error)")
      #expect(bench.isUntouched)
    }
  }
#endif
