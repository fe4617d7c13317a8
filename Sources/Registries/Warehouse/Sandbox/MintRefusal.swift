import BrokerCore
import BrokerSandbox

/// A refusal of the mint: always 422 with one error.
struct MintRefusal: Error, Sendable {
  let code: String
  let description: String

  init(_ code: String, _ description: String) {
    self.code = code
    self.description = description
  }

  static func noPublisher(_ detail: String) -> MintRefusal {
    MintRefusal("invalid-publisher", "valid token, but no corresponding publisher (\(detail))")
  }

  static let invalidToken = MintRefusal("invalid-token", "malformed or invalid token")

  var response: ServerResponse {
    let error = JSONText.Value.object([("code", .string(code)), ("description", .string(description))])
    return .json(422, .object([("errors", .array([error])), ("message", "Token request failed")]))
  }
}
