public import BrokerCore
public import BrokerSystem

/// The composition without a command line: a catalog, an environment and the services of a run.
///
/// ```swift
/// let broker = Broker(catalog: try .builtIn())
/// let configuration = try broker.configuration()
/// let provider = try await broker.selectProvider(in: configuration)
/// let targets = try await broker.targets(["pypi"], in: configuration)
/// let credentials = try await broker.engine().mint(targets, from: provider.source).credentials.get()
/// ```
public struct Broker: Sendable {
  /// The plug-ins.
  public let catalog: PluginCatalog
  /// The job's variables.
  public let environment: Environment
  /// Sends requests.
  public let transport: any HTTPTransport
  /// Clocks and randomness.
  public let time: TimeSource
  /// Where the secrets of this run may go.
  public let bindings = SecretBindings()
  private let loop: EventLoop?
  private let files: any FileReading
  private let programs: any ProgramRunning
  /// What the indexes were sent, by whichever engine of this run.
  private let sent = SentTokens()

  /// A broker.
  ///
  /// - Parameters:
  ///   - catalog: The plug-ins.
  ///   - environment: The job's variables; nil for those of this process.
  ///   - transport: Sends requests; nil for libcurl.
  ///   - time: Clocks and randomness; nil for those of this machine.
  ///   - files: Reads files; nil for those of this machine.
  ///   - programs: Runs programs; nil for those of this machine.
  ///   - loop: Runs libcurl and the timers beside the tasks that use them; nil for threads of their own.
  public init(
    catalog: PluginCatalog, environment: Environment? = nil, transport: (any HTTPTransport)? = nil,
    time: TimeSource? = nil, files: (any FileReading)? = nil, programs: (any ProgramRunning)? = nil,
    loop: EventLoop? = nil
  ) {
    self.files = files ?? SystemFiles()
    self.programs = programs ?? SystemPrograms()
    let environment = environment ?? Environment.process()
    self.catalog = catalog
    self.environment = environment
    self.transport =
      transport
      ?? CurlTransport(
        TransportConfiguration(environment: environment, rootVariables: catalog.tools.rootVariables), on: loop)
    self.loop = loop
    self.time = time ?? loop.map(SystemTime.source(on:)) ?? SystemTime.source
  }

  // MARK: Configuration

  /// The configuration in force: the repository's file (`path`, `TOKEN_BROKER_CONFIG`, or `token-broker.json` in the
  /// current folder or above it, up to the root of the checkout) below the organisation's (`TOKEN_BROKER_ORG_CONFIG`, `TOKEN_BROKER_ORG_CONFIG_JSON`, or what the
  /// repository's file names in `extends`); without either, the built-in one.
  ///
  /// - Parameters:
  ///   - path: The repository's file.
  ///   - programs: The programs that are declared beside the files; none below an organisation's file.
  ///   - requiresOrganisation: Whether there has to be an organisation's file from outside of the checkout.
  /// - Returns: The configuration.
  /// - Throws: `ErrorCode.configurationUnreadable` if a file that is named cannot be read,
  ///   `ErrorCode.configurationInvalid` if one is wrong or two may be meant, `ErrorCode.configurationWidens` if the repository's allows what
  ///   the organisation's does not, `ErrorCode.organisationMissing` if the organisation's is required and missing.
  public func configuration(
    path: String? = nil, programs: DeclaredPrograms = .none, requiresOrganisation: Bool = false
  ) throws(BrokerError) -> BrokerConfiguration {
    let reader = ConfigurationReader(catalog: catalog, programs: programs)
    let found = try ConfigurationSearch(environment: environment, catalog: catalog).find(path: path)
    if requiresOrganisation { try requireOrganisation(found) }
    return try reader.read(organisation: found.organisation, repository: found.repository)
  }

  /// The organisation's configuration alone; the built-in one without it.
  ///
  /// - Throws: What ``configuration(path:requiresOrganisation:)`` does.
  func organisationConfiguration() throws(BrokerError) -> BrokerConfiguration {
    let search = ConfigurationSearch(environment: environment, catalog: catalog)
    return try ConfigurationReader(catalog: catalog).read(organisation: try search.organisation(), repository: nil)
  }

  /// Every error of a repository's file below the organisation's; none if it can be used.
  func errors(in path: String) -> [BrokerError] {
    let search = ConfigurationSearch(environment: environment, catalog: catalog)
    let reader = ConfigurationReader(catalog: catalog)
    do throws(BrokerError) {
      let found = try search.find(path: path)
      if let repository = found.repository {
        return reader.errors(organisation: found.organisation, repository: repository)
      }
      _ = try reader.read(organisation: found.organisation, repository: nil)
      return []
    } catch {
      // What keeps the file from being looked at for "extends" may be one of several faults.
      guard let source = try? search.file(path) else { return [error] }
      let errors = reader.errors(organisation: try? search.organisation(), repository: source)
      return errors.isEmpty ? [error] : errors
    }
  }

  /// Which configuration is in force, in words: its files, what led to them, and where none was found.
  ///
  /// - Parameters:
  ///   - configuration: What `configuration` gave.
  ///   - path: The repository's file that it was given.
  /// - Returns: The text, for one line.
  public func place(of configuration: BrokerConfiguration, path: String? = nil) -> Message {
    ConfigurationSearch(environment: environment, catalog: catalog)
      .place(of: configuration, path: path)
  }

  /// The file `token-broker.json` in a folder or above it, up to the root of the checkout; nil if there is none.
  ///
  /// - Throws: `ErrorCode.configurationInvalid` if there are two, `ErrorCode.configurationUnreadable` for one above that
  ///   belongs to another user.
  public func repositoryFile(from folder: String) throws(BrokerError) -> String? {
    try RepositoryFileSearch(
      checkouts: catalog.checkoutVariables, environment: environment, from: folder
    ).file()
  }

  private func requireOrganisation(_ found: ConfigurationSearch.Found) throws(BrokerError) {
    guard found.organisation?.isRepositoryControlled != false else { return }
    throw BrokerError(
      .organisationMissing,
      found.organisation.map {
        "The organisation's file \($0.name) lies in the checkout, so that whoever can change the repository can change it."
      } ?? "There is no organisation's file.",
      remedy: "Set \(Neutralized(ConfigurationSearch.pathVariable)) to a file outside of the checkout, or "
        + "\(Neutralized(ConfigurationSearch.textVariable)) to its text, for all repositories.")
  }

  /// What plug-ins are given to do their work with.
  ///
  /// - Parameter rehearsalOrigin: In a rehearsal, the sandbox's origin that stands in for a registry's own.
  /// - Returns: The services.
  public func services(rehearsalOrigin: Origin? = nil) -> PluginServices {
    PluginServices(
      transport: transport, time: time, files: files, programs: programs, environment: environment,
      rehearsalOrigin: rehearsalOrigin, isRehearsal: isRehearsal, bindings: bindings)
  }

  // MARK: Selection

  /// The identity provider of the job.
  ///
  /// - Parameters:
  ///   - configuration: Names the providers to look for.
  ///   - name: The provider to use; nil to choose by evidence.
  /// - Returns: The provider and how it was found.
  /// - Throws: The errors of `ProviderSelection`.
  public func selectProvider(
    in configuration: BrokerConfiguration, named name: String? = nil
  ) async throws(BrokerError) -> ProviderSelection {
    let findings = await providerFindings(in: configuration, wanted: name)
    do throws(BrokerError) { return try ProviderSelection(choosing: findings, wanted: name) } catch {
      if let lookalike = findings.lazy.compactMap(\.lookalike).first, error.causes == [lookalike.cause] {
        throw error.with(causes: [explained(lookalike, in: configuration)])
      }
      guard error.code == .providerNotFound, let found = await providerLeftOut(of: configuration) else { throw error }
      throw BrokerError(
        .providerNotFound,
        "The job runs at \(Neutralized(found.name)), which is not among the providers of \(configuration.place).",
        remedy:
          "Publish from a job of \(configuration.providers.map { Neutralized($0.name) }.joined(separator: " or ")), or have "
          + "\(Neutralized(found.name)) added to \"providers\".",
        facts: [BrokerError.Fact("\(Neutralized(found.name))", "\(found.summary) (looked for \(found.clue.text))")]
          + error.facts)
    }
  }

  /// A lookalike's cause, with which issuers the usual registry accepts where the lookalike has one of its own.
  private func explained(_ lookalike: ProviderLookalike, in configuration: BrokerConfiguration) -> Cause {
    let (services, cause) = (services(), lookalike.cause)
    let known = configuration.registries.map { ($0.name, $0.plugin.make(services).capabilities) }
      .filter { !$0.1.acceptedIssuers.isEmpty }
    guard let issuer = lookalike.issuer,
      let (name, capabilities) = known.first(where: { $0.1.refusals?.isUsual == true }) ?? known.first
    else { return cause }
    let clause = capabilities.acceptedIssuers.clause(
      for: name, but: capabilities.refusedIssuers.first { $0.isOf(issuer) })
    return Cause(cause.code, cause.certainty, "\(cause.summary) \(clause).", fixes: cause.fixes, snippet: cause.snippet)
  }

  /// A provider of the catalog that recognises the job, and that the configuration leaves out.
  private func providerLeftOut(of configuration: BrokerConfiguration) async -> ProviderSelection.Finding? {
    guard let all = try? ConfigurationReader(catalog: catalog).builtIn().providers else { return nil }
    let services = services()
    let left = all.filter { provider in !configuration.providers.contains { $0.type == provider.type } }
    return await ProviderSelection.findings(of: left.map { $0.make(services) }, in: environment).first { finding in
      if case .success(.absent) = finding.result { false } else { true }
    }
  }

  /// What the configured providers find in the environment.
  public func providerFindings(
    in configuration: BrokerConfiguration, wanted: String? = nil
  ) async -> [ProviderSelection.Finding] {
    let services = services()
    return await ProviderSelection.findings(
      of: configuration.providers.map { $0.make(services) }, in: environment, wanted: wanted)
  }

  /// The registries that `names` (registries or routes) stand for; in a rehearsal, the sandbox stands in for them.
  ///
  /// - Throws: `ErrorCode.unknownTarget`, and in a rehearsal the errors of asking the sandbox's directory.
  public func targets(
    _ names: [String], in configuration: BrokerConfiguration
  ) async throws(BrokerError) -> [Target] {
    let registries = try configuration.registries(for: names)
    guard let rehearsal = try Rehearsal(environment) else { return registries.map { $0.target(services()) } }
    let origins = try await rehearsal.origins(transport: transport, now: time.now())
    var targets: [Target] = []
    for registry in registries {
      guard let origin = origins[registry.name] else { throw rehearsal.unknownRegistry(registry.name, origins) }
      let target = registry.target(services(rehearsalOrigin: origin))
      try rehearsal.check(target.registry, standsAt: origin)
      targets.append(target)
    }
    return targets
  }

  /// What lies beside a run: the registries of a configuration, and the checkout.
  public func background(of configuration: BrokerConfiguration) -> Background {
    let targets = configuration.registries.map { $0.target(services()) }
    var checkout = CheckoutReader(
      environment: environment, variables: catalog.checkoutVariables, catalog: AdoptionCatalog(catalog),
      registries: targets
    ).checkout
    let built = FolderReader.names(in: "dist")
    for target in targets {
      // What was built names its project, too.
      let format = target.registry.capabilities.distributions
      checkout.projects[target.name] =
        checkout.projects[target.name] ?? built.lazy.compactMap { format?.name(of: $0)?.project }.first
    }
    return Background(targets: targets, checkout: checkout)
  }

  /// Whether the sandbox stands in for the registries.
  public var isRehearsal: Bool { environment.nonEmpty(Rehearsal.variable) != nil }

  /// An engine for this run.
  ///
  /// - Parameters:
  ///   - policy: When to try again.
  ///   - observe: Told of every event, at once.
  ///   - hide: Hides a secret that was received; throws if that cannot be done.
  ///   - background: What lies beside the run, for explaining a failure.
  /// - Returns: The engine.
  public func engine(
    policy: RetryPolicy = RetryPolicy(),
    observe: @escaping @Sendable (EngineEvent) -> Void = { _ in },
    hide: @escaping @Sendable (EngineEvent) throws(BrokerError) -> Void = { _ in },
    background: @escaping @Sendable () -> Background = { .none }
  ) -> Engine {
    Engine(
      time: time, policy: policy, isRehearsal: isRehearsal, bindings: bindings, executor: loop, sent: sent,
      observe: observe, hide: hide, background: background)
  }
}
