/// What a source distribution says about itself inside (the packaging specification "Source distribution format"): the
/// beginning of a tar file (POSIX, pax) that is compressed with gzip (RFC 1952).
enum SourceContents {
  /// How much is read of a file, and how much of it is looked through once that is no longer compressed, in bytes.
  ///
  /// Some tools write the metadata first and some last: those of a small project are found, and of a large one those that
  /// come early.
  private static let (storedLimit, limit) = (128 * 1024, 512 * 1024)
  /// The length of a tar file's blocks, in bytes.
  private static let block = 512

  /// The fields of its metadata; nil if they are not in what is read.
  static func fields(size: Int, _ piece: ZipDirectory.Piece) -> [String: String]? {
    guard let stored = piece(0, min(size, storedLimit)), let data = compressed(stored[...]),
      let archive = Inflate.prefix(of: data, maximum: limit)
    else { return nil }
    return metadata(of: archive).map(CoreMetadata.fields)
  }

  /// What follows the header of a gzip file; nil if it is none.
  private static func compressed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard bytes.count > 18, bytes.starts(with: [0x1F, 0x8B, 0x08]), bytes[3] & 0xE0 == 0 else { return nil }
    var rest = bytes[10...]
    if bytes[3] & 0x04 != 0 {
      rest = rest.dropFirst(2 + Int(bytes[10]) + Int(bytes[11]) << 8)
    }
    // A name and a comment.
    for flag in [0x08, 0x10] as [UInt8] where bytes[3] & flag != 0 {
      rest = rest.drop { $0 != 0 }.dropFirst()
    }
    return bytes[3] & 0x02 == 0 ? rest : rest.dropFirst(2)
  }

  /// The file `PKG-INFO` in the folder of a tar file that holds all others; nil if that is not here whole.
  private static func metadata(of archive: [UInt8]) -> ArraySlice<UInt8>? {
    var place = 0
    while place + block <= archive.count {
      let header = archive[place..<(place + block)]
      guard let length = number(header, 124, 12), header[place] != 0 else { return nil }
      let start = place + block
      // Neither part of a sum can be large: a number has eleven octal digits.
      let end = start + length
      let isFile = [0x30, 0].contains(header[place + 156])
      let parts = text(header, 0, 100).split(separator: "/", omittingEmptySubsequences: false)
      if isFile, header[place + 345] == 0, parts.count == 2, parts[1] == "PKG-INFO" {
        return end <= archive.count || archive.count - start >= CoreMetadata.limit
          ? archive[start..<min(end, start + CoreMetadata.limit)] : nil
      }
      place = start + (length + block - 1) / block * block
    }
    return nil
  }

  /// A field of a header, up to its end or a zero.
  private static func text(_ header: ArraySlice<UInt8>, _ offset: Int, _ count: Int) -> String {
    String(decoding: header.dropFirst(offset).prefix(count).prefix { $0 != 0 }, as: UTF8.self)
  }

  /// A number in octal digits; nil if the field holds none.
  private static func number(_ header: ArraySlice<UInt8>, _ offset: Int, _ count: Int) -> Int? {
    Int(text(header, offset, count - 1).split(separator: " ").first ?? "0", radix: 8).flatMap { $0 < 0 ? nil : $0 }
  }
}
