import BrokerCore

/// A configuration file for a repository, and the workflow or pipeline that goes with it.
struct StartingPoint: Sendable {
  /// A registry and what its publisher is registered with.
  struct Target: Sendable {
    let registry: String
    /// What its identity tokens are made out to.
    let audience: String
    let project: Sourced<String>?
    /// The fields of `expect`, in order.
    let fields: [(field: JobField, value: Sourced<String>)]
    /// The issuer, where it is not the hosted service's: a rule holds the job to it, because the fields alone do not tell.
    let issuer: Sourced<String>?
    /// How files are made and published; nil if that is not known.
    let recipe: PublishingRecipe?

    /// The environment of the job that publishes there.
    var environment: String? { fields.first { $0.field == .environment }?.value.value }
  }

  let provider: ProviderType
  let targets: [Target]
  /// Those that are published to in the way of the first one.
  private var alike: [Target] { targets.filter { $0.recipe == targets.first?.recipe } }
  private var recipe: PublishingRecipe? { targets.first?.recipe }

  /// The starting point for registries, whose forms have the fields.
  init(_ values: [(PublisherValues, BrokerCore.Target)], provider: ProviderType) {
    self.provider = provider
    targets = values.map { values, target in
      let tools = target.registry.capabilities.tools
      let form = target.registry.capabilities.publishers?.form(for: provider.jobs.family)
      let fields = (form?.fields ?? []).compactMap { part in
        values.value(part.field).map { (field: part.field, value: $0) }
      }
      let host = values.host.flatMap { $0.value.isHosted ? nil : $0 }
      let issuer = host.flatMap { host in
        values.repository.catalog.issuer(of: provider.jobs.family, at: host.value).map { Sourced($0, host.origin) }
      }
      return Target(
        registry: values.registry, audience: target.expectedAudience?.value ?? values.registry, project: values.project,
        fields: fields, issuer: issuer,
        recipe: values.repository.workspace(of: tools).count > 1 ? tools.recipe?.forAll : tools.recipe)
    }
  }

  // MARK: The configuration

  /// The file's text.
  var configuration: String {
    let registries = targets.map { target in
      var members: [(String, JSONText.Value)] = []
      if let project = target.project { members.append(("project", .string(project.value))) }
      if !target.fields.isEmpty {
        members.append(("expect", .object(target.fields.map { ($0.field.name, .string($0.value.value)) })))
      }
      if let issuer = target.issuer {
        members.append(("rules", .object([("issuer", .array([.string(issuer.value)]))])))
      }
      return (target.registry, JSONText.Value.object(members))
    }
    var members: [(String, JSONText.Value)] = [("version", 1), ("registries", .object(registries))]
    // A job is in one environment.
    if alike.count > 1, Set(alike.map(\.environment)).count == 1 {
      members.append(("routes", .object([("release", .array(alike.map { .string($0.registry) }))])))
    }
    return JSONText.pretty(.object(members)) + "\n"
  }

  /// Every value with its origin, a line each.
  var commentary: Message {
    var rows: [(path: String, value: Sourced<String>)] = []
    for target in targets {
      let path = "registries.\(target.registry)"
      if let project = target.project { rows.append(("\(path).project", project)) }
      rows += target.fields.map { ("\(path).expect.\($0.field.name)", $0.value) }
      if let issuer = target.issuer { rows.append(("\(path).rules.issuer", issuer)) }
    }
    let width = rows.map(\.path.count).max() ?? 0
    return rows.map { row -> Message in
      "\(TextLayout.padded(Message(Neutralized(row.path)), width))  \(DeceptiveText.marked(row.value.value))  (\(row.value.origin))\n"
    }.joined()
  }

  // MARK: The workflow

  /// The jobs that publish: one for all registries, or one for each where their environments differ.
  private var jobs: [NewWorkflow.Job] {
    let targets = alike
    let all = targets.map { ($0.registry, $0.audience) }
    guard Set(targets.map(\.environment)).count > 1 else {
      let name = all.count > 1 ? "release" : targets[0].registry
      return [NewWorkflow.Job(name: "publish", targets: name, registries: all, environment: targets[0].environment)]
    }
    return targets.map { target in
      NewWorkflow.Job(
        name: target.registry, targets: target.registry, registries: [(target.registry, target.audience)],
        environment: target.environment)
    }
  }

  /// The command that publishes in the first job; nil if it is not known how files are published.
  var command: Message? {
    guard let recipe, let job = jobs.first else { return nil }
    // A container is a job's own; a machine is what people have.
    let commands = provider.jobs.workflowFolder == nil ? recipe.inImage : recipe.onMachine
    return "token-broker exec \(Neutralized(job.targets)) -- \(Neutralized(commands.publish))"
  }

  /// The path of the file that the workflow belongs into.
  var workflowPath: String {
    let name = targets.first?.fields.first { $0.field.role == .file }?.value.value
    return provider.jobs.path(of: name ?? provider.jobs.usualPath ?? "publish.yml")
  }

  /// The workflow or pipeline; nil if nothing is known of what one looks like, or of how files are published.
  ///
  /// - Parameters:
  ///   - version: The release of this tool that it installs.
  ///   - file: The path of the configuration in the checkout.
  /// - Returns: The text.
  func workflow(version: String, file: String) -> String? {
    guard let recipe, let write = provider.adoption?.write else { return nil }
    return write(
      NewWorkflow(
        path: workflowPath, version: version, configuration: Snippet.quoted(file).text, recipe: recipe, jobs: jobs,
        values: Dictionary(targets.flatMap(\.fields).map { ($0.field, $0.value.value) }) { first, _ in first }))
  }
}
