import BrokerCore
import BrokerSandbox
import TestSupport
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where a repository's file is looked for, through the built tool: no working directory drops its rules.
struct ConfigurationSearchTests {
  /// A layout below a folder, and what is in force for a job that stands somewhere in it.
  struct Row: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Folders that are made, in order.
    var folders: [String] = ["w/packages/a"]
    /// Folders with a file `token-broker.json`.
    var files: [String] = ["w"]
    /// Other files, by their path.
    var others: [String: String] = [:]
    /// Symbolic links, by their path.
    var links: [String: String] = [:]
    /// Variables; `@` is the folder that all of it lies in.
    var variables: [String: String] = [:]
    /// Where the job stands.
    var current = "w/packages/a"
    /// The folders whose files are found.
    let found: [String]
    /// Words of the line, or of the error.
    var words = ""

    init(_ description: String, found: [String], _ change: (inout Row) -> Void = { _ in }) {
      testDescription = description
      self.found = found
      change(&self)
    }
  }

  static let rows: [Row] = [
    Row("in the current folder", found: ["w"]) { $0.current = "w" },
    Row("nothing anywhere", found: []) {
      ($0.files, $0.words) = ([], "configuration: built-in (no token-broker.json in this folder)\n")
    },
    Row("above, and nothing says that this is a checkout", found: []),
    Row("above, in GitHub's checkout", found: ["w"]) { $0.variables = ["GITHUB_WORKSPACE": "@/w"] },
    Row("above, in GitLab's checkout", found: ["w"]) { $0.variables = ["CI_PROJECT_DIR": "@/w"] },
    Row("half-way up", found: ["w/packages"]) {
      ($0.files, $0.variables) = (["w/packages"], ["GITHUB_WORKSPACE": "@/w"])
    },
    Row("in a git work tree", found: ["w"]) { $0.folders.append("w/.git") },
    Row("in a linked work tree", found: ["w"]) { $0.others = ["w/.git": "gitdir: /elsewhere/.git/worktrees/w\n"] },
    Row("in a submodule", found: ["w"]) {
      $0.folders.append("w/.git")
      $0.others = ["w/packages/.git": "gitdir: ../.git/modules/packages\n"]
    },
    Row("never above the runner's checkout", found: []) {
      ($0.files, $0.variables) = ([""], ["GITHUB_WORKSPACE": "@/w"])
      $0.words = "in this folder, nor above it up to "
    },
    Row("never above the work tree", found: []) { ($0.files, $0.folders) = ([""], ["w/packages/a", "w/.git"]) },
    Row("the runner's checkout has a clone in it", found: ["w"]) {
      $0.folders.append("w/packages/.git")
      $0.variables = ["GITHUB_WORKSPACE": "@/w"]
    },
    Row("a subproject's and the root's", found: ["w/packages/a", "w"]) {
      ($0.files, $0.variables) = (["w", "w/packages/a"], ["GITHUB_WORKSPACE": "@/w"])
    },
    Row("a submodule's and the root's", found: ["w/packages", "w"]) {
      $0.folders += ["w/.git", "w/packages/.git"]
      ($0.files, $0.variables) = (["w", "w/packages"], ["CI_PROJECT_DIR": "@/w"])
    },
    Row("two runners' checkouts around each other", found: ["w"]) {
      $0.variables = ["GITHUB_WORKSPACE": "@/w/packages", "CI_PROJECT_DIR": "@/w"]
    },
    Row("beside the checkout", found: ["w"]) {
      $0.folders.append("beside")
      ($0.variables, $0.current) = (["GITHUB_WORKSPACE": "@/w"], "beside")
    },
    Row("beside the checkout, with a file of its own", found: ["beside", "w"]) {
      $0.folders.append("beside")
      ($0.files, $0.variables, $0.current) = (["w", "beside"], ["GITHUB_WORKSPACE": "@/w"], "beside")
    },
    Row("beside a checkout without one", found: []) {
      $0.folders.append("beside")
      ($0.files, $0.variables, $0.current) = ([], ["GITHUB_WORKSPACE": "@/w"], "beside")
      $0.words = "in this folder, nor in "
    },
    Row("a container with the checkout in another place", found: ["w"]) {
      $0.folders.append("w/.git")
      $0.variables = ["GITHUB_WORKSPACE": "/nonexistent/runner/w"]
    },
    Row("a checkout that the variable names by a link", found: ["w"]) {
      ($0.links, $0.variables) = (["link": "w"], ["GITHUB_WORKSPACE": "@/link"])
    },
    Row("a job that went through a link out of the checkout", found: ["w"]) {
      $0.folders.append("outside/a")
      ($0.links, $0.current) = (["w/packages/link": "../../outside/a"], "w/packages/link")
      $0.variables = ["GITHUB_WORKSPACE": "@/w"]
    },
    Row("a job that went through a link out of a work tree", found: ["w"]) {
      $0.folders += ["outside/a", "w/.git"]
      ($0.links, $0.current) = (["w/packages/link": "../../outside/a"], "w/packages/link")
    },
    Row("one file by two ways", found: ["w"]) {
      ($0.links, $0.current) = (["link": "w"], "link/packages/a")
      $0.folders.append("w/.git")
    },
    Row("a file that links to nothing", found: ["w"]) {
      ($0.files, $0.links, $0.variables) = ([], ["w/token-broker.json": "nothing"], ["GITHUB_WORKSPACE": "@/w"])
      $0.words = "configuration-unreadable"
    },
    Row("a variable that is empty", found: ["w"]) {
      $0.variables = ["GITHUB_WORKSPACE": "@/w", "TOKEN_BROKER_CONFIG": ""]
    },
    Row("a file that is named", found: []) {
      ($0.files, $0.others) = (["w", "w/packages/a"], ["mine.json": Self.text])
      $0.variables = ["GITHUB_WORKSPACE": "@/w", "TOKEN_BROKER_CONFIG": "../../../mine.json"]
      $0.words = "configuration: ../../../mine.json (TOKEN_BROKER_CONFIG)\n"
    },
    Row("a file that is named and missing", found: []) {
      $0.variables = ["GITHUB_WORKSPACE": "@/w", "TOKEN_BROKER_CONFIG": "token-broker.json"]
      $0.words = "The file that TOKEN_BROKER_CONFIG names cannot be used. Cannot read token-broker.json"
    },
  ]

  /// The sandbox has no job such as this file expects.
  private static let text = #"{"version":1,"registries":{"pypi":{"expect":{"environment":"nowhere"}}}}"#

  @Test(arguments: rows)
  func findsTheRules(_ row: Row) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    for name in row.folders {
      try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
    }
    for name in row.files { try folder.write("\(name)/token-broker.json", Self.text) }
    for (name, text) in row.others { try folder.write(name, text) }
    for (name, target) in row.links { try folder.link(name, to: target) }
    let variables = row.variables.mapValues { $0.replacing("@", with: folder.path) }
    let current = TestFolder(at: "\(folder.path)/\(row.current)")
    let real = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/tmp")).map { "/\($0)" } ?? "/tmp"
    let base = folder.path.replacing("/tmp/", with: "\(real)/")

    let config = try await BuiltTool.run(["config"], variables, in: current)
    let sandbox = try Sandbox.started()
    let environment = sandbox.environment(for: .github).merging(variables) { $1 }
    let mint = try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment, in: current)
    let exec = try await BuiltTool.run(
      ["exec", "pypi", "--env", "X={token}", "--", "true"], environment, in: current)
    let check = try await BuiltTool.run(["check", "pypi"], environment, in: current)
    #expect(mint.error.contains(row.words), "\(mint.error)")
    let isAmbiguous = row.found.count > 1
    if isAmbiguous || row.words.contains("unreadable") || row.words.contains("cannot be used") {
      #expect(config.status == 3 && mint.status == 3 && check.status == 3 && exec.status == 125, "\(mint.error)")
      if isAmbiguous { #expect(mint.error.contains("There is more than one token-broker.json"), "\(mint.error)") }
      for name in row.found where isAmbiguous {
        #expect(mint.error.contains("\(base)/\(name)/token-broker.json"), "\(mint.error)")
      }
    } else if let name = row.found.first {
      let shown = name == row.current ? "token-broker.json" : "\(base)/\(name)/token-broker.json"
      #expect(config.status == 0 && config.output.hasPrefix("configuration: \(shown)\n"), "\(config.output)")
      for run in [mint, exec, check] {
        #expect(run.error.contains("configuration: \(shown)\n"), "\(run.error)")
        #expect(run.status == (run.error == exec.error ? 125 : 8), "\(run.error)")
      }
    } else if row.variables["TOKEN_BROKER_CONFIG"] == nil {
      #expect(
        config.status == 0 && config.output.hasPrefix("configuration: built-in (no token-broker.json in this folder"))
      #expect(mint.status == 0 && exec.status == 0 && check.status == 0, "\(mint.error)\(exec.error)")
      for run in [mint, exec, check] { #expect(run.error.contains("configuration: built-in ("), "\(run.error)") }
    }
    let isRefused = mint.status != 0
    #expect(sandbox.requests.contains { $0.method == "POST" } != isRefused, "\(mint.error)")
  }

  /// What lies in a folder that another user made a checkout of is not taken without a word, and not passed over.
  @Test(.enabled(if: geteuid() == 0, "only root can make a file that belongs to another user"))
  func takesNoStrangersFile() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.makeFolder(".git")
    try folder.makeFolder("a")
    try folder.write("token-broker.json", Self.text)
    try FileManager.default.setAttributes(
      [.ownerAccountID: 65534], ofItemAtPath: "\(folder.path)/token-broker.json")
    let inside = TestFolder(at: "\(folder.path)/a")
    let run = try await BuiltTool.run(["config"], in: inside)
    #expect(run.status == 3 && run.error.contains("belongs to another user"), "\(run.error)")
    // Where the runner says that this is the checkout, it is.
    let named = try await BuiltTool.run(["config"], ["GITHUB_WORKSPACE": folder.path], in: inside)
    #expect(named.status == 0, "\(named.error)")
  }

  @Test func revokesByTheConfigurationInForce() async throws {
    let sandbox = try Sandbox.started()
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.makeFolder("a")
    try folder.write("token-broker.json", #"{"version":1,"registries":{"pypi":{}}}"#)
    let environment = sandbox.environment(for: .github).merging(["GITHUB_WORKSPACE": folder.path]) { $1 }
    let run = try await BuiltTool.run(
      ["revoke"], environment, input: "pypi-rehearsal-0123456789abcdef\n", in: TestFolder(at: "\(folder.path)/a"))
    #expect(run.status == 0 && run.error.contains("configuration: \(folder.path)/token-broker.json\n"), "\(run.error)")
  }

  @Test func extendsFromTheFilesOwnFolder() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    for name in ["w", "w/a"] { try folder.makeFolder(name) }
    try folder.write("org.json", #"{"version":1,"rules":{"ref":["refs/tags/*"]}}"#)
    try folder.write("w/token-broker.json", #"{"version":1,"extends":"../org.json"}"#)
    let run = try await BuiltTool.run(
      ["config", "--require-org"], ["GITHUB_WORKSPACE": "\(folder.path)/w"], in: TestFolder(at: "\(folder.path)/w/a"))
    #expect(run.status == 0 && run.output.contains("rules.ref"), "\(run.error)")
    #expect(
      run.output.hasPrefix(
        "configuration: \(folder.path)/w/token-broker.json below \(folder.path)/org.json (extends)\n"),
      "\(run.output)")
  }

  @Test func saysThatAnOrganisationsFileStandsAlone() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("org.json", #"{"version":1}"#)
    let run = try await BuiltTool.run(["config"], ["TOKEN_BROKER_ORG_CONFIG": "org.json"], in: folder)
    #expect(
      run.output.hasPrefix(
        "configuration: org.json (TOKEN_BROKER_ORG_CONFIG) (no token-broker.json in this folder)\n"), "\(run.output)")
  }

  @Test func readsTheFileOfTheCheckoutThatIsNamed() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    for name in ["x", "x/.git", "x/a"] { try folder.makeFolder(name) }
    try folder.write("x/.git/config", "[remote \"origin\"]\n\turl = git@github.com:octo-org/x.git\n")
    try folder.write(
      "x/token-broker.json",
      #"{"version":1,"registries":{"pypi":{"project":"x","expect":{"workflow":"w.yml","environment":"e"}}}}"#)
    let run = try await BuiltTool.run(["config", "publishers", "x/a"], in: folder)
    #expect(
      run.status == 0 && run.output.contains("w.yml") && run.output.contains("(expect, "), "\(run.error)\(run.output)")
  }

  @Test func putsNoSecondFileOnTheWay() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    for name in [".git", "a"] { try folder.makeFolder(name) }
    try folder.write(".git/config", "[remote \"origin\"]\n\turl = git@github.com:octo-org/x.git\n")
    try folder.write("token-broker.json", #"{"version":1}"#)
    let inside = TestFolder(at: "\(folder.path)/a")
    let run = try await BuiltTool.run(["config", "init"], in: inside)
    #expect(run.status == 10 && run.error.contains("is there already and holds here"), "\(run.error)")
    #expect(inside.names.isEmpty)
    let other = try await BuiltTool.run(["config", "init", "--output", "other.json"], in: inside)
    #expect(other.status == 0 && other.output.contains("TOKEN_BROKER_CONFIG: a/other.json\n"), "\(other.error)")
    #expect(other.output.contains("sparse-checkout: a/other.json\n"), "\(other.output)")
  }

  @Test func writesWhatAFolderIsCalledWithoutCommands() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    try FileManager.default.createDirectory(
      atPath: "\(folder.path)/::stop-commands::x/a", withIntermediateDirectories: true)
    try folder.write("::stop-commands::x/token-broker.json", #"{"version":1,"rules":{"ref":["main"]}}"#)
    let sandbox = try Sandbox.started()
    let environment = sandbox.environment(for: .github).merging(["GITHUB_WORKSPACE": folder.path]) { $1 }
    for command in [["config"], ["mint", "pypi", "--format", "token"], ["check"]] {
      let run = try await BuiltTool.run(
        command, environment, in: TestFolder(at: "\(folder.path)/::stop-commands::x/a"))
      #expect(run.error.contains("stop-commands"), "\(run.error)")
      #expect(!(run.error + run.output).contains("::stop-commands"), "\(run.error)\(run.output)")
    }
  }
}
