import BrokerCore
import BrokerSystem

/// `token-broker config publishers`: what a person has to register at each registry.
enum ConfigPublishersCommand: Command {
  static let name = "config publishers"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "print what to register as trusted publishers, field by field, and where",
      operands: "[DIR...]", operandCount: 0...10_000,
      options: OptionSpec.configuration + [
        OptionSpec("--format", "FORMAT", "text, markdown, json or csv"),
        OptionSpec("--since", "FILE", "show what is other than in FILE, an earlier sheet in JSON"),
        OptionSpec(
          "--repository", "OWNER/NAME[=PROJECT]", "a repository that is not checked out here", isRepeatable: true),
        OptionSpec("--registry", "NAME", "a registry of the configuration", isRepeatable: true),
        OptionSpec("--provider", "NAME", "where it is built: \(AdoptionCatalog(catalog.plugins).names())"),
        OptionSpec("--project", "NAME", "the project at the registry"),
        OptionSpec("--workflow", "NAME", "the workflow file, or the path of the pipeline file"),
        OptionSpec("--environment", "NAME", "the deployment environment"),
        OptionSpec("--service-account", "ADDRESS", "the account that jobs run as, where these have no repository"),
      ],
      notes: [
        "The sheet begins with a table by what a person has to do; each publisher follows with its fields and their origins.",
        "A DIR is a checkout; without any, and without --repository, this folder. Its own token-broker.json, in it or "
          + "above it up to the root of its checkout, is read unless --config names a file. For each registry of the configuration the values come from the command line, "
          + "from \"project\" and \"expect\", and from the checkout: the git remote, the jobs that publish there "
          + "today, and the file that names the project. A checkout with several projects has an entry for each. Each value is printed with its origin; nothing is sent anywhere.",
        "Most forms mean a hosted service: for a repository on another server none of these is filled in. OWNER/NAME is "
          + "on the server whose job this is, or on the hosted one; of another server, write https://HOST/OWNER/NAME.",
        "Register a publisher where the project exists in the project's settings, whose form its address fills in, and where it "
          + "does not as a pending one, whose form is filled in by hand.",
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let format: PublisherSheet.Format = try AdoptionOptions.format(arguments)
    let catalog = AdoptionCatalog(surroundings.catalog.plugins)
    let given = try AdoptionOptions.given(arguments, catalog, in: surroundings.environment)
    let places = try places(arguments, given, catalog)
    guard given.project == nil || places.count == 1 else {
      throw BrokerError(
        .usage, "--project names the project of one repository, and there are \(places.count).",
        remedy: "Write --repository OWNER/NAME=PROJECT for each.")
    }
    let console = surroundings.console
    let broker = try surroundings.broker()
    let services = broker.services()
    var audit = RepositoryAudit(
      broker, valueOptionsOf: surroundings.catalog, configurationFile: arguments.value("--config"))
    audit.family = given.family
    var entries: [PublisherEntry] = []
    for place in places {
      let folder = place.repository.folder
      let own = place.isFolder && folder != "." ? try broker.repositoryFile(from: folder) : nil
      let configuration = try broker.configuration(
        path: arguments.value("--config") ?? own, requiresOrganisation: arguments.has("--require-org"))
      var given = given
      given.project = place.project ?? given.project
      let uses = place.isFolder ? audit.read(folder).uses : []
      let packages = place.isFolder && place.repository.isRoot ? try Packages(in: place.repository) : nil
      let meant = try MeantRegistries(
        of: place.repository, in: configuration, named: arguments.all("--registry"), services)
      let others = meant.others.joined().filter { target in uses.contains { $0.targets.contains(target.name) } }
      if others.isEmpty, let note = meant.note("--registry") {
        console.error(console.style.layout.labelled("note: ", note, indent: 0))
      }
      for target in meant.targets + others {
        let settings = configuration.registries.first { $0.name == target.name }?.settings
        let tools = target.registry.capabilities.tools
        let here = Publication.all(of: uses.filter { $0.targets.contains(target.name) }, packages, tools)
        // A project that is published to other registries alone needs no publisher here.
        let isMeant =
          !here.isEmpty || uses.allSatisfy(\.targets.isEmpty) || given.workflow != nil
          || settings?.expectations.isEmpty == false
        let unpublished = place.repository.workspace(of: tools).map { Publication(package: $0) }
        let usual = unpublished.isEmpty || given.project != nil ? [Publication()] : unpublished
        for publication in isMeant ? (here.isEmpty ? usual : here) : [] {
          let values = PublisherValues(
            registry: target.name, tools: tools, repository: place.repository, given: given,
            configured: PublisherValues.Configured(settings), package: publication.package, use: publication.use)
          entries.append(try PublisherEntry(values, target: target, isPackageTold: publication.isTold))
        }
      }
    }
    let sheet = PublisherSheet(entries: entries)
    guard let earlier = arguments.value("--since") else {
      return console.write(data: sheet.text(format, console.outputStyle.layout))
    }
    let bytes = try FileReader.read(earlier, maximumBytes: 1 << 26, code: .usage)
    let (changed, gone) = try sheet.changes(since: bytes, from: earlier)
    for name in gone { console.error("no longer: \(name)\n") }
    console.error(
      "since \(Neutralized(earlier)): \(changed.entries.count) of \(entries.count) new or changed, \(gone.count) gone\n"
    )
    return changed.entries.isEmpty && format != .json
      ? ExitStatus.done.rawValue : console.write(data: changed.text(format, console.outputStyle.layout))
  }

  /// A project and the job that publishes it.
  private struct Publication {
    var package: Sourced<String>?
    var use: PublishingUse?
    var isTold = true

    /// Each project with each file and environment that it is published from, and those that none publishes.
    static func all(of uses: [PublishingUse], _ packages: Packages?, _ tools: PublishingTools) -> [Publication] {
      var all: [Publication] = []
      for use in uses {
        let (found, isTold) = packages?.published(by: use, tools) ?? ([], true)
        let projects: [Sourced<String>?] = found.isEmpty ? [nil] : found
        for project in projects where !all.contains(where: { $0.package == project && $0.isSame(as: use) }) {
          all.append(Publication(package: project, use: use, isTold: isTold))
        }
      }
      guard all.contains(where: { $0.package != nil }) else { return all }
      let others = packages?.projects(of: tools).filter { project in !all.contains { $0.package == project } } ?? []
      return all + others.map { Publication(package: $0) }
    }

    private func isSame(as other: PublishingUse) -> Bool {
      guard let use else { return false }
      return use.job.startedFile == other.job.startedFile && use.job.place.path == other.job.place.path
        && use.job.environment.value == other.job.environment.value
    }
  }

  private struct Place {
    let repository: LocalRepository
    let isFolder: Bool
    let project: Sourced<String>?
  }

  private static func places(
    _ arguments: ParsedArguments, _ given: PublisherValues.Given, _ catalog: AdoptionCatalog
  ) throws(BrokerError) -> [Place] {
    var places: [Place] = []
    for folder in arguments.operands {
      places.append(Place(repository: try LocalRepository(around: folder, catalog), isFolder: true, project: nil))
    }
    for text in arguments.all("--repository") {
      let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let remote = remote(String(parts[0]), given, catalog), parts.count == 1 || !parts[1].isEmpty else {
        throw BrokerError(
          .usage, "--repository is \(Neutralized.quoted(text)), which names no repository.",
          remedy: "Write OWNER/NAME, or OWNER/NAME=PROJECT; of another server, https://HOST/OWNER/NAME.")
      }
      places.append(
        Place(
          repository: LocalRepository(named: Sourced(remote, PublisherValues.repositoryOption), catalog),
          isFolder: false,
          project: parts.count == 2 ? Sourced(String(parts[1]), PublisherValues.repositoryOption) : nil))
    }
    if places.isEmpty {
      places.append(Place(repository: try LocalRepository(around: ".", catalog), isFolder: true, project: nil))
    }
    return places
  }

  /// The repository of an address, or of `OWNER/NAME` on the server whose job this is, else on the hosted one.
  private static func remote(
    _ text: String, _ given: PublisherValues.Given, _ catalog: AdoptionCatalog
  ) -> GitRemote? {
    if text.contains("://") { return GitRemote(text) }
    let family = given.family ?? given.job?.family ?? catalog.providers.first?.jobs.family
    let own = given.job.flatMap { $0.family == family ? $0.host.value : nil }
    guard let host = own ?? catalog.service(of: family), let remote = GitRemote(host: host.name, path: text) else {
      return nil
    }
    // Where owners have several parts, a first one with a dot in front of others is a server's name.
    let parts = remote.owner.split(separator: "/")
    let isNested = catalog.provider(of: family)?.adoption?.hosting?.hasNestedOwners == true
    return parts.count > 1 && (!isNested || parts[0].contains(".")) ? nil : remote
  }
}
