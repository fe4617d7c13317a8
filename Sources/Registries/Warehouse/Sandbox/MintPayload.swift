import BrokerCore
import BrokerSandbox

/// Reads the body of a mint request, with the texts of the validator that PyPI uses (pydantic 2.13).
enum MintPayload {
  static func token(in body: [UInt8]) throws(MintRefusal) -> String {
    guard let node = try? JSONReader(maximumBytes: 1 << 20).read(body) else {
      throw refusal("", "Invalid JSON: \(problem(body))", "json_invalid", value: repr(body), type: "bytes")
    }
    guard let object = node.object else {
      throw refusal("", "Input should be an object", "model_type", value: shown(node), type: typeName(node))
    }
    guard let token = object["token"] else {
      let value = "{" + object.members.map { "'\($0.name)': \(shown($0.value))" }.joined(separator: ", ") + "}"
      throw refusal("token\n", "Field required", "missing", value: shortened(value), type: "dict")
    }
    guard let text = token.string else {
      throw refusal(
        "token\n", "Input should be a valid string", "string_type", value: shown(token), type: typeName(token))
    }
    return text
  }

  private static func refusal(
    _ place: String, _ message: String, _ kind: String, value: String, type: String
  ) -> MintRefusal {
    MintRefusal(
      "invalid-payload",
      "1 validation error for TokenPayload\n\(place)  \(message) [type=\(kind), input_value=\(value), input_type=\(type)]\n"
        + "    For further information visit https://errors.pydantic.dev/2.13/v/\(kind)")
  }

  private static func problem(_ body: [UInt8]) -> String {
    switch body.first {
    case nil: "EOF while parsing a value at line 1 column 0"
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): "expected ident at line 1 column 2"
    default: "expected value at line 1 column 1"
    }
  }

  private static func repr(_ body: [UInt8]) -> String { shortened("b'\(String(decoding: body, as: UTF8.self))'") }

  /// The first 25 and last 24 characters of a long text.
  private static func shortened(_ text: String) -> String {
    text.count <= 50 ? text : "\(text.prefix(25))...\(text.suffix(24))"
  }

  private static func shown(_ node: JSONNode) -> String {
    switch node.value {
    case .null: "None"
    case .boolean(let value): value ? "True" : "False"
    case .number(let text): text
    case .string(let text): shortened("'\(text)'")
    case .array: "[...]"
    case .object: "{...}"
    }
  }

  private static func typeName(_ node: JSONNode) -> String {
    switch node.value {
    case .null: "NoneType"
    case .boolean: "bool"
    case .number: node.integer == nil ? "float" : "int"
    case .string: "str"
    case .array: "list"
    case .object: "dict"
    }
  }
}
