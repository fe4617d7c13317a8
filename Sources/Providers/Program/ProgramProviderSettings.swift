public import BrokerCore
import BrokerPrograms

/// The settings of a CI system that a program knows: `plugin`, `settings`, `when` and `claims`.
public struct ProgramProviderSettings: PluginSettings {
  /// The program.
  public let program: DeclaredProgram
  /// What the program is told.
  public let told: JSONText.Value
  /// The variables that every job there has, with their values; the program is asked where there are none.
  public let signs: [(name: String, value: String)]
  /// Who claims say that the job is.
  let job: DeclaredJob
  /// The table of claims, as it was written.
  private let written: [SettingValue]

  static let keys =
    ProgramEntry.keys + [
      ConfigurationKey(
        "when",
        summary: "the variables by which a job is recognised, with their values; without it the program is asked",
        kind: .map(.text), layering: .declared),
      DeclaredJob.key,
    ]

  /// Decodes the settings.
  ///
  /// - Throws: `ErrorCode.configurationInvalid` with file, line, column and key path.
  public init(from object: ConfigurationObject, programs: DeclaredPrograms) throws(BrokerError) {
    let entry = try ProgramEntry(from: object, programs: programs)
    program = entry.program
    told = entry.told
    job = try DeclaredJob(from: try object.child(DeclaredJob.key.name), family: .program)
    written = object.written([DeclaredJob.key])
    var signs: [(name: String, value: String)] = []
    if let map = try object.child("when") {
      for name in map.keys {
        guard VariableName.isValid(name) else {
          throw map.error(name, "is no name of a variable", remedy: "Use \(VariableName.rule).")
        }
        signs.append((name, try map.string(name) ?? ""))
      }
      guard !signs.isEmpty else { throw object.error("when", "is empty", remedy: "Name a variable, or leave it out.") }
    }
    self.signs = signs
  }

  /// The program, what it is told, the variables and the claims.
  public var values: [SettingValue] {
    [SettingValue("plugin", program.name)] + ProgramEntry.values(told)
      + (signs.isEmpty
        ? []
        : [
          SettingValue(
            "when", shown: signs.map { "\($0.name)=\($0.value)" }.joined(separator: ", "),
            comparing: .object(signs.sorted { $0.name < $1.name }.map { ($0.name, .string($0.value)) }))
        ]) + written
  }
}

extension IssuerFamily {
  /// Whatever a program gets identity tokens from.
  public static let program = IssuerFamily("program")
}

extension JobKind {
  /// The jobs of a program's CI system: what `claims` can say, and no more is known.
  public static let program = JobKind(.program, fields: [.owner, .repository, .workflow])
}
