public import BrokerCore

/// What a program is asked: one JSON object on one line.
///
/// Its first members are `protocol`, `id` and `operation`, in this order and without white space between them, for programs
/// that have no JSON reader.
public struct PluginRequest: Sendable {
  /// The operation.
  public let operation: PluginOperation
  /// What follows `operation`, `deadline-ms` and `settings`.
  public let members: [(String, JSONText.Value)]
  /// The secrets in it.
  public let secrets: [Secret]
  /// What the configuration tells the program.
  public let settings: JSONText.Value

  /// A request.
  ///
  /// - Parameters:
  ///   - operation: The operation.
  ///   - settings: What the configuration tells the program, an object.
  ///   - members: What the operation adds.
  ///   - secrets: The secrets among that.
  public init(
    _ operation: PluginOperation, settings: JSONText.Value = .object([]), _ members: [(String, JSONText.Value)] = [],
    secrets: [Secret] = []
  ) {
    self.operation = operation
    self.settings = settings
    self.members = members
    self.secrets = secrets
  }

  /// The request as a program reads it, with a line end.
  ///
  /// - Parameters:
  ///   - id: What the answer has to repeat.
  ///   - limit: The time that the program is told it has.
  /// - Returns: The bytes.
  public func bytes(id: String, limit: Duration) -> [UInt8] {
    Self.bytes(operation.rawValue, id: id, limit: limit, settings: settings, members)
  }

  static func bytes(
    _ operation: String, protocol name: String = PluginProtocol.name, id: String, limit: Duration,
    settings: JSONText.Value = .object([]), _ members: [(String, JSONText.Value)] = []
  ) -> [UInt8] {
    let parts = limit.components
    let milliseconds = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
    let object = JSONText.Value.object(
      [
        ("protocol", .string(name)), ("id", .string(id)), ("operation", .string(operation)),
        ("deadline-ms", .integer(milliseconds)), ("settings", settings),
      ] + members)
    return Array(JSONText.compact(object).utf8) + [UInt8(ascii: "\n")]
  }
}
