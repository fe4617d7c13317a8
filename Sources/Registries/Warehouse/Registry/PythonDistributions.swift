public import BrokerCore

/// Python's distribution files (the packaging specifications "Binary distribution format" and "Source distribution
/// format").
public struct PythonDistributions: DistributionFormat {
  /// The endings of distribution files.
  public static let endings = [".whl", ".tar.gz", ".zip"]

  /// What is put behind a file's name for its attestation (PEP 740).
  static let attestationEnding = ".publish.attestation"

  /// Reads names.
  public init() {}

  /// Reads the name in a path; nil if it is not that of a distribution.
  public func name(of path: String) -> DistributionName? {
    let filename = path.split(separator: "/").last.map(String.init) ?? ""
    guard let ending = Self.endings.first(where: { filename.hasSuffix($0) }) else { return nil }
    let stem = filename.dropLast(ending.count)
    // A wheel's name has no hyphen; that of a source distribution may, but its version has none.
    let hyphen = ending == ".whl" ? stem.firstIndex(of: "-") : stem.lastIndex(of: "-")
    guard let hyphen, let project = Self.normalized(stem[..<hyphen]) else { return nil }
    let version = stem[stem.index(after: hyphen)...].prefix { $0 != "-" }
    return DistributionName(filename: filename, project: project, version: String(version))
  }

  /// Lower case, runs of `-`, `_` and `.` as one hyphen (PEP 503); nil if it is no project's name.
  public static func normalized(_ name: some StringProtocol) -> String? {
    var text = ""
    for byte in name.utf8 {
      switch byte {
      case 0x30...0x39, 0x61...0x7A: text.unicodeScalars.append(Unicode.Scalar(byte))
      case 0x41...0x5A: text.unicodeScalars.append(Unicode.Scalar(byte + 0x20))
      case 0x2D, 0x2E, 0x5F:
        guard !text.isEmpty else { return nil }
        if text.last != "-" { text += "-" }
      default: return nil
      }
    }
    return text.isEmpty || text.last == "-" ? nil : text
  }
}
