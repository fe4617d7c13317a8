import BrokerCore
import BuiltInPlugins
import BrokerSystem
import TestSupport
import Testing

@testable import TokenBroker

/// The words that complete a line, and the pages made from the command table.
struct CompletionTests {
  /// A line whose last word is completed, and some of what bash offers.
  @Test(
    "bash completes commands, options and values",
    arguments: [
      (["mi"], ["mint"]), ([""], ["mint", "config", "--version"]), (["mint", "p"], ["pypi"]),
      (["mint", "--format", ""], ["token", "json", "env", "github"]), (["mint", "--format", "=", "j"], ["json"]),
      (["mint", "--format", "="], ["token", "json", "env", "github"]), (["config", "c"], ["check"]),
      (["config", "check", "--h"], ["--help"]), (["config", ""], ["check", "--config", "--help"]),
      (["sandbox", "--provider", "gitl"], ["gitlab"]), (["sandbox", "--", "--"], []), (["mint", "--config", "x"], []),
      (["completions", ""], ["bash", "zsh", "fish", "--help"]), (["help", "man"], ["manual"]),
    ] as [([String], [String])])
  func bashCompletes(_ words: [String], _ expected: [String]) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(
      "script",
      CompletionShell.bash.script(CommandTable.specs(for: ToolCatalog(plugins: try .builtIn(), sandbox: .builtIn))))
    let line = (["token-broker"] + words).map(CompletionShell.quoted).joined(separator: " ")
    try folder.write(
      "try",
      """
      set -u
      source \(folder.path)/script
      COMP_WORDS=(\(line)) COMP_CWORD=\(words.count)
      _token_broker
      printf '%s\\n' "${COMPREPLY[@]}" >\(folder.path)/offered
      """)
    let exit = try await ChildProcess(
      ["bash", "--norc", "\(folder.path)/try"], environment: .init(["PATH": "/usr/bin:/bin"])
    ).run()
    #expect(exit.status == 0)
    let offered = folder.read("offered").split(separator: "\n").map(String.init)
    #expect(expected.isEmpty ? offered.isEmpty : Set(offered).isSuperset(of: expected), "\(offered)")
    #expect(offered.allSatisfy { $0.hasPrefix(words[words.count - 1]) || words.last == "=" }, "\(offered)")
  }

  @Test(arguments: CompletionShell.allCases)
  func everyCommandAndOptionIsOffered(_ shell: CompletionShell) async throws {
    let run = try await BuiltTool.run(["completions", shell.rawValue])
    #expect(run.status == 0 && run.error.isEmpty)
    for command in CommandTable.specs(for: ToolCatalog(plugins: try .builtIn(), sandbox: .builtIn)) {
      for word in command.name.split(separator: " ") { #expect(run.output.contains(word)) }
      for option in command.options {
        #expect(run.output.contains(shell == .fish ? "-l \(option.name.dropFirst(2))" : option.name), "\(option.name)")
        for choice in option.choices { #expect(run.output.contains(choice)) }
      }
    }
  }

  @Test func refusesOtherShells() async throws {
    let run = try await BuiltTool.run(["completions", "fsh"])
    #expect(run.status == 2 && run.output.isEmpty && run.error.contains("There are no completions for \"fsh\""))
  }

  @Test func manualPageHasEveryCommandAndOption() async throws {
    let run = try await BuiltTool.run(["manual"])
    #expect(run.status == 0 && run.output.hasPrefix(".TH TOKEN\\-BROKER 1 "))
    let shown = run.output.replacing("\\-", with: "-")
    for command in CommandTable.specs(for: ToolCatalog(plugins: try .builtIn(), sandbox: .builtIn)) {
      #expect(shown.contains(".SS \"\(command.usage)\"\n"), "\(command.name)")
      for option in command.options { #expect(shown.contains("\\fB\(option.name)\\fR"), "\(option.name)") }
    }
    // A line that begins with a full stop or a quote is a request of roff's, and there are only these.
    for line in run.output.split(separator: "\n") where line.hasPrefix(".") || line.hasPrefix("'") {
      #expect(line.prefixMatch(of: /\.(TH|SH|SS|PP|TP|B|I)\b/) != nil, "\(line)")
    }
  }

  @Test func helpIsTheCommandsOwnPage() async throws {
    for name in CommandTable.names {
      let words = name.split(separator: " ").map(String.init)
      let help = try await BuiltTool.run(["help"] + words)
      #expect(help.status == 0)
      #expect(try await BuiltTool.run(words + ["--help"]).output == help.output)
    }
    #expect(try await BuiltTool.run(["help"]).output == BuiltTool.run(["--help"]).output)
    for wrong in [["mnt"], ["mint", "pypi"], ["config", "chek"]] {
      let run = try await BuiltTool.run(["help"] + wrong)
      #expect(run.status == 2 && run.error.contains("There is no command"), "\(run.error)")
    }
  }
}
