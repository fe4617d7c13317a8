/// A ready-made step of a CI system that publishes, and the command that does the same; or one that makes the credential for
/// a command of a later step.
public struct PublishingPart: Sendable, Equatable {
  /// Its name without a version: `OWNER/NAME`.
  public let name: String
  /// The input that has to have one of these values, if it is to publish.
  public let condition: Condition?
  /// The inputs that name the address.
  public let addressInputs: [String]
  /// The inputs that name the folder whose files are published.
  public let folderInputs: [String]
  /// That folder where no input names it.
  public let folder: String
  /// The input whose words are a command's arguments, of which those that are no options name the files; nil if it has none.
  public let argumentsInput: String?
  /// The command; `{files}` in it stands for the files.
  ///
  /// Nil for a step that makes a credential and publishes nothing.
  public let command: String?
  /// Whether no command does the same: its change is for people.
  public let isOwnWay: Bool
  /// What it does beside that, with what does it instead.
  public let notes: [Message]

  /// An input and its values.
  public struct Condition: Sendable, Equatable {
    /// The input.
    public let input: String
    /// The values.
    public let values: [String]
    /// Those with which it publishes what it makes itself, so that no command is its equal.
    public let making: [String]

    /// An input that has to have a value.
    public init(_ input: String, _ values: String..., making: [String] = []) {
      self.input = input
      self.values = values
      self.making = making
    }
  }

  /// A step.
  public init(
    _ name: String, command: String?, condition: Condition? = nil, addressInputs: [String] = [],
    folderInputs: [String] = [], folder: String = "", argumentsInput: String? = nil, isOwnWay: Bool = false,
    notes: [Message] = []
  ) {
    self.isOwnWay = isOwnWay
    self.name = name
    self.command = command
    self.condition = condition
    self.addressInputs = addressInputs
    self.folderInputs = folderInputs
    self.folder = folder
    self.argumentsInput = argumentsInput
    self.notes = notes
  }
}
