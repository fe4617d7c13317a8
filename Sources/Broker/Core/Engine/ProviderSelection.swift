/// Which identity provider a run uses, and why.
public struct ProviderSelection: Sendable {
  /// What was found out about one provider.
  public struct Finding: Sendable {
    /// The provider's name.
    public let name: String
    /// What it looks for.
    public let clue: Clue
    /// What it found.
    public let result: Result<Detection, BrokerError>
    /// The variables of its jobs that are set although it was not recognised.
    @Deferred public private(set) var traces: [String]
    /// What runs the job instead, and only looks like it; nil if nothing was recognised.
    @Deferred public private(set) var lookalike: ProviderLookalike?

    /// A finding.
    public init(
      name: String, clue: Clue, result: Result<Detection, BrokerError>,
      traces: @autoclosure @escaping @Sendable () -> [String] = [],
      lookalike: @autoclosure @escaping @Sendable () -> ProviderLookalike? = nil
    ) {
      self.name = name
      self.clue = clue
      self.result = result
      _traces = Deferred(wrappedValue: traces())
      _lookalike = Deferred(wrappedValue: lookalike())
    }

    /// Whether the job runs there, allowed to ask or not.
    var isRecognised: Bool {
      if case .success(.absent) = result { false } else { fault == nil }
    }

    /// Why it could not be found out, where the plug-in is at fault: that says nothing about the job.
    var fault: BrokerError? {
      guard case .failure(let error) = result, error.status == .plugin || error.code == .programRefused else {
        return nil
      }
      return error
    }

    /// How much its evidence says.
    var strength: Clue.Strength {
      if case .success(.present(_, let source)) = result { source.evidence ?? clue.strength } else { clue.strength }
    }

    /// The finding as the end of a sentence: `found: GITHUB_ACTIONS is "true"`.
    public var summary: Message {
      switch result {
      case .success(.absent(let reason)): "not found: \(reason)"
      case .success(.present(let evidence, _)): "found: \(evidence)"
      case .failure(let error):
        fault == nil ? "found, but the job may not ask: \(error.message)" : "could not be asked: \(error.message)"
      }
    }
  }

  /// The provider's name.
  public let name: String
  /// The evidence it was found by.
  public let evidence: Message
  /// How much that evidence says.
  public let strength: Clue.Strength
  /// What to ask for identity tokens.
  public let source: any IdentityTokenSource
  /// What was found out about every provider.
  public let findings: [Finding]

  /// Looks at the environment with every provider, in their order.
  ///
  /// Those that look for evidence of the job come first. Those that look for evidence of the machine, which may take time, are
  /// asked only where no other was recognised, or where one is `wanted`; the findings of the others are left out.
  public static func findings(
    of providers: [any IdentityProvider], in environment: Environment, wanted: String? = nil
  ) async -> [Finding] {
    var findings: [Finding] = []
    for provider in providers where provider.clue.strength == .job {
      findings.append(await finding(of: provider, in: environment))
    }
    let isRecognised = findings.contains { $0.isRecognised && $0.clue.strength == .job }
    for provider in providers where provider.clue.strength != .job && (!isRecognised || provider.name == wanted) {
      findings.append(await finding(of: provider, in: environment))
    }
    return findings
  }

  private static func finding(of provider: any IdentityProvider, in environment: Environment) async -> Finding {
    do throws(BrokerError) {
      let detection = try await provider.detect(in: environment)
      guard case .absent = detection else {
        var clue = provider.clue
        if case .present(_, let source) = detection, let strength = source.strength {
          clue = Clue(clue.text, strength: strength)
        }
        return Finding(name: provider.name, clue: clue, result: .success(detection))
      }
      return Finding(
        name: provider.name, clue: provider.clue, result: .success(detection),
        traces: provider.capabilities.traces(environment), lookalike: provider.capabilities.lookalike(environment))
    } catch {
      return Finding(name: provider.name, clue: provider.clue, result: .failure(error))
    }
  }

  /// Chooses among the findings: the one that was recognised; of several, the one whose clue is about the job.
  ///
  /// - Parameters:
  ///   - findings: What was found out.
  ///   - wanted: The provider that the command line names; nil if it names none.
  /// - Throws: ``ErrorCode/providerNotFound``, ``ErrorCode/providerAmbiguous``, or the error of the provider that was
  ///   recognised.
  public init(choosing findings: [Finding], wanted: String? = nil) throws(BrokerError) {
    let known = findings.map(\.name)
    if let wanted, !known.contains(wanted) {
      throw BrokerError(
        .usage, "There is no provider \(Neutralized.quotedName(wanted)) in the configuration.",
        remedy: NearestName.remedy(for: wanted, among: known))
    }
    let recognised = findings.filter { ($0.name == wanted || wanted == nil) && $0.isRecognised }
    let strongest = recognised.map(\.strength).max()
    let chosen = recognised.filter { $0.strength == strongest }
    guard let finding = chosen.first else {
      if let broken = findings.lazy.filter({ $0.name == wanted || wanted == nil }).compactMap(\.fault).first {
        throw broken
      }
      if let lookalike = findings.lazy.filter({ $0.name == wanted || wanted == nil }).compactMap(\.lookalike).first {
        throw BrokerError(
          .providerNotFound,
          "No identity provider was found in the environment: \(lookalike.evidence), so that the job runs at "
            + "\(lookalike.name).",
          remedy: lookalike.cause.fixes.first, causes: [lookalike.cause])
      }
      if let half = findings.first(where: { ($0.name == wanted || wanted == nil) && !$0.traces.isEmpty }) {
        throw Self.incomplete(half, findings)
      }
      throw BrokerError(
        .providerNotFound,
        wanted.map { "The identity provider \(Neutralized($0)) was not found in the environment." }
          ?? "No identity provider was found in the environment.",
        remedy: "Run this in a CI job; to rehearse on any machine, run token-broker rehearse.",
        facts: findings.filter { wanted == nil || $0.name == wanted }.map {
          BrokerError.Fact("\(Neutralized($0.name))", "\($0.summary) (looked for \($0.clue.text))")
        },
        causes: [
          Cause(
            "not-in-ci", .certain, "Only a CI job has an identity, and nothing here says that this is one.",
            fixes: [
              "Run this in a CI job, with the variables that its runner sets: a container or sudo may have lost them.",
              "To see the whole way on this machine, run token-broker rehearse.",
            ])
        ])
    }
    guard chosen.count == 1 else {
      throw BrokerError(
        .providerAmbiguous,
        "Several identity providers were found: \(chosen.map { Neutralized($0.name) }.joined(separator: ", ")).",
        remedy: "Name one of them with --provider.",
        facts: chosen.map { BrokerError.Fact("\(Neutralized($0.name))", $0.summary) },
        causes: [
          Cause(
            "several-providers", .certain, "The environment looks like a job of several CI systems at once.",
            fixes: [
              "Name one with --provider.", "Or unset the variable that was copied from elsewhere.",
            ])
        ])
    }
    guard case .present(let evidence, let source) = try finding.result.get() else {
      throw BrokerError(.pluginContract, "The provider \(Neutralized(finding.name)) was recognised without a source.")
    }
    self.name = finding.name
    self.evidence = evidence
    self.strength = finding.strength
    self.source = NamedSource(base: source, provider: finding.name)
    self.findings = findings
  }

  /// The error that only a part of a job's variables has come here.
  private static func incomplete(_ half: Finding, _ findings: [Finding]) -> BrokerError {
    let names = half.traces.map { Message(Neutralized($0, limit: 64)) }
    let traces: Message =
      names.count > 3
      ? "\(names.prefix(2).joined(separator: ", ")) and \(names.count - 2) others" : names.joined(separator: " and ")
    let isOne = half.traces.count == 1
    return BrokerError(
      .providerNotFound,
      "No identity provider was found in the environment: \(traces) of \(Neutralized(half.name)) \(isOne ? "is" : "are") set, and "
        + "\(half.clue.text) is not.",
      remedy:
        "Pass \(half.clue.text) on as well: into the container (docker run -e), through sudo (-E), or from the workflow.",
      facts: findings.map { BrokerError.Fact("\(Neutralized($0.name))", "\($0.summary) (looked for \($0.clue.text))") },
      causes: [
        Cause(
          "variable-lost", .certain,
          "A job sets \(half.clue.text) and \(traces); only a part of its variables has reached this process.",
          fixes: [
            "Pass \(half.clue.text) on as well: into a container (docker run -e), through sudo (sudo -E) or a tool that clears "
              + "the environment."
          ])
      ])
  }
}
