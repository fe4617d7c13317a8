import BrokerCore

/// What the plug-ins know about repositories that come to the broker.
struct AdoptionCatalog: Sendable {
  let plugins: PluginCatalog

  init(_ plugins: PluginCatalog) { self.plugins = plugins }

  /// The providers that know something about repositories.
  var providers: [ProviderType] { plugins.providers.filter { $0.adoption != nil } }

  /// The provider of a kind of issuer; nil if nothing is known of its repositories.
  func provider(of family: IssuerFamily?) -> ProviderType? { providers.first { $0.jobs.family == family } }

  /// The providers' names with a word between them: `a or b`.
  func names(_ word: Message = "or") -> Message {
    providers.map { Neutralized($0.plugin.name) }.joined(separator: " \(word) ")
  }

  /// The names of their kinds: `A or B`.
  var families: Message { providers.map(\.jobs.family).joined(separator: " or ") }

  // MARK: Servers

  /// The server that a name means: other names of a hosted service are those of the service.
  func host(_ name: String) -> RepositoryHost {
    let name = RepositoryHost.plain(name)
    let own = providers.first { $0.adoption?.hosting?.aliases.contains(name) == true }
    return host(own?.adoption?.hosting?.service ?? name, provider: nil)
  }

  /// The hosted service of a kind of issuer; nil if it has none.
  func service(of family: IssuerFamily?) -> RepositoryHost? {
    provider(of: family).flatMap { provider in provider.adoption?.hosting.map { host($0.service, provider: provider) } }
  }

  private func host(_ name: String, provider: ProviderType?) -> RepositoryHost {
    let known = provider ?? providers.first { $0.adoption?.hosting?.recognises(name) == true }
    return RepositoryHost(
      name: name, family: known?.jobs.family, isHosted: providers.contains { $0.adoption?.hosting?.service == name })
  }

  /// The issuer of the jobs of `family` on a server; nil if that is not known.
  func issuer(of family: IssuerFamily, at host: RepositoryHost) -> String? {
    provider(of: family)?.adoption?.hosting?.issuer(host.name)
  }

  /// A remote, on the server that its name means.
  func known(_ remote: GitRemote) -> GitRemote { remote.at(host(remote.host).name) }

  /// The server of the job that this is, by the runner's variables; nil outside of a job.
  ///
  /// A value that is no address is kept as it is: a server that cannot be read is not the hosted one.
  func job(in environment: Environment) -> (family: IssuerFamily, host: Sourced<RepositoryHost>)? {
    for provider in providers where provider.runner?.runs(jobOf: environment) == true {
      let variables = provider.adoption?.hosting?.serverVariables ?? []
      guard let name = variables.first(where: { environment.nonEmpty($0) != nil }), let text = environment[name] else {
        continue
      }
      let rest = text.firstRange(of: "://").map { text[$0.upperBound...] } ?? text[...]
      return (provider.jobs.family, Sourced(host(String(rest.prefix { !"/:".contains($0) })), "\(Neutralized(name))"))
    }
    return nil
  }

  // MARK: Names

  /// Whether a name is that of something that publishes: it has one of the words, or names a registry.
  func isMeant(_ name: String, by words: [String] = ["publish", "release"]) -> Bool {
    let name = name.lowercased()
    return (words + plugins.registries.map(\.plugin.name)).contains { name.contains($0) }
  }
}

/// The server that a repository is on.
struct RepositoryHost: Sendable, Equatable {
  /// The name in lower case.
  let name: String
  /// The kind of issuer that is known to be there; nil if the name does not tell.
  let family: IssuerFamily?
  /// Whether it is a provider's hosted service.
  let isHosted: Bool

  /// A host's name in lower case, without the dot at its end.
  static func plain(_ name: String) -> String {
    var name = name.lowercased()
    while name.hasSuffix(".") { name.removeLast() }
    return name
  }
}
