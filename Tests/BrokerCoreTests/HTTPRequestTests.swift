import BrokerCore
import Testing

struct HTTPRequestTests {
  @Test(
    "a method is a token of RFC 9110, with regard to case",
    arguments: ["GET", "get", "PROPFIND", "M-SEARCH", "X!#$%&'*+.^_`|~1"])
  func takesTokens(_ name: String) {
    #expect(HTTPRequest.Method(name)?.name == name)
  }

  @Test(
    "nothing else is a method",
    arguments: [
      "", " ", "GET ", "GE T", "GET\r\nX: y", "G\u{0}", "GÉT", "GET/", "GET:", "\"GET\"", "(GET)", "CONNECT", "connect",
      "TRACE", "Trace", String(repeating: "A", count: 33),
    ])
  func refusesWhatIsNoToken(_ name: String) {
    #expect(HTTPRequest.Method(name) == nil)
  }

  @Test("a method says whether a second arrival does harm")
  func knowsSafeMethods() {
    #expect(HTTPRequest.Method.get == HTTPRequest.Method("GET") && HTTPRequest.Method.get.isSafe)
    #expect(HTTPRequest.Method.head.isSafe && HTTPRequest.Method("OPTIONS")?.isSafe == true)
    for method in [HTTPRequest.Method.post, .put, .patch, .delete] { #expect(!method.isSafe) }
    #expect(HTTPRequest.Method("get")?.isSafe == false)
  }

  @Test("a secret that the engine has not bound goes nowhere")
  func bindsNothingByItself() throws {
    let url = HTTPURL(.https(host: "registry.example"), path: "/")
    let credential = try #require(
      Credential(
        registry: "r", secret: Secret("a-credential-0123456789"), username: "u", expires: UnixTime(0), uploadURL: url))
    for secret in [credential.bound, credential.bound.bearer, credential.bound.json("a")] {
      let error = #expect(throws: HTTPFailure.self) {
        try HTTPRequest(.post, url, body: .bound(secret)).checkDestinations()
      }
      #expect(error?.reason == .misdirected && error?.detail.contains("no host") == true)
    }
    let bound = credential.bound(to: url.origin, in: SecretBindings()).bound
    #expect(throws: Never.self) { try HTTPRequest(.post, url, body: .bound(bound.bearer)).checkDestinations() }
    #expect(bound.bearer.reveal() == "Bearer a-credential-0123456789")
    #expect(bound.json("a\"b").reveal() == #"{"a\"b":"a-credential-0123456789"}"#)
    #expect("\(bound) \(String(reflecting: bound))" == "[redacted] [redacted]")
    var dumped = ""
    dump(HTTPRequest(.post, url, body: .bound(bound)), to: &dumped)
    #expect(!dumped.contains("credential-0123"))
  }
}
