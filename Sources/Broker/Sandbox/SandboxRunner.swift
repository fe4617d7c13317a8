/// What reads the log of the jobs of a CI system that is played.
///
/// It is a value that remembers what it has read. It knows the system's runner by its documentation and its sources alone.
public protocol SandboxRunner: Sendable {
  /// What the log shows of bytes that the job printed; a line that has no end yet may be kept back.
  mutating func read(_ bytes: ArraySlice<UInt8>) -> [UInt8]

  /// What the log shows of what was kept back, when the job has ended.
  mutating func end() -> [UInt8]

  /// What else people see of the run, a line each: messages on its page, and what the job left in its files.
  func page(_ files: [SandboxStepFile]) -> [String]
}

/// A file that a step of a job that is played could write to.
public struct SandboxStepFile: Sendable {
  /// The variable that names it.
  public let variable: String
  /// Where it is.
  public let path: String
  /// What the job wrote.
  public let content: [UInt8]

  /// A file.
  public init(variable: String, path: String, content: [UInt8]) {
    self.variable = variable
    self.path = path
    self.content = content
  }
}
