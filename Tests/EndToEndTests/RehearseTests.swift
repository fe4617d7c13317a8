import Testing

@testable import token_broker

struct RehearseTests {
  @Test func completesWithoutAnyVariable() async throws {
    let run = try await BuiltTool.run(["rehearse"])
    #expect(run.status == 0, "\(run.error)")
    #expect(run.error.isEmpty)
    #expect(run.output.contains("The rehearsal is complete"))
    #expect(run.output.components(of: "sandbox saw     3 requests over 2 connections") == 2)
    #expect(run.output.components(of: "[redacted]") == 4)
    #expect(!run.output.contains("pypi-") && !run.output.contains("eyJ"))
  }

  @Test(arguments: RehearsalStep.allCases)
  func failsAtTheStepThatIsBroken(_ step: RehearsalStep) async throws {
    let run = try await BuiltTool.run(["rehearse", "--break", step.rawValue])
    #expect(run.status == 1)
    #expect(run.error.contains("failed at the step \(step.rawValue): "), "\(run.error)")
    #expect(!run.output.contains("The rehearsal is complete"))
  }
}

extension String {
  /// How often a text occurs.
  func components(of text: String) -> Int { ranges(of: text).count }
}
