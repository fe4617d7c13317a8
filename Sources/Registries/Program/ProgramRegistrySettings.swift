public import BrokerCore
import BrokerPrograms

/// The settings of a registry that a program knows: `plugin`, `upload-url`, `audience` and `settings`.
public struct ProgramRegistrySettings: PluginSettings {
  /// The program.
  public let program: DeclaredProgram
  /// The address that publishing tools upload to; its origin is the registry's own.
  public let uploadURL: HTTPURL
  /// The audience that the registry is known to ask for; nil for a form of its own host.
  public let audience: Audience?
  /// The variables that a command gets.
  public let variables: [ToolVariable]
  /// The same as they were written.
  private let written: [SettingValue]
  /// What the program is told.
  public let told: JSONText.Value

  static let keys =
    ProgramEntry.keys + [
      ConfigurationKey("upload-url", summary: "the address that publishing tools upload to", kind: .address),
      ConfigurationKey(
        "audience", summary: "the audience the registry asks for; no other is accepted", kind: .audience),
      ToolVariable.declaredKey,
    ]

  /// Decodes the settings.
  ///
  /// - Throws: `ErrorCode.configurationInvalid`; `ErrorCode.audienceRefused` for a well-known audience.
  public init(from object: ConfigurationObject, programs: DeclaredPrograms) throws(BrokerError) {
    let entry = try ProgramEntry(from: object, programs: programs)
    program = entry.program
    told = entry.told
    variables = try ToolVariable.declared(in: object)
    written = object.written([ToolVariable.declaredKey])
    guard let uploadURL = try object.address("upload-url") else {
      throw object.error(
        "upload-url", "is missing",
        remedy: "Write the address that publishing tools upload to: its host is what the rules hold for.")
    }
    self.uploadURL = uploadURL
    audience = try object.audience("audience")
    guard let audience else { return }
    do {
      try Self.refuseWellKnown(audience, object.path.last ?? "")
      try AudiencePolicy(
        registry: object.path.last ?? "", home: uploadURL.origin, expected: audience, isRehearsal: false
      ).refuseForeign(audience)
    } catch {
      throw object.error(
        "audience", "is refused: \(error.message.clause)", remedy: error.remedy, code: error.code)
    }
  }

  /// The program, the address, the audience, what the program is told, and the variables of a command.
  public var values: [SettingValue] {
    [SettingValue("plugin", program.name), SettingValue("upload-url", uploadURL.description)]
      + (audience.map { [SettingValue("audience", $0.value)] } ?? []) + ProgramEntry.values(told) + written
  }

  static func refuseWellKnown(_ audience: Audience, _ registry: String) throws(BrokerError) {
    guard AudiencePolicy.isWellKnown(audience) else { return }
    throw BrokerError(
      .audienceRefused,
      "\(Neutralized(registry)) is asked by a program, and \(audience) is a well-known audience: a program is not given tokens for it.",
      remedy: "Use the built-in type of that registry, or an audience of the registry's own.")
  }
}
