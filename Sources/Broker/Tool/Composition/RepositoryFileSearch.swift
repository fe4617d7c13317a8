import BrokerCore
import BrokerSystem

/// Looks for the repository's file where none is named: in a folder and in those above it, up to the root of the
/// checkout.
///
/// A job stands in a subproject, or beside its checkout, and the file holds all the same: it has the rules.
struct RepositoryFileSearch: Sendable {
  /// The name that it looks for.
  static let fileName = "token-broker.json"

  /// What there is, each file once.
  let files: [String]
  /// Where it looked, in words.
  let place: String

  /// Looks from a folder on.
  ///
  /// - Parameters:
  ///   - variables: The variables in which runners say where the checkout is.
  ///   - environment: The job's variables.
  ///   - folder: The folder.
  /// - Throws: `ErrorCode.configurationUnreadable` for a file above that belongs to another user.
  init(checkouts variables: [String], environment: Environment, from folder: String = ".") throws(BrokerError) {
    let isHere = folder == "."
    let first = isHere ? Self.fileName : "\(folder)/\(Self.fileName)"
    guard let start = FileLocation.real(folder) else {
      files = FileReader.isListed(first) ? [first] : []
      place = "this folder"
      return
    }
    // Everything is below /, so that it is nobody's checkout.
    let checkouts = variables.compactMap { environment.nonEmpty($0).flatMap(FileLocation.real) }
      .filter { $0 != "/" }
    var chains = [Chain(from: start, checkouts)]
    // A job that went through a symbolic link stands below both places.
    if isHere, let path = environment.nonEmpty("PWD").map({ FileLocation.absolute($0, from: "/") }), path != start,
      FileLocation.real(path) == start
    {
      chains.append(Chain(from: path, checkouts))
    }
    var found: [(path: String, real: String)] = []
    func look(_ path: String, mustBeOurs: Bool) throws(BrokerError) {
      guard FileReader.isListed(path) else { return }
      let real = FileLocation.real(path) ?? path
      guard !found.contains(where: { $0.real == real }) else { return }
      if mustBeOurs { try Self.checkOwner(of: path, from: start) }
      found.append((path, real))
    }
    for chain in chains {
      for (index, place) in chain.folders.enumerated() {
        let path = index == 0 ? first : "\(place)/\(Self.fileName)"
        try look(path, mustBeOurs: index > 0 && !chain.isNamed)
      }
    }
    // A job that stands beside its checkout has its rules as well.
    let others = isHere ? checkouts.filter { checkout in !chains.contains { $0.checkouts.contains(checkout) } } : []
    for checkout in others { try look("\(checkout)/\(Self.fileName)", mustBeOurs: false) }
    files = found.map(\.path)
    var tops: [String] = []
    for top in chains.compactMap({ $0.folders.count > 1 ? $0.folders.last : nil }) where !tops.contains(top) {
      tops.append(top)
    }
    place =
      "this folder" + (tops.isEmpty ? "" : ", nor above it up to \(tops.joined(separator: " and "))")
      + others.map { ", nor in \($0)" }.joined()
  }

  /// The one file.
  ///
  /// - Throws: `ErrorCode.configurationInvalid` with both names if there is more than one.
  func file() throws(BrokerError) -> String? {
    guard files.count > 1 else { return files.first }
    let current = FileLocation.currentFolder ?? "/"
    let names = files.map { Neutralized(FileLocation.absolute($0, from: current)) }
    throw BrokerError(
      .configurationInvalid,
      "There is more than one \(Neutralized(Self.fileName)) on the way to the root of the checkout: "
        + "\(names.joined(separator: " and ")).",
      remedy:
        "Keep one of them, or name the one that holds with --config or \(Neutralized(ConfigurationSearch.fileVariable))."
    )
  }

  /// Without a runner that says where the checkout is, whoever can write to a folder above could make one of it.
  private static func checkOwner(of path: String, from start: String) throws(BrokerError) {
    guard let owner = FileReader.owner(of: path) else { return }
    let trusted = [FileReader.ownUser, 0] + [FileReader.owner(of: start)].compactMap { $0 }
    guard !trusted.contains(owner) else { return }
    throw BrokerError(
      .configurationUnreadable,
      "\(Neutralized(path)), above the current folder, belongs to another user.",
      remedy:
        "Name it with --config or \(Neutralized(ConfigurationSearch.fileVariable)) if it is meant; if not, name yours.")
  }

  /// A folder and those above it, up to the root of the checkout.
  private struct Chain {
    let folders: [String]
    /// The checkouts of the runner's that were met.
    let checkouts: [String]

    /// Whether the runner says where the checkout is.
    var isNamed: Bool { !checkouts.isEmpty }

    init(from folder: String, _ checkouts: [String]) {
      var folders = [folder]
      while let last = folders.last, last != "/" { folders.append(FileLocation.folder(of: last)) }
      if folders.count > 1 { folders.removeLast() }
      let reals = folders.map { FileLocation.real($0) ?? $0 }
      self.checkouts = checkouts.filter(reals.contains)
      let root = reals.lastIndex(where: checkouts.contains) ?? folders.firstIndex(where: Checkout.isRoot) ?? 0
      self.folders = Array(folders[...root])
    }
  }
}
