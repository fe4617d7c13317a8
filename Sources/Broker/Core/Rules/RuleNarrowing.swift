/// Compares the rules of a lower layer with those of a higher one.
///
/// All rules have to hold, so that nothing can be widened in effect; a lower rule that admits more than the higher one is
/// a mistake all the same, because whoever wrote it believes that it counts.
struct RuleNarrowing: Sendable {
  private let upper: RuleSet
  private let upperOrigin: Setting.Origin
  private let dangerousEvents: [String]

  /// A comparison; `upperOrigin` stands for what the higher layer leaves to the program.
  init(upper: RuleSet, upperOrigin: Setting.Origin, jobs: [JobKind]) {
    self.upper = upper
    self.upperOrigin = upperOrigin
    dangerousEvents = EventGate.dangerous(of: jobs)
  }

  /// Compares.
  ///
  /// - Returns: A warning for each rule that is looser than one that is audited.
  /// - Throws: ``ErrorCode/configurationWidens`` for the first rule that is looser than one that is enforced.
  func check(_ lower: RuleSet) throws(BrokerError) -> [ConfigurationWarning] {
    var warnings: [ConfigurationWarning] = []
    for rule in lower.common {
      warnings += try check(rule, against: upper.common, admitted: EventGate.named(in: upper.all))
    }
    for (name, rules) in RuleSet.sorted(lower.byRegistry) {
      let higher = upper.common + (upper.byRegistry[name] ?? [])
      for rule in rules {
        warnings += try check(rule, against: higher, admitted: EventGate.named(in: upper.rules(for: name)))
      }
    }
    for (name, rules) in RuleSet.sorted(lower.byProvider) {
      let admitted = EventGate.named(in: upper.all.filter { $0.provider == nil || $0.provider == name })
      for rule in rules {
        warnings += try check(rule, against: upper.common + (upper.byProvider[name] ?? []), admitted: admitted)
      }
    }
    return warnings
  }

  private func check(
    _ rule: JobRule, against rules: [JobRule], admitted: Set<String>
  ) throws(BrokerError) -> [ConfigurationWarning] {
    if rule.claim.name == "event" { try checkEvents(of: rule, admitted: admitted) }
    var warnings: [ConfigurationWarning] = []
    for higher in rules where higher.claim.name == rule.claim.name {
      let loose = rule.choices.first { choice in
        !higher.choices.contains { choice.pattern.lies(within: $0.pattern) }
      }
      guard let loose else { continue }
      let text: Message =
        "admits \(Neutralized.quoted(loose.pattern.text)), which is looser than "
        + "\(Neutralized(higher.value, limit: 200)) of \(Neutralized(higher.path)) in the organisation layer "
        + "(\(higher.origin))"
      guard upper.mode == .audit else {
        throw LayerConflict.widening(at: loose.origin, rule.path, text)
      }
      warnings.append(ConfigurationWarning(at: loose.origin, rule.path, text, isAudit: true))
    }
    return warnings
  }

  private func checkEvents(of rule: JobRule, admitted: Set<String>) throws(BrokerError) {
    for choice in rule.choices {
      let event = choice.pattern.text
      guard dangerousEvents.contains(event), !admitted.contains(event) else { continue }
      throw LayerConflict.widening(
        at: choice.origin, rule.path,
        "admits \(Neutralized(event)), which the organisation layer keeps out (\(upperOrigin))")
    }
  }
}
