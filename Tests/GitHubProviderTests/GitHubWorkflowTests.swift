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

  @Test("a file says where its jobs get identity tokens, and which environments they name")
  func jobFiles() {
    func read(_ text: String) -> JobFile? { GitHubGuide.guide.jobFile(".github/workflows/a.yml", text) }
    let file = read(
      "jobs:\n  a:\n    environment: {url: x, name: \"one # two\"}\n  b:\n    permissions:\n      id-token: 'write'\n    environment: ${{ inputs.e }}\n"
        + "  c:\n    environment: three # not four\n  d: {environment: three}\n")
    #expect(file?.tokenLine == 6 && file?.environments.map(\.name) == ["one # two", "three"])
    #expect(file?.environments.map(\.line) == [3, 9] && file?.name == "a.yml")
    #expect(read("# id-token: write\njobs: {a: {environment: *missing}}")?.environments.isEmpty == true)
    #expect(read("permissions: write-all\njobs: {a: {}}")?.tokenLine == 1)
    #expect(GitHubGuide.guide.jobFile("ci/a.yml", "jobs: {}") == nil)
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
