/// Which of a job's files a registry compares with the one that a publisher names, and by which claim.
///
/// Where a workflow calls another one, the file that was started and the file that defines the job are two.
public struct ComparedFile: Sendable {
  /// One of the two files.
  public enum File: Sendable {
    /// The file that defines the job: the called one.
    case defining
    /// The file that was started: the caller.
    case started
  }

  /// The file.
  public let file: File
  /// The claim that names it.
  public let claim: Message
  /// Where that was read: a file of the registry's server.
  public let source: Message
  /// The day of what was read, as `2026-08-21`.
  public let day: Message
  /// What may become of that, as the end of a sentence; nil if nothing is planned.
  public let change: Message?

  /// A file, and how it is known.
  public init(_ file: File, claim: Message, source: Message, day: Message, change: Message? = nil) {
    self.file = file
    self.claim = claim
    self.source = source
    self.day = day
    self.change = change
  }

  /// Which file is compared, as of when, as a clause: `the called file (job_workflow_ref, as of 2026-08-21)`.
  public var words: Message {
    let name: Message = file == .defining ? "the called file" : "the calling file"
    return "\(name) (\(claim), as of \(day)\(change.map { "; \($0)" as Message } ?? ""))"
  }
}
