/// A version of a Python project (the packaging specification "Version specifiers", PEP 440).
struct PythonVersion: Equatable {
  /// The normalised text: `1.0.POST1` and `1.0-1` are `1.0.post1`.
  let text: String
  /// Whether it is a local version: one with `+`.
  let isLocal: Bool
  /// A value that equal versions share: zeros at the end of the release do not count.
  private let key: String

  static func == (one: PythonVersion, other: PythonVersion) -> Bool { one.key == other.key }

  /// Reads a version; nil if it is none.
  init?(_ text: some StringProtocol) {
    var cursor = Cursor(Array(text.lowercased().utf8))
    cursor.skip { $0 == 0x20 || (0x09...0x0D).contains($0) }
    _ = cursor.take("v")
    guard var number = cursor.number() else { return nil }
    var epoch = ""
    if cursor.take("!") {
      epoch = number == "0" ? "" : "\(number)!"
      guard let first = cursor.number() else { return nil }
      number = first
    }
    var release = [number]
    while let next = cursor.attempt({ $0.take(".") ? $0.number() : nil }) { release.append(next) }
    var suffix = ""
    if let stage = cursor.attempt(Self.stage) { suffix += stage }
    if let post = cursor.attempt(Self.post) { suffix += ".post\(post)" }
    if let dev = cursor.attempt({ $0.word(["dev"]) }) { suffix += ".dev\(dev.number)" }
    var local = ""
    if cursor.take("+") {
      guard let segments = cursor.segments() else { return nil }
      local = "+\(segments.joined(separator: "."))"
    }
    cursor.skip { $0 == 0x20 || (0x09...0x0D).contains($0) }
    guard cursor.isAtEnd else { return nil }
    self.text = epoch + release.joined(separator: ".") + suffix + local
    isLocal = !local.isEmpty
    while release.count > 1, release.last == "0" { release.removeLast() }
    key = epoch + release.joined(separator: ".") + suffix + local
  }

  /// `a1`, `b1`, `rc1`, in any of their spellings.
  private static func stage(_ cursor: inout Cursor) -> String? {
    guard let (word, number) = cursor.word(["alpha", "a", "beta", "b", "preview", "pre", "rc", "c"]) else { return nil }
    let letter =
      switch word {
      case "alpha", "a": "a"
      case "beta", "b": "b"
      default: "rc"
      }
    return letter + number
  }

  /// The number of `.post1`, `-1` and their other spellings.
  private static func post(_ cursor: inout Cursor) -> String? {
    if let number = cursor.attempt({ $0.take("-") ? $0.number() : nil }) { return number }
    return cursor.word(["post", "rev", "r"])?.number
  }

  /// Reads bytes in lower case from left to right.
  private struct Cursor {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place == bytes.count }

    private var next: UInt8? { isAtEnd ? nil : bytes[place] }

    mutating func skip(_ isSkipped: (UInt8) -> Bool) {
      while let next, isSkipped(next) { place += 1 }
    }

    mutating func take(_ word: String) -> Bool {
      guard bytes[place...].starts(with: word.utf8) else { return false }
      place += word.utf8.count
      return true
    }

    /// What `read` takes; nothing if that is nil.
    mutating func attempt<Value>(_ read: (inout Cursor) -> Value?) -> Value? {
      let start = self
      let value = read(&self)
      if value == nil { self = start }
      return value
    }

    /// Digits without leading zeros; nil if there are none.
    mutating func number() -> String? {
      let start = place
      skip { (0x30...0x39).contains($0) }
      guard place > start else { return nil }
      let digits = bytes[start..<place].drop { $0 == 0x30 }
      return digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self)
    }

    /// One of the words and its number, which may be left out, with a separator before each.
    mutating func word(_ words: [String]) -> (word: String, number: String)? {
      attempt { cursor in
        cursor.separator()
        guard let word = words.first(where: { cursor.take($0) }) else { return nil }
        let number = cursor.attempt { rest in
          rest.separator()
          return rest.number()
        }
        return (word, number ?? "0")
      }
    }

    private mutating func separator() {
      if let next, [0x2D, 0x2E, 0x5F].contains(next) { place += 1 }
    }

    /// The parts of a local version.
    mutating func segments() -> [String]? {
      var segments: [String] = []
      repeat {
        let start = place
        skip { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
        guard place > start else { return nil }
        let text = bytes[start..<place]
        let isNumber = text.allSatisfy { (0x30...0x39).contains($0) }
        let digits = text.drop { isNumber && $0 == 0x30 }
        segments.append(digits.isEmpty ? "0" : String(decoding: digits, as: UTF8.self))
      } while attempt { cursor in
        let start = cursor.place
        cursor.separator()
        return cursor.place > start ? true : nil
      } == true
      return segments
    }
  }
}
