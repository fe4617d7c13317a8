import BrokerCore
import BrokerSandbox

extension JSONText.Value {
  /// A value that was read, to be written again; a number that is no integer becomes a string.
  init(_ node: JSONNode) {
    self =
      switch node.value {
      case .null: .null
      case .boolean(let value): .boolean(value)
      case .number(let text): node.integer.map { .integer($0) } ?? .string(text)
      case .string(let text): .string(text)
      case .array(let elements): .array(elements.map(JSONText.Value.init))
      case .object(let object): .object(object.members.map { ($0.name, JSONText.Value($0.value)) })
      }
  }
}
