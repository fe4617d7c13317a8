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

  private var catalog: AdoptionCatalog { repository.catalog }
  /// What publishes to the registry.
  private let tools: PublishingTools

  init(
    registry: String, tools: PublishingTools = .none, repository: LocalRepository, given: Given, configured: Configured
  ) {
    self.registry = registry
    self.tools = tools
    self.repository = repository
    self.given = given
    self.configured = configured
  }

  /// The same, with a file and an environment suggested where the repository has no file that publishes.
  func withSuggestions() -> PublisherValues {
    // A file that is named and not there yet is new as well.
    guard file == nil else { return self }
    var values = self
    if let jobs, jobs.workflowFolder != nil {
      for field in jobs.fields where field.role == .file {
        values.suggested[field] = Sourced("publish.yml", "suggested")
      }
    }
    values.suggested[.environment] = Sourced("release", "suggested")
    return values
  }

  /// The same for the job that publishes today.
  func publishing(from path: String, _ job: WorkflowChange.Job) -> PublisherValues {
    var values = self
    let place: Message = "\(Neutralized(path)), line \(job.line)"
    values.found[.environment] = .some(job.environment.map { Sourced($0, place) })
    for field in jobs?.fields ?? [] where field.role == .file {
      let name = jobs?.workflowFolder == nil ? path : path.split(separator: "/").last.map(String.init) ?? path
      values.found[field] = Sourced(name, place)
    }
    return values
  }

  /// The kind of issuer; nil if nothing tells.
  var family: IssuerFamily? {
    given.family ?? configured.expectations.lazy.compactMap(\.family).first ?? repository.family ?? given.job?.family
  }

  /// What is known of the jobs; nil if the kind of issuer is not known.
  private var jobs: JobKind? { catalog.provider(of: family)?.jobs }

  /// The server that the repository is on: by its remote, else the one whose job this is; nil if nothing tells.
  var host: Sourced<RepositoryHost>? {
    if let remote = repository.remote { return remote.map { catalog.host($0.host) } }
    return given.job.flatMap { $0.family == family ? $0.host : nil }
  }

  /// The project's name at the registry.
  var project: Sourced<String>? {
    given.project ?? configured.project ?? repository.project(of: tools)
  }

  /// The value of a field; nil if it is not known, or known to be none.
  func value(_ field: JobField) -> Sourced<String>? { known(field) ?? suggested[field] }

  private func known(_ field: JobField) -> Sourced<String>? {
    if let found = found[field] { return found }
    return switch field.role {
    case .repository: named(field) ?? expected(field) ?? hosted(field)
    // Without a word on it, the file that was started defines the job.
    case .file: given.workflow.map { Sourced($0, "--workflow") } ?? expected(field) ?? usualFile ?? workflow
    case .environment:
      given.environment.map { Sourced($0, "--environment") } ?? expected(field) ?? environment
    case .other: expected(field)
    }
  }

  /// The job that a publisher with these values would match.
  func job(_ family: IssuerFamily) -> JobIdentity {
    var job = JobIdentity(family: family)
    job.issuer = (host?.value ?? catalog.service(of: family)).flatMap { catalog.issuer(of: family, at: $0) }
    let jobs = catalog.provider(of: family)?.jobs
    job.owner = jobs?.owner.flatMap(value)?.value
    job.repository = jobs?.repository.flatMap(value)?.value
    job.workflow = jobs?.file.flatMap(value)?.value
    job.environment = value(.environment)?.value
    for field in jobs?.fields ?? [] { job.fields[field] = value(field)?.value }
    return job
  }

  // MARK: Sources

  /// Of a repository that was named on the command line, its own parts come first: a configuration may be for many.
  private func named(_ field: JobField) -> Sourced<String>? {
    repository.remote?.origin == Self.repositoryOption ? hosted(field) : nil
  }

  static let repositoryOption: Message = "--repository"

  private func hosted(_ field: JobField) -> Sourced<String>? {
    repository.remote.flatMap { remote in remote.value.value(of: field).map { Sourced($0, remote.origin) } }
  }

  /// What `expect` says, of whichever layer: all of them have to hold.
  private func expected(_ field: JobField) -> Sourced<String>? {
    configured.expectations.lazy.compactMap { expectations in
      expectations[field].map { value in
        Sourced(value, "expect, \(expectations.origins[field] ?? .builtIn)")
      }
    }.first
  }

  /// The files of the checkout that define jobs.
  private var files: [WorkflowFile] { repository.files(of: family) }

  /// Those of them whose jobs can have an identity token.
  private var able: [WorkflowFile] { files.filter { $0.tokenLine != nil } }

  /// The one file whose jobs can have an identity token; of several, the one that is called after publishing.
  private var workflow: Sourced<String>? {
    let likely = able.filter { catalog.isMeant($0.name) }
    return (able.count == 1 ? able.first : likely.count == 1 ? likely.first : nil).map { file in
      Sourced(file.name, "\(Neutralized(file.path)), line \(file.tokenLine ?? 1)")
    }
  }

  /// The file that defines the jobs of such a repository unless another is configured.
  private var usualFile: Sourced<String>? {
    guard let jobs, let path = jobs.usualPath else { return nil }
    return Sourced(path, files.contains { $0.path == path } ? "\(Neutralized(path))" : "\(jobs.family)'s default")
  }

  /// The file that the job is in, if it is here.
  private var file: WorkflowFile? {
    guard let jobs, let field = jobs.file else { return nil }
    // What is included may be in another file than the one that is started.
    if let path = jobs.usualPath { return files.first { $0.path == path } }
    guard let name = value(field)?.value else { return nil }
    return files.first { $0.name == name }
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
    if jobs?.workflowFolder != nil { notes += workflowNotes }
    if let file, let environment = value(.environment),
      !file.environments.contains(where: { $0.value == environment.value })
    {
      notes.append(
        "\(Neutralized(file.path)) does not name the environment \(Neutralized(environment.value)) in a way that is seen here; without it a job does "
          + "not match.")
    }
    if value(.environment) == nil, jobs?.file.flatMap(value) != nil {
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
    let fields = jobs?.fields.filter { $0.role == .repository } ?? []
    if repository.remote == nil, let first = fields.first, expected(first) == nil {
      notes.append("No git remote names a host, an owner and a repository.")
    }
    if let remote = repository.remote, remote.origin != Self.repositoryOption {
      for field in fields {
        guard let part = remote.value.value(of: field), let expected = expected(field), expected.value != part else {
          continue
        }
        notes.append(
          "expect says \(field.words) \(Neutralized(expected.value)), and \(remote.origin) says \(Neutralized(part)).")
      }
    }
    if host == nil, let hosted = catalog.service(of: family) {
      notes.append(
        "Nothing names the repository's server: these values mean a repository on \(Neutralized(hosted.name)).")
    }
    return notes
  }

  private var workflowNotes: [Message] {
    guard let jobs, let field = jobs.file else { return [] }
    let tokenMark = catalog.provider(of: family)?.adoption?.tokenMark ?? ""
    if let workflow = known(field) {
      if files.isEmpty || file?.tokenLine != nil { return [] }
      return [
        file == nil
          ? "There is no \(Neutralized(jobs.path(of: workflow.value))) in \(repository.folder == "." ? "this folder" : Message(Neutralized.quoted(repository.folder)))."
          : "\(Neutralized(workflow.value)) has no \(tokenMark); its jobs get no identity token."
      ]
    }
    if able.count < 2, suggested[field] != nil { return [] }
    if files.isEmpty { return ["The workflow file is not known; say which with --workflow."] }
    return [
      able.isEmpty
        ? "No workflow has \(tokenMark); see token-broker config init."
        : "Several workflows have \(tokenMark) (\(able.map { Neutralized($0.name) }.joined(separator: ", "))); say which with --workflow."
    ]
  }
}
