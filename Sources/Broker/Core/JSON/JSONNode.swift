/// A JSON value (RFC 8259) and the place where it begins.
public struct JSONNode: Sendable {
  /// The kinds of JSON value.
  public enum Value: Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case boolean(Bool)
    /// A number, as it was written.
    case number(String)
    /// A string, unescaped.
    case string(String)
    /// An array.
    case array([JSONNode])
    /// An object.
    case object(JSONObject)
  }

  /// The value.
  public let value: Value
  /// Where it begins.
  public let position: SourcePosition

  /// A value at a place.
  public init(_ value: Value, at position: SourcePosition) {
    self.value = value
    self.position = position
  }

  /// The string; nil if the value is of another kind.
  public var string: String? {
    if case .string(let text) = value { text } else { nil }
  }

  /// The object; nil if the value is of another kind.
  public var object: JSONObject? {
    if case .object(let object) = value { object } else { nil }
  }

  /// The elements; nil if the value is not an array.
  public var array: [JSONNode]? {
    if case .array(let elements) = value { elements } else { nil }
  }

  /// The number if it is written as an integer that fits, such as `1795472456`; else nil.
  public var integer: Int64? {
    if case .number(let text) = value { Int64(text) } else { nil }
  }

  /// The number as a finite floating-point value; else nil.
  public var double: Double? {
    guard case .number(let text) = value, let number = Double(text), number.isFinite else { return nil }
    return number
  }

  /// The kind in words, with its article: `a string`, `an object`.
  public var kind: Message {
    switch value {
    case .null: "null"
    case .boolean: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// Whether another node holds the same, wherever it stands; the members of an object may have another order.
  func hasSameValue(as other: JSONNode) -> Bool {
    switch (value, other.value) {
    case (.null, .null): true
    case (.boolean(let left), .boolean(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): left.unicodeScalars.elementsEqual(right.unicodeScalars)
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.hasSameValue(as: $1) }
    case (.object(let left), .object(let right)):
      left.members.count == right.members.count
        && left.members.allSatisfy { member in right[member.name].map(member.value.hasSameValue) ?? false }
    default: false
    }
  }
}

/// The members of a JSON object, in the order they were written; no name occurs twice.
public struct JSONObject: Sendable {
  /// A name and its value.
  public struct Member: Sendable {
    /// The name, unescaped.
    public let name: String
    /// Where the name begins.
    public let position: SourcePosition
    /// The value.
    public let value: JSONNode

    /// A member as read at a place.
    public init(name: String, position: SourcePosition, value: JSONNode) {
      self.name = name
      self.position = position
      self.value = value
    }
  }

  /// The members in written order.
  public let members: [Member]

  /// An object of `members`.
  public init(_ members: [Member] = []) {
    self.members = members
  }

  /// The value of a member; nil if there is none of that name.
  public subscript(name: String) -> JSONNode? {
    for index in members.indices where members[index].name == name { return members[index].value }
    return nil
  }
}
