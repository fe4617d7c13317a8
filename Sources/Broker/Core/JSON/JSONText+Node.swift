extension JSONText.Value {
  /// A value that was read, to be written again; a number stays as it was written.
  public init(_ node: JSONNode) {
    self =
      switch node.value {
      case .null: .null
      case .boolean(let value): .boolean(value)
      case .number(let text): node.integer.map { .integer($0) } ?? .number(text)
      case .string(let text): .string(text)
      case .array(let elements): .array(elements.map { JSONText.Value($0) })
      case .object(let object): .object(object.members.map { ($0.name, JSONText.Value($0.value)) })
      }
  }

  /// The same value, the members of objects in the order of their names, to be compared.
  var ordered: JSONText.Value {
    switch self {
    case .array(let elements): .array(elements.map(\.ordered))
    case .object(let members): .object(members.sorted { $0.0 < $1.0 }.map { ($0.0, $0.1.ordered) })
    default: self
    }
  }
}
