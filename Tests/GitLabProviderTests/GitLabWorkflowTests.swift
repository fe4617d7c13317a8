import BrokerCore
import TestSupport
import Testing

@testable import GitLabProvider

@Suite("GitLab workflows")
struct GitLabWorkflowTests {
  @Test("a file says where its jobs get identity tokens, and which environments they name")
  func jobFiles() {
    let file = GitLabGuide.guide.jobFile(
      ".gitlab-ci.yml",
      ".base:\n  id_tokens: {X: {aud: pypi}}\na:\n  extends: .base\n  environment: one\nb: {environment: $NAME}\nc:\n  environment: {name: two}\n"
    )
    #expect(file?.tokenLine == 2 && file?.environments.map(\.name) == ["one", "two"])
    #expect(GitLabGuide.guide.jobFile("ci/a.yml", "a: {}") == nil)
  }

  @Test("shapes of the field say what they mean", arguments: WorkflowShape.all("gitlab"))
  func shapes(shape: WorkflowShape) {
    #expect(shape.text(.gitLab) == shape.expected)
  }
}
