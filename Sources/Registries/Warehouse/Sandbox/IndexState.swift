import BrokerCore
import BrokerSandbox

/// What an index remembers.
struct IndexState {
  /// An API token that was minted.
  struct Minted {
    let projects: [String]?
    let publisher: SandboxPublisher?
    let publisherIdentifier: String
    /// What its code is made with.
    let key: [UInt8]
    /// The conditions that it was made with.
    let conditions: [String]
  }

  /// A file that was received.
  struct Stored {
    let upload: SandboxUpload
    let content: [UInt8]
    let time: UnixTime
    /// Whom the file is listed with as its publisher; nil for nobody.
    let provenance: Provenance?
  }

  /// Who published a file, and what vouches for it.
  struct Provenance {
    let publisher: SandboxPublisher
    let attestations: [JSONText.Value]
  }

  var publishers: [SandboxPublisher]
  var projects: Set<String>
  var switches: Set<SandboxSwitch>
  var usedIdentifiers: Set<String> = []
  /// The API tokens, by their identifiers.
  var minted: [String: Minted] = [:]
  var files: [Stored] = []
  /// The names of projects as they were registered, by the form in which they are compared.
  var names: [String: String] = [:]
  var identifiers: [String: String] = [:]

  /// Registers a publisher; of the same values there is one, with all their projects (Warehouse, oidc/models: unique
  /// constraints, and `reify` of pending publishers).
  ///
  /// - Returns: The publisher that there is then.
  mutating func register(_ publisher: SandboxPublisher) -> SandboxPublisher {
    guard !publisher.isPending,
      let index = publishers.firstIndex(where: { !$0.isPending && $0.values == publisher.values })
    else {
      publishers.append(publisher)
      return publisher
    }
    publishers[index].projects = publishers[index].projects.flatMap { known in
      publisher.projects.map { own in known + own.filter { !known.contains($0) } }
    }
    return publishers[index]
  }

  /// What something is known by in the database.
  mutating func identifier(of kind: String, _ name: String) -> String {
    let key = "\(kind) \(name)"
    if let known = identifiers[key] { return known }
    let identifier = SandboxToken.identifier()
    identifiers[key] = identifier
    return identifier
  }

  /// A project as a token's conditions are compared with it.
  mutating func project(_ name: String) -> TokenVerification.Project {
    let normalized = ProjectName.normalized(name)
    return TokenVerification.Project(
      name: names[normalized] ?? name, normalized: normalized, identifier: identifier(of: "project", normalized))
  }
}

extension SandboxPublisher {
  /// The values that tell a publisher from others.
  var values: [String] {
    [provider.name, owner, repository, workflow, environment ?? "", account ?? "", accountID ?? ""]
  }
}
