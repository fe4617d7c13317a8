import BrokerCore
import BrokerSystem

/// `token-broker config init`: a configuration file for this repository, and the change to the workflow that publishes today.
enum ConfigInitCommand: Command {
  static let name = "config init"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "show the change that makes the workflow of this repository publish with token-broker",
      options: [
        OptionSpec("--write", nil, "make the change that is shown"),
        OptionSpec("--new", nil, "write the configuration, and print a new workflow to go with it"),
        OptionSpec("--output", "FILE", "write the configuration to FILE instead of token-broker.json"),
        OptionSpec("--force", nil, "replace that file if it is there"),
        OptionSpec(
          "--registry", "NAME", "the registry, where the repository is published to several kinds", isRepeatable: true),
        OptionSpec("--provider", "NAME", "where the repository is built: \(AdoptionCatalog(catalog.plugins).names())"),
        OptionSpec("--project", "NAME", "the project at the registries"),
        OptionSpec("--workflow", "NAME", "the workflow file, or the path of the pipeline file"),
        OptionSpec("--environment", "NAME", "the deployment environment"),
        OptionSpec("--service-account", "ADDRESS", "the account that jobs run as, where these have no repository"),
      ],
      notes: [
        "In a repository that publishes already, standard output is the change as a unified diff, which git apply reads: each "
          + "step that publishes runs behind token-broker exec, its job may have identity tokens and names an environment, and "
          + "stored credentials are taken out. Where nothing publishes yet, and with --new, the configuration is written and "
          + "standard output is a new workflow or pipeline.",
        "The values come from the git remote, from that workflow, and from the file that names the project, which also says "
          + "which registries are meant. Each is said with its origin on standard "
          + "error, and what has to be deleted afterwards. The last lines are what was written, where to register the trusted "
          + "publisher, and the command that rehearses the job.",
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    if arguments.has("--new"), arguments.has("--write") {
      throw BrokerError(.usage, "--new and --write do not go together.", remedy: "--new writes by itself.")
    }
    let file = arguments.value("--output") ?? "token-broker.json"
    guard arguments.has("--force") || !FileReader.exists(file) else {
      throw BrokerError(
        .deliveryFailed, "\(Neutralized(file)) is there already.",
        remedy: "Name another file with --output, or replace it with --force.")
    }
    let broker = try surroundings.broker()
    if !arguments.has("--output"), let other = try broker.repositoryFile(from: "."), other != file {
      throw BrokerError(
        .deliveryFailed,
        "\(Neutralized(other)) is there already and holds here, and two such files are an error.",
        remedy: "Change that one, or name another file with --output.")
    }
    return try Adoption(arguments, file: file, broker, surroundings).run()
  }

  /// The run of the command.
  private struct Adoption {
    private let file: String
    private let arguments: ParsedArguments
    private let given: PublisherValues.Given
    private let repository: LocalRepository
    private let broker: Broker
    private let surroundings: Surroundings
    private let meant: MeantRegistries
    /// The registries that a job may publish to today.
    private var targets: [Target] { meant.all }
    private let provider: ProviderType

    private var family: IssuerFamily { provider.jobs.family }

    private var console: Console { surroundings.console }

    private var audit: RepositoryAudit {
      var audit = RepositoryAudit(broker, valueOptionsOf: surroundings.catalog, configurationFile: nil)
      audit.family = family
      return audit
    }

    init(
      _ arguments: ParsedArguments, file: String, _ broker: Broker, _ surroundings: Surroundings
    ) throws(BrokerError) {
      (self.arguments, self.file, self.broker, self.surroundings) = (arguments, file, broker, surroundings)
      let catalog = AdoptionCatalog(broker.catalog)
      given = try AdoptionOptions.given(arguments, catalog, in: surroundings.environment)
      repository = try LocalRepository(around: ".", catalog)
      let services = broker.services()
      meant = try MeantRegistries(
        of: repository, in: ConfigurationReader(catalog: broker.catalog).builtIn(),
        named: arguments.all("--registry"), services)
      let values = PublisherValues(
        registry: "", repository: repository, given: given, configured: PublisherValues.Configured(nil))
      guard let provider = catalog.provider(of: values.family) else {
        throw BrokerError(
          .usage, "Neither the git remote nor the files here tell whether this is built at \(catalog.families).",
          remedy: "Say --provider \(catalog.names("or --provider")).")
      }
      self.provider = provider
    }

    func run() throws(BrokerError) -> Int32 {
      let adoption = provider.adoption
      let today = audit.read(repository.root)
      // Where the provider has no reader, nothing else is known.
      let paths = provider.workflows == nil ? repository.files(of: provider.jobs.family).map(\.path) : today.jobFiles
      let publishing = try adoption.map { (adoption) throws(BrokerError) in
        try PublishingJobs(
          in: repository, paths, named: given.workflow, adoption: adoption, targets: targets,
          configuration: repository.pathInCheckout(of: file), environment: given.environment ?? "release",
          isOnMachine: provider.jobs.workflowFolder != nil)
      }
      guard let adoption, let publishing, let first = publishing.jobs.first else { return try makeNew(today) }
      guard !arguments.has("--new") else {
        throw BrokerError(
          .usage,
          "\(Neutralized(first.path)), line \(first.job.line), publishes already: a second workflow would publish the same tag again.",
          remedy: "Leave --new out, to change that job; or take it out first.")
      }
      return try change(publishing, adoption, today)
    }

    // MARK: The workflow that publishes today

    private func change(
      _ publishing: PublishingJobs, _ adoption: ProviderAdoption, _ today: RepositoryAudit.Read
    ) throws(BrokerError) -> Int32 {
      var values: [(PublisherValues, Target)] = []
      for target in targets {
        guard let found = publishing.jobs.first(where: { $0.job.registries.contains(target.name) }) else { continue }
        let started = today.uses.first { $0.place.path == found.path }?.job.startedFile
        values.append((self.values(of: target).publishing(from: found.path, found.job, startedBy: started), target))
      }
      let (start, obstacles) = try startingPoint(values)
      let configuration = start.configuration
      let read = audit.read(
        repository.root,
        with: ChangedCheckout.Change(
          texts: Dictionary(publishing.files.map { ($0.path, $0.change.text) }) { $1 },
          configuration: try broker.check(configuration, as: file)))
      try checkChanged(read, beside: publishing)
      var staged: [(StagedFile, String)] = []
      if arguments.has("--write") {
        for changed in publishing.files {
          staged.append(
            (try StagedFile("\(repository.root)/\(changed.path)", isPrivate: false), changed.change.text))
        }
        staged.append((try StagedFile(file, isPrivate: false), configuration))
      }
      let shown = repository.pathInCheckout(of: file)
      let old = FileReader.isFile(file) ? try FileReader.read(file, maximumBytes: 1 << 20, code: .usage) : nil
      let diffs =
        publishing.files.map { UnifiedDiff($0.path, from: $0.old, to: $0.change.text).text }
        + [UnifiedDiff(shown, from: old.map { String(decoding: $0, as: UTF8.self) }, to: configuration).text]
      let written = console.write(data: diffs.joined())
      guard written == ExitStatus.done.rawValue else { return written }
      for (file, text) in staged { try file.commit(Array(text.utf8)) }

      console.error(start.commentary)
      say("note: ", values.flatMap(\.0.notes) + obstacles + publishing.files.flatMap(\.change.notes) + publishing.notes)
      let left = audit.row(read).findings.filter { $0.state != nil && $0.state != .register }
      say(
        "to change by hand: ",
        left.map { "\($0.place.map { "\($0): " } ?? "")\($0.text)\($0.fix.map { " \($0)" } ?? "")" })
      say("delete afterwards: ", leftovers(publishing, adoption, today))
      let names = publishing.files.map { Neutralized($0.path) } + [Neutralized(shown)]
      console.error(
        arguments.has("--write")
          ? "wrote: \(names.joined(separator: ", "))\n"
          : "written: nothing yet; token-broker config init --write changes \(names.joined(separator: " and "))\n")
      end(values, command: publishing.jobs.first?.job.commands.first.map { Message(Neutralized($0)) })
      return ExitStatus.done.rawValue
    }

    /// A job that still publishes past the broker would publish the same once more.
    private func checkChanged(_ read: RepositoryAudit.Read, beside publishing: PublishingJobs?) throws(BrokerError) {
      let registries = Set(publishing?.jobs.flatMap(\.job.registries) ?? targets.map(\.name))
      for use in read.uses where publishing == nil || use.credential != .broker {
        guard let registry = use.targets.first(where: registries.contains) else { continue }
        throw BrokerError(
          .usage,
          "\(use.place): the job \(Neutralized.quoted(use.job.name, limit: 60)) publishes to \(Neutralized(registry)) already (\(use.summary)), in a place that is not changed here.",
          remedy: use.credential == .broker
            ? "Write \(Neutralized(file)) for that job by hand (docs/configuration.md); a second workflow would publish the same tag again."
            : "Put \"token-broker exec \(Neutralized(registry)) --\" before the command there, or take it out; then run this again."
        )
      }
    }

    /// What is of no use any more once the job has published with the broker.
    private func leftovers(
      _ publishing: PublishingJobs, _ adoption: ProviderAdoption, _ today: RepositoryAudit.Read
    ) -> [Message] {
      let place: Message = repository.address.flatMap(adoption.credentialSettings).map { " at \($0)" } ?? ""
      // A workflow that is called knows a secret by another name than the one that is stored.
      let before = today.uses.compactMap { use -> String? in
        if case .stored(let name) = use.credential, !use.targets.isEmpty { name } else { nil }
      }
      let stored = publishing.files.flatMap(\.change.stored)
      let names =
        stored + before.enumerated().filter { !stored.contains($1) && before.firstIndex(of: $1) == $0 }.map(\.1)
      var leftovers = names.map { name in
        "\(Neutralized(name))\(place), and the API token that it holds" as Message
      }
      for (path, job) in publishing.jobs {
        let registries = job.registries.map { Neutralized($0) }.joined(separator: " and ")
        leftovers.append(
          "at \(registries), a trusted publisher that names another file than \(Neutralized(path)) or another environment than "
            + "\(job.environment.map { Message(Neutralized($0)) } ?? "none"), if there is one")
      }
      return leftovers
    }

    // MARK: A new workflow

    private func makeNew(_ today: RepositoryAudit.Read) throws(BrokerError) -> Int32 {
      try checkChanged(today, beside: nil)
      let unread = audit.row(today).findings.filter { $0.state == .unknown && $0.place != nil }
      let values = meant.targets.map { (self.values(of: $0).withSuggestions(), $0) }
      let (start, obstacles) = try startingPoint(values)
      _ = try broker.check(start.configuration, as: file)
      let staged = try StagedFile(file, isPrivate: false)
      let workflow = start.workflow(
        version: TokenBrokerTool.version, file: repository.pathInCheckout(of: file))
      let written = workflow.map { console.write(data: $0) } ?? ExitStatus.done.rawValue
      guard written == ExitStatus.done.rawValue else { return written }
      try staged.commit(Array(start.configuration.utf8))
      console.error(start.commentary)
      say("note: ", [meant.note("--registry")].compactMap(\.self) + values.flatMap(\.0.notes) + obstacles)
      say("may publish already: ", unread.map { "\($0.place.map { "\($0): " } ?? "")\($0.text)" })
      let place: Message =
        workflow == nil
        ? "write the job that publishes by hand" : "what is printed belongs into \(Neutralized(start.workflowPath))"
      if repository.files(of: family).contains(where: { $0.path == start.workflowPath }) {
        say("note: ", ["\(Neutralized(start.workflowPath)) is there already: put what is printed into it by hand."])
      }
      console.error("wrote: \(Neutralized(file)); \(place)\n")
      end(values, command: start.command)
      return ExitStatus.done.rawValue
    }

    // MARK: Both

    private func values(of target: Target) -> PublisherValues {
      PublisherValues(
        registry: target.name, tools: target.registry.capabilities.tools, repository: repository, given: given,
        configured: PublisherValues.Configured(nil))
    }

    private func startingPoint(
      _ values: [(PublisherValues, Target)]
    ) throws(BrokerError) -> (StartingPoint, obstacles: [Message]) {
      var obstacles: [Message] = []
      for (value, target) in values {
        guard let obstacle = target.registry.capabilities.publishers?.obstacle(value.job(family)) else { continue }
        // Of some kinds, the registry may know an issuer for an organisation.
        let isOpen = target.registry.capabilities.acceptedIssuers.contains { $0.address == nil && $0.family == family }
        guard isOpen else { throw BrokerError(.usage, obstacle.summary, remedy: obstacle.fixes.first) }
        obstacles += [obstacle.summary] + obstacle.fixes
      }
      return (StartingPoint(values, provider: provider), obstacles)
    }

    private func say(_ label: Message, _ texts: [Message]) {
      for (index, text) in texts.enumerated() where texts.firstIndex(of: text) == index {
        console.error(console.style.layout.labelled(label, text, indent: 0))
      }
    }

    /// Where to register, and how to rehearse.
    private func end(_ values: [(PublisherValues, Target)], command: Message?) {
      let addresses = values.flatMap { value, target -> [Message] in
        let names = value.project.map { [$0] } ?? repository.workspace(of: target.registry.capabilities.tools)
        return (names.isEmpty ? [nil] : names.map(\.value)).compactMap {
          target.registry.capabilities.publishers?.address(value.job(family), $0)
        }
      }
      if !addresses.isEmpty { console.error("register: \(addresses.joined(separator: " and "))\n") }
      let played: Message = provider.jobs.repository == nil ? " --provider \(Neutralized(provider.plugin.name))" : ""
      if let command { console.error("rehearse: token-broker sandbox\(played) -- \(command)\n") }
    }
  }
}

extension Broker {
  /// Reads what would be a repository's file below the organisation's, which may not let it in.
  fileprivate func check(_ text: String, as name: String) throws(BrokerError) -> BrokerConfiguration {
    do throws(BrokerError) {
      let search = ConfigurationSearch(environment: environment, catalog: catalog)
      let source = ConfigurationSource(name: name, bytes: Array(text.utf8), isRepositoryControlled: true)
      // A file that is there and is replaced may be one that cannot be read.
      let organisation =
        FileReader.exists(name) ? (try? search.find(path: nil))?.organisation : try search.find(path: nil).organisation
      return try ConfigurationReader(catalog: catalog).read(
        organisation: organisation, repository: source)
    } catch {
      throw BrokerError(
        error.code, "The file would be refused as it is, and was not written: \(error.message)", remedy: error.remedy)
    }
  }
}
