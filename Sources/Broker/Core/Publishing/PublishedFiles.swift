/// How the files of a registry's packages are called.
public struct PublishedFiles: Sendable, Equatable {
  /// The ends of the names of files that a command may name.
  public let endings: [String]
  /// The ends of the names of files that tools choose by themselves.
  public let chosenEndings: [String]
  /// What is put behind a file's name for a signature of it.
  public let signatureEndings: [String]
  /// What is put behind a file's name for its attestation; nil if there are none.
  public let attestationEnding: String?

  /// Names of files.
  public init(
    endings: [String], chosenEndings: [String], signatureEndings: [String] = [], attestationEnding: String? = nil
  ) {
    self.endings = endings
    self.chosenEndings = chosenEndings
    self.signatureEndings = signatureEndings
    self.attestationEnding = attestationEnding
  }

  /// No files are known.
  public static let none = PublishedFiles(endings: [], chosenEndings: [])

  /// What is put behind a file's name for what belongs to it.
  public var companionEndings: [String] { signatureEndings + (attestationEnding.map { [$0] } ?? []) }
}
