/// Finds the name that somebody probably meant.
package enum NearestName {
  /// The closest of `known` to `text`: one letter may differ in three, two in more, a third of them in long names.
  package static func suggestion(for text: String, among known: [String]) -> String? {
    guard text.count <= 64 else { return nil }
    let limit = max(text.count > 3 ? 2 : 1, text.count / 3)
    return known.map { (name: $0, distance: distance(text.lowercased(), $0.lowercased())) }
      .filter { $0.distance <= limit }
      .min { $0.distance < $1.distance }?.name
  }

  /// The end of a sentence: ` Did you mean "pypi"?`, or the known names.
  package static func remedy(for text: String, among known: [String]) -> Message {
    if let suggestion = suggestion(for: text, among: known) {
      return "Did you mean \(Neutralized.quoted(suggestion))?"
    }
    return known.isEmpty
      ? "There are none." : "Known: \(known.map { Neutralized($0, limit: 64) }.joined(separator: ", "))."
  }

  /// Levenshtein's distance.
  private static func distance(_ left: String, _ right: String) -> Int {
    let right = Array(right)
    var row = Array(0...right.count)
    for (i, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let substitution = diagonal + (character == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[right.count]
  }
}
