import BrokerCore
import Testing

@Suite("Files that define jobs")
struct JobFileTests {
  @Test(
    "a file in YAML says where jobs get identity tokens, and which environments they name",
    arguments: [
      ("jobs: [{identity: x, environment: one}]", 1, ["one"]),
      ("a:\n  environment: {name: \"a # b\"}\nb:\n  identity: {}\n  environment: a # not b", 4, ["a # b", "a"]),
      ("a:\n  environment: $NAME\n# identity: x\nname: no", nil, []), ("a: {environment: *none}", nil, []),
      ("a: {environment: []}\nmy-environment: x", nil, []), ("", nil, []),
    ] as [(String, Int?, [String])])
  func reads(_ text: String, _ line: Int?, _ environments: [String]) {
    let file = JobFile(path: "ci/jobs.yml", text: text, tokenKey: "identity")
    #expect(file.tokenLine == line && file.environments.map(\.name) == environments && file.name == "jobs.yml")
  }
}
