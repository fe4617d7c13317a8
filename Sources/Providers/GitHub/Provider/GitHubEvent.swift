import BrokerCore

/// The event that started a run (docs.github.com, "Webhook events and payloads"): what says whose code it runs.
struct GitHubEvent: Sendable {
  private let payload: JSONObject
  private let name: String?

  /// Reads the file that `GITHUB_EVENT_PATH` names; nil if there is none that can be read.
  init?(in environment: Environment) {
    guard let bytes = environment.contentsOfFile(namedBy: "GITHUB_EVENT_PATH"),
      let event = try? JSONReader(maximumBytes: 32 * 1024 * 1024, maximumDepth: 64).read(bytes).object
    else { return nil }
    payload = event
    name = environment["GITHUB_EVENT_NAME"]
  }

  /// Events whose runs get no identity token where the pull request comes from a fork.
  private static let restricted = ["pull_request", "pull_request_review", "pull_request_review_comment"]

  /// The repository that a pull request comes from, where that is another than the one it is for: quoted, or `a repository
  /// that was deleted`.
  ///
  /// A repository that is a fork itself has pull requests of its own; what counts is whether the two differ.
  var foreignHead: Message? {
    guard let name, Self.restricted.contains(name), let request = payload["pull_request"]?.object,
      let head = request["head"]?.object
    else { return nil }
    guard let repository = head["repo"]?.object else { return "a repository that was deleted" }
    let base = request["base"]?.object?["repo"]?.object ?? payload["repository"]?.object
    for key in ["id", "full_name"] {
      guard let own = Self.text(repository[key]), let other = Self.text(base?[key]) else { continue }
      return own == other ? nil : Self.text(repository["full_name"]).map { "\(Neutralized.quoted($0))" } ?? "a fork"
    }
    // Without a base to compare with, a fork is all that is known.
    guard base == nil, case .boolean(true) = repository["fork"]?.value else { return nil }
    return Self.text(repository["full_name"]).map { "\(Neutralized.quoted($0))" } ?? "a fork"
  }

  /// Whether the repository is a private one, whose owners may let pull requests from forks have what they ask for
  /// (docs.github.com, "Managing GitHub Actions settings for a repository", workflows of private forks).
  var isPrivate: Bool {
    let base = payload["pull_request"]?.object?["base"]?.object?["repo"]?.object ?? payload["repository"]?.object
    guard case .boolean(true) = base?["private"]?.value else { return false }
    return true
  }

  /// The run's own repository, if that is a fork.
  var ownFork: String? {
    guard let repository = payload["repository"]?.object, case .boolean(true) = repository["fork"]?.value else {
      return nil
    }
    return Self.text(repository["full_name"]) ?? "the repository"
  }

  private static func text(_ node: JSONNode?) -> String? { node?.string ?? node?.integer.map { "\($0)" } }
}
