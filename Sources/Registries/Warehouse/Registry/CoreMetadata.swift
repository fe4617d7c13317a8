import BrokerCore

/// Reads the metadata of a distribution (the packaging specification "Core metadata").
enum CoreMetadata {
  /// The greatest length that is read, in bytes: the fields come before the description.
  static let limit = 64 * 1024

  /// The fields before the first empty line, by their names in lower case; of several of one name, the first.
  static func fields(of bytes: ArraySlice<UInt8>) -> [String: String] {
    var fields: [String: String] = [:]
    for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
      let line = line.last == 0x0D ? line.dropLast() : line
      guard let first = line.first else { break }
      guard first != 0x20, first != 0x09, let colon = line.firstIndex(of: 0x3A) else { continue }
      let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
      let value = String(decoding: line[(colon + 1)...], as: UTF8.self)
      if fields[name] == nil { fields[name] = value.trimmedLine }
    }
    return fields
  }
}
