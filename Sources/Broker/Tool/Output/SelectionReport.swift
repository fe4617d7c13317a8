import BrokerCore

/// What every provider found in the environment, for `--explain`.
struct SelectionReport: Sendable {
  /// One line for each provider.
  let text: String

  init(_ findings: [ProviderSelection.Finding]) {
    text = findings.map { "provider: \($0.name) looked for \($0.clue.text): \($0.summary)\n" }.joined()
  }
}
