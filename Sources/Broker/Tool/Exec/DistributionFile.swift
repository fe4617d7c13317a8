import BrokerCore
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
  private(set) var isAttested: Bool

  /// The name without its folder.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// The same file, attested.
  func attested() -> DistributionFile {
    var file = self
    file.isAttested = true
    return file
  }

  /// The file that a word names; nil if it names none that is there.
  ///
  /// - Parameters:
  ///   - path: The word.
  ///   - location: Where that is, seen from the current folder.
  ///   - command: All words.
  ///   - indices: The indices of the words that may belong to it.
  ///   - files: How distribution files are called.
  init?(
    _ path: String, at location: String, in command: [String], among indices: [Int], _ files: PublishedFiles
  ) {
    guard files.endings.contains(where: path.hasSuffix), FileReader.isFile(location) else { return nil }
    let companions = files.companionEndings.map { path + $0 }
    self.path = path
    self.location = location
    words = indices.filter { command[$0] == path || companions.contains(command[$0]) }
    isAttested = files.attestationEnding.map { FileReader.exists(location + $0) } ?? false
  }
}
