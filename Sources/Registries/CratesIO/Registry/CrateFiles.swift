import BrokerCore

/// The files that cargo packs crates into, `NAME-VERSION.crate`, and what crates.io never takes of them.
struct CrateFiles: DistributionFormat {
  /// The registry's name.
  let registry: String

  static let ending = ".crate"

  /// A crate's name and its version: the version begins at the first hyphen behind which a whole version stands.
  func name(of path: String) -> DistributionName? {
    let filename = path.lastPathPart ?? ""
    guard filename.hasSuffix(Self.ending) else { return nil }
    let stem = filename.dropLast(Self.ending.count)
    for hyphen in stem.indices where stem[hyphen] == "-" {
      let version = stem[stem.index(after: hyphen)...]
      let crate = stem[..<hyphen]
      guard Self.isVersion(version), !crate.isEmpty, crate.utf8.allSatisfy(Self.isNameByte) else { continue }
      return DistributionName(filename: filename, project: String(crate), version: String(version))
    }
    return nil
  }

  /// A crate that crates.io does not know, and a version that differs in its build metadata alone from one that is there
  /// (src/controllers/krate/publish.rs).
  func objections(to paths: [String], listings: [String: ReleaseListing]) -> [DistributionObjection] {
    paths.compactMap { path in
      guard let name = name(of: path) else { return nil }
      switch listings[name.project] {
      case .unknownProject:
        return DistributionObjection(
          path: path,
          reason:
            "it does not have the crate \(Neutralized(name.project, limit: 64)), and makes none with the API token of a "
            + "trusted publisher.",
          remedy:
            "Publish the first version of each such crate with an API token of a person (cargo login, cargo publish), and "
            + "register a trusted publisher in its settings.")
      case .files(let files):
        let number = Self.withoutBuild(name.version)
        let same = files.compactMap { self.name(of: $0.filename)?.version }.first {
          $0 != name.version && Self.withoutBuild($0) == number
        }
        return same.map { same in
          DistributionObjection(
            path: path,
            reason: "it has \(Neutralized(same, limit: 64)) already, and does not compare what stands behind +.",
            remedy: "Give the crate a new version.")
        }
      case .unavailable, nil: return nil
      }
    }
  }

  private static func withoutBuild(_ version: String) -> Substring { version.prefix { $0 != "+" } }

  // MARK: Parts

  /// Letters, digits, `-` and `_` (The Cargo Book, "The name field").
  static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
    default: false
    }
  }

  /// Whether a text is a version (Semantic Versioning 2.0.0).
  static func isVersion(_ text: some StringProtocol) -> Bool {
    let number = text.prefix { $0 != "-" && $0 != "+" }
    let parts = number.split(separator: ".", omittingEmptySubsequences: false)
    let rest = text.dropFirst(number.count)
    return parts.count == 3 && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
      && rest.utf8.allSatisfy { isNameByte($0) && $0 != 0x5F || $0 == 0x2E || $0 == 0x2B } && rest.count != 1
  }

  static func isDigest(_ text: String) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
