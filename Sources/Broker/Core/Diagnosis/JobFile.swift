/// What a file that defines jobs says about publishing.
public struct JobFile: Sendable, Equatable {
  /// The name of a deployment environment, and its line.
  public struct Environment: Sendable, Equatable {
    /// The name.
    public let name: String
    /// The line, from 1.
    public let line: Int
  }

  /// The path in the repository.
  public let path: String
  /// The line that lets a job have an identity token; nil if there is none.
  public let tokenLine: Int?
  /// The deployment environments that jobs name, each with its first line.
  public let environments: [Environment]
  /// What else it says that its jobs are, such as an account.
  public let values: [JobField: Reading<String>]

  /// The last part of the path.
  public var name: String { path.lastPathPart ?? path }

  /// What is known of the file's jobs.
  public init(
    path: String, identities: [Reading<Bool>], environments: [Reading<String>],
    values: [JobField: Reading<String>] = [:]
  ) {
    self.path = path
    self.values = values
    tokenLine = identities.lazy.compactMap { $0.value == true ? $0.place?.line : nil }.first
    var found: [Environment] = []
    for case .known(let name, let place) in environments where !found.contains(where: { $0.name == name }) {
      found.append(Environment(name: name, line: place.line))
    }
    self.environments = found
  }

  /// Reads a file in YAML whose jobs name their environments by `environment`, as a text or with a `name` in it, and are given
  /// identity tokens by a key.
  public init(path: String, text: String, tokenKey: String) {
    var identities: [Reading<Bool>] = []
    var environments: [Reading<String>] = []
    func look(_ node: YAMLNode, _ depth: Int) {
      guard depth < 16 else { return }
      for element in node.sequence ?? [] { look(element, depth + 1) }
      for member in node.mapping?.members ?? [] {
        let place = FilePlace(path, line: member.position.line)
        if member.name == tokenKey { identities.append(.known(true, place)) }
        if member.name == "environment", let name = member.value.text ?? member.value.mapping?["name"]?.text {
          environments.append(name.contains("$") ? .unknown("an expression", place) : .known(name, place))
        }
        look(member.value, depth + 1)
      }
    }
    for document in (try? YAMLReader().read(Array(text.utf8))) ?? [] { look(document, 0) }
    self.init(path: path, identities: identities, environments: environments)
  }
}
