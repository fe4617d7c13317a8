/// A program that runs another one, which its arguments name: `env NAME=VALUE PROGRAM`.
public struct ToolRunner: Sendable, Equatable {
  /// The words that it is called with, options between them aside.
  public let words: [String]
  /// The options that have a value.
  public let valueOptions: [String]
  /// Whether it takes any unambiguous beginning of a long option's name for the option.
  public let isAbbreviated: Bool
  /// The options that make it change into a folder before it runs the program.
  public let folderOptions: [String]
  /// The options that lead into a folder that only the runner can tell; nil if it always chooses one itself.
  public let hiddenFolderOptions: [String]?
  /// How many words stand between its options and the program: the duration of `timeout`.
  public let leadingOperands: Int
  /// Whether the project's settings may give the program other variables than the runner has.
  public let changesVariables: Bool
  /// Whether words with `=` stand before the program: `env NAME=VALUE`.
  public let takesAssignments: Bool

  /// A program that runs another one.
  public init(
    _ words: String..., values: [String] = [], isAbbreviated: Bool = false, folderOptions: [String] = [],
    hiddenFolderOptions: [String]? = [], leadingOperands: Int = 0, changesVariables: Bool = false,
    takesAssignments: Bool = false
  ) {
    self.words = words
    valueOptions = values
    self.isAbbreviated = isAbbreviated
    self.folderOptions = folderOptions
    self.hiddenFolderOptions = hiddenFolderOptions
    self.leadingOperands = leadingOperands
    self.changesVariables = changesVariables
    self.takesAssignments = takesAssignments
  }
}

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
