import BrokerCore
import BrokerSystem

/// `token-broker config init`: a configuration file for this repository, and the workflow to go with it.
enum ConfigInitCommand: Command {
  static let name = "config init"
  static func spec(for catalog: ToolCatalog) -> CommandSpec {
    CommandSpec(
      name, "write a configuration file for this repository, and print the workflow to go with it",
      options: [
        OptionSpec("--output", "FILE", "write to FILE instead of token-broker.json"),
        OptionSpec("--force", nil, "replace the file if it is there"),
        OptionSpec("--provider", "NAME", "where the repository is built: github or gitlab"),
        OptionSpec("--project", "NAME", "the project at the registries"),
        OptionSpec("--workflow", "NAME", "the workflow file, or the path of the pipeline file"),
        OptionSpec("--environment", "NAME", "the deployment environment"),
      ],
      notes: [
        "The values come from the git remote, from workflow files with id-token: write and their environment:, and from "
          + "pyproject.toml; these files are read by their lines. Each value is said with its origin on standard error. "
          + "Standard output is the workflow or pipeline alone.",
        "The file works without being changed; all keys: token-broker config, token-broker plugins.",
      ])
  }

  static func run(_ arguments: ParsedArguments, _ surroundings: Surroundings) async throws(BrokerError) -> Int32 {
    let console = surroundings.console
    let file = arguments.value("--output") ?? "token-broker.json"
    guard arguments.has("--force") || !FileReader.exists(file) else {
      throw BrokerError(
        .deliveryFailed, "\(Neutralized(file)) is there already.",
        remedy: "Name another file with --output, or replace it with --force.")
    }
    let given = try AdoptionOptions.given(arguments, in: surroundings.environment)
    let repository = try LocalRepository(around: ".")
    let broker = try surroundings.broker()
    if !arguments.has("--output"), let other = try broker.repositoryFile(from: "."), other != file {
      throw BrokerError(
        .deliveryFailed,
        "\(Neutralized(other)) is there already and holds here, and two such files are an error.",
        remedy: "Change that one, or name another file with --output.")
    }
    let configuration = try ConfigurationReader(catalog: broker.catalog).builtIn()
    let services = broker.services()
    var values: [PublisherValues] = []
    var obstacles: [Message] = []
    var forms: [PublisherRules.Form?] = []
    for target in configuration.usualRegistries.map({ $0.target(services) }) {
      let value = PublisherValues(
        registry: target.name, repository: repository, given: given, configured: PublisherValues.Configured(nil)
      ).withSuggestions()
      guard let family = value.family else {
        throw BrokerError(
          .usage, "Neither the git remote nor the files here tell whether this is built at GitHub or GitLab.",
          remedy: "Say --provider github or --provider gitlab.")
      }
      // GitHub's own servers have no way in; a GitLab's issuer may be known for an organisation.
      if let obstacle = target.registry.capabilities.publishers?.obstacle(value.job(family)) {
        guard family == .gitLab else { throw BrokerError(.usage, obstacle.summary, remedy: obstacle.fixes.first) }
        obstacles += [obstacle.summary] + obstacle.fixes
      }
      values.append(value)
      forms.append(target.registry.capabilities.publishers?.form(for: family))
    }
    guard let family = values.first?.family else { return ExitStatus.done.rawValue }
    let start = StartingPoint(values, family: family, forms: forms)
    try StagedFile(file, isPrivate: false).commit(Array(start.configuration.utf8))

    console.error("wrote \(Neutralized(file))\n\(start.commentary)")
    let notes = values.flatMap(\.notes) + obstacles
    for (index, note) in notes.enumerated() where notes.firstIndex(of: note) == index {
      console.error(console.style.layout.labelled("note: ", note, indent: 0))
    }
    console.error(
      "next: token-broker config publishers says what to register; the workflow for "
        + "\(Neutralized(start.workflowPath)) follows\n")
    let written = console.write(
      data: start.workflow(version: TokenBrokerTool.version, file: repository.pathInCheckout(of: file)))
    guard written == ExitStatus.done.rawValue else { return written }
    return try verify(file, broker)
  }

  /// Reads what was written below the organisation's file, which may not let it in.
  private static func verify(_ file: String, _ broker: Broker) throws(BrokerError) -> Int32 {
    do throws(BrokerError) {
      _ = try broker.configuration(path: file)
      return ExitStatus.done.rawValue
    } catch {
      throw BrokerError(
        error.code, "The file was written, and is refused as it is: \(error.message)", remedy: error.remedy)
    }
  }
}
