public import BrokerCore

/// What every entry says that a program stands behind: which one (`plugin`), and what it is told (`settings`).
public struct ProgramEntry: Sendable {
  /// The program.
  public let program: DeclaredProgram
  /// What it is told, an object.
  public let told: JSONText.Value

  /// The keys `plugin` and `settings`.
  public static let keys = [
    ConfigurationKey("plugin", summary: "the declared program, by its name in plugins (the entry's own name)"),
    ConfigurationKey(
      "settings", summary: "what the program is told, as it is; never a secret", kind: .document, layering: .declared),
  ]

  /// Decodes the two.
  ///
  /// - Throws: `ErrorCode.configurationInvalid` for a program that is not declared, and settings that are no object.
  public init(from object: ConfigurationObject, programs: DeclaredPrograms) throws(BrokerError) {
    program = try programs.program(of: object)
    guard let node = object.value("settings") else {
      told = .object([])
      return
    }
    guard node.object != nil else { throw object.error("settings", "has to be an object, but is \(node.kind)") }
    told = JSONText.Value(node)
    guard JSONText.compact(told).utf8.count <= PluginProtocol.maximumBytes / 4 else {
      throw object.error("settings", "is longer than \(PluginProtocol.maximumBytes / 4) bytes")
    }
  }

  /// What the program is told, as a value in force; none if that is nothing.
  public static func values(_ told: JSONText.Value) -> [SettingValue] {
    guard case .object(let members) = told, !members.isEmpty else { return [] }
    return [
      SettingValue("settings", shown: members.map(\.0).joined(separator: ", "), comparing: told)
    ]
  }
}
