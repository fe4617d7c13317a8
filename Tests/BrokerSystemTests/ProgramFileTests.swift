import BrokerCore
import BrokerSystem
import TestSupport
import Testing

/// What the file of a program is held to before it is run.
struct ProgramFileTests {
  private func run(
    _ words: [String], _ provenance: Program.Provenance, limit: Duration = .seconds(60)
  ) async throws(BrokerError) -> ProgramResult {
    try await SystemPrograms().run(Program(words, limit: limit, provenance: provenance))
  }

  private func script(_ text: String, in folder: TestFolder, _ name: String = "program") throws -> String {
    try folder.write(name, "#!/bin/sh\n\(text)\n")
    try folder.makeRunnable(name)
    return "\(folder.path)/\(name)"
  }

  private func sha256(of path: String) throws -> String {
    SHA256.hexadecimal(of: try SystemFiles().read(path, maximumBytes: 1 << 20))
  }

  /// Carries out words of the shell.
  private func shell(_ words: String, in folder: TestFolder) async throws {
    let result = try await run(["/bin/sh", "-c", "cd '\(folder.path)' && \(words)"], .any)
    try #require(result.status == 0, "\(text(result.diagnostics))")
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test("a file with the SHA-256 that is expected is run, whoever may write it and its folder, and may be run or not")
  func runsWhatHasTheDigest() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let path = try script(#"echo "$1 $#""#, in: folder)
    try await shell("chmod 666 program && chmod 777 .", in: folder)
    let result = try await run([path, "a b", "c"], .digest(sha256(of: path)))
    #expect(text(result.output) == "a b 2\n" && result.status == 0)
    // A program of machine code, too.
    let cat = try #require(FileLocation.real("/bin/cat"))
    let code = try await SystemPrograms().run(
      Program([cat], input: Array("word".utf8), provenance: .digest(FileDigest(of: cat, code: .fileUnreadable).sha256)))
    #expect(text(code.output) == "word" && code.status == 0)
  }

  @Test("a file with another SHA-256 is not run, and the error has both")
  func refusesAnotherDigest() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let path = try script("echo ran >\(folder.path)/ran", in: folder)
    let expected = try sha256(of: path)
    _ = try script("echo ran >\(folder.path)/ran; exit 1", in: folder)
    let error = await #expect(throws: BrokerError.self) { try await run([path], .digest(expected)) }
    #expect(error?.code == .programRefused && error?.message.contains(expected) == true, "\(error?.message ?? "")")
    #expect(try error?.message.contains(sha256(of: path)) == true && folder.read("ran").isEmpty)
  }

  #if os(Linux)
    @Test("what was checked is what runs, whatever becomes of the file meanwhile")
    func runsWhatWasChecked() async throws {
      let folder = try TestFolder()
      defer { folder.remove() }
      _ = try script("echo other", in: folder, "other")
      let path = try script("echo checked", in: folder)
      let expected = try sha256(of: path)
      let checked = try String(decoding: SystemFiles().read(path, maximumBytes: 1 << 20), as: UTF8.self)
      // Another file in its place and back, and written in place and back, as fast as that goes: each run either says what
      // was checked or is refused.
      try folder.write("checked", checked)
      let writer = Task {
        try await run(
          [
            "/bin/sh", "-c",
            """
            cd '\(folder.path)' && while :; do
              mv other swap; mv program aside; mv swap program; mv program other; mv aside program
              echo '#!/bin/sh\necho attack' >program; cat checked >program
            done
            """,
          ], .any)
      }
      var runs = 0
      for _ in 0..<60 {
        do {
          let result = try await run([path], .digest(expected))
          #expect(text(result.output) == "checked\n" && result.status == 0)
          runs += 1
        } catch { #expect(error.code == .programRefused) }
      }
      writer.cancel()
      _ = try? await writer.value
      #expect(runs > 0)
    }

    @Test("a program that is run by its SHA-256 has no file open beside its streams; a script has itself")
    func leavesNothingOpen() async throws {
      let ls = try #require(FileLocation.real("/bin/ls"))
      let digest = try FileDigest(of: ls, code: .fileUnreadable).sha256
      let result = try await run([ls, "/proc/self/fd"], .digest(digest))
      // The last is the folder that ls reads.
      #expect(text(result.output) == "0\n1\n2\n3\n")
      let folder = try TestFolder()
      defer { folder.remove() }
      // Nobody can write what runs.
      let path = try script("echo x >>/proc/self/fd/3 || echo sealed; readlink /proc/self/fd/3", in: folder)
      let script = try await run([path], .digest(sha256(of: path)))
      #expect(text(script.output) == "sealed\n/memfd:token-broker (deleted)\n")
    }
  #endif

  /// How the way to a program is changed, and words of the refusal; nil if it is run.
  @Test(
    "a program without a SHA-256 is run only where nobody else may put another one",
    arguments: [
      ("", nil), ("chmod 755 ..", nil), ("chmod 700 program", nil), ("chmod 775 program", "may write"),
      ("chmod 757 program", "may write"), ("chmod 777 .", "may write"), ("chmod 775 .", "may write"),
      // The sticky bit keeps others from taking away what is not theirs; but not from being there first.
      ("chmod 1777 .", "may write"), ("chmod 1777 ..", nil), ("chmod 777 ..", "may write"),
      ("mv program real && ln -s real program", nil), ("mv program ../real && ln -s ../real program", nil),
      ("mkdir ../open && mv program ../open/real && chmod 777 ../open && ln -s ../open/real program", "may write"),
      ("mv program ../real && ln -s ../real ../link && ln -s ../link program && chmod 777 ..", "may write"),
      ("ln -s program link && mv program real && ln -sf link program", "leads nowhere"),
      ("rm program", "No such file"), ("rm program && mkdir program", "is a folder"),
      ("rm program && mkfifo program", "no regular file"),
      // A script is what its interpreter makes of it.
      ("mkdir sh && cp /bin/sh sh/sh && sed -i \"1s|.*|#!$PWD/sh/sh|\" program", nil),
      ("mkdir sh && cp /bin/sh sh/sh && chmod 777 sh && sed -i \"1s|.*|#! $PWD/sh/sh -e|\" program", "may write"),
      ("cp program inner && sed -i \"1s|.*|#!$PWD/inner|\" program && chmod 777 inner", "may write"),
      ("sed -i \"1s|.*|#!$PWD/program|\" program", "without end"),
      ("sed -i \"1s|.*|#!sh|\" program", "no absolute path"),
    ] as [(String, String?)])
  func looksAtTheWay(_ change: String, _ reason: String?) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.makeFolder("folder")
    let inner = TestFolder(at: "\(folder.path)/folder")
    let path = try script("echo ran", in: inner)
    try await shell("chmod 755 . ..", in: inner)
    if !change.isEmpty { try await shell(change, in: inner) }
    do throws(BrokerError) {
      let result = try await run([path], .owned)
      #expect(reason == nil && text(result.output) == "ran\n")
    } catch {
      #expect(error.code == .programRefused && reason.map(error.message.contains) == true, "\(error.message)")
    }
    #expect((OwnedPath.obstacle(at: path) == nil) == (reason == nil))
  }

  @Test("a program of another user is not run", .enabled(if: FileReader.ownUser == 0))
  func refusesStrangers() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.makeFolder("folder")
    let inner = TestFolder(at: "\(folder.path)/folder")
    let path = try script("echo ran", in: inner)
    for place in ["program", "."] {
      try await shell("chmod 755 . program && chown 4711 \(place)", in: inner)
      let error = await #expect(throws: BrokerError.self) { try await run([path], .owned) }
      #expect(error?.message.contains("belongs to the user 4711") == true, "\(error?.message ?? "")")
      try await shell("chown 0 \(place)", in: inner)
    }
  }

  @Test(
    "a program that leaves somebody with its streams is told apart from one that does not",
    arguments: [
      ("echo a", false), ("sleep 600 & echo a", true), ("sleep 600 >/dev/null 2>&1 & echo a", false),
      ("setsid sleep 3 & echo a", true), ("exec 1>&- 2>&-; echo a", false),
    ])
  func tellsWhoHolds(_ words: String, _ isHeld: Bool) async throws {
    #expect(try await run(["/bin/sh", "-c", words], .any).isHeld == isHeld)
  }

  @Test("the signal that ended a program is told")
  func tellsTheSignal() async throws {
    let result = try await run(["/bin/sh", "-c", "kill -SEGV $$"], .any)
    #expect(result.signal == 11 && result.status == nil)
    #expect(try await run(["/bin/sh", "-c", "exit 3"], .any).signal == nil)
  }

  @Test("a program that is cancelled may end by itself within its grace")
  func hasGrace() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let script = "echo >\(folder.path)/begun; while [ ! -e \(folder.path)/go ]; do sleep 0.01; done; echo done"
    let work = Task {
      try await SystemPrograms().run(Program(["/bin/sh", "-c", script], limit: .seconds(60), grace: .seconds(60)))
    }
    while folder.read("begun").isEmpty { await Task.yield() }
    work.cancel()
    try folder.write("go", "x")
    #expect(try await text(work.value.output) == "done\n")
  }
}
