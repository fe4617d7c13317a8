/// Reads data that were compressed with DEFLATE (RFC 1951).
///
/// zlib would be another library to open or to link in, and a reader of foreign bytes in a language that does not check
/// them. What is read here are some kilobytes of a release's own metadata.
struct Inflate {
  /// Why reading ends.
  private enum Stop: Error {
    /// There are no further bytes, or no further ones are wanted.
    case end
    /// The data are not what they should be.
    case invalid
  }

  /// A canonical Huffman code.
  private struct Code {
    /// How many codes there are of each length.
    private(set) var counts = [Int](repeating: 0, count: 16)
    /// The symbols, in the order of their codes.
    private(set) var symbols: [Int] = []

    init(_ lengths: some Collection<Int>) throws(Stop) {
      for length in lengths { counts[length] += 1 }
      counts[0] = 0
      var left = 1
      for length in 1...15 {
        left = left * 2 - counts[length]
        guard left >= 0 else { throw .invalid }
      }
      for length in 1...15 where counts[length] > 0 {
        for (symbol, own) in lengths.enumerated() where own == length { symbols.append(symbol) }
      }
    }
  }

  private let input: ArraySlice<UInt8>
  private let maximum: Int
  private var place: Int
  private var bit = 0
  private var output: [UInt8] = []

  private init(_ input: ArraySlice<UInt8>, maximum: Int) {
    self.input = input
    self.maximum = maximum
    place = input.startIndex
  }

  /// The beginning of what was compressed: as much as the input has, and no more than `maximum` bytes.
  ///
  /// - Returns: The bytes; nil if the input is not compressed data.
  static func prefix(of input: ArraySlice<UInt8>, maximum: Int) -> [UInt8]? {
    var inflate = Inflate(input, maximum: maximum)
    do throws(Stop) {
      while try inflate.block() {}
    } catch {
      guard error == .end else { return nil }
    }
    return inflate.output
  }

  /// Reads a block.
  ///
  /// - Returns: Whether others follow.
  private mutating func block() throws(Stop) -> Bool {
    let isLast = try bits(1) == 1
    switch try bits(2) {
    case 0: try stored()
    case 1: try compressed(Self.fixed.0, Self.fixed.1)
    case 2:
      let (literals, distances) = try codes()
      try compressed(literals, distances)
    default: throw .invalid
    }
    return !isLast
  }

  private mutating func stored() throws(Stop) {
    bit = 0
    let length = try bits(16)
    let complement = try bits(16)
    guard length ^ complement == 0xFFFF else { throw .invalid }
    for _ in 0..<length { try put(UInt8(try bits(8))) }
  }

  private mutating func compressed(_ literals: Code, _ distances: Code) throws(Stop) {
    while true {
      let symbol = try symbol(literals)
      if symbol < 256 {
        try put(UInt8(symbol))
        continue
      }
      guard symbol > 256 else { return }
      guard symbol - 257 < Self.lengths.count else { throw .invalid }
      let length = Self.lengths[symbol - 257] + (try bits(Self.lengthBits[symbol - 257]))
      let code = try self.symbol(distances)
      guard code < Self.distances.count else { throw .invalid }
      let distance = Self.distances[code] + (try bits(Self.distanceBits[code]))
      guard distance <= output.count else { throw .invalid }
      for _ in 0..<length { try put(output[output.count - distance]) }
    }
  }

  /// The codes that a block begins with.
  private mutating func codes() throws(Stop) -> (Code, Code) {
    let literalCount = try bits(5) + 257
    let distanceCount = try bits(5) + 1
    let lengthCount = try bits(4) + 4
    var lengths = [Int](repeating: 0, count: 19)
    for index in Self.order.prefix(lengthCount) { lengths[index] = try bits(3) }
    let code = try Code(lengths)
    lengths = []
    while lengths.count < literalCount + distanceCount {
      let symbol = try symbol(code)
      let repeated: (length: Int, count: Int)
      switch symbol {
      case 16:
        guard let last = lengths.last else { throw .invalid }
        repeated = (last, try bits(2) + 3)
      case 17: repeated = (0, try bits(3) + 3)
      case 18: repeated = (0, try bits(7) + 11)
      default: repeated = (symbol, 1)
      }
      lengths += [Int](repeating: repeated.length, count: repeated.count)
    }
    guard lengths.count == literalCount + distanceCount, lengths[256] > 0 else { throw .invalid }
    return (try Code(lengths[..<literalCount]), try Code(lengths[literalCount...]))
  }

  private mutating func symbol(_ code: Code) throws(Stop) -> Int {
    var value = 0
    var first = 0
    var index = 0
    for length in 1...15 {
      value |= try bits(1)
      let count = code.counts[length]
      if value - first < count { return code.symbols[index + value - first] }
      index += count
      first = (first + count) * 2
      value *= 2
    }
    throw .invalid
  }

  private mutating func bits(_ count: Int) throws(Stop) -> Int {
    var value = 0
    for position in 0..<count {
      if bit == 0 {
        guard place < input.endIndex else { throw .end }
        place += 1
      }
      value |= Int(input[place - 1] >> UInt8(bit) & 1) << position
      bit = (bit + 1) % 8
    }
    return value
  }

  private mutating func put(_ byte: UInt8) throws(Stop) {
    guard output.count < maximum else { throw .end }
    output.append(byte)
  }

  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  private static let lengths = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ]
  private static let lengthBits = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distances = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
    8193, 12289, 16385, 24577,
  ]
  private static let distanceBits = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
  ]

  /// The codes of blocks that bring none.
  private static let fixed: (Code, Code) = {
    let literals = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
    do throws(Stop) { return (try Code(literals), try Code([Int](repeating: 5, count: 30))) } catch {
      preconditionFailure("the codes of RFC 1951 are no codes")
    }
  }()
}
