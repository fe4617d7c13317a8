/// Texts that are looked for in a log all at once, in one pass however many they are.
package struct TextSearch: Sendable {
  private let texts: [(text: String, bytes: [UInt8])]
  /// The texts that begin with two bytes, by these as a number.
  private let starts: [[Int]?]

  /// Texts of two bytes and more; shorter ones are not found.
  package init(_ texts: some Sequence<String>) {
    self.texts = texts.map { ($0, Array($0.utf8)) }.filter { $0.bytes.count > 1 }
    var starts = [[Int]?](repeating: nil, count: 1 << 16)
    for (index, text) in self.texts.enumerated() {
      let key = Self.key(text.bytes[0], text.bytes[1])
      starts[key] = (starts[key] ?? []) + [index]
    }
    self.starts = starts
  }

  /// Where each text that stands in a log begins first.
  package func found(in log: LogText) -> [String: Int] {
    var found: [String: Int] = [:]
    let bytes = log.bytes
    guard bytes.count > 1 else { return found }
    for index in 0..<(bytes.count - 1) {
      guard let candidates = starts[Self.key(bytes[index], bytes[index + 1])] else { continue }
      for candidate in candidates where found[texts[candidate].text] == nil {
        if bytes[index...].starts(with: texts[candidate].bytes) { found[texts[candidate].text] = index }
      }
      if found.count == texts.count { break }
    }
    return found
  }

  private static func key(_ first: UInt8, _ second: UInt8) -> Int { Int(first) << 8 | Int(second) }
}
