import BrokerCore

/// What every provider found in the environment, for `--explain`.
struct SelectionReport: Sendable {
  /// One line for each provider.
  let text: Message

  init(_ findings: [ProviderSelection.Finding]) {
    text = findings.map { finding -> Message in
      "provider: \(Neutralized(finding.name)) looked for \(finding.clue.text): \(finding.summary)\n"
    }.joined()
  }
}
