/// The forms in which credentials are handed over.
enum DeliveryFormat: String, CaseIterable, Sendable {
  /// The API token and a line end.
  case token
  /// All credentials with what a tool has to know.
  case json
  /// Shell assignments.
  case env
  /// A GitHub step's outputs.
  case github

  /// Whether it can hold one credential only.
  var isSingle: Bool { self == .token || self == .env }
}
