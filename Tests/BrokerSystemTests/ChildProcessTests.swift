import BrokerCore
import BrokerSystem
import TestSupport
import Testing

struct ChildProcessTests {
  private func run(_ command: [String], _ environment: [String: String] = ["PATH": "/usr/bin:/bin"]) async throws
    -> ChildExit
  {
    try await ChildProcess(command, environment: Environment(environment)).run()
  }

  @Test(arguments: [
    ("exit 0", ChildExit.exited(0), Int32(0)), ("exit 7", .exited(7), 7), ("kill -TERM $$", .signalled(15), 143),
    ("kill -KILL $$", .signalled(9), 137),
  ])
  func tellsHowItEnded(_ script: String, _ exit: ChildExit, _ status: Int32) async throws {
    let result = try await run(["sh", "-c", script])
    #expect(result == exit && result.status == status)
  }

  @Test func givesExactlyTheEnvironment() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let path = "\(folder.path)/out"
    _ = try await run(["/bin/sh", "-c", "/usr/bin/env > '\(path)'"], ["NAME": "va lue='x'", "EMPTY": ""])
    let lines = Set(folder.read("out").split(separator: "\n").map(String.init)).filter {
      !$0.hasPrefix("PWD=") && !$0.hasPrefix("_=") && !$0.hasPrefix("SHLVL=")
    }
    #expect(lines == ["NAME=va lue='x'", "EMPTY="])
  }

  /// `{file}` stands for a file that is no program.
  @Test(arguments: [("no-such-command", Int32(127)), ("/no/such", 127), ("/tmp", 126), ("", 127), ("{file}", 126)])
  func tellsWhyItDidNotStart(_ word: String, _ status: Int32) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("file", "")
    let name = word.replacing("{file}", with: "\(folder.path)/file")
    let error = await #expect(throws: CommandNotStarted.self) { try await run([name]) }
    #expect(error?.status == status)
  }

  @Test func looksInTheGivenPath() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("tool", "#!/bin/sh\nexit 9\n")
    _ = try await run(["chmod", "755", "\(folder.path)/tool"])
    #expect(try await run(["tool"], ["PATH": "/nonexistent:\(folder.path)"]) == .exited(9))
  }

  @Test func passesSignalsOn() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let child = ChildProcess(
      ["sh", "-c", "trap 'exit 5' TERM; : > '\(folder.path)/ready'; while :; do sleep 0.05; done"],
      environment: Environment(["PATH": "/usr/bin:/bin"]))
    let work = Task { try await child.run() }
    while folder.names.isEmpty { await Task.yield() }
    child.send(15)
    #expect(try await work.value == .exited(5))
    child.send(15)
  }

  @Test func passesOnWhatCameBeforeTheStart() async throws {
    let child = ChildProcess(["sleep", "600"], environment: Environment(["PATH": "/usr/bin:/bin"]))
    child.send(15)
    #expect(try await child.run() == .signalled(15))
  }
}
