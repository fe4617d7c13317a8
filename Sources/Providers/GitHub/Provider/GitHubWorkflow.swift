import BrokerCore

/// A workflow file (docs.github.com, "Workflow syntax for GitHub Actions").
struct GitHubWorkflow: Sendable {
  /// Who may have an identity token, by the file.
  enum Permission: Equatable, Sendable {
    /// The job may, by this line.
    case granted(line: Int)
    /// The job has a block of its own without it, at this line.
    case replaced(line: Int)
    /// Neither the workflow nor the job has it.
    case missing
    /// Something that is no text of the file decides, at this line.
    case unknown(line: Int)
  }

  /// A job that calls another workflow of the repository.
  struct Call: Equatable, Sendable {
    /// The job's name.
    let job: String
    /// The path of the workflow that it calls.
    let path: String
  }

  /// The folder of workflows.
  static let folder = ".github/workflows"
  /// The greatest length of a file that is read.
  static let maximumBytes = 512 * 1024

  /// The path in the repository.
  let path: String
  /// The file's keys.
  let root: YAMLMapping

  /// Reads a workflow.
  ///
  /// - Throws: ``SyntaxError`` for what is no YAML, or more than one document, or no mapping.
  init(path: String, bytes: [UInt8]) throws(SyntaxError) {
    let documents = try YAMLReader(maximumBytes: Self.maximumBytes).read(bytes)
    self.path = path
    guard documents.count == 1, let root = documents[0].mapping else {
      self.root = YAMLMapping()
      return
    }
    self.root = root
  }

  /// A workflow as the checkout has it; nil if it is not there, or cannot be read.
  init?(at path: String, in environment: Environment, files: any FileReading) {
    let folder = environment.nonEmpty("GITHUB_WORKSPACE").map { "\($0)/" } ?? ""
    guard !path.contains(".."),
      let bytes = try? files.read("\(folder)\(path)", maximumBytes: Self.maximumBytes),
      let workflow = try? GitHubWorkflow(path: path, bytes: bytes)
    else { return nil }
    self = workflow
  }

  /// The workflow that was started for a job that runs, as its checkout has it; nil if it is not there.
  init?(of environment: Environment, files: any FileReading) {
    // OWNER/REPO/.github/workflows/FILE@REF
    let parts = (environment.nonEmpty("GITHUB_WORKFLOW_REF") ?? "").prefix { $0 != "@" }
      .split(separator: "/", maxSplits: 2)
    guard parts.count == 3 else { return nil }
    self.init(at: String(parts[2]), in: environment, files: files)
  }

  /// A place in the file.
  func place(_ position: SourcePosition) -> FilePlace { FilePlace(path, line: position.line) }

  /// The last part of the path.
  var name: String { path.lastPathPart ?? path }

  /// The jobs, in written order.
  var jobs: [YAMLMapping.Member] { root["jobs"]?.mapping?.members ?? [] }

  /// A job's keys.
  func job(_ name: String) -> YAMLMapping? { root["jobs"]?.mapping?[name]?.mapping }

  /// The deployment environments of the jobs, as far as the file tells.
  var environments: [Reading<String>] {
    let values = GitHubValues(path: path)
    return jobs.map { values.environment($0.value.mapping?["environment"]) }
  }

  /// Whether it defines a job.
  func defines(_ job: String) -> Bool { self.job(job) != nil }

  /// Its jobs that call another workflow of the repository (`uses: ./.github/workflows/FILE`).
  var calls: [Call] {
    jobs.compactMap { member in
      guard let uses = member.value.mapping?["uses"]?.text, uses.hasPrefix("./") else { return nil }
      return Call(job: member.name, path: String(uses.dropFirst(2).prefix { $0 != "@" }))
    }
  }

  /// The permission of a job; of one that is not named, or not in the file, that of the workflow.
  func permission(of job: String?) -> Permission {
    if let job, let own = self.job(job)?.member("permissions") { return Self.permission(own) }
    if let common = root.member("permissions") {
      let permission = Self.permission(common)
      guard case .replaced = permission else { return permission }
      return .missing
    }
    // The permission of a job that is not known may stand anywhere.
    let any = job == nil ? jobs.lazy.map { permission(of: $0.name) }.first { $0 != .missing } : nil
    if case .granted = any { return any ?? .missing }
    return .missing
  }

  /// What a permissions block says (docs.github.com, "permissions"): whatever it leaves out is refused.
  private static func permission(_ block: YAMLMapping.Member) -> Permission {
    let line = block.position.line
    if let text = block.value.text {
      if text.contains("${{") { return .unknown(line: line) }
      return text == "write-all" ? .granted(line: line) : .replaced(line: line)
    }
    guard let entry = block.value.mapping?.member("id-token") else { return .replaced(line: line) }
    guard let text = entry.value.text else { return .replaced(line: entry.position.line) }
    if text.contains("${{") { return .unknown(line: entry.position.line) }
    return text == "write" ? .granted(line: entry.position.line) : .replaced(line: entry.position.line)
  }
}
