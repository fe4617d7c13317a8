public import BrokerCore

/// How far a sandbox's clock is ahead of this machine's.
public enum SandboxClock {
  /// The greatest difference, in seconds: a leap year.
  private static let greatest: Int64 = 366 * 24 * 3600

  /// Reads a number of seconds, negative where the sandbox's clock is behind.
  ///
  /// - Throws: `ErrorCode.usage` if it is none, or more than a year.
  public static func seconds(_ text: String) throws(BrokerError) -> Int64 {
    guard let seconds = Int64(text), (-greatest...greatest).contains(seconds) else {
      throw BrokerError(
        .usage, "--clock is \(Neutralized.quoted(text)), not a number of seconds of up to a year.",
        remedy: "Write for example --clock 300.")
    }
    return seconds
  }
}
