import BrokerSystem

/// A distribution file that the command names, with what belongs to it.
struct DistributionFile: Sendable, Equatable {
  /// The path, as the command names it.
  let path: String
  /// Where it is, seen from the current folder.
  let location: String
  /// The indices of the words of the command that name it and what belongs to it.
  let words: [Int]
  /// Whether there is an attestation for it.
  let isAttested: Bool

  /// The name without its folder.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The ends of names that distribution files have.
  static let suffixes = [".whl", ".tar.gz", ".zip"]
  /// What is put behind a distribution file's name for its attestation.
  private static let attestationSuffix = ".publish.attestation"
  /// What is put behind a distribution file's name for what belongs to it.
  private static let companionSuffixes = [".asc", attestationSuffix]

  /// The file that a word names; nil if it names none that is there.
  ///
  /// - Parameters:
  ///   - path: The word.
  ///   - location: Where that is, seen from the current folder.
  ///   - command: All words.
  ///   - indices: The indices of the words that may belong to it.
  init?(_ path: String, at location: String, in command: [String], among indices: [Int]) {
    guard Self.suffixes.contains(where: path.hasSuffix), FileReader.isFile(location) else { return nil }
    let companions = Self.companionSuffixes.map { path + $0 }
    self.path = path
    self.location = location
    words = indices.filter { command[$0] == path || companions.contains(command[$0]) }
    isAttested = FileReader.exists(location + Self.attestationSuffix)
  }
}
