import BrokerCore

/// The options that `config init` and `config publishers` share.
enum AdoptionOptions {
  /// What the command line says about a publisher.
  ///
  /// - Throws: `ErrorCode.usage` for an unknown provider, and for names that no form takes.
  static func given(
    _ arguments: ParsedArguments, _ catalog: AdoptionCatalog, in environment: Environment
  ) throws(BrokerError) -> PublisherValues.Given {
    var given = PublisherValues.Given(job: catalog.job(in: environment))
    given.family = try family(arguments.value("--provider"), catalog)
    given.project = try name("--project", in: arguments).map { Sourced($0, "--project") }
    given.workflow = try name("--workflow", in: arguments)
    given.environment = try name("--environment", in: arguments)
    given.account = try name("--service-account", in: arguments).map { Sourced($0, "--service-account") }
    return given
  }

  /// The form that is asked for, or the first of a command's.
  ///
  /// - Throws: `ErrorCode.usage` with the nearest form.
  static func format<Format: CaseIterable & RawRepresentable<String>>(
    _ arguments: ParsedArguments
  ) throws(BrokerError) -> Format {
    let forms = Array(Format.allCases)
    guard let name = arguments.value("--format") else { return forms[0] }
    guard let format = forms.first(where: { $0.rawValue == name }) else {
      throw BrokerError(
        .usage, "There is no format \(Neutralized.quoted(name)).",
        remedy: NearestName.remedy(for: name, among: forms.map(\.rawValue)))
    }
    return format
  }

  private static func family(_ name: String?, _ catalog: AdoptionCatalog) throws(BrokerError) -> IssuerFamily? {
    guard let name else { return nil }
    guard let provider = catalog.providers.first(where: { $0.plugin.name == name }) else {
      throw unknown(name, catalog)
    }
    return provider.jobs.family
  }

  /// What is known of a CI system of which nothing else is: which registries take its identity tokens.
  private static func unknown(_ name: String, _ catalog: AdoptionCatalog) -> BrokerError {
    let table = catalog.plugins.acceptances
    guard table.providers.contains(name) else {
      return BrokerError(
        .usage, "There is no workflow for the provider \(Neutralized.quoted(name)).",
        remedy: NearestName.remedy(for: name, among: catalog.providers.map(\.plugin.name)))
    }
    return BrokerError(
      .usage,
      "No registry's form for the provider \(Neutralized(name)) is known here, nor what its workflows look like.",
      remedy: "Register the publisher by the pages of a registry that takes its identity tokens.",
      facts: table.map { row in
        let answer = row.answer(for: name)
        let word: Message =
          if case .yes(let condition?) = answer { "yes (\(condition))" } else { answer?.word ?? "not known" }
        return BrokerError.Fact(
          "\(Neutralized(row.registry))", "\(word); \(row.source), \(row.day)")
      })
  }

  /// A value of 1 to 255 printable characters.
  private static func name(_ option: String, in arguments: ParsedArguments) throws(BrokerError) -> String? {
    guard let text = arguments.value(option) else { return nil }
    guard !text.isEmpty, text.utf8.count <= 255, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw BrokerError(
        .usage, "\(Neutralized(option)) is not a name.", remedy: "Write 1 to 255 printable characters.")
    }
    return text
  }
}
