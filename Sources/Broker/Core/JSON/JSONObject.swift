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
  public subscript(name: String) -> JSONNode? { members.first { $0.name == name }?.value }
}
