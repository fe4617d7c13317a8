import BrokerSystem

/// A distribution file that the command names, with what belongs to it.
struct DistributionFile: Sendable, Equatable {
  /// The path, as the command names it.
  let path: String
  /// The paths of the signature and the attestation that lie beside it.
  let companions: [String]

  /// The name without its folder.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  /// Whether there is an attestation for it.
  var isAttested: Bool { companions.contains { $0.hasSuffix(".publish.attestation") } }

  /// The ends of names that distribution files have.
  static let suffixes = [".whl", ".tar.gz", ".zip"]
  /// What is put behind a distribution file's name for what belongs to it.
  static let companionSuffixes = [".asc", ".publish.attestation"]

  /// The distribution files that a command names and that exist, in their order.
  static func files(in command: [String]) -> [DistributionFile] {
    var files: [DistributionFile] = []
    for word in command where suffixes.contains(where: word.hasSuffix) && !word.hasPrefix("-") {
      guard FileReader.isFile(word), !files.contains(where: { $0.path == word }) else { continue }
      let companions = companionSuffixes.map { word + $0 }.filter(FileReader.exists)
      files.append(DistributionFile(path: word, companions: companions))
    }
    return files
  }
}
