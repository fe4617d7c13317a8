/// Something in a workflow or pipeline file that decides about publishing.
public struct WorkflowFinding: Sendable, Equatable {
  /// What has to be done about it.
  public enum Kind: Sendable {
    /// A file has to be changed.
    case fix
    /// No change of a file helps: the way itself is closed.
    case cannot
    /// Something could not be read.
    case unknown
    /// It is worth a look, and no fault.
    case note
  }

  /// Which jobs it is about.
  public enum Concern: Sendable {
    /// Any job that publishes.
    case publishing
    /// One that publishes with its identity.
    case identity
    /// None that was found: it says where others may be.
    case others
  }

  /// Its name in kebab case.
  public let code: Message
  /// What has to be done.
  public let kind: Kind
  /// Which jobs it is about.
  public let concern: Concern
  /// Where it is.
  public let place: FilePlace
  /// What is there, as a sentence.
  public let text: Message
  /// What to change, as a sentence; nil if nothing is.
  public let fix: Message?

  /// A finding.
  public init(
    _ code: Message, _ kind: Kind, _ concern: Concern = .publishing, at place: FilePlace, _ text: Message,
    fix: Message? = nil
  ) {
    self.code = code
    self.kind = kind
    self.concern = concern
    self.place = place
    self.text = text
    self.fix = fix
  }
}
