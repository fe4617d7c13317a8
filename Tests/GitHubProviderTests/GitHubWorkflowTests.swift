import BrokerCore
import TestSupport
import Testing

@testable import GitHubProvider

@Suite("GitHub workflows")
struct GitHubWorkflowTests {
  @Test("shapes of the field say what they mean", arguments: WorkflowShape.all("github"))
  func shapes(shape: WorkflowShape) {
    #expect(shape.text(.gitHub) == shape.expected)
  }

  @Test(
    "a condition that is nested too deep is not read",
    arguments: [
      ("!", 20, Truth.yes), ("!", 4000, .maybe), ("(", 2000, .maybe), ("!(", 1000, .maybe), ("f(", 1000, .maybe),
    ])
  func readsNothingDeep(_ sign: String, _ count: Int, _ truth: Truth) {
    let ends = String(repeating: ")", count: sign.hasSuffix("(") ? count : 0)
    let condition = String(repeating: sign, count: count) + "true" + ends
    #expect(GitHubExpression.truth(of: condition, in: .init(values: [:])) == truth)
  }
}
