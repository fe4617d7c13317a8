extension JSONText.Value {
  /// A value that was read, the members of objects in the order of their names; a number is a string of its digits in a list.
  init(_ node: JSONNode) {
    switch node.value {
    case .null: self = .null
    case .boolean(let value): self = .boolean(value)
    case .number(let text): self = node.integer.map { .integer($0) } ?? .array([.string(text)])
    case .string(let text): self = .string(text)
    case .array(let elements): self = .array(elements.map { JSONText.Value($0) })
    case .object(let object):
      self = .object(object.members.sorted { $0.name < $1.name }.map { ($0.name, JSONText.Value($0.value)) })
    }
  }
}
