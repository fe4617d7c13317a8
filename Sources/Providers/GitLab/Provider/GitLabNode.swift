import BrokerCore

/// A value of a pipeline and the file that it stands in: mappings are merged over several files, everything else stays.
struct GitLabNode: Sendable {
  /// The value as it was read.
  let node: YAMLNode
  /// Where it stands; of a key's value, the key.
  let place: FilePlace
  /// The keys of a mapping, in order; nil if it is none.
  var members: [(name: String, value: GitLabNode)]?

  /// A value of a file; `<<` is merged as GitLab's reader does.
  init(_ node: YAMLNode, in path: String, at position: SourcePosition? = nil) {
    self.node = node
    place = FilePlace(path, line: (position ?? node.position).line)
    guard let mapping = node.mapping, node.tag == nil else { return }
    var members: [(name: String, value: GitLabNode)] = []
    for member in mapping.merged(.laterFirst).members {
      let value = GitLabNode(member.value, in: path, at: member.position)
      if let index = members.firstIndex(where: { $0.name == member.name }) {
        members[index].value = value
      } else {
        members.append((member.name, value))
      }
    }
    self.members = members
  }

  subscript(name: String) -> GitLabNode? { members?.first { $0.name == name }?.value }

  /// The text of a scalar that is not null; else nil.
  var text: String? { node.text }

  /// The elements of a list, or the one value.
  var elements: [GitLabNode] {
    node.isNull ? [] : node.sequence?.map { GitLabNode($0, in: place.path) } ?? [self]
  }

  /// The path that `!reference [JOB, KEY]` names; nil if it is no reference.
  var reference: [String]? { node.tag == "!reference" ? node.sequence?.compactMap(\.text) : nil }

  /// This value with another one over it: mappings are merged, everything else is replaced (docs.gitlab.com, "extends").
  func under(_ other: GitLabNode) -> GitLabNode {
    guard var merged = members, let others = other.members else { return other }
    for (name, value) in others {
      if let index = merged.firstIndex(where: { $0.name == name }) {
        merged[index].value = merged[index].value.under(value)
      } else {
        merged.append((name, value))
      }
    }
    var result = other
    result.members = merged
    return result
  }
}
