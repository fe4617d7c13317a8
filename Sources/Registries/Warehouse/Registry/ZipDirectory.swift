/// The files in a zip file, read by its directory (PKWARE, APPNOTE.TXT 6.3): bounded, and without the forms that no wheel has.
struct ZipDirectory {
  /// A piece of the file; nil if it cannot be read.
  typealias Piece = (_ offset: Int, _ count: Int) -> [UInt8]?

  /// One file in it.
  struct Member: Equatable {
    /// Its path.
    let name: String
    /// How it is compressed: 0 for not at all, 8 for DEFLATE.
    let method: Int
    /// Its length as it is stored.
    let length: Int
    /// Where its own header is.
    let offset: Int
  }

  /// The members, in the directory's order.
  let members: [Member]
  private let piece: Piece
  private let size: Int

  /// The longest directory that is read, in bytes: some ten thousand members.
  private static let directoryLimit = 8 * 1024 * 1024
  /// The longest comment behind a directory, and the record before it.
  private static let tailLimit = 65_535 + 22

  /// Reads the directory of a file of a length; nil if there is none, or none that is read here.
  init?(size: Int, _ piece: @escaping Piece) {
    let tailStart = max(0, size - Self.tailLimit)
    guard size >= 22, let tail = piece(tailStart, size - tailStart), tail.count == size - tailStart,
      let end = (0...(tail.count - 22)).last(where: { Self.number(tail, $0, 4) == 0x0605_4B50 })
    else { return nil }
    let length = Self.number(tail, end + 12, 4)
    // Bytes before the zip file move all its offsets.
    let start = tailStart + end - length
    let moved = start - Self.number(tail, end + 16, 4)
    guard length <= Self.directoryLimit, start >= 0, moved >= 0, let directory = piece(start, length),
      directory.count == length
    else { return nil }
    var members: [Member] = []
    var place = 0
    for _ in 0..<Self.number(tail, end + 10, 2) {
      guard place + 46 <= directory.count, Self.number(directory, place, 4) == 0x0201_4B50 else { return nil }
      let nameEnd = place + 46 + Self.number(directory, place + 28, 2)
      guard nameEnd <= directory.count else { return nil }
      members.append(
        Member(
          name: String(decoding: directory[(place + 46)..<nameEnd], as: UTF8.self),
          method: Self.number(directory, place + 10, 2), length: Self.number(directory, place + 20, 4),
          offset: Self.number(directory, place + 42, 4) + moved))
      place = nameEnd + Self.number(directory, place + 30, 2) + Self.number(directory, place + 32, 2)
    }
    self.members = members
    self.piece = piece
    self.size = size
  }

  /// The beginning of a member's contents, at most `maximum` bytes; nil if they cannot be read.
  func contents(of member: Member, maximum: Int) -> [UInt8]? {
    guard member.offset <= size - 30, let header = piece(member.offset, 30), header.count == 30,
      Self.number(header, 0, 4) == 0x0403_4B50, Self.number(header, 6, 2) & 1 == 0
    else { return nil }
    let start = member.offset + 30 + Self.number(header, 26, 2) + Self.number(header, 28, 2)
    guard start <= size, let stored = piece(start, min(member.length, maximum, size - start)) else { return nil }
    switch member.method {
    case 0: return stored
    case 8: return Inflate.prefix(of: stored[...], maximum: maximum)
    default: return nil
    }
  }

  /// A number of some bytes, the lowest first.
  private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
    bytes[place..<(place + count)].reversed().reduce(0) { $0 << 8 | Int($1) }
  }
}
