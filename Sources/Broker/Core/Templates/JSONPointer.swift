/// Where a value stands in a JSON text: the name of a member, or a JSON Pointer (RFC 6901) such as `/errors/0/detail`.
public struct JSONPointer: Sendable, Equatable {
  /// The text as it was written.
  public let text: String
  private let steps: [String]

  /// A pointer; a text that does not begin with `/` is the name of a member of the whole.
  ///
  /// Nil if it is empty, longer than 512 bytes, or has a `~` that escapes nothing.
  public init?(_ text: String) {
    guard !text.isEmpty, text.utf8.count <= 512 else { return nil }
    self.text = text
    guard text.hasPrefix("/") else {
      steps = [text]
      return
    }
    var steps: [String] = []
    for step in text.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      let rest = step.replacing("~0", with: "").replacing("~1", with: "")
      guard !rest.contains("~") else { return nil }
      steps.append(String(step.replacing("~1", with: "/").replacing("~0", with: "~")))
    }
    self.steps = steps
  }

  /// The value in a text; nil if there is none.
  public func value(in node: JSONNode) -> JSONNode? {
    var node = node
    for step in steps {
      let next: JSONNode? =
        if let object = node.object { object[step] } else { node.array.flatMap { Self.element(step, of: $0) } }
      guard let next else { return nil }
      node = next
    }
    return node
  }

  /// The value as text: a string, a number as written, or `true`/`false`; nil if it is absent, null, a list or an object.
  public func text(in node: JSONNode) -> String? {
    switch value(in: node)?.value {
    case .string(let text): text
    case .number(let text): text
    case .boolean(let value): value ? "true" : "false"
    default: nil
    }
  }

  /// An index has no sign and no leading zero (RFC 6901, section 4).
  private static func element(_ step: String, of elements: [JSONNode]) -> JSONNode? {
    guard let index = Int(step), String(index) == step, elements.indices.contains(index) else { return nil }
    return elements[index]
  }
}

extension ConfigurationObject {
  /// A place in a JSON text.
  ///
  /// - Throws: ``ErrorCode/configurationInvalid`` if the key holds something else.
  public func pointer(_ key: String) throws(BrokerError) -> JSONPointer? {
    guard let text = try string(key) else { return nil }
    guard let pointer = JSONPointer(text) else {
      throw error(
        key, "is not a place in a JSON text",
        remedy: "Write the name of a member, or a JSON Pointer (RFC 6901), such as /errors/0/detail.")
    }
    return pointer
  }
}
