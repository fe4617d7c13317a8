import BrokerCore
import BrokerSandbox
import BrokerSystem

/// The job of the repository that the sandbox is started in: who it is by `expect` and its files, and its publishers.
struct OwnJob: Sendable {
  let job: SandboxPublisher
  /// A publisher for each registry; they differ where the jobs do.
  let publishers: [SandboxPublisher]
  /// The identity tokens that its file says it holds, as far as files tell.
  let heldTokens: [(variable: String, audience: String)]
  /// The registries among these that the sandbox plays where they are named, and the projects that they have.
  let others: [SandboxRegistry]
  let projects: [String]

  /// The job that publishes to the registry that a command names, else to the last one.
  ///
  /// Nil where neither a configuration nor a checkout tells who it is, or it is of another provider than `wanted`.
  init?(_ surroundings: Surroundings, wanted: String?, command: [String]) {
    let catalog = surroundings.catalog
    // Whatever is wrong with the files is for the command to say.
    guard let broker = try? surroundings.broker(), let configuration = try? broker.configuration(),
      let repository = try? LocalRepository(around: ".", AdoptionCatalog(catalog.plugins))
    else { return nil }
    let services = broker.services()
    let today = RepositoryAudit(broker, valueOptionsOf: catalog, configurationFile: nil).read(repository.root)
    var found: [(registry: String, publisher: SandboxPublisher)] = []
    // The registry that a command names is meant, whatever else the folder holds.
    let named = command.lazy.compactMap { word in
      (try? configuration.registries(for: [word]))?.first?.name
    }.first
    let meant = try? MeantRegistries(of: repository, in: configuration, named: [], services)
    let other = meant?.others.joined().filter { $0.name == named } ?? []
    var others: [SandboxRegistry] = []
    var projects: [String] = []
    for target in (meant?.targets ?? []) + other {
      let settings = configuration.registries.first { $0.name == target.name }?.settings
      func read(_ family: IssuerFamily?) -> PublisherValues {
        var given = PublisherValues.Given(job: nil)
        given.family = family
        return PublisherValues(
          registry: target.name, tools: target.registry.capabilities.tools, repository: repository, given: given,
          configured: PublisherValues.Configured(settings), use: Self.use(of: today, at: target.name, family))
      }
      // Fields that several providers have do not tell by themselves which is meant; the first that has all of them is.
      let fields = settings?.expectations.flatMap { $0.origins.keys } ?? []
      let likely = catalog.plugins.providers.first { type in
        !fields.isEmpty && (wanted == nil || wanted == type.plugin.name)
          && fields.allSatisfy { $0 == .environment || type.jobs.fields.contains($0) }
      }
      let values = read(read(nil).family ?? likely?.jobs.family)
      guard let family = values.family,
        let type = catalog.plugins.providers.first(where: { $0.jobs.family == family })?.plugin.name,
        wanted == nil || wanted == type,
        let provider = catalog.sandbox.providers.first(where: { $0.name == type })
      else { continue }
      let job = values.job(family)
      let isPlayed = catalog.sandbox.known.contains { $0.name == target.name }
      if let account = job.fields[.serviceAccount] {
        found.append(
          (
            target.name,
            SandboxPublisher(
              provider, account: account, accountID: job.fields[.serviceAccountID],
              registries: isPlayed ? [target.name] : nil)
          ))
        continue
      }
      guard let owner = job.owner, let name = job.repository, let workflow = job.workflow else { continue }
      if let other = catalog.sandbox.others.first(where: { $0.name == target.name }) {
        others.append(other)
        projects += [settings?.project].compactMap(\.self)
        projects += repository.workspace(of: target.registry.capabilities.tools).map(\.value)
      }
      found.append(
        (
          target.name,
          SandboxPublisher(
            provider, owner: owner, repository: name, workflow: workflow, environment: job.environment,
            registries: isPlayed ? [target.name] : nil)
        ))
    }
    guard let own = found.first(where: { $0.registry == named }) ?? found.last else { return nil }
    let family = catalog.plugins.providers.first { $0.plugin.name == own.publisher.provider.name }?.jobs.family
    heldTokens = (Self.use(of: today, at: own.registry, family)?.job.tokens ?? []).compactMap { token in
      token.audience.value.map { (token.variable, $0) }
    }
    (self.others, self.projects) = (others, projects)
    job = own.publisher
    publishers = found.map(\.publisher)
  }

  /// The job that publishes to a registry, else one that publishes elsewhere, else the one that may have identity tokens.
  private static func use(
    of today: RepositoryAudit.Read, at registry: String, _ family: IssuerFamily?
  ) -> PublishingUse? {
    guard family == nil || family == today.provider?.jobs.family else { return nil }
    if let use = today.uses.first(where: { $0.targets.contains(registry) }) ?? today.uses.first { return use }
    let able = today.survey.jobs.filter { $0.identity.value == true }
    guard able.count == 1 else { return nil }
    return PublishingUse(
      job: able[0], step: JobStep(.unknown("nothing"), at: able[0].place), place: able[0].place, tool: "",
      credential: .identity, targets: [], wrongTarget: nil)
  }

  /// Who is played, for people.
  var summary: Message {
    if let account = job.account { return "\(Neutralized(job.provider.name)): \(Neutralized(account))" }
    let environment: Message = job.environment.map { ", environment \(Neutralized($0))" } ?? ""
    return
      "\(Neutralized(job.provider.name)): \(Neutralized("\(job.owner)/\(job.repository)")), \(Neutralized(job.workflow))\(environment)"
  }
}
