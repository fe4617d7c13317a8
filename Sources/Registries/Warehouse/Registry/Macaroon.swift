/// A macaroon in the binary format, version 2 (libmacaroons, doc/format.txt), to which its holder can add caveats.
///
/// Only what is written in exactly that format is one: ``bytes`` of a macaroon that was read are the bytes it was read from.
struct Macaroon: Equatable {
  /// A condition of a macaroon.
  struct Caveat: Equatable {
    /// The party that checks it, if that is not the issuer.
    var location: [UInt8]?
    /// The condition; for its issuer to read.
    var identifier: [UInt8]
    /// What proves that somebody else has checked it; nil for one that the issuer checks.
    var verification: [UInt8]?
  }

  /// The maker that it names.
  let location: [UInt8]?
  /// The identifier by which its issuer knows it.
  let identifier: [UInt8]
  /// The conditions, all of which hold.
  private(set) var caveats: [Caveat]
  /// The code over everything before it: 32 bytes.
  private(set) var signature: [UInt8]

  private enum Field {
    static let end: UInt64 = 0
    static let location: UInt64 = 1
    static let identifier: UInt64 = 2
    static let verification: UInt64 = 4
    static let signature: UInt64 = 6
  }

  private static let version: UInt8 = 2
  private static let signatureLength = 32

  /// Reads a macaroon; nil if the bytes are anything else.
  init?(_ bytes: [UInt8]) {
    var reader = Reader(bytes)
    guard reader.byte() == Self.version, let head = reader.section(),
      let identifier = head[Field.identifier], head[Field.verification] == nil
    else { return nil }
    location = head[Field.location]
    self.identifier = identifier
    caveats = []
    while let section = reader.section() {
      guard !section.isEmpty else {
        guard reader.number() == Field.signature, let code = reader.text(), code.count == Self.signatureLength,
          reader.isAtEnd
        else { return nil }
        signature = code
        return
      }
      guard let identifier = section[Field.identifier] else { return nil }
      caveats.append(
        Caveat(
          location: section[Field.location], identifier: identifier,
          verification: section[Field.verification]))
    }
    return nil
  }

  /// Adds a condition that the issuer checks: nobody can take it away again.
  mutating func add(_ condition: [UInt8]) {
    caveats.append(Caveat(location: nil, identifier: condition, verification: nil))
    signature = HMACSHA256.code(of: condition, key: signature)
  }

  /// The macaroon as it is written.
  var bytes: [UInt8] {
    var bytes = [Self.version]
    func write(_ number: UInt64) {
      var rest = number
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }
    func write(_ field: UInt64, _ text: [UInt8]?) {
      guard let text else { return }
      write(field)
      write(UInt64(text.count))
      bytes += text
    }
    write(Field.location, location)
    write(Field.identifier, identifier)
    write(Field.end)
    for caveat in caveats {
      write(Field.location, caveat.location)
      write(Field.identifier, caveat.identifier)
      write(Field.verification, caveat.verification)
      write(Field.end)
    }
    write(Field.end)
    write(Field.signature, signature)
    return bytes
  }

  /// Reads fields, each a number, a length and so many bytes.
  private struct Reader {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    mutating func byte() -> UInt8? {
      guard place < bytes.count else { return nil }
      defer { place += 1 }
      return bytes[place]
    }

    /// A number in groups of seven bits, the lowest first, in as few bytes as it takes.
    mutating func number() -> UInt64? {
      var number: UInt64 = 0
      // Four groups hold more than any length that fits here.
      for shift in stride(from: 0, through: 21, by: 7) {
        guard let byte = byte() else { return nil }
        number |= UInt64(byte & 0x7F) << UInt64(shift)
        guard byte < 0x80 else { continue }
        return byte == 0 && shift > 0 ? nil : number
      }
      return nil
    }

    /// A length and so many bytes.
    mutating func text() -> [UInt8]? {
      guard let length = number(), length <= UInt64(bytes.count - place) else { return nil }
      defer { place += Int(length) }
      return Array(bytes[place..<(place + Int(length))])
    }

    /// The fields up to the end of a section, in the order of their numbers; nil if they are not of a section.
    mutating func section() -> [UInt64: [UInt8]]? {
      var fields: [UInt64: [UInt8]] = [:]
      var last: UInt64 = 0
      while let field = number() {
        guard field != Field.end else { return fields }
        guard [Field.location, Field.identifier, Field.verification].contains(field), field > last, let text = text()
        else { return nil }
        fields[field] = text
        last = field
      }
      return nil
    }
  }
}
