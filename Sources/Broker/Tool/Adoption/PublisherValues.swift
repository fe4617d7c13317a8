import BrokerCore

/// What a trusted publisher for a repository is registered with: from the command line, the configuration's `expect`, and
/// what the checkout says, in this order.
struct PublisherValues: Sendable {
  /// What stands on the command line, and the server of the job that this is.
  struct Given: Sendable {
    let job: (family: IssuerFamily, host: Sourced<RepositoryHost>)?
    var family: IssuerFamily?
    var project: Sourced<String>?
    var workflow: String?
    var environment: String?
  }

  /// What the configuration says about a registry.
  struct Configured: Sendable {
    let project: Sourced<String>?
    let expectations: [Expectations]

    /// The settings of a registry; nil for one without.
    init(_ settings: RegistrySettings?) {
      let origin = settings?.settings.first { $0.path.text.hasSuffix(".project") }?.origin ?? .builtIn
      project = settings?.project.map { Sourced($0, "\(origin)") }
      expectations = settings?.expectations ?? []
    }
  }

  let registry: String
  let repository: LocalRepository
  let given: Given
  let configured: Configured
  /// What stands in for values that nothing tells.
  private(set) var suggested: [JobField: Sourced<String>] = [:]
  /// What the job says that publishes today; a field that is none stands here without a value.
  private var found: [JobField: Sourced<String>?] = [:]

  init(registry: String, repository: LocalRepository, given: Given, configured: Configured) {
    self.registry = registry
    self.repository = repository
    self.given = given
    self.configured = configured
  }

  /// The same, with a file and an environment suggested where the repository has no file that publishes.
  func withSuggestions() -> PublisherValues {
    // A file that is named and not there yet is new as well.
    guard file == nil else { return self }
    var values = self
    values.suggested = [.workflow: Sourced("publish.yml", "suggested"), .environment: Sourced("release", "suggested")]
    return values
  }

  /// The same for the job that publishes today.
  func publishing(from path: String, _ job: WorkflowChange.Job) -> PublisherValues {
    var values = self
    let place: Message = "\(Neutralized(path)), line \(job.line)"
    values.found = [
      .workflow: Sourced(path.split(separator: "/").last.map(String.init) ?? path, place),
      .pipelineFile: Sourced(path, place), .environment: job.environment.map { Sourced($0, place) },
    ]
    return values
  }

  /// The kind of issuer; nil if nothing tells.
  var family: IssuerFamily? {
    given.family ?? configured.expectations.lazy.compactMap(\.family).first ?? repository.family ?? given.job?.family
  }

  /// The server that the repository is on: by its remote, else the one whose job this is; nil if nothing tells.
  var host: Sourced<RepositoryHost>? {
    if let remote = repository.remote { return remote.map { RepositoryHost($0.host) } }
    return given.job.flatMap { $0.family == family ? $0.host : nil }
  }

  /// The project's name at the registry.
  var project: Sourced<String>? {
    given.project ?? configured.project ?? repository.project
  }

  /// The value of a field; nil if it is not known, or known to be none.
  func value(_ field: JobField) -> Sourced<String>? { known(field) ?? suggested[field] }

  private func known(_ field: JobField) -> Sourced<String>? {
    if let found = found[field] { return found }
    return switch field {
    case .owner, .namespace: named(\.owner) ?? expected(field) ?? hosted(\.owner)
    case .repository, .project: named(\.name) ?? expected(field) ?? hosted(\.name)
    // Without a word on it, the file that was started defines the job.
    case .workflow, .callingWorkflow:
      given.workflow.map { Sourced($0, "--workflow") } ?? expected(field)
        ?? workflow.map { file in Sourced(file.name, "\(Neutralized(file.path)), line \(file.tokenLine ?? 1)") }
    case .pipelineFile:
      given.workflow.map { Sourced($0, "--workflow") } ?? expected(field)
        ?? Sourced(".gitlab-ci.yml", repository.pipeline == nil ? "GitLab's default" : ".gitlab-ci.yml")
    case .environment:
      given.environment.map { Sourced($0, "--environment") } ?? expected(field) ?? environment
    default: expected(field)
    }
  }

  /// The job that a publisher with these values would match.
  func job(_ family: IssuerFamily) -> JobIdentity {
    var job = JobIdentity(family: family)
    job.issuer = (host?.value ?? RepositoryHost.hosted(family))?.issuer(of: family)
    job.owner = value(family == .gitLab ? .namespace : .owner)?.value
    job.repository = value(family == .gitLab ? .project : .repository)?.value
    job.workflow = value(family == .gitLab ? .pipelineFile : .workflow)?.value
    job.environment = value(.environment)?.value
    for field in [JobField.owner, .repository, .workflow, .callingWorkflow, .namespace, .project, .pipelineFile] {
      job.fields[field] = value(field)?.value
    }
    return job
  }

  // MARK: Sources

  /// Of a repository that was named on the command line, its own parts come first: a configuration may be for many.
  private func named(_ part: KeyPath<GitRemote, String>) -> Sourced<String>? {
    guard let remote = repository.remote, remote.origin == Self.repositoryOption else { return nil }
    return remote.map { $0[keyPath: part] }
  }

  static let repositoryOption: Message = "--repository"

  private func hosted(_ part: KeyPath<GitRemote, String>) -> Sourced<String>? {
    repository.remote?.map { $0[keyPath: part] }
  }

  /// What `expect` says, of whichever layer: all of them have to hold.
  private func expected(_ field: JobField) -> Sourced<String>? {
    configured.expectations.lazy.compactMap { expectations in
      expectations[field].map { value in
        Sourced(value, "expect, \(expectations.origins[field] ?? .builtIn)")
      }
    }.first
  }

  /// The one workflow whose jobs can have an identity token; of several, the one that is called after publishing.
  private var workflow: WorkflowFile? {
    let able = repository.workflows.filter { $0.tokenLine != nil }
    guard able.count > 1 else { return able.first }
    let likely = able.filter { file in ["publish", "release", "pypi"].contains { file.name.contains($0) } }
    return likely.count == 1 ? likely.first : nil
  }

  /// The file that the job is in, if it is here.
  private var file: WorkflowFile? {
    if family == .gitLab { return repository.pipeline }
    guard let name = value(.workflow)?.value else { return nil }
    return repository.workflows.first { $0.name == name }
  }

  /// The one environment of the file; of several, the one that is called like the registry.
  private var environment: Sourced<String>? {
    let environments = file?.environments ?? []
    return environments.count == 1 ? environments.first : environments.first { $0.value == registry }
  }

  // MARK: Notes

  /// What to look at before the values are believed.
  var notes: [Message] {
    // What is found in the job that publishes was looked at there.
    guard found.isEmpty else { return remoteNotes }
    var notes: [Message] = remoteNotes
    let isGitHub = family == .gitHub
    if isGitHub { notes += workflowNotes }
    if let file, let environment = value(.environment),
      !file.environments.contains(where: { $0.value == environment.value })
    {
      notes.append(
        "\(Neutralized(file.path)) does not name the environment \(Neutralized(environment.value)) in a way that is seen here; without it a job does "
          + "not match.")
    }
    if value(.environment) == nil, value(isGitHub ? .workflow : .pipelineFile) != nil {
      let several = (file?.environments.count ?? 0) > 1
      notes.append(
        several
          ? "\(Neutralized(file?.path ?? "")) names several environments; say which with --environment."
          : "No environment: every job of the file can publish. An environment with required reviewers is the safer way."
      )
    }
    return notes
  }

  private var remoteNotes: [Message] {
    var notes: [Message] = []
    let isGitHub = family == .gitHub
    if repository.remote == nil, expected(isGitHub ? .owner : .namespace) == nil {
      notes.append("No git remote names a host, an owner and a repository.")
    }
    if let remote = repository.remote, remote.origin != Self.repositoryOption {
      for (field, part) in isGitHub
        ? [(JobField.owner, remote.value.owner), (.repository, remote.value.name)]
        : [(.namespace, remote.value.owner), (.project, remote.value.name)]
      {
        guard let expected = expected(field), expected.value != part else { continue }
        notes.append(
          "expect says \(field.words) \(Neutralized(expected.value)), and \(remote.origin) says \(Neutralized(part)).")
      }
    }
    if host == nil, let hosted = family.flatMap(RepositoryHost.hosted) {
      notes.append(
        "Nothing names the repository's server: these values mean a repository on \(Neutralized(hosted.name)).")
    }
    return notes
  }

  private var workflowNotes: [Message] {
    let able = repository.workflows.filter { $0.tokenLine != nil }
    if let workflow = known(.workflow) {
      if repository.workflows.isEmpty || file?.tokenLine != nil { return [] }
      return [
        file == nil
          ? "There is no .github/workflows/\(Neutralized(workflow.value)) in \(repository.folder == "." ? "this folder" : Message(Neutralized.quoted(repository.folder)))."
          : "\(Neutralized(workflow.value)) has no id-token: write; its jobs get no identity token."
      ]
    }
    if able.count < 2, suggested[.workflow] != nil { return [] }
    if repository.workflows.isEmpty { return ["The workflow file is not known; say which with --workflow."] }
    return [
      able.isEmpty
        ? "No workflow has id-token: write; see token-broker config init."
        : "Several workflows have id-token: write (\(able.map { Neutralized($0.name) }.joined(separator: ", "))); say which with --workflow."
    ]
  }
}
