import BrokerCore
import Testing

@testable import BrokerSandbox

/// Described requests, read by the server that receives them.
struct RequestPatternTests {
  private static let description =
    #"{"url":"https://a.example/x/{organisation}/{package}","headers":{"Authorization":"Bearer {identity-token}"},"query":{"v":"1"},"json":{"a":["{audience}",2],"b":null}}"#

  private static func request(
    _ method: String = "POST", _ target: String = "/x/octo/%40s%2Fp?v=1", bearer: String = "Bearer a.b.c",
    body: String = #"{"b":null,"a":["own",2]}"#
  ) -> ServerRequest {
    ServerRequest(method: method, target: target, fields: [("authorization", bearer)], body: Array(body.utf8))
  }

  @Test(
    "a request is read as the entry describes it, and another one is told apart",
    arguments: [
      (request(), "own a.b.c"), (request("GET"), "other"), (request("POST", "/x/octo?v=1"), "other"),
      (request("POST", "/x/other/%40s%2Fp?v=1"), "other"), (request("POST", "/x/octo/@s/p?v=1"), "other"),
      (request("POST", "/x/octo/%40s%2Fp"), "the item v of the query"),
      (request("POST", "/x/octo/%40s%2Fp?v=2"), "the item v of the query"),
      (request(bearer: "Basic a.b.c"), "the header field Authorization"),
      (request(bearer: "Bearer "), "the header field Authorization"), (request(body: "{}"), "the body"),
      (request(body: #"{"b":null,"a":["own",3]}"#), "the body"),
      (request(body: #"{"b":null,"a":["own",2],"c":1}"#), "the body"), (request(body: "x"), "the body"),
    ])
  func reads(_ request: ServerRequest, _ expected: String) throws {
    let object = try #require(try JSONReader().read(Array(Self.description.utf8)).object)
    let pattern = try #require(RequestPattern(object, address: "url"))
    let text =
      switch pattern.read(request, known: ["organisation": "octo", "package": "@s/p"]) {
      case .other: "other"
      case .wrong(let reason): reason
      case .matched(let found): "\(found["audience"] ?? "") \(found["identity-token"] ?? "")"
      }
    #expect(text.hasPrefix(expected), "\(text)")
  }

  @Test("values are put at their places") func places() {
    var placed = PlacedJSON()
    placed.put("t", at: "/data/0/token")
    placed.put(5, at: "/data/0/for~1how")
    placed.put("u", at: "user")
    #expect(JSONText.compact(placed.json) == #"{"data":[{"token":"t","for/how":5}],"user":"u"}"#)
  }
}
