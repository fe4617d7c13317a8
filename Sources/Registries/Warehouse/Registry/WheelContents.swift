/// What a wheel says about itself inside (the packaging specifications "Binary distribution format" and "Core metadata").
struct WheelContents: Equatable {
  /// The paths of the files in folders for metadata: `sample-1.0.dist-info/METADATA`.
  let metadataFiles: Set<String>
  /// The fields of its metadata, in lower case; of several of one name, the first.
  ///
  /// Empty if they cannot be read.
  let fields: [String: String]

  /// The greatest length of metadata that is read, in bytes: its fields come before the description.
  private static let limit = 64 * 1024

  /// Reads a wheel of a length; nil if it is no zip file that can be read.
  init?(size: Int, _ piece: @escaping ZipDirectory.Piece) {
    guard let directory = ZipDirectory(size: size, piece) else { return nil }
    let members = directory.members.filter { member in
      let parts = member.name.split(separator: "/", omittingEmptySubsequences: false)
      return parts.count == 2 && parts[0].hasSuffix(".dist-info")
    }
    metadataFiles = Set(members.map(\.name))
    let metadata = members.filter { $0.name.hasSuffix("/METADATA") }
    // Where there are several, none of them is known to be the wheel's.
    let bytes = metadata.count == 1 ? directory.contents(of: metadata[0], maximum: Self.limit) : nil
    fields = bytes.map(Self.fields) ?? [:]
  }

  /// The fields before the first empty line.
  private static func fields(of bytes: [UInt8]) -> [String: String] {
    var fields: [String: String] = [:]
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let line = line.last == 0x0D ? line.dropLast() : line
      guard let first = line.first else { break }
      guard first != 0x20, first != 0x09, let colon = line.firstIndex(of: 0x3A) else { continue }
      let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
      let value = String(decoding: line[(colon + 1)...], as: UTF8.self)
      if fields[name] == nil { fields[name] = value.trimmed }
    }
    return fields
  }
}

extension String {
  /// Without spaces and tabs at both ends.
  fileprivate var trimmed: String {
    let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    let start = drop(while: isBlank)
    return String(start.reversed().drop(while: isBlank).reversed())
  }
}
