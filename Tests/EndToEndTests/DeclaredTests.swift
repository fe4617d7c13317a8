import BrokerConformance
import BrokerCore
import Synchronization
import TestSupport
import Testing

/// CI systems and registries that are described by a configuration, through the built tool: over real sockets, with a stand-in
/// for both sides.
struct DeclaredTests {
  /// A server on loopback that plays a runner and a registry.
  final class StandIn: Sendable {
    let port: Int
    private let listener: WireListener
    private let log = Mutex<[String]>([])

    init(_ answer: @escaping @Sendable (String, Int) -> String) throws {
      guard let listener = WireListener() else { throw BrokerError(.unreachable, "cannot listen") }
      self.listener = listener
      port = listener.port
      DedicatedThread.start { [weak self, listener] in
        while let wire = listener.accept() {
          guard let self else { return }
          var bytes: [UInt8] = []
          while true {
            let text = String(decoding: bytes, as: UTF8.self)
            if let end = text.firstRange(of: "\r\n\r\n") {
              let length =
                text[..<end.lowerBound].lowercased().firstMatch(of: /content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
              if text[end.upperBound...].utf8.count >= length { break }
            }
            let more = wire.receive()
            guard !more.isEmpty else { break }
            bytes += more
          }
          let request = String(decoding: bytes, as: UTF8.self)
          log.withLock { $0.append(request) }
          wire.send(answer(request, port))
          wire.end()
        }
      }
    }

    deinit { listener.end() }

    var requests: [String] { log.withLock { $0 } }

    static func response(_ body: String, status: String = "200 OK", fields: String = "") -> String {
      "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\(fields)\r\n\(body)"
    }
  }

  private static let requestToken = "request-token-0123456789abcdef"
  private static let credential = "own-credential-0123456789abcdef"

  /// A rehearsal's token: a real one never goes to this machine.
  private static func token(_ identifier: String = "id-1", audience: String = "own.example.com") -> String {
    SampleToken.make(
      audience: audience, identifier: identifier, isRehearsal: true,
      claims: [("iss", #""https://ci.example.com""#), ("org", #""octo-org""#), ("ref", #""refs/tags/v1""#)])
  }

  private static func standIn() throws -> StandIn {
    try StandIn { request, _ in
      if request.hasPrefix("POST /token ") { return StandIn.response(#"{"data":{"token":"\#(token())"}}"#) }
      if request.hasPrefix("POST /exchange/octo-org ") {
        return StandIn.response(#"{"token":"\#(credential)","ttl":600}"#, status: "201 Created")
      }
      if request.hasPrefix("DELETE /exchange ") { return StandIn.response("", status: "204 No Content") }
      return StandIn.response(#"{"error":"no such path"}"#, status: "404 Not Found")
    }
  }

  private static func provider(_ port: Int) -> String {
    #""own-ci":{"type":"token","detect":{"OWN_CI":"true"},"request":{"url":"{OWN_CI_URL}/token","hosts":["127.0.0.1"],"headers":{"Authorization":"Bearer {OWN_CI_TOKEN}"},"json":{"audience":"{audience}"},"token":"/data/token"},"claims":{"owner":"org","ref":"ref"},"hint":"Give the job identity."}"#
  }

  private static func registry(_ port: Int) -> String {
    #""own":{"type":"exchange","upload-url":"http://127.0.0.1:\#(port)/up/","audience":"own.example.com","exchange":{"url":"http://127.0.0.1:\#(port)/exchange/{organisation}","json":{"jwt":"{identity-token}"}},"answer":{"status":["201"],"credential":"token","expires":"ttl","expires-form":"seconds"},"errors":["error"],"revoke":{"path":"/exchange","method":"DELETE","headers":{"Authorization":"Bearer {credential}"}},"variables":{"OWN_TOKEN":"{token}","OWN_URL":"{url}"},"organisation":"octo-org"}"#
  }

  private static func configuration(_ port: Int, rules: String = "") -> String {
    #"{"version":1,"providers":{\#(provider(port))},"registries":{\#(registry(port))}\#(rules)}"#
  }

  private static func job(_ port: Int) -> [String: String] {
    [
      "OWN_CI": "true", "OWN_CI_URL": "http://127.0.0.1:\(port)", "OWN_CI_TOKEN": requestToken, "PATH": "/usr/bin:/bin",
    ]
  }

  @Test("exec mints through both, hands the variables on, says that nothing guards the tool, and revokes")
  func execs() async throws {
    let server = try Self.standIn()
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write(
      "own.json", Self.configuration(server.port, rules: #","rules":{"owner":["octo-org"],"ref":["refs/tags/v*"]}"#))
    let run = try await BuiltTool.run(
      [
        "exec", "own", "--config", "own.json", "--", "sh", "-c", "echo $OWN_TOKEN $OWN_URL; env | grep OWN_CI_ || true",
      ],
      Self.job(server.port), in: folder)
    #expect(run.status == 0, "\(run.error)")
    #expect(
      run.output
        == "\(Self.credential) http://127.0.0.1:\(server.port)/up/\nOWN_CI_URL=\(Self.job(server.port)["OWN_CI_URL"] ?? "")\n"
        || run.output == "\(Self.credential) http://127.0.0.1:\(server.port)/up/\n", "\(run.output)")
    #expect(run.error.contains("nothing guards where \("sh") publishes"), "\(run.error)")
    let requests = server.requests
    #expect(requests.map { $0.prefix { $0 != " " } } == ["POST", "POST", "DELETE"], "\(requests)")
    #expect(
      requests[0].contains("Authorization: Bearer \(Self.requestToken)")
        && requests[0].hasSuffix(#"{"audience":"own.example.com"}"#))
    #expect(requests[1].hasSuffix(#"{"jwt":"\#(Self.token())"}"#))
    #expect(requests[2].contains("Authorization: Bearer \(Self.credential)"))
    for secret in [Self.requestToken, Self.token(), Self.credential] {
      #expect(!run.error.contains(secret), "\(run.error)")
    }
  }

  /// Where the configuration is, and whether it may declare.
  @Test(
    arguments: [
      ("found", false), ("named by --config", true), ("named by TOKEN_BROKER_CONFIG in the checkout", false),
      ("named by TOKEN_BROKER_CONFIG outside", true), ("the organisation's text", true),
      ("the organisation's file outside", true),
      ("the organisation's file in the checkout", false), ("in extends of a found file", false),
      ("in extends of a found file, outside", false), ("in extends of a named file", true),
    ] as [(String, Bool)])
  func isDeclaredByFilesThatAreNamed(_ place: String, _ isAllowed: Bool) async throws {
    let server = try Self.standIn()
    let (checkout, outside) = (try TestFolder(), try TestFolder())
    defer { [checkout, outside].forEach { $0.remove() } }
    let text = Self.configuration(server.port)
    var variables = Self.job(server.port)
    var arguments = ["check", "own"]
    let extending =
      #"{"version":1,"extends":"\#(place.hasSuffix("outside") ? outside.path + "/own.json" : "own.json")"}"#
    switch place {
    case "found": try checkout.write("token-broker.json", text)
    case "named by --config":
      try checkout.write("own.json", text)
      arguments += ["--config", "own.json"]
    case "named by TOKEN_BROKER_CONFIG in the checkout":
      try checkout.write("own.json", text)
      variables["TOKEN_BROKER_CONFIG"] = "own.json"
    case "named by TOKEN_BROKER_CONFIG outside":
      try outside.write("own.json", text)
      variables["TOKEN_BROKER_CONFIG"] = "\(outside.path)/own.json"
    case "the organisation's text": variables["TOKEN_BROKER_ORG_CONFIG_JSON"] = text
    case "the organisation's file outside":
      try outside.write("own.json", text)
      variables["TOKEN_BROKER_ORG_CONFIG"] = "\(outside.path)/own.json"
    case "the organisation's file in the checkout":
      try checkout.write("own.json", text)
      variables["TOKEN_BROKER_ORG_CONFIG"] = "own.json"
    default:
      let named = place.hasSuffix("named file")
      try (place.hasSuffix("outside") ? outside : checkout).write("own.json", text)
      try checkout.write(named ? "named.json" : "token-broker.json", extending)
      if named { arguments += ["--config", "named.json"] }
    }
    let run = try await BuiltTool.run(arguments, variables, in: checkout)
    #expect(run.error.contains("[declaration-refused]") == !isAllowed, "\(run.status) \(run.output) \(run.error)")
    #expect(isAllowed ? run.status == 0 : run.status == 3, "\(run.status) \(run.output) \(run.error)")
    #expect(isAllowed || server.requests.isEmpty)
  }

  @Test(
    "a stranger's checkout makes check read, run and send nothing",
    arguments: ["check", "config", "explain", "mint", "exec", "config check"])
  func isSafeInAStrangersCheckout(_ command: String) async throws {
    let server = try Self.standIn()
    let folder = try TestFolder()
    defer { folder.remove() }
    let evil =
      #"{"version":1,"providers":{"a":{"type":"token","detect":{"HOME":"*"},"command":{"words":["/bin/sh","-c","echo x >\#(folder.path)/ran; echo {audience}"]}},\#(Self.provider(server.port))},"registries":{\#(Self.registry(server.port))}}"#
    try folder.write("token-broker.json", evil)
    var arguments = command.split(separator: " ").map(String.init)
    switch command {
    case "check", "mint": arguments.append("own")
    case "exec": arguments += ["own", "--", "true"]
    case "config check": arguments.append("token-broker.json")
    default: break
    }
    let run = try await BuiltTool.run(
      arguments, Self.job(server.port).merging(["HOME": "/root"]) { $1 }, input: "an error\n", in: folder)
    #expect(server.requests.isEmpty && folder.read("ran").isEmpty, "\(run)")
    if command != "config check" {
      #expect(run.error.contains("[declaration-refused]"), "\(run)")
    }
  }

  @Test("below an organisation's file, a found one selects and narrows, and changes nothing")
  func narrows() async throws {
    let server = try Self.standIn()
    let folder = try TestFolder()
    defer { folder.remove() }
    let job = Self.job(server.port).merging(["TOKEN_BROKER_ORG_CONFIG_JSON": Self.configuration(server.port)]) { $1 }
    for (repository, words) in [
      (#""registries":{"own":{}},"providers":{"own-ci":{}}"#, nil),
      (#""registries":{"own":{"rules":{"owner":["others"]}}}"#, "rule-refused"),
      (#""registries":{"own":{"organisation":"evil"}}"#, "configuration-widens"),
      (#""registries":{"own":{"variables":{"LD_PRELOAD":"{token}"}}}"#, "configuration-"),
      (
        #""registries":{"own":{"exchange":{"url":"http://127.0.0.1:1/","json":{"jwt":"{identity-token}"}}}}"#,
        "configuration-widens"
      ),
      (
        #""providers":{"own-ci":{"request":{"url":"http://127.0.0.1:1/","json":{"a":"{audience}"}}}}"#,
        "configuration-widens"
      ),
      (#""providers":{"own-ci":{"hint":"x"}}"#, "configuration-widens"),
      (#""providers":{"mine":{"type":"token","variable":["HOME"]}}"#, "configuration-widens"),
      (#""registries":{"mine":\#(Self.registry(server.port).dropFirst(6))}"#, "configuration-widens"),
    ] as [(String, String?)] {
      try folder.write("token-broker.json", #"{"version":1,\#(repository)}"#)
      let run = try await BuiltTool.run(["mint", "own", "--format", "token"], job, in: folder)
      #expect(run.status == 0 || words != nil, "\(repository): \(run.error)")
      #expect(words.map(run.error.contains) ?? true, "\(repository): \(run.error)")
      #expect((run.output == "\(Self.credential)\n") == (words == nil), "\(repository): \(run.output)")
    }
  }

  /// What a runner or a registry may answer, and words of the error.
  @Test(
    arguments: [
      ("token", StandIn.response("", status: "302 Found", fields: "Location: http://127.0.0.1:1/\r\n"), "[redirected]"),
      ("token", StandIn.response(#"{"data":{"token":"no jwt"}}"#), "[identity-token-malformed]"),
      ("token", StandIn.response(#"{"token":"x"}"#), "no text at \"/data/token\""),
      ("token", StandIn.response(#"{"error":"not allowed"}"#, status: "403 Forbidden"), "not allowed"),
      (
        "exchange", StandIn.response("", status: "307 Temporary Redirect", fields: "Location: http://127.0.0.1:1/\r\n"),
        "[redirected]"
      ),
      ("exchange", StandIn.response(#"{"error":"no publisher"}"#, status: "422 X"), "no publisher"),
      ("exchange", StandIn.response(#"{"token":""}"#, status: "201 Created"), "no time at"),
      ("exchange", StandIn.response(#"{"token":"\#(credential)","ttl":"x"}"#, status: "201 Created"), "no time at"),
      ("exchange", "echo", "is the identity token that it was sent"),
    ])
  func saysWhatWasAnswered(_ step: String, _ answer: String, _ words: String) async throws {
    let server = try StandIn { request, _ in
      guard request.hasPrefix("POST /\(step)") else {
        return StandIn.response(#"{"data":{"token":"\#(Self.token())"}}"#)
      }
      return answer == "echo"
        ? StandIn.response(#"{"token":"\#(Self.token())","ttl":600}"#, status: "201 Created") : answer
    }
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("own.json", Self.configuration(server.port))
    let run = try await BuiltTool.run(
      ["mint", "own", "--config", "own.json", "--format", "token"], Self.job(server.port), in: folder)
    #expect(run.status != 0 && run.error.contains(words), "\(run)")
    for secret in [Self.requestToken, Self.token()] { #expect(!(run.output + run.error).contains(secret), "\(run)") }
  }

  @Test("a program prints the token, a file holds it, a variable holds it") func readsEverySource() async throws {
    let server = try Self.standIn()
    let folder = try TestFolder()
    defer { folder.remove() }
    try folder.write("token", Self.token() + "\n")
    for source in [
      #""command":{"words":["/bin/sh","-c","test $0 = own.example.com && cat \#(folder.path)/token","{audience}"]}"#,
      #""file":"\#(folder.path)/token""#, #""file":"{OWN_FILE}""#, #""variable":["OWN_OTHER","OWN_ID_TOKEN"]"#,
    ] {
      try folder.write(
        "own.json",
        #"{"version":1,"providers":{"own-ci":{"type":"token","detect":{"OWN_CI":"true"},\#(source)}},"registries":{\#(Self.registry(server.port))}}"#
      )
      let run = try await BuiltTool.run(
        ["mint", "own", "--config", "own.json", "--format", "token"],
        [
          "OWN_CI": "true", "OWN_ID_TOKEN": Self.token(), "OWN_OTHER": Self.token(audience: "x"),
          "OWN_FILE": "\(folder.path)/token",
        ], in: folder)
      #expect(run.status == 0 && run.output == "\(Self.credential)\n", "\(source): \(run.error)")
    }
  }

  @Test("config check names a recipe that cannot work, and takes those that are checked in")
  func checksRecipes() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let names = [
      "circleci", "buildkite", "forgejo", "codeberg", "azure-pipelines", "jenkins", "kubernetes", "rubygems", "nuget",
      "npm", "prefix",
      "cloudsmith",
    ]
    for name in names { try folder.write("\(name).json", try Recipe.text(name)) }
    try folder.write(
      "npm-without.json", try Recipe.text("npm").replacing("\"project\": \"@octo-org/sample\",", with: ""))
    try folder.write("broken.json", try Recipe.text("rubygems").replacing("{identity-token}", with: "{jwt}"))
    let run = try await BuiltTool.run(
      ["config", "check"] + (names + ["npm-without", "broken"]).map { "\($0).json" }, in: folder)
    #expect(run.status == 3)
    #expect(run.output.split(separator: "\n").count == names.count + 2, "\(run.output)")
    #expect(
      run.error.contains("broken.json, line ") && run.error.contains("{jwt}") && run.error.contains("needs a project"),
      "\(run.error)")
  }
}
