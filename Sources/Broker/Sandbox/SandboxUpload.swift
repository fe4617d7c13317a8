/// A file that an index of the sandbox received.
public struct SandboxUpload: Sendable, Equatable {
  /// The registry's name.
  public let registry: String
  /// The project, normalised (PEP 503).
  public let project: String
  /// The version as it was sent.
  public let version: String
  /// The file's name.
  public let filename: String
  /// Its length in bytes.
  public let size: Int
  /// The SHA-256 of its content, 64 lower-case hexadecimal digits.
  public let sha256: String
  /// The user name it came with.
  public let username: String
  /// How many attestations came with it (PEP 740).
  public let attestationCount: Int

  /// A file that was received.
  public init(
    registry: String, project: String, version: String, filename: String, size: Int, sha256: String, username: String,
    attestationCount: Int
  ) {
    self.registry = registry
    self.project = project
    self.version = version
    self.filename = filename
    self.size = size
    self.sha256 = sha256
    self.username = username
    self.attestationCount = attestationCount
  }
}
