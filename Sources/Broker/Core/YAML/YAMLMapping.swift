/// The keys and values of a YAML mapping, in the order they were written.
public struct YAMLMapping: Sendable {
  /// A key and its value.
  public struct Member: Sendable {
    /// The key, which is a text.
    public let name: String
    /// Where the key begins.
    public let position: SourcePosition
    /// The value.
    public let value: YAMLNode
    /// Whether the key is `<<` without quotes, which merges its value.
    let isMerge: Bool
  }

  /// Which of two values of one key holds where `<<` brings a second one.
  public enum Merging: Sendable {
    /// That of the mapping itself (yaml.org, type/merge).
    case ownFirst
    /// The one that is written later, as Ruby's reader has it.
    case laterFirst
  }

  /// The members in written order; a key may occur twice.
  public let members: [Member]

  /// A mapping of `members`.
  public init(_ members: [Member] = []) {
    self.members = members
  }

  /// The value of a key; of a key that is written twice, the last one.
  public subscript(name: String) -> YAMLNode? { members.last { $0.name == name }?.value }

  /// The member of a key; of a key that is written twice, the last one.
  public func member(_ name: String) -> Member? { members.last { $0.name == name } }

  /// The members whose key was there before; readers differ on whether that is an error.
  public var repeated: [Member] {
    var seen: Set<String> = []
    return members.filter { !seen.insert($0.name).inserted && !$0.isMerge }
  }

  /// Whether a key merges another mapping into this one.
  public var merges: Bool { members.contains(where: \.isMerge) }

  /// The mapping with those that its `<<` name merged into it; each key once.
  ///
  /// A value of `<<` that is no mapping and no list of mappings stays as it is.
  public func merged(_ merging: Merging) -> YAMLMapping {
    guard merges else { return self }
    var order: [String] = []
    var own: Set<String> = []
    var found: [String: Member] = [:]
    func put(_ member: Member, isOwn: Bool) {
      if merging == .ownFirst, !isOwn, own.contains(member.name) { return }
      if found.updateValue(member, forKey: member.name) == nil { order.append(member.name) }
      if isOwn { own.insert(member.name) }
    }
    for member in members {
      guard member.isMerge, let sources = Self.sources(of: member.value) else {
        put(member, isOwn: true)
        continue
      }
      // Of several, the first goes before the others.
      for source in sources.reversed() {
        for inner in source.merged(merging).members { put(inner, isOwn: false) }
      }
    }
    return YAMLMapping(order.compactMap { found[$0] })
  }

  private static func sources(of node: YAMLNode) -> [YAMLMapping]? {
    if let mapping = node.mapping { return [mapping] }
    guard let elements = node.sequence else { return nil }
    let mappings = elements.compactMap(\.mapping)
    return mappings.count == elements.count ? mappings : nil
  }
}
