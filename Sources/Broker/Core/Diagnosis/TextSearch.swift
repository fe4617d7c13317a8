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
    search(log) { text, index in
      if found[text] == nil { found[text] = index }
      return found.count < texts.count
    }
    return found
  }

  /// Where each text that stands in a log begins last.
  package func lastFound(in log: LogText) -> [String: Int] {
    var found: [String: Int] = [:]
    search(log) { text, index in
      found[text] = index
      return true
    }
    return found
  }

  /// Calls `note` with each text and its places, in order, as long as that is wanted.
  private func search(_ log: LogText, _ note: (String, Int) -> Bool) {
    let bytes = log.bytes
    guard bytes.count > 1 else { return }
    for index in 0..<(bytes.count - 1) {
      guard let candidates = starts[Self.key(bytes[index], bytes[index + 1])] else { continue }
      for candidate in candidates where bytes[index...].starts(with: texts[candidate].bytes) {
        guard note(texts[candidate].text, index) else { return }
      }
    }
  }

  private static func key(_ first: UInt8, _ second: UInt8) -> Int { Int(first) << 8 | Int(second) }
}
