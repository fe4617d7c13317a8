import BrokerCore
import BrokerSystem

/// A distribution file that a command publishes, with what belongs to it.
struct DistributionFile: Sendable, Equatable {
  /// The path, as the tool calls it.
  let path: String
  /// Where it is, seen from the current folder.
  let location: String
  /// The indices of the words of the command that name it and what belongs to it; empty if none does.
  let words: [Int]
  /// The index of the pattern or the folder that stands for it and others; nil if there is none.
  let group: Int?
  /// The paths that such a word stands for, too, and that belong to it.
  let companions: [String]
  /// Whether there is an attestation for it.
  private(set) var isAttested: Bool
  /// Whether the tool makes it of sources when it publishes.
  let isRemade: Bool

  /// The name without its folder.
  var name: String { path.lastPathPart ?? path }

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
    isRemade = false
    (group, self.companions) = (nil, [])
    words = indices.filter { command[$0] == path || companions.contains(command[$0]) }
    isAttested = files.attestationEnding.map { FileReader.exists(location + $0) } ?? false
  }

  /// A file that the tool makes of sources when it publishes.
  init(remade package: PackageSurvey.Package) {
    path = package.path
    location = package.path
    (group, companions, words, isAttested, isRemade) = (nil, [], [], false, true)
  }

  /// A file that no word names by itself.
  init(_ path: String, at location: String, group: Int?, companions: [String], _ files: PublishedFiles) {
    self.path = path
    self.location = location
    isRemade = false
    self.group = group
    self.companions = companions
    words = []
    isAttested = files.attestationEnding.map { FileReader.exists(location + $0) } ?? false
  }
}
