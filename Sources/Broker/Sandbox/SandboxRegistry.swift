public import BrokerCore

/// An index that the sandbox plays.
public struct SandboxRegistry: Sendable, Equatable {
  /// The name that the configuration gives the registry.
  public let name: String
  /// The audience it asks for.
  public let audience: String

  /// An index.
  public init(name: String, audience: String) {
    self.name = name
    self.audience = audience
  }

  /// Reads `NAME=AUDIENCE`.
  ///
  /// - Throws: `ErrorCode.usage` if it is not of that form.
  public init(parsing text: String) throws(BrokerError) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2, Audience(parts[1]) != nil else {
      throw BrokerError(
        .usage, "--registry is \(UntrustedText.quoted(text)), which names no registry and audience.",
        remedy: "Write --registry NAME=AUDIENCE.")
    }
    guard EntryName.isValid(parts[0]) else {
      throw BrokerError(
        .usage, "--registry is \(UntrustedText.quoted(text)), and what is before = is not a name.",
        remedy: "Use \(EntryName.rule).")
    }
    self.init(name: parts[0], audience: parts[1])
  }
}
