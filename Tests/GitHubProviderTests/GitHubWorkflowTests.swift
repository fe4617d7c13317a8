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
}
