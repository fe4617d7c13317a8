import BrokerCore
import TestSupport
import Testing

@testable import GitLabProvider

@Suite("GitLab workflows")
struct GitLabWorkflowTests {
  @Test("shapes of the field say what they mean", arguments: WorkflowShape.all("gitlab"))
  func shapes(shape: WorkflowShape) {
    #expect(shape.text(.gitLab) == shape.expected)
  }
}
