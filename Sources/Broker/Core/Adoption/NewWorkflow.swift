/// A file that defines jobs, to be written for a repository of which nothing publishes yet.
public struct NewWorkflow: Sendable {
  /// A job that publishes.
  public struct Job: Sendable {
    /// Its name.
    public let name: String
    /// What the command line calls its registries: the name of a registry or a route.
    public let targets: String
    /// The registries, each with the audience of the identity token that it takes.
    public let registries: [(name: String, audience: String)]
    /// The deployment environment; nil for none.
    public let environment: String?

    /// A job.
    public init(
      name: String, targets: String, registries: [(name: String, audience: String)], environment: String?
    ) {
      self.name = name
      self.targets = targets
      self.registries = registries
      self.environment = environment
    }
  }

  /// The path of the file in the checkout.
  public let path: String
  /// The release of the broker that jobs install.
  public let version: String
  /// The path of the broker's configuration in the checkout, quoted.
  ///
  /// Each job that publishes has it, and names it: without the name, a job that did not get the file would publish without its
  /// rules.
  public let configuration: String
  /// How the files are made and published.
  public let recipe: PublishingRecipe
  /// The jobs that publish, one after the other.
  public let jobs: [Job]
  /// What else the jobs are, such as an account, as far as that is known.
  public let values: [JobField: String]

  /// A file.
  public init(
    path: String, version: String, configuration: String, recipe: PublishingRecipe, jobs: [Job],
    values: [JobField: String] = [:]
  ) {
    self.values = values
    self.path = path
    self.version = version
    self.configuration = configuration
    self.recipe = recipe
    self.jobs = jobs
  }
}
