import BrokerCore
import BrokerSandbox
import BrokerSystem
import TestSupport
import Testing

/// Writes that fail, and files that are one: nothing is delivered unmasked, lost or overwritten with status 0.
struct OutputFileTests {
  private static let mint = ["mint", "pypi", "--format", "token"]

  /// Where masks do not arrive: nothing is minted for `mint` and `exec`, and nothing is delivered.
  @Test(arguments: ["2>&-", "2>/dev/full", "2</dev/null"]) func deliversNothingThatIsNotMasked(_ streams: String)
    async throws
  {
    for (arguments, status): ([String], Int32) in [
      (["mint", "pypi"], 10), (Self.mint, 10), (["mint", "release", "--output", "file"], 10),
      (["exec", "pypi", "--no-compare", "--env", "T={token}", "--", "sh", "-c", "echo ran"], 125),
      (["check", "pypi", "--mint"], 10),
    ] {
      let sandbox = try Sandbox.started()
      let folder = try TestFolder()
      defer { folder.remove() }
      try folder.write("output", "")
      let run = try await BuiltTool.run(
        arguments, sandbox.environment(for: .github).merging(["GITHUB_OUTPUT": "output"]) { $1 }, in: folder,
        streams: streams)
      #expect(run.status == status, "\(arguments) \(streams): \(run.status)")
      #expect(arguments[0] == "check" || run.output.isEmpty, "\(run.output)")
      #expect(folder.read("output").isEmpty && folder.read("file").isEmpty)
      #expect(!sandbox.flow.contains { $0.path == "/_/oidc/mint-token" }, "\(arguments)")
    }
  }

  /// The masks of identity tokens arrive, and then the file that is standard error may not grow: what was minted is burned.
  @Test func burnsWhatCannotBeMasked() async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("output", "")
    let environment = sandbox.environment(for: .github).merging(["GITHUB_OUTPUT": "output"]) { $1 }
    let first = try await BuiltTool.run(["mint", "pypi"], environment, in: folder)
    let mask = try #require(first.error.firstRange(of: "::add-mask::pypi-"))
    let room = first.error[..<mask.upperBound].utf8.count + 20
    // The Thread Sanitizer needs a file of 512 KiB when the tool starts.
    let limit = 1024 * 1024
    try folder.write("errors", String(repeating: "x", count: limit - room))
    try folder.write("output", "")
    let run = try await BuiltTool.run(
      ["mint", "pypi"], environment, in: folder, preparation: "ulimit -f 2048", streams: "2>>errors")
    let said = folder.read("errors").dropFirst(limit - room)
    #expect(said.contains("rehearsal: ") && said.contains("::add-mask::eyJ"), "\(said)")
    #expect(run.status == 10 && folder.read("output").isEmpty, "\(said)")
    #expect(sandbox.flow.suffix(2).map(\.path) == ["/_/oidc/mint-token", "/_/oidc/burn-token"])
  }

  /// A credential that is to be burned is burned, masked or not, and that it was not is a failure.
  @Test func burnsWithoutAMask() async throws {
    let sandbox = try Sandbox.started()
    let run = try await BuiltTool.run(
      ["revoke", "pypi"], sandbox.environment(for: .github), input: "pypi-rehearsal-0123456789\n", streams: "2>&-")
    #expect(run.status == 10 && sandbox.flow.last?.path == "/_/oidc/burn-token")
  }

  /// Spellings of `--output`, `--report`, redirections, and what is there already.
  @Test(
    arguments: [
      (["--output", "f", "--report", "f"], ""), (["--output", "f", "--report", "./f"], ""),
      (["--output", "folder/../f", "--report", "f"], ""), (["--output", "f", "--report", "link/f"], ""),
      (["--output", "f", "--report", "/proc/self/cwd/f"], ""), (["--output", "old", "--report", "hard"], ""),
      (["--output", "hard", "--report", "old"], ""), (["--format", "token", "--report", "f"], ">f"),
      (["--format", "json", "--report", "f"], ">>f"), (["--format", "token", "--report", "hard"], ">old"),
      (["--output", "f", "--report", "g"], ">f"), (["--output", "f"], "2>f"),
      (["--output", "f", "--report", "g"], "2>g"),
    ] as [([String], String)])
  func refusesOneFileForTwo(_ options: [String], _ streams: String) async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.makeFolder("folder")
    try folder.link("link", to: ".")
    try folder.write("old", "")
    try await FolderShell.run("ln old hard", in: folder)
    let run = try await BuiltTool.run(
      ["mint", "pypi"] + options, sandbox.environment(for: .gitlab), in: folder, streams: streams)
    #expect(run.status == 2, "\(run.error)")
    #expect(streams.hasPrefix("2") || run.error.contains("are one file"), "\(run.error)")
    #expect(sandbox.flow.isEmpty && !folder.names.contains { $0.hasSuffix(".partial") }, "\(folder.names)")
  }

  /// The files that a runner names: neither a report nor a credential takes the place of one.
  @Test(
    arguments: [
      (["mint", "pypi", "--report", "output"], Int32(2)), (["mint", "pypi", "--report", "./summary"], 2),
      (["mint", "pypi", "--output", "summary"], 2), (["mint", "pypi", "--report", "report"], 0),
      (["exec", "pypi", "--env", "T={token}", "--report", "summary", "--", "true"], 125),
      (["check", "pypi", "--report", "summary"], 2),
    ] as [([String], Int32)])
  func keepsTheRunnersFiles(_ arguments: [String], _ status: Int32) async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    for name in ["output", "summary"] { try folder.write(name, "earlier=1\n") }
    let run = try await BuiltTool.run(
      arguments,
      sandbox.environment(for: .github).merging(
        ["GITHUB_OUTPUT": "\(folder.path)/output", "GITHUB_STEP_SUMMARY": "\(folder.path)/summary"]) { $1 },
      in: folder)
    #expect(run.status == status, "\(run.error)")
    #expect(folder.read("output").hasPrefix("earlier=1\n") && folder.read("summary").hasPrefix("earlier=1\n"))
  }

  /// What other steps left in the files, and whether there is a line end before ours.
  @Test(arguments: [
    ("", ""), ("a=1\n", ""), ("a=1", "\n"), ("a<<x\n1\nx", "\n"), ("\n", ""), ("a=1\r", "\n"),
  ])
  func beginsALineOfItsOwn(_ before: String, _ between: String) async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    for name in ["output", "summary"] { try folder.write(name, before) }
    let run = try await BuiltTool.run(
      ["mint", "pypi", "--summary"],
      sandbox.environment(for: .github).merging(
        ["GITHUB_OUTPUT": "\(folder.path)/output", "GITHUB_STEP_SUMMARY": "\(folder.path)/summary"]) { $1 },
      in: folder)
    #expect(run.status == 0, "\(run.error)")
    #expect(folder.read("output").hasPrefix("\(before)\(between)api-token<<"), "\(folder.read("output").prefix(40))")
    #expect(folder.read("summary").hasPrefix("\(before)\(between)### token-broker"), "\(folder.read("summary"))")
  }
}

/// A line of shell in a folder.
private enum FolderShell {
  static func run(_ script: String, in folder: TestFolder) async throws {
    _ = try await ChildProcess(
      ["/bin/sh", "-c", "cd '\(folder.path)' && \(script)"], environment: .init(["PATH": "/usr/bin:/bin"])
    ).run()
  }
}
