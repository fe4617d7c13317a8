public import BrokerCore

/// A trusted publisher that is registered with the sandbox's indexes.
public struct SandboxPublisher: Sendable {
  /// The kind of issuer.
  public var provider: SandboxProvider
  /// The owner of the repository, or its namespace.
  public var owner: String
  /// The owner's id.
  public var ownerID: String
  /// The repository's or project's name.
  public var repository: String
  /// The name or the path of the file that defines the job.
  public var workflow: String
  /// The service account's address, in place of owner, repository and workflow; nil where these are named.
  public var account: String?
  /// The service account's id; nil for any.
  public var accountID: String?
  /// The environment; nil for any.
  public var environment: String?
  /// The projects it may upload to; nil for any.
  public var projects: [String]?
  /// Whether it is pending: the first mint makes the project.
  public var isPending: Bool
  /// The registries it is registered with; nil for all.
  public var registries: [String]?

  /// A publisher.
  public init(
    _ provider: SandboxProvider, owner: String, ownerID: String = "1000", repository: String, workflow: String,
    environment: String? = nil, projects: [String]? = nil, isPending: Bool = false, registries: [String]? = nil
  ) {
    self.provider = provider
    self.owner = owner
    self.ownerID = ownerID
    self.repository = repository
    self.workflow = workflow
    self.environment = environment
    self.projects = projects
    self.isPending = isPending
    self.registries = registries
  }

  /// A publisher that is a service account, with any projects.
  public init(_ provider: SandboxProvider, account: String, accountID: String? = nil, registries: [String]? = nil) {
    self.init(provider, owner: "", repository: "", workflow: "", registries: registries)
    self.account = account
    self.accountID = accountID
  }

  /// The parts that say who the job is.
  private static func keys(of provider: SandboxProvider) -> [String] {
    provider.account == nil
      ? ["owner", "owner-id", "repository", "workflow", "environment"] : ["service-account", "service-account-id"]
  }

  /// Reads `provider=NAME,owner=octo-org,repository=sample,workflow=release.yml,environment=release,project=sample`, the
  /// provider out of `providers`.
  ///
  /// A publisher that is a service account has `service-account=ADDRESS` in place of a repository's parts, and may have
  /// `service-account-id`. `project` and `registry` may be repeated; `pending=true` makes it a pending publisher.
  ///
  /// - Throws: `ErrorCode.usage` naming what is wrong.
  public init(parsing text: String, providers: [SandboxProvider]) throws(BrokerError) {
    try self.init(parsing: text, option: "--publisher", usual: nil, providers: providers)
  }

  /// Reads what is other than in `job`, and the publisher that the result matches: parts of a publisher without `provider`.
  ///
  /// - Throws: `ErrorCode.usage` naming what is wrong.
  public init(parsing text: String, changing job: SandboxPublisher) throws(BrokerError) {
    try self.init(parsing: text, option: "--job", usual: job, providers: [job.provider])
  }

  private init(
    parsing text: String, option: Message, usual: SandboxPublisher?, providers: [SandboxProvider]
  ) throws(BrokerError) {
    func wrong(_ problem: Message, _ remedy: Message) -> BrokerError {
      BrokerError(.usage, "\(option) \(problem).", remedy: remedy)
    }
    let items = text.split(separator: ",")
    let named = items.first { $0.hasPrefix("provider=") }?.dropFirst("provider=".count)
    let played = usual?.provider ?? providers.first { $0.name == named.map(String.init) } ?? providers.first
    let keys =
      (usual == nil ? ["provider"] : []) + (played.map(Self.keys) ?? []) + ["project"]
      + (usual == nil ? ["pending", "registry"] : [])
    var values: [String: [String]] = [:]
    for item in items {
      let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      // A job may have no environment.
      let mayBeEmpty = usual != nil && parts[0] == "environment"
      guard parts.count < 2 || !parts[1].isEmpty || mayBeEmpty else {
        throw wrong(
          "has no value for \(Neutralized.quoted(parts[0]))", "Write \(Neutralized(parts[0]))=VALUE, or leave it out.")
      }
      guard parts.count == 2, keys.contains(parts[0]) else {
        throw wrong(
          "has \(Neutralized.quoted(String(item))), which is not one of its parts",
          "Write KEY=VALUE with commas between; known keys: \(keys.map { Neutralized($0) }.joined(separator: ", ")).")
      }
      values[parts[0], default: []].append(parts[1])
    }
    func required(_ key: String, _ usual: String?) throws(BrokerError) -> String {
      guard let value = values[key]?.first ?? usual else {
        throw wrong("has no \(Neutralized(key))", "Add \(Neutralized(key))=VALUE.")
      }
      return value
    }
    let name = try required("provider", usual?.provider.name)
    guard let provider = providers.first(where: { $0.name == name }) else {
      throw wrong(
        "has the provider \(Neutralized.quoted(name))",
        "Write \(providers.map { Neutralized("provider=\($0.name)") }.joined(separator: " or ")).")
    }
    if provider.account == nil {
      self.init(
        provider, owner: try required("owner", usual?.owner),
        ownerID: values["owner-id"]?.first ?? usual?.ownerID ?? "1000",
        repository: try required("repository", usual?.repository), workflow: try required("workflow", usual?.workflow),
        environment: (values["environment"]?.first ?? usual?.environment).flatMap { $0.isEmpty ? nil : $0 })
    } else {
      self.init(
        provider, account: try required("service-account", usual?.account),
        accountID: values["service-account-id"]?.first ?? usual?.accountID)
    }
    projects = values["project"]
    isPending = values["pending"]?.first == "true"
    registries = values["registry"]
    guard !isPending || projects?.count == 1 else {
      throw wrong("is pending and names no single project", "Add project=NAME once.")
    }
  }

  /// The claims of a job on the default branch that this publisher matches.
  public var claims: [SandboxClaim] {
    provider.claimsOfPublisher(self) + (environment.map { [SandboxClaim("environment", $0)] } ?? [])
  }
}
