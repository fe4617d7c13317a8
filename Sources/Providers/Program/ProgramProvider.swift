public import BrokerCore
import BrokerPrograms

/// A CI system that a program knows (docs/plugin-protocol.md).
public struct ProgramProvider: IdentityProvider {
  /// The entry's name.
  public let name: String
  private let settings: ProgramProviderSettings
  private let services: PluginServices

  /// Makes the provider.
  public init(name: String, settings: ProgramProviderSettings, services: PluginServices) {
    self.name = name
    self.settings = settings
    self.services = services
  }

  /// The variables of `when`, or what the program says.
  public var clue: Clue {
    let words: [Message] = settings.signs.map { "\(Neutralized($0.name))=\(Neutralized($0.value, limit: 64))" }
    return Clue(
      words.isEmpty
        ? "what the program of the plug-in \(Neutralized(settings.program.name)) looks for"
        : words.joined(separator: " and "),
      strength: .job)
  }

  /// Looks at the variables of `when`, and runs nothing; where there are none, asks the program.
  ///
  /// - Throws: `ErrorCode.identityPermission` and others if the program says that the job may not ask.
  public func detect(in environment: Environment) async throws(BrokerError) -> Detection {
    let program = PluginProgram(
      settings.program, as: .provider, settings: settings.told, environment: environment, programs: services.programs)
    guard settings.signs.isEmpty else {
      for sign in settings.signs where environment[sign.name] != sign.value {
        let name = Neutralized(sign.name)
        return .absent(
          environment[sign.name] == nil
            ? "\(name) is not set" : "\(name) is not \(Neutralized.quoted(sign.value, limit: 64))")
      }
      let names = settings.signs.map { Neutralized($0.name) }
      let evidence: Message =
        "\(names.joined(separator: " and ")) \(names.count == 1 ? "is" : "are") as the configuration says"
      return .present(evidence: evidence, source: source(program, strength: .job))
    }
    let detection: PluginDetection
    do throws(BrokerError) {
      detection = try await program.ask(.detect) { (object) throws(ContractFault) in try PluginDetection(object) }
    } catch {
      guard [.providerNotFound, .operationUnsupported].contains(error.code) else { throw error }
      return .absent(error.message.clause)
    }
    guard detection.isPresent else {
      return .absent("the program of the plug-in \(Neutralized(settings.program.name)) does not recognise the job")
    }
    if let problem = detection.problem { throw program.error(problem) }
    // Names that were listed beforehand: nothing else of what a program says here is shown.
    let names = settings.program.environment.filter(detection.evidence.contains).map { Neutralized($0) }
    let evidence: Message =
      names.isEmpty
      ? "the program of the plug-in \(Neutralized(settings.program.name)) recognises the job"
      : "\(names.joined(separator: " and ")) \(names.count == 1 ? "is" : "are") set, says the plug-in \(Neutralized(settings.program.name))"
    return .present(evidence: evidence, source: source(program, strength: detection.strength))
  }

  private func source(_ program: PluginProgram, strength: Clue.Strength) -> ProgramTokenSource {
    ProgramTokenSource(name: name, program: program, settings: settings, strength: strength)
  }
}

extension ProviderType {
  /// A CI system that a declared program knows.
  public static let program = ProviderType(
    PluginType(
      "program", summary: "a CI system that a program knows, which the organisation's file or --plugin declares",
      keys: ProgramProviderSettings.keys, presence: .configured, decode: ProgramProviderSettings.init,
      make: { ProgramProvider(name: $0, settings: $1, services: $2) }),
    jobs: .program)
}
