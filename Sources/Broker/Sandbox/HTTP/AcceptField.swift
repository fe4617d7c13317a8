/// The field `Accept` of a request (RFC 9110, section 12.5.1).
public struct AcceptField: Sendable {
  private let ranges: [(type: String, quality: Double)]

  /// Nil stands for a field that is not there, which accepts everything.
  public init(_ text: String?) {
    ranges = (text ?? "*/*").split(separator: ",").map { range in
      let parts = range.split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" }.lowercased() }
      let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) }
      return (parts.first ?? "", quality ?? 1)
    }
  }

  /// The acceptable type of the highest quality, the first of several; nil if none is acceptable.
  public func choose(from types: [String]) -> String? {
    var best: (type: String, quality: Double)?
    for type in types {
      let quality = quality(of: type)
      if quality > best?.quality ?? 0 { best = (type, quality) }
    }
    return best?.type
  }

  /// That of the most specific range that the type is in; 0 if it is in none.
  private func quality(of type: String) -> Double {
    let family = type.prefix { $0 != "/" }
    for range in [type, "\(family)/*", "*/*"] {
      if let found = ranges.first(where: { $0.type == range }) { return found.quality }
    }
    return 0
  }
}
