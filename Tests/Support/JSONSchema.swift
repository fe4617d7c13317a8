public import BrokerCore

/// A reader of JSON Schemas (draft 2020-12) for tests: the words that the project's own schemas use, and no others.
public struct JSONSchema: Sendable {
  private let root: JSONNode

  /// A schema that is to be read; a word that is not known is an error when it is met.
  public init(_ text: String) throws {
    root = try JSONReader(maximumBytes: 1 << 20, maximumDepth: 32).read(Array(text.utf8))
  }

  /// What is wrong with a value; empty if nothing is.
  ///
  /// - Parameters:
  ///   - node: The value.
  ///   - definition: The name of the part of `$defs` that it is held to; nil for the schema itself.
  /// - Returns: A line for each fault.
  public func faults(in node: JSONNode, by definition: String? = nil) -> [String] {
    let schema = definition.map { root.object?["$defs"]?.object?[$0] } ?? root
    guard let schema else { return ["there is no definition"] }
    return faults(node, schema, "")
  }

  private func faults(_ node: JSONNode, _ schema: JSONNode, _ path: String) -> [String] {
    guard let words = schema.object else { return ["\(path): the schema is no object"] }
    return words.members.flatMap { member in
      isHeld(node, member.value, member.name, words, path).map { "\(path.isEmpty ? "/" : path): \($0)" }
    }
  }

  private func isHeld(
    _ node: JSONNode, _ value: JSONNode, _ word: String, _ words: JSONObject, _ path: String
  ) -> [String] {
    func expect(_ isHeld: Bool) -> [String] { isHeld ? [] : ["\(word) does not hold"] }
    func holds(_ schema: JSONNode) -> Bool { faults(node, schema, path).isEmpty }
    switch word {
    case "$schema", "title", "description", "$defs", "then": return []
    case "type":
      let names = value.string.map { [$0] } ?? value.array?.compactMap(\.string) ?? []
      return expect(names.contains { isOf($0, node) })
    case "const": return expect(same(node, value))
    case "enum": return expect(value.array?.contains { same(node, $0) } == true)
    case "required":
      guard let object = node.object else { return [] }
      return expect(value.array?.allSatisfy { $0.string.map { object[$0] != nil } ?? false } == true)
    case "properties":
      guard let object = node.object else { return [] }
      return object.members.flatMap { member in
        value.object?[member.name].map { faults(member.value, $0, "\(path)/\(member.name)") } ?? []
      }
    case "additionalProperties":
      guard let object = node.object, case .boolean(false) = value.value else { return [] }
      return expect(object.members.allSatisfy { words["properties"]?.object?[$0.name] != nil })
    case "items": return (node.array ?? []).flatMap { faults($0, value, "\(path)/*") }
    case "contains": return expect(node.array?.contains { faults($0, value, path).isEmpty } ?? true)
    case "minItems": return expect(node.array.map { $0.count >= Int(value.integer ?? 0) } ?? true)
    case "maxItems": return expect(node.array.map { $0.count <= Int(value.integer ?? 0) } ?? true)
    case "minLength": return expect(node.string.map { $0.unicodeScalars.count >= Int(value.integer ?? 0) } ?? true)
    case "maxLength": return expect(node.string.map { $0.unicodeScalars.count <= Int(value.integer ?? 0) } ?? true)
    case "minimum": return expect(node.integer.map { $0 >= value.integer ?? 0 } ?? true)
    case "maximum": return expect(node.integer.map { $0 <= value.integer ?? 0 } ?? true)
    case "pattern":
      guard let text = node.string, let pattern = value.string else { return [] }
      return expect((try? Regex(pattern).firstMatch(in: text)) != nil)
    case "oneOf": return expect(value.array?.count(where: holds) == 1)
    case "anyOf": return expect(value.array?.contains(where: holds) == true)
    case "allOf": return value.array?.flatMap { faults(node, $0, path) } ?? []
    case "if": return holds(value) ? words["then"].map { faults(node, $0, path) } ?? [] : []
    case "$ref":
      let name = value.string?.split(separator: "/").last.map(String.init) ?? ""
      return faults(in: node, by: name)
    default: return ["the word \(word) is not known"]
    }
  }

  private func isOf(_ type: String, _ node: JSONNode) -> Bool {
    switch (type, node.value) {
    case ("null", .null), ("boolean", .boolean), ("string", .string), ("array", .array), ("object", .object): true
    case ("integer", .number): node.integer != nil
    case ("number", .number): true
    default: false
    }
  }

  private func same(_ left: JSONNode, _ right: JSONNode) -> Bool {
    JSONText.compact(JSONText.Value(left)) == JSONText.compact(JSONText.Value(right))
  }
}
