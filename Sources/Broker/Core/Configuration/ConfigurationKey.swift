/// A key that a plug-in's settings may have.
public struct ConfigurationKey: Sendable, Hashable {
  /// What a key holds; the JSON Schema is made from it.
  public indirect enum Kind: Sendable, Hashable {
    /// A string that is not empty.
    case text
    /// An address: https, or http on loopback; no user, query or fragment.
    case address
    /// An audience.
    case audience
    /// A list of strings, not empty.
    case texts
    /// A list of numbers as strings, not empty.
    case identifiers
    /// A list of strings out of these.
    case words([String])
    /// One string out of these.
    case word([String])
    /// `true`, or left out.
    case mark
    /// `true`, `false`, or one string out of these.
    case flagOr([String])
    /// An object with any keys, each of which holds this.
    case map(Kind)
    /// An object of any form, in whose strings placeholders may stand.
    case document
    /// A text with placeholders that makes an address.
    case addressTemplate
    /// An object with these keys.
    case object([ConfigurationKey])

    /// The addresses in a value of this kind, as they were written.
    func addresses(in node: JSONNode) -> [String] {
      switch self {
      case .address: node.string.map { [$0] } ?? []
      case .map(let inner): node.object?.members.flatMap { inner.addresses(in: $0.value) } ?? []
      case .object(let keys): keys.flatMap { key in node.object?[key.name].map(key.kind.addresses) ?? [] }
      // What stands before the first placeholder names the host; what begins with one has no host of its own.
      case .addressTemplate:
        node.string.flatMap { if case .text(let text)? = Template($0).parts.first { [text] } else { nil } } ?? []
      case .document, .text, .audience, .texts, .identifiers, .words, .word, .mark, .flagOr: []
      }
    }
  }

  /// What a lower layer may do with the key.
  public enum Layering: Sendable, Hashable {
    /// It may repeat the value, not change it: the value decides where an identity token goes.
    case fixed
    /// It may repeat the value, not change it; in an entry that a file which may not declare adds, it has no place.
    case declared
    /// It may change the value: that lets no other job, host or audience in.
    case free
    /// It may make the value stricter.
    case tightening
  }

  /// The name, in kebab case.
  public let name: String
  /// What it sets, in one line.
  public let summary: String
  /// What it holds.
  public let kind: Kind
  /// What a lower layer may do with it.
  public let layering: Layering

  /// A key; unless told otherwise it holds a string that a lower layer may not change.
  public init(_ name: String, summary: String, kind: Kind = .text, layering: Layering = .fixed) {
    self.name = name
    self.summary = summary
    self.kind = kind
    self.layering = layering
  }
}
