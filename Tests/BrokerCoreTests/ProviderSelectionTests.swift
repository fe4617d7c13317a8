import BrokerCore
import TestSupport
import Testing

struct ProviderSelectionTests {
  private func finding(
    _ name: String, _ strength: Clue.Strength, _ result: Result<Detection, BrokerError>
  ) -> ProviderSelection.Finding {
    ProviderSelection.Finding(name: name, clue: Clue("\(Neutralized(name))=true", strength: strength), result: result)
  }

  private let absent = Result<Detection, BrokerError>.success(.absent("not set"))
  private let present = Result<Detection, BrokerError>.success(.present(evidence: "it is", source: FakeSource()))
  private let refused = Result<Detection, BrokerError>.failure(BrokerError(.identityPermission, "may not"))

  @Test func choosesTheOneThatIsThere() throws {
    let selection = try ProviderSelection(choosing: [finding("a", .job, absent), finding("b", .job, present)])
    #expect(selection.name == "b" && selection.evidence == "it is")
  }

  @Test func prefersEvidenceAboutTheJob() throws {
    let findings = [finding("machine", .machine, present), finding("job", .job, present)]
    #expect(try ProviderSelection(choosing: findings).name == "job")
    #expect(try ProviderSelection(choosing: findings, wanted: "machine").name == "machine")
  }

  @Test func doesNotFallBackFromARefusalToTheMachine() {
    let error = #expect(throws: BrokerError.self) {
      try ProviderSelection(choosing: [finding("machine", .machine, present), finding("job", .job, refused)])
    }
    #expect(error?.code == .identityPermission)
  }

  @Test func namesAllWhenThereAreSeveral() {
    let error = #expect(throws: BrokerError.self) {
      try ProviderSelection(choosing: [finding("a", .job, present), finding("b", .job, refused)])
    }
    #expect(error?.code == .providerAmbiguous)
    #expect(error?.message.contains("a, b") == true && error?.remedy?.contains("--provider") == true)
  }

  @Test func saysWhatWasLookedFor() {
    let error = #expect(throws: BrokerError.self) {
      try ProviderSelection(choosing: [finding("a", .job, absent), finding("b", .machine, absent)])
    }
    #expect(error?.code == .providerNotFound)
    #expect(error?.facts.map(\.label) == ["a", "b"])
    #expect(error?.facts[0].value.contains("a=true") == true)
  }

  @Test func refusesUnknownNames() {
    let error = #expect(throws: BrokerError.self) {
      try ProviderSelection(choosing: [finding("github", .job, present)], wanted: "gihtub")
    }
    #expect(error?.code == .usage && error?.remedy == "Did you mean \"github\"?")
  }
}
