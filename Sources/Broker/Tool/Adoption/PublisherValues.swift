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
    var account: Sourced<String>?
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
  /// The project, where the checkout has several.
  let package: Sourced<String>?
  /// A job that publishes it there today; nil if none is known.
  let use: PublishingUse?
  /// What stands in for values that nothing tells.
  private(set) var suggested: [JobField: Sourced<String>] = [:]
  /// What the job says that publishes today; a field that is none stands here without a value.
  private var found: [JobField: Sourced<String>?] = [:]

  private var catalog: AdoptionCatalog { repository.catalog }
  /// What publishes to the registry.
  private let tools: PublishingTools

  init(
    registry: String, tools: PublishingTools = .none, repository: LocalRepository, given: Given, configured: Configured,
    package: Sourced<String>? = nil, use: PublishingUse? = nil
  ) {
    self.package = package
    self.use = use
    self.registry = registry
    self.tools = tools
    self.repository = repository
    self.given = given
    self.configured = configured
  }

  /// The same for a repository in which nothing publishes: with a file that is not there yet, and an environment.
  func withSuggestions() -> PublisherValues {
    // A file that is named and not there yet is new as well.
    guard isRead || file == nil else { return self }
    var values = self
    if let jobs, jobs.workflowFolder != nil {
      let names = ["publish.yml", "publish-package.yml", "token-broker.yml"]
      let name = names.first { name in !files.contains { $0.name == name } } ?? names[0]
      for field in jobs.fields where field.role == .file { values.suggested[field] = Sourced(name, "suggested") }
    }
    values.suggested[.environment] = Sourced("release", "suggested")
    return values
  }

  /// The same for the job that publishes today.
  func publishing(from path: String, _ job: WorkflowChange.Job, startedBy file: String?) -> PublisherValues {
    var values = self
    let place: Message = "\(Neutralized(path)), line \(job.line)"
    values.found[.environment] = .some(job.environment.map { Sourced($0, place) })
    for field in jobs?.fields ?? [] where field.role == .file {
      let name = jobs?.workflowFolder == nil ? file ?? path : path.lastPathPart ?? path
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
    given.project ?? package ?? configured.project ?? repository.project(of: tools)
  }

  /// The value of a field; nil if it is not known, or known to be none.
  func value(_ field: JobField) -> Sourced<String>? { known(field) ?? suggested[field] }

  /// Whether the value is known, or known to be none.
  func isKnown(_ field: JobField) -> Bool {
    value(field) != nil || field == .environment && use?.job.environment.isUnknown != true
  }

  private func known(_ field: JobField) -> Sourced<String>? {
    if let found = found[field] { return found }
    return switch field.role {
    case .repository: named(field) ?? expected(field) ?? hosted(field)
    // Without a word on it, the file that was started defines the job.
    case .file:
      given.workflow.map { Sourced($0, "--workflow") } ?? expected(field) ?? expectedFile
        ?? (use == nil ? usualFile : nil)
        ?? workflow(field)
    case .environment:
      given.environment.map { Sourced($0, "--environment") } ?? expected(field) ?? environment
    case .other:
      (field == .serviceAccount ? given.account : nil) ?? expected(field)
        ?? files.lazy.compactMap { $0.value(of: field) }.first
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

  /// What `expect` says of a job's file, whichever of two it means.
  private var expectedFile: Sourced<String>? {
    (jobs?.fields ?? []).lazy.filter { $0.role == .file }.compactMap(expected).first
  }

  /// The files of the checkout that define jobs.
  private var files: [WorkflowFile] { repository.files(of: family) }

  /// Those of them whose jobs can have an identity token.
  private var able: [WorkflowFile] { files.filter { $0.tokenLine != nil } }

  /// Whether the provider's jobs are read, so that files that look like those that publish say nothing.
  private var isRead: Bool { catalog.provider(of: family)?.workflows != nil }

  private static func sourced(_ reading: Reading<String>?) -> Sourced<String>? {
    guard case .known(let value, let place) = reading else { return nil }
    return Sourced(value, "\(place)")
  }

  /// The file of the job that publishes.
  ///
  /// Where jobs are not read: the one file whose jobs can have an identity token; of
  /// several, the one that is called after publishing.
  private func workflow(_ field: JobField) -> Sourced<String>? {
    guard !isRead else {
      return use.flatMap { use in
        Self.sourced(use.job.fields[field])
          ?? (jobs?.file == field || use.job.fields.values.contains(where: \.isUnknown)
            ? nil : Self.sourced(use.job.fields[.workflow]))
      }
    }
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

  /// The environment of the job that publishes.
  ///
  /// Where jobs are not read: the one of the file; of several, the one that is
  /// called like the registry.
  private var environment: Sourced<String>? {
    guard !isRead else { return Self.sourced(use?.job.environment) }
    let environments = file?.environments ?? []
    return environments.count == 1 ? environments.first : environments.first { $0.value == registry }
  }

  // MARK: Notes

  /// What to look at before the values are believed.
  var notes: [Message] {
    // What is found in the job that publishes was looked at there.
    guard found.isEmpty else { return remoteNotes }
    if isRead, !repository.isNamed { return remoteNotes + (use.map(jobNotes) ?? fileNotes) }
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
          : Self.noEnvironment)
    }
    return notes
  }

  private static let noEnvironment: Message =
    "No environment: every job of the file can publish. An environment with required reviewers is the safer way."

  /// What is to be looked at in the job that publishes.
  private func jobNotes(_ use: PublishingUse) -> [Message] {
    var notes: [Message] = []
    let job: Message = "The job \(Neutralized.quoted(use.job.name, limit: 60)) (\(use.place))"
    if case .stored = use.credential { notes.append("\(job) publishes with a stored token today: \(use.summary).") }
    notes += use.job.findings.filter { $0.concern == .identity && $0.code != "action-unpinned" }.map { finding in
      "\(finding.place): \(finding.text)\(finding.fix.map { " \($0)" } ?? "")"
    }
    for field in [JobField.environment, jobs?.file].compactMap(\.self) {
      switch field == .environment ? use.job.environment : use.job.fields[field] ?? .absent {
      case .unknown(let why, let place) where known(field) == nil:
        notes.append(
          "\(place): the \(field.words) is decided by \(why); say which with --\(field == .environment ? "environment" : "workflow")."
        )
      case .known(let found, let place):
        guard let value = known(field), value.value != found else { continue }
        notes.append(
          "\(place): the job has the \(field.words) \(Neutralized(found, limit: 80)), and \(value.origin) says \(Neutralized(value.value, limit: 80))."
        )
      case .absent:
        guard let value = known(field) else { continue }
        notes.append(
          "\(job) names no \(field.words), and \(value.origin) says \(Neutralized(value.value, limit: 80)): it does not match."
        )
      default: break
      }
    }
    if case .absent = use.job.environment, known(.environment) == nil { notes.append(Self.noEnvironment) }
    return notes
  }

  /// What is to be looked at where no job publishes.
  private var fileNotes: [Message] {
    guard suggested.isEmpty, let jobs, let field = jobs.file else { return [] }
    guard let file = known(field) else {
      return [
        "No job that is read here publishes to \(Neutralized(registry)); say which file does with --workflow, or see token-broker config init."
      ]
    }
    var notes: [Message] = []
    if !files.isEmpty, !files.contains(where: { $0.path == jobs.path(of: file.value) }) {
      notes.append(
        "There is no \(Neutralized(jobs.path(of: file.value))) in \(repository.folder == "." ? "this folder" : Message(Neutralized.quoted(repository.folder)))."
      )
    }
    return notes + (value(.environment) == nil ? [Self.noEnvironment] : [])
  }

  private var remoteNotes: [Message] {
    var notes: [Message] = []
    let fields = jobs?.fields.filter { $0.role == .repository } ?? []
    if let jobs, fields.isEmpty {
      notes.append(
        "A publisher for \(jobs.family) names no repository: whoever may have something run as that account can publish."
      )
    }
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
