/// A language's interpreter, which runs a module that an option names.
public struct ModuleRunner: Sendable, Equatable {
  /// The names of its program; `*` at the end stands for any rest.
  public let programs: [String]
  /// The letter that names the module: `-m`.
  public let moduleOption: String
  /// The letter that names something to run that is no module: `-c`.
  public let codeOption: String
  /// The options that have a value, beside these two.
  public let valueOptions: [String]

  /// An interpreter.
  public init(_ programs: String..., moduleOption: String, codeOption: String, values: [String] = []) {
    self.programs = programs
    self.moduleOption = moduleOption
    self.codeOption = codeOption
    valueOptions = values
  }
}
