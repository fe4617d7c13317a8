import BrokerCore

/// The variables of the command: the credential and the address set, everything that could lead elsewhere removed.
struct ChildEnvironment: Sendable {
  private let templates: [ToolVariable]
  private let removed: [String]
  private let identityVariables: [String]

  /// - Parameters:
  ///   - clients: The publishing tools whose variables are set.
  ///   - own: The variables of `--env`.
  ///   - identityVariables: What carries the job's identity; the command does not get these.
  ///   - isRehearsal: Whether the sandbox stands in for the registries.
  init(clients: [PublishingTool], own: [ToolVariable], identityVariables: [String], isRehearsal: Bool = false) {
    templates = clients.flatMap(\.variables) + (isRehearsal ? clients.flatMap(\.rehearsalVariables) : []) + own
    removed = clients.flatMap(\.removedVariables)
    self.identityVariables = identityVariables
  }

  /// What is changed for a registry, by name, in words; only what the surrounding environment has.
  func notes(for registry: String, in surrounding: Environment) -> [Message] {
    let set = Set(templates.map { $0.name(for: registry) })
    return surrounding.names.compactMap { name in
      let shown = Neutralized(name, limit: 120)
      if set.contains(name) { return "\(shown) is replaced" }
      return isRemoved(name) ? "\(shown) is removed" : nil
    }
  }

  /// The variables for a credential.
  func make(for credential: Credential, in surrounding: Environment) -> Environment {
    var changes = credential.uploadURL.origin.isLoopback ? LoopbackExemption.changes(in: surrounding) : [:]
    for name in surrounding.names where isRemoved(name) { changes.updateValue(nil, forKey: name) }
    for name in identityVariables { changes.updateValue(nil, forKey: name) }
    for template in templates { changes[template.name(for: credential.registry)] = template.value(for: credential) }
    return surrounding.merging(changes)
  }

  /// The variables for a target without a credential; `added` are those that lead a tool to where it asks for one.
  func make(
    for target: Target, in surrounding: Environment, adding added: [String: String] = [:]
  ) -> Environment {
    let url = target.registry.uploadURL
    var changes = url.origin.isLoopback ? LoopbackExemption.changes(in: surrounding) : [:]
    for name in surrounding.names where isRemoved(name) { changes.updateValue(nil, forKey: name) }
    for name in identityVariables { changes.updateValue(nil, forKey: name) }
    for template in templates {
      changes.updateValue(template.value(registry: target.name, url: url), forKey: template.name(for: target.name))
    }
    for (name, value) in added { changes[name] = value }
    return surrounding.merging(changes)
  }

  private func isRemoved(_ name: String) -> Bool { PublishingTool.names(removed, include: name) }
}
