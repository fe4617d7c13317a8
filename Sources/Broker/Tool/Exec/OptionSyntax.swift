/// How a program reads its options: which of them have a value, and whether their names may be cut short.
struct OptionSyntax: Sendable {
  /// The options that have a value: `--index`, `-i`.
  let valueOptions: [String]
  /// Whether any unambiguous beginning of a long option's name is taken for the option.
  let isAbbreviated: Bool
  /// The options without a value whose names begin the name of another one: `--sign` beside `--sign-with`.
  let switches: [String]

  init(_ valueOptions: [String], isAbbreviated: Bool = false, switches: [String] = []) {
    self.valueOptions = valueOptions
    self.isAbbreviated = isAbbreviated
    self.switches = switches
  }

  /// How one of `names` is written in a word, and the value in the same word; nil if the word is none of them.
  func match(_ word: String, _ names: [String]) -> (spelling: String, value: String?)? {
    guard word.hasPrefix("--") else { return matchLetters(word, names) }
    guard word != "--" else { return nil }
    let equals = word.firstIndex(of: "=")
    let name = String(word[..<(equals ?? word.endIndex)])
    let isMeant = names.contains { known in
      known == name || (isAbbreviated && name.count > 2 && known.hasPrefix(name) && !switches.contains(name))
    }
    guard isMeant else { return nil }
    return (name, equals.map { String(word[word.index(after: $0)...]) })
  }

  /// Matches letters: `-r NAME`, `-rNAME`, and behind switches `-vr NAME`.
  ///
  /// A letter that has a value ends the search: the rest is that value.
  private func matchLetters(_ word: String, _ names: [String]) -> (spelling: String, value: String?)? {
    guard word.hasPrefix("-") else { return nil }
    var rest = word.dropFirst()
    while let letter = rest.popFirst() {
      if names.contains("-\(letter)") { return ("-\(letter)", rest.isEmpty ? nil : String(rest)) }
      if valueOptions.contains("-\(letter)") { return nil }
    }
    return nil
  }

  /// Whether the word behind `word` is its value.
  func takesNext(_ word: String) -> Bool {
    match(word, valueOptions).map { $0.value == nil } ?? false
  }

  /// The indices of the words, from `start` on, that are neither options nor options' values; all behind `--`.
  func operands(in words: [String], from start: Int) -> [Int] {
    var found: [Int] = []
    var index = start
    while index < words.endIndex {
      let word = words[index]
      if word == "--" { return found + ((index + 1)..<words.endIndex) }
      let isOption = word.hasPrefix("-") && word != "-"
      if !isOption { found.append(index) }
      index += isOption && takesNext(word) ? 2 : 1
    }
    return found
  }
}
