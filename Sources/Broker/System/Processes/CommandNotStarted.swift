public import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Why a command could not be started.
public struct CommandNotStarted: Error, Sendable, Equatable {
  /// The command's name.
  public let name: String
  /// The system's reason in words.
  public let reason: Message
  /// The exit status that env(1) gives: 127 if there is no such command, 126 if it cannot be run.
  public let status: Int32

  init(name: String, failure: Int32) {
    self.name = name
    reason = SystemError.text(failure)
    status = failure == ENOENT ? 127 : 126
  }

  /// The failure in the reader's words.
  public var asBrokerError: BrokerError {
    BrokerError(
      status == 127 ? .commandNotFound : .commandNotRunnable,
      "Cannot run \(Neutralized.quoted(name)): \(reason).",
      remedy: "Check the command behind -- and the PATH.")
  }
}
