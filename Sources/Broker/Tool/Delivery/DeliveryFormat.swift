import BrokerCore

/// The forms in which credentials are handed over.
enum DeliveryFormat: Sendable {
  /// The API token and a line end.
  case token
  /// All credentials with what a tool has to know.
  case json
  /// Shell assignments.
  case env
  /// The outputs of a runner's step.
  case outputs(StepOutputs, of: Runner)

  /// What `--format` may say where these runners are known.
  static func all(for runners: [Runner]) -> [DeliveryFormat] {
    [.token, .json, .env] + runners.compactMap { runner in runner.outputs.map { .outputs($0, of: runner) } }
  }

  /// What `--format` calls it.
  var name: String {
    switch self {
    case .token: "token"
    case .json: "json"
    case .env: "env"
    case .outputs(let outputs, _): outputs.format
    }
  }

  /// Whether it can hold one credential only.
  var isSingle: Bool {
    switch self {
    case .token, .env: true
    case .json, .outputs: false
    }
  }
}
