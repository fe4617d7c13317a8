import BrokerCore
import BrokerSystem
import TestSupport
import Testing

struct SystemProgramsTests {
  private func run(
    _ script: String, input: [UInt8] = [], maximumBytes: Int = 64 * 1024, limit: Duration = .seconds(30),
    environment: [String: String] = [:]
  ) async throws(BrokerError) -> ProgramResult {
    try await SystemPrograms().run(
      Program(
        ["/bin/sh", "-c", script, "sh"], environment: environment, input: input, maximumBytes: maximumBytes,
        limit: limit))
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test(
    "what a program does with its streams and its end comes back",
    arguments: [
      ("echo out; echo err >&2; exit 3", Int32?(3), "out\n", "err\n"),
      ("cat", 0, "given", ""),
      ("cat >/dev/null; kill -TERM $$", nil, "", ""),
      ("exec 1>&- 2>&-; exit 4", 4, "", ""),
      // Who does not read its input is not disturbed by that.
      ("exec 0<&-; echo deaf", 0, "deaf\n", ""),
      ("printf '\\000\\377'", 0, "\0\u{FFFD}", ""),
    ])
  func returns(_ script: String, _ status: Int32?, _ output: String, _ diagnostics: String) async throws {
    let result = try await run(script, input: Array("given".utf8))
    #expect(result.status == status)
    #expect(text(result.output) == output && text(result.diagnostics) == diagnostics)
  }

  @Test("a program has its own variables, no file beside its streams, no terminal, and / as its folder")
  func isApart() async throws {
    let script = """
      /usr/bin/env; pwd; umask; ulimit -c; ls /proc/self/fd | tr '\\n' ' '; (: </dev/tty) 2>/dev/null || echo no terminal
      cut -d' ' -f1,5,6 /proc/$$/stat
      """
    let result = try await run(script, environment: ["NAME": "a b'c", "EMPTY": ""])
    let lines = text(result.output).split(separator: "\n").map(String.init).filter {
      !$0.hasPrefix("PWD=") && !$0.hasPrefix("_=") && !$0.hasPrefix("SHLVL=") && !$0.hasPrefix("OLDPWD=")
    }
    #expect(Set(lines.prefix(2)) == ["NAME=a b'c", "EMPTY="])
    #if os(Linux)
      // The fourth is the folder that ls reads.
      #expect(lines.dropFirst(2).dropLast() == ["/", "0077", "0", "0 1 2 3 no terminal"])
      // It leads its group and its session.
      #expect(Set(lines.last?.split(separator: " ") ?? []).count == 1)
    #endif
  }

  @Test("arguments are what they are, and no shell reads them")
  func hasNoShell() async throws {
    let words = ["/usr/bin/printf", "%s|", "$HOME", "a b", "`id`", "*", "", "ü"]
    let result = try await SystemPrograms().run(Program(words))
    #expect(text(result.output) == "$HOME|a b|`id`|*||ü|")
  }

  @Test("64 KiB each way pass whole, at the same time")
  func passesMuch() async throws {
    let bytes = (0..<64 * 1024).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let result = try await run("tee /dev/stderr", input: bytes)
    #expect(result.output == bytes && result.diagnostics == bytes && result.status == 0)
  }

  @Test(
    "a program that writes one byte too much is ended",
    arguments: [("", "standard output"), (" >&2", "standard error")])
  func limitsWhatIsWritten(_ redirection: String, _ stream: String) async throws {
    let exact = try await run("head -c 1000 /dev/zero\(redirection)", maximumBytes: 1000)
    #expect(exact.output.count + exact.diagnostics.count == 1000)
    let error = await #expect(throws: BrokerError.self) {
      try await run("head -c 1001 /dev/zero\(redirection); sleep 600", maximumBytes: 1000)
    }
    #expect(error?.code == .programFailed && error?.message.contains("than 1000 bytes to \(stream)") == true)
    // One that never stops is ended, too.
    await #expect(throws: BrokerError.self) { try await run("yes\(redirection)") }
  }

  @Test(
    "what cannot be run says why",
    arguments: [
      (["sh"], "not absolute"), ([""], "not absolute"), ([], "not absolute"), (["./sh"], "not absolute"),
      (["/no/such"], "No such file"), (["/tmp"], "Permission denied"), (["{file}"], "Permission denied"),
      (["{text}"], "Exec format"), (["/bin/sh", "a\0b"], "zero byte"),
    ])
  func refuses(_ words: [String], _ reason: String) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("file", "")
    try folder.write("text", "exit 0\n")
    try folder.makeRunnable("text")
    let words = words.map {
      $0.replacing("{file}", with: "\(folder.path)/file").replacing("{text}", with: "\(folder.path)/text")
    }
    var error: BrokerError?
    repeat {
      error = await #expect(throws: BrokerError.self) { try await SystemPrograms().run(Program(words)) }
      // A child of another test may hold the file that was just written until it has become its program.
    } while error?.message.contains("Text file busy") == true
    #expect(error?.code == .programFailed && error?.message.contains(reason) == true, "\(error?.message ?? "")")
  }

  @Test(
    "a variable that is no variable, and too long an input, are refused before anything is started",
    arguments: [["": "x"], ["A=B": "x"], ["A": "x\0"], ["A\0": "x"]])
  func refusesVariables(_ environment: [String: String]) async {
    await #expect(throws: BrokerError.self) { try await run("exit 0", environment: environment) }
    await #expect(throws: BrokerError.self) {
      try await run("exit 0", input: [UInt8](repeating: 0, count: 11), maximumBytes: 10)
    }
  }

  /// Waits until a process has ended; a process that has ended and was not reaped by whoever took it over is a zombie.
  private func hasEnded(_ number: String) async -> Bool {
    for _ in 0..<500 {
      let status = TestFolder(at: "/proc/\(number)").read("stat")
      if status.isEmpty || status.contains(") Z ") { return true }
      try? await Task.sleep(for: .milliseconds(10))
    }
    return false
  }

  @Test("what a program leaves running holds neither its answer nor the machine")
  func endsTheGroup() async throws {
    let began = ContinuousClock.now
    let result = try await run("sleep 600 & echo $!")
    #expect(result.status == 0 && ContinuousClock.now - began < .seconds(120))
    #expect(await hasEnded(text(result.output).trimmed))
  }

  @Test("one that made a session of its own does not hold the answer either")
  func doesNotWaitForStrangers() async throws {
    let began = ContinuousClock.now
    let result = try await run("setsid sleep 200 & echo answer")
    #expect(text(result.output) == "answer\n" && ContinuousClock.now - began < .seconds(120))
  }

  @Test(
    "a silent program is ended at its time with all of its group, even one that does not listen",
    arguments: [
      "sleep 600 & echo $! >{file}; wait", "trap '' TERM; sleep 600 & echo $! >{file}; while :; do wait; done",
    ])
  func endsWhatIsLate(_ script: String) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let began = ContinuousClock.now
    let error = await #expect(throws: BrokerError.self) {
      try await run(script.replacing("{file}", with: "\(folder.path)/number"), limit: .milliseconds(300))
    }
    #expect(error?.code == .programFailed && error?.message.contains("within 300 milliseconds") == true)
    #expect(ContinuousClock.now - began < .seconds(120))
    #expect(await hasEnded(folder.read("number").trimmed))
  }

  @Test("a run that is cancelled ends the program")
  func endsWhatIsCancelled() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let work = Task { try await run("echo $$ >\(folder.path)/number; exec sleep 600", limit: .seconds(600)) }
    while folder.read("number").isEmpty { await Task.yield() }
    work.cancel()
    let error = await #expect(throws: BrokerError.self) { try await work.value }
    #expect(error?.code == .interrupted)
    #expect(await hasEnded(folder.read("number").trimmed))
  }

  @Test("no run leaves a file open")
  func leavesNothingOpen() async {
    // A process of its own, in which no other test opens files.
    await #expect(processExitsWith: .success) {
      let before = TestFolder(at: "/proc/self/fd").names.count
      for number in 0..<100 {
        let result = try await SystemProgramsTests().run("read word; exit $word", input: Array("\(number)\n".utf8))
        try #require(result.status == Int32(number))
      }
      try #require(TestFolder(at: "/proc/self/fd").names.count < before + 10)
    }
  }
}

extension String {
  fileprivate var trimmed: String { String(prefix { $0 != "\n" }) }
}
