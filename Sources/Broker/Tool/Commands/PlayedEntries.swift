import BrokerCore
import BrokerSandbox

/// What a command line can have played: what comes with the tool, and the entries of the configuration.
struct PlayedEntries {
  private let catalog: SandboxCatalog
  /// The configuration; nil where a command line names nothing but what comes with the tool.
  let configuration: BrokerConfiguration?

  /// Reads the configuration where it is named, or where one of `names`, the providers and registries of the command line,
  /// does not come with the tool.
  ///
  /// - Throws: The errors of reading it.
  init(_ arguments: ParsedArguments, _ surroundings: Surroundings, names: [String]) throws(BrokerError) {
    catalog = surroundings.catalog.sandbox
    let known = catalog.providers.map(\.name) + catalog.known.map(\.name)
    let isNamed =
      arguments.value("--config") != nil || arguments.has("--require-org") || !arguments.all("--plugin").isEmpty
    configuration =
      isNamed || !names.allSatisfy(known.contains)
      ? try surroundings.configuration(for: arguments, surroundings.broker()) : nil
  }

  // MARK: Providers

  /// The CI system of a name.
  ///
  /// - Throws: `ErrorCode.usage` if there is none, or it cannot be played.
  func provider(_ name: String) throws(BrokerError) -> SandboxProvider {
    if let entry = configuration?.providers.first(where: { $0.name == name }) { return try provider(of: entry) }
    guard let provider = catalog.providers.first(where: { $0.name == name }) else {
      throw unknown(name, catalog.providers.map(\.name) + (configuration?.providers.map(\.name) ?? []))
    }
    return provider
  }

  /// What plays an entry of the configuration.
  func provider(of entry: ConfiguredPlugin<any IdentityProvider>) throws(BrokerError) -> SandboxProvider {
    if let make = catalog.declaredProviders[entry.type] { return try make(described(entry)) }
    guard let provider = catalog.providers.first(where: { $0.name == entry.type }) else {
      throw described(entry).notPlayed(
        "this tool has no sandbox for its type \(Neutralized(entry.type))", remedy: "Rehearse with another provider.")
    }
    return provider.named(entry.name)
  }

  // MARK: Registries

  /// The registry of a name.
  ///
  /// - Throws: `ErrorCode.usage` if there is none, or it cannot be played.
  func registry(_ name: String) throws(BrokerError) -> SandboxRegistry {
    if let entry = configuration?.registries.first(where: { $0.name == name })?.plugin {
      return try registry(of: entry)
    }
    guard let registry = catalog.known.first(where: { $0.name == name }) else {
      throw unknown(name, catalog.known.map(\.name) + (configuration?.registries.map(\.name) ?? []))
    }
    return registry
  }

  /// What plays an entry of the configuration.
  func registry(of entry: ConfiguredPlugin<any Registry>) throws(BrokerError) -> SandboxRegistry {
    if let make = catalog.declaredRegistries[entry.type] { return try make(described(entry)) }
    guard let registry = catalog.known.first(where: { $0.name == entry.type }) else {
      throw described(entry).notPlayed(
        "this tool has no sandbox for its type \(Neutralized(entry.type))", remedy: "Rehearse with another registry.")
    }
    return SandboxRegistry(
      name: entry.name, audience: entry.entry["audience"]?.string ?? registry.audience, kind: registry.kind)
  }

  /// The audience that the entry of a registry says; nil if it says none.
  func audience(of registry: String) -> String? {
    configuration?.registries.first { $0.name == registry }?.plugin.entry["audience"]?.string
  }

  private func described<Product>(_ entry: ConfiguredPlugin<Product>) -> SandboxEntry {
    let name = entry.entry["plugin"]?.string ?? entry.name
    return SandboxEntry(
      name: entry.name, object: entry.entry, program: configuration?.programs.all.first { $0.name == name })
  }

  private func unknown(_ name: String, _ known: [String]) -> BrokerError {
    // An entry may have the name of a plug-in.
    let names = known.enumerated().filter { !known[..<$0.offset].contains($0.element) }.map(\.element)
    return BrokerError(
      .usage, "The sandbox does not play \(Neutralized.quoted(name)).",
      remedy: NearestName.remedy(for: name, among: names))
  }
}

/// Files that the played CI system writes, and those of this machine.
struct PlayedFiles: FileReading {
  let sandbox: Sandbox
  let provider: SandboxProvider
  let base: any FileReading

  func read(_ path: String, maximumBytes: Int) throws(BrokerError) -> [UInt8] {
    guard let text = sandbox.contents(of: path, for: provider) else {
      return try base.read(path, maximumBytes: maximumBytes)
    }
    return Array(text.utf8)
  }
}

/// Programs that get identity tokens from the played CI system, which are not run, and those of this machine.
struct PlayedPrograms: ProgramRunning {
  let sandbox: Sandbox
  let provider: SandboxProvider
  let base: any ProgramRunning

  func run(_ program: Program) async throws(BrokerError) -> ProgramResult {
    guard let text = sandbox.output(of: program.words, for: provider) else { return try await base.run(program) }
    return ProgramResult(status: 0, output: Array(text.utf8), diagnostics: [])
  }
}
