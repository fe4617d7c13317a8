/// Why a command could not be started.
public struct CommandNotStarted: Error, Sendable, Equatable {
  /// The command's name.
  public let name: String
  /// The system's reason in words.
  public let reason: String
  /// The exit status that env(1) gives: 127 if there is no such command, 126 if it cannot be run.
  public let status: Int32
}
