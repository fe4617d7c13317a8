import BrokerCore

/// The steps of a job, those of the repository's own composite actions put in their place.
struct GitHubSteps {
  let files: any CheckoutFiles
  /// The repository's owner; nil if that is not known.
  let owner: String?
  /// The folder that scripts run in unless they name one.
  let folder: String?
  /// What was found.
  private(set) var steps: [JobStep] = []
  /// What is to be said about them where the job may have identity tokens.
  private(set) var findings: [WorkflowFinding] = []

  init(files: any CheckoutFiles, owner: String?, folder: String?) {
    self.folder = folder
    self.files = files
    self.owner = owner
  }

  mutating func read(_ nodes: [YAMLNode], _ values: GitHubValues, runs: [GitHubEvents.Run], depth: Int = 0) {
    for node in nodes {
      guard let step = node.mapping else { continue }
      let runs = runs.compactMap { $0.under(step["if"]?.text) }
      let place = FilePlace(values.path, line: node.position.line)
      let inner = values.with(step["env"])
      let occasions = runs.map(\.occasion)
      if let uses = step.member("uses") {
        let usesPlace = FilePlace(values.path, line: uses.position.line)
        read(
          uses.value.text ?? "", step["with"], at: usesPlace, inner, runs: runs, depth: depth)
      } else if let script = step["run"] {
        let lines = Self.lines(script, inner)
        let folder = step["working-directory"]?.text ?? folder
        steps.append(
          JobStep(
            .script(lines), at: place, variables: inner.variables, occasions: occasions,
            folder: folder.map { inner.filled($0).text }))
        findings += Self.injections(in: lines)
      }
    }
  }

  private mutating func read(
    _ uses: String, _ with: YAMLNode?, at place: FilePlace, _ values: GitHubValues, runs: [GitHubEvents.Run], depth: Int
  ) {
    let occasions = runs.map(\.occasion)
    let inputs = values.values(with)
    func add(_ work: JobStep.Work) {
      steps.append(JobStep(work, at: place, inputs: inputs, variables: values.variables, occasions: occasions))
    }
    guard !uses.contains("${{") else { return add(.unknown("an expression")) }
    guard !uses.hasPrefix("./") else {
      guard depth < 4, let (path, action) = action(String(uses.dropFirst(2))) else {
        return add(.unknown("an action of the repository that is not read here"))
      }
      guard let runsOf = action["runs"]?.mapping, runsOf["using"]?.text == "composite" else {
        return add(.unknown("an action that is a program"))
      }
      var inner = GitHubValues(path: path, inputs: [:], secrets: values.secrets, variables: values.variables)
      for input in action["inputs"]?.mapping?.members ?? [] {
        let given = inputs.first { $0.key.lowercased() == input.name.lowercased() }?.value
        let usual = input.value.mapping?["default"].map { JobValue(.text($0.text ?? ""), at: place) }
        inner.inputs[input.name.lowercased()] = given ?? usual ?? JobValue(.text(""), at: place)
      }
      read(runsOf["steps"]?.sequence ?? [], inner, runs: runs, depth: depth + 1)
      return
    }
    let parts = uses.split(separator: "@", maxSplits: 1).map(String.init)
    let name = parts.first ?? ""
    add(.part(name))
    look(at: name, version: parts.count > 1 ? parts[1] : nil, inputs, at: place)
  }

  private func action(_ folder: String) -> (path: String, root: YAMLMapping)? {
    let folder = String(folder.reversed().drop { $0 == "/" }.reversed())
    guard !folder.split(separator: "/").contains("..") else { return nil }
    for name in ["action.yml", "action.yaml"] {
      let path = folder.isEmpty ? name : "\(folder)/\(name)"
      guard let bytes = try? files.read(path) else { continue }
      guard let root = try? YAMLReader().read(bytes).first?.mapping else { return nil }
      return (path, root)
    }
    return nil
  }

  private static func lines(_ script: YAMLNode, _ values: GitHubValues) -> [JobStep.Line] {
    guard let scalar = script.scalar else { return [] }
    return scalar.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().map {
      let (text, stored) = values.filled(String($1))
      return JobStep.Line(text, at: FilePlace(values.path, line: scalar.line(of: $0)), stored: stored)
    }
  }

  // MARK: Looks

  private mutating func look(at name: String, version: String?, _ inputs: [String: JobValue], at place: FilePlace) {
    let isOurs = name.split(separator: "/").first.map { $0.lowercased() == owner?.lowercased() } ?? false
    let isFirstParty = ["actions/", "github/"].contains(where: name.hasPrefix)
    if !isOurs, !isFirstParty, !Self.isPinned(name, version) {
      findings.append(
        WorkflowFinding(
          "action-unpinned", .fix, .identity, at: place,
          "\(Neutralized(name, limit: 120))\(version.map { "@\(Neutralized($0, limit: 60))" } ?? "") is not named by commit, and runs beside "
            + "id-token: write: whoever can move that name can publish.",
          fix: "Name it by a commit of 40 digits, with the version as a comment."))
    }
    if let what = Self.cache(name, inputs) {
      findings.append(
        WorkflowFinding(
          "cache-restored", .fix, .identity, at: place,
          "\(what) restores a cache in the job that publishes: other runs of the repository can write it.",
          fix: "Leave the cache out of the job that publishes."))
    }
    let other = ["run-id", "run_id", "workflow", "repo", "repository"].first { inputs[$0]?.content != nil }
    if name.hasSuffix("download-artifact"), let other, inputs[other]?.text?.isEmpty != true {
      findings.append(
        WorkflowFinding(
          "artifact-untrusted", .fix, at: place,
          "\(Neutralized(name, limit: 120)) takes artifacts of another run (\(Neutralized(other))): a pull request may have made them.",
          fix: "Build in the run that publishes, and download that run's artifacts alone."))
    }
  }

  /// A commit, or the digest of an image.
  private static func isPinned(_ name: String, _ version: String?) -> Bool {
    guard let version else { return false }
    if name.hasPrefix("docker://") { return version.hasPrefix("sha256:") }
    return [40, 64].contains(version.utf8.count) && version.allSatisfy(\.isHexDigit)
  }

  private static func cache(_ name: String, _ inputs: [String: JobValue]) -> Message? {
    func isOn(_ input: String) -> Bool {
      guard let value = inputs[input] else { return false }
      return !["", "false"].contains(value.text ?? "?")
    }
    switch name {
    case "actions/cache", "actions/cache/restore", "Swatinem/rust-cache", "mozilla-actions/sccache-action": break
    case "actions/setup-python", "actions/setup-node", "actions/setup-java", "actions/setup-dotnet":
      guard isOn("cache") else { return nil }
    case "actions/setup-go", "astral-sh/setup-uv": guard isOn("cache") || isOn("enable-cache") else { return nil }
    default: return nil
    }
    return "\(Neutralized(name))"
  }

  /// Expressions that people outside can fill are put into the text of a script (docs.github.com, "Script injections").
  private static func injections(in lines: [JobStep.Line]) -> [WorkflowFinding] {
    let outside = [
      "github.head_ref", "github.event.pull_request.title", "github.event.pull_request.body",
      "github.event.pull_request.head.ref", "github.event.pull_request.head.label", "github.event.issue.title",
      "github.event.issue.body", "github.event.comment.body", "github.event.review.body",
      "github.event.head_commit.message", "github.event.workflow_run.head_branch",
    ]
    return lines.compactMap { line in
      guard line.text.contains("${{"), let found = outside.first(where: line.text.contains) else { return nil }
      return WorkflowFinding(
        "script-injection", .fix, .identity, at: line.place,
        "The script has \(Neutralized(found)) in its text: whoever fills it runs commands beside id-token: write.",
        fix: "Give it to the step as a variable (env), and use that in the script.")
    }
  }
}
