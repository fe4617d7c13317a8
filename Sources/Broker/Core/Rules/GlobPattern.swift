/// A pattern over a whole text: `*` stands for any run of characters without `/`, `**` for any run, and everything else
/// for itself.
///
/// There are no regular expressions: a pattern means the same to everybody who reads it, and is matched in one pass.
public struct GlobPattern: Sendable, Hashable, CustomStringConvertible {
  /// The greatest length of a pattern in Unicode scalars.
  public static let maximumLength = 256

  enum Element: Sendable, Hashable {
    case literal(Unicode.Scalar)
    /// `*`
    case segment
    /// `**`
    case anything
  }

  /// The pattern as it was written.
  public let text: String
  let elements: [Element]

  /// A pattern; nil if it is empty, longer than ``maximumLength``, or has more than two `*` in a row.
  public init?(_ text: String) {
    guard !text.isEmpty, text.unicodeScalars.count <= Self.maximumLength else { return nil }
    var elements: [Element] = []
    for scalar in text.unicodeScalars {
      switch (scalar, elements.last) {
      case ("*", .segment): elements[elements.count - 1] = .anything
      case ("*", .anything): return nil
      case ("*", _): elements.append(.segment)
      default: elements.append(.literal(scalar))
      }
    }
    self.text = text
    self.elements = elements
  }

  /// Whether it stands for its own text alone.
  public var isLiteral: Bool { !text.unicodeScalars.contains("*") }

  /// What every text that it matches begins with.
  var literalPrefix: String { String(text.unicodeScalars.prefix { $0 != "*" }) }

  /// Whether the pattern matches the whole of `text`, compared scalar by scalar.
  public func matches(_ text: String) -> Bool {
    accepts(text.unicodeScalars.lazy.map { .literal($0) })
  }

  /// Whether `other` matches everything that this pattern matches.
  ///
  /// A `true` can be relied on. A `false` is exact for a pattern without `**`; with it, a pattern that is written quite
  /// differently may go unrecognised, as `*/**` within `**/*`.
  public func lies(within other: GlobPattern) -> Bool { other.accepts(elements) }

  /// Steps through all places of the pattern that can be reached, side by side; what is read may itself hold wildcards,
  /// and only a wildcard that stands for at least as much takes one in.
  private func accepts(_ input: some Sequence<Element>) -> Bool {
    var places = [Bool](repeating: false, count: elements.count + 1)
    places[0] = true
    passWildcards(&places)
    for element in input {
      var next = [Bool](repeating: false, count: places.count)
      for index in elements.indices where places[index] {
        switch (elements[index], element) {
        case (.literal(let own), .literal(let read)): if own == read { next[index + 1] = true }
        case (.segment, .literal("/")), (.segment, .anything), (.literal, _): break
        case (.segment, _), (.anything, _): next[index] = true
        }
      }
      guard next.contains(true) else { return false }
      passWildcards(&next)
      places = next
    }
    return places[elements.count]
  }

  /// A wildcard may stand for nothing.
  private func passWildcards(_ places: inout [Bool]) {
    for index in elements.indices where places[index] {
      if case .literal = elements[index] { continue }
      places[index + 1] = true
    }
  }

  /// The pattern as it was written.
  public var description: String { text }
}
