/// The programs that a run may start as plug-ins: those of the organisation's file (`plugins`), or those of the command line
/// (`--plugin`).
public struct DeclaredPrograms: Sendable {
  /// The type of the entries that a program stands behind.
  static let type = "program"
  /// The name of the section.
  static let section = "plugins"

  /// The programs, in the order they were declared.
  public let all: [DeclaredProgram]
  /// Whether the command line declares them.
  let areNamed: Bool

  /// None: nothing can be run.
  public static let none = DeclaredPrograms(all: [], areNamed: false)

  /// The programs of the command line.
  public init(named programs: [DeclaredProgram]) { self.init(all: programs, areNamed: true) }

  private init(all: [DeclaredProgram], areNamed: Bool) {
    self.all = all
    self.areNamed = areNamed && !all.isEmpty
  }

  /// The program of that name; nil if none is declared.
  func program(named name: String) -> DeclaredProgram? { all.first { $0.name == name } }

  /// The program that an entry selects with `plugin`, or else with its own name.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` if none of that name is declared.
  public func program(of entry: ConfigurationObject) throws(BrokerError) -> DeclaredProgram {
    let name = try entry.string("plugin") ?? entry.path.last ?? ""
    guard let program = program(named: name) else {
      throw entry.error(
        "plugin", "selects the program \(Neutralized.quoted(name)), which nobody declares",
        remedy: NearestName.suggestion(for: name, among: all.map(\.name)).map {
          "Did you mean \(Neutralized.quoted($0))?"
        }
          ?? "Have it declared in \"\(Neutralized(Self.section))\" of the organisation's file, or name it with --plugin NAME=/PATH."
      )
    }
    return program
  }

  // MARK: The section

  /// The keys of a declaration.
  static let keys = [
    ConfigurationKey("command", summary: "the program's file, an absolute path, and its arguments", kind: .texts),
    ConfigurationKey("sha256", summary: "the SHA-256 of the file in hexadecimal digits: what is run is what has it"),
    ConfigurationKey(
      "environment", summary: "the names of the variables that the program gets; it gets no others", kind: .texts),
    ConfigurationKey("timeout", summary: "the time that each call may take, from 100ms to 60s (10s)"),
    ConfigurationKey("hint", summary: "where people get the program, or whom they ask"),
  ]

  /// Decodes the section `plugins` of an organisation's file; `taken` are the types of plug-ins that there are.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` with file, line, column and key path; ``ErrorCode/declarationRefused`` where
  ///   the file may not declare.
  init(from root: ConfigurationObject, taken: [String]) throws(BrokerError) {
    try root.refuseUndeclared(
      Self.section, "programs to run",
      remedy: "Declare them in an organisation's file that lies outside of the checkout, or with --plugin NAME=/PATH.")
    guard let section = try root.child(Self.section) else {
      self = .none
      return
    }
    guard !section.keys.isEmpty else {
      throw root.error(
        Self.section, "is empty", remedy: "Declare a program, or leave the section out: then none is run.")
    }
    var programs: [DeclaredProgram] = []
    for name in section.keys {
      guard let object = try section.child(name) else { continue }
      guard EntryName.isValid(name) else {
        throw section.error(name, "is not a name", remedy: "Use \(EntryName.rule).")
      }
      guard !taken.contains(name) else {
        throw section.error(name, "has the name of a built-in type", remedy: "Give it another name.")
      }
      programs.append(try Self.program(name, object, origin: section.nameOrigin(of: name)))
    }
    self.init(all: programs, areNamed: false)
  }

  private static func program(
    _ name: String, _ object: ConfigurationObject, origin: Setting.Origin
  ) throws(BrokerError) -> DeclaredProgram {
    try object.refuseUnknownKeys(known: keys.map(\.name))
    guard let command = try object.strings("command") else {
      throw object.error("command", "is missing", remedy: "Write the program's path and its arguments, as a list.")
    }
    if let obstacle = DeclaredProgram.obstacle(toCommand: command) { throw object.error("command", obstacle) }
    let sha256 = try object.string("sha256")?.lowercased()
    if let sha256, !DeclaredProgram.isSHA256(sha256) {
      throw object.error("sha256", "is not 64 hexadecimal digits", remedy: "Write what sha256sum prints.")
    }
    let environment = try object.strings("environment") ?? []
    for variable in environment {
      guard let obstacle = DeclaredProgram.obstacle(toVariable: variable) else { continue }
      throw object.error("environment", "names \(Neutralized.quoted(variable)), which \(obstacle)")
    }
    var limit = DeclaredProgram.usualLimit
    if let text = try object.string("timeout") {
      guard let given = DeclaredProgram.limit(text) else {
        throw object.error(
          "timeout", "is no time from 100ms to 60s", remedy: "Write a number and its unit, such as \"10s\".")
      }
      limit = given
    }
    return DeclaredProgram(
      name: name, command: command, sha256: sha256, environment: environment, limit: limit,
      hint: try object.string("hint"), origin: origin)
  }

  /// Refuses the section in a repository's file, which may select a program, not declare one.
  static func refuse(in root: ConfigurationObject) throws(BrokerError) {
    guard root.keys.contains(section) else { return }
    throw root.error(
      section, "declares programs to run, and this is a repository's file: it may select one that is declared",
      remedy: "Declare them in the organisation's file (TOKEN_BROKER_ORG_CONFIG), or with --plugin NAME=/PATH.",
      code: .declarationRefused)
  }

  /// The declarations in force, for people.
  var settings: [Setting] {
    all.map { program in
      var parts = [program.command.joined(separator: " ")]
      if let sha256 = program.sha256 { parts.append("sha256 \(sha256)") }
      if !program.environment.isEmpty { parts.append("with \(program.environment.joined(separator: ", "))") }
      return Setting(
        path: "\(Self.section).\(program.name)", value: parts.joined(separator: "; "), origin: program.origin)
    }
  }
}
