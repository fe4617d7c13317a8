/// What lies beside a run and may tell why a registry refused it; put together only once one did.
public struct Background: Sendable {
  /// What a checkout says about itself.
  public struct Checkout: Sendable {
    /// The files that define jobs, by their paths in the repository.
    public var files: [(path: String, text: String)] = []
    /// Where it is hosted, by its remote; nil if that does not say.
    public var repository: (owner: String, name: String)?
    /// The project that it builds for each registry, by the registry's name; none where nothing names one.
    public var projects: [String: String] = [:]

    /// Nothing is known.
    public init() {}
  }

  /// All registries of the configuration, with what each expects of a job.
  public var targets: [Target]
  /// The checkout of the job.
  public var checkout: Checkout

  /// A background.
  public init(targets: [Target] = [], checkout: Checkout = Checkout()) {
    self.targets = targets
    self.checkout = checkout
  }

  /// Nothing is known.
  public static let none = Background()
}
