public import BrokerCore

/// The settings of a registry that is described by its entry: its audience, its exchange, what its answers hold, how a
/// credential is revoked, and which variables a command gets.
public struct ExchangeSettings: PluginSettings {
  /// How the audience is asked for.
  struct Question: Sendable {
    let request: RequestTemplate
    let place: JSONPointer
  }

  /// How a credential is revoked.
  struct Revocation: Sendable {
    let request: RequestTemplate
    let statuses: [Int]
  }

  /// Where publishing tools upload to.
  let uploadURL: HTTPURL
  /// Where the exchange is made.
  let home: Origin
  /// The one audience that is accepted; nil if the registry says which.
  let audience: Audience?
  let question: Question?
  let exchange: RequestTemplate
  let answer: ExchangeAnswer
  let errors: [JSONPointer]
  let revocation: Revocation?
  let variables: [ToolVariable]
  /// The values of `{organisation}` and `{package}`.
  let plain: [String: String]
  /// Whether an identity token may be made out to a list of the one audience.
  let takesAudienceList: Bool
  /// The values, as they were written.
  public let values: [SettingValue]
  /// What is allowed, and does not work yet.
  public let warnings: [SettingWarning]

  private static let request = RequestTemplate.Names(
    plain: ["organisation", "package", "audience"], secrets: ["identity-token"])
  private static let revoke = RequestTemplate.Names(plain: ["organisation", "package"], secrets: ["credential"])

  /// The keys.
  public static let keys = [
    ConfigurationKey("upload-url", summary: "the address that publishing tools upload to", kind: .address),
    ConfigurationKey(
      "audience", summary: "the audience of identity tokens; {host} in it is the host of the exchange", kind: .audience),
    ConfigurationKey(
      "ask-audience", summary: "how the registry is asked for its audience",
      kind: .object([
        ConfigurationKey("path", summary: "the path on the host of the exchange"),
        ConfigurationKey("audience", summary: "where the audience stands in the answer"),
      ])),
    ConfigurationKey(
      "exchange", summary: "the request with which an identity token is exchanged",
      kind: .object(
        RequestTemplate.keys(
          ConfigurationKey("url", summary: "the address; {host} is that of upload-url", kind: .addressTemplate)))),
    ConfigurationKey("answer", summary: "what the answer to an exchange holds", kind: .object(ExchangeAnswer.keys)),
    ConfigurationKey(
      "errors", summary: "where the text of a refusal stands; the first that is there is shown", kind: .texts),
    ConfigurationKey(
      "revoke", summary: "the request with which a credential is revoked",
      kind: .object(
        RequestTemplate.keys(ConfigurationKey("path", summary: "the path on the host of the exchange")) + [
          ConfigurationKey("status", summary: "the statuses of success", kind: .identifiers)
        ])),
    ToolVariable.declaredKey,
    ConfigurationKey("organisation", summary: "the value of {organisation}"),
    ConfigurationKey(
      "audience-list", summary: "true: the registry takes identity tokens whose audience is a list of the one",
      kind: .mark),
  ]

  /// Decodes the settings.
  ///
  /// - Throws: `ErrorCode.configurationInvalid` with file, line, column and key path, for what cannot work as well;
  ///   `ErrorCode.audienceRefused` for an audience of another relying party.
  public init(from object: ConfigurationObject) throws(BrokerError) {
    func required(_ key: String) -> BrokerError {
      object.error(key, "is not there", remedy: "A registry of type exchange says upload-url, exchange and answer.")
    }
    guard let uploadURL = try object.address("upload-url") else { throw required("upload-url") }
    guard let request = try object.child("exchange") else { throw required("exchange") }
    guard let answer = try object.child("answer") else { throw required("answer") }
    self.uploadURL = uploadURL
    exchange = try RequestTemplate(
      from: request, address: "url", host: uploadURL.origin.authority, names: Self.request)
    guard let home = exchange.origin else { throw request.error("url", "names no host") }
    self.home = home
    guard home.isLoopback == uploadURL.origin.isLoopback else {
      throw object.error("upload-url", "and exchange.url are not both on this machine, or both elsewhere")
    }
    try Self.checkExchange(exchange, in: request)
    self.answer = try ExchangeAnswer(from: answer)
    var errors: [JSONPointer] = []
    for text in try object.strings("errors") ?? [] {
      guard let place = JSONPointer(text) else {
        throw object.error("errors", "has \(Neutralized.quoted(text)), which is no place in a JSON text")
      }
      errors.append(place)
    }
    self.errors = errors
    (audience, question) = try Self.audience(in: object, at: home)
    revocation = try Self.revocation(in: object, at: home)
    variables = try ToolVariable.declared(in: object)
    takesAudienceList = try object.flag("audience-list") ?? false
    var plain: [String: String] = [:]
    plain["organisation"] = try object.string("organisation")
    plain["package"] = try object.string("project")
    for name in ["organisation", "package"] where [".", ".."].contains(plain[name] ?? "") {
      throw object.error(name == "package" ? "project" : name, "is no segment of a path")
    }
    guard !exchange.uses("organisation") || plain["organisation"] != nil else {
      throw object.error("organisation", "is not there, and the exchange needs it")
    }
    self.plain = plain
    values = object.written(Self.keys)
    let requests = [exchange] + [revocation?.request].compactMap(\.self)
    let isUnused = plain["organisation"] != nil && !requests.contains { $0.uses("organisation") }
    warnings =
      (exchange.uses("package") && plain["package"] == nil
        ? [
          SettingWarning(
            "exchange", "needs a project, and none is named: nothing is minted until \"project\" names one")
        ] : []) + (isUnused ? [SettingWarning("organisation", "is in no request: {organisation} stands nowhere")] : [])
  }

  /// The identity token stands in one place of the request, and nothing else does its work.
  private static func checkExchange(
    _ exchange: RequestTemplate, in object: ConfigurationObject
  ) throws(BrokerError) {
    let count = exchange.count(of: "identity-token")
    guard count == 1 else {
      throw object.error(
        count == 0 ? "url" : "headers",
        count == 0 ? "is asked without the identity token" : "and the body hold the identity token \(count) times",
        remedy: "Put {identity-token} into one place: \"Authorization\": \"Bearer {identity-token}\", json or form.")
    }
  }

  private static func audience(
    in object: ConfigurationObject, at home: Origin
  ) throws(BrokerError) -> (Audience?, Question?) {
    var audience: Audience?
    if let text = try object.audience("audience")?.value {
      let template = Template(text)
      guard template.variables.isEmpty, template.values.allSatisfy({ $0 == "host" }) else {
        throw object.error("audience", "has another placeholder than {host}", remedy: "Write the audience itself.")
      }
      audience = Audience(text.replacing("{host}", with: home.authority.description))
    }
    var question: Question?
    if let child = try object.child("ask-audience") {
      try child.refuseUnknownKeys(known: ["path", "audience"])
      let request = try RequestTemplate(
        from: child.only(["path"]), address: "path", at: home, names: RequestTemplate.Names(plain: []))
      guard let place = try child.pointer("audience") else { throw child.error("audience", "is not there") }
      question = Question(request: request, place: place)
    }
    guard audience != nil || question != nil else {
      throw object.error(
        "audience", "is not there, and nothing says how to ask for it",
        remedy: "Write the audience that the registry takes, \"{host}\" if it is its host, or ask-audience.")
    }
    if let audience {
      let policy = AudiencePolicy(
        registry: object.path.last ?? "", home: home, expected: audience, isRehearsal: false)
      do { try policy.refuseForeign(audience) } catch {
        throw object.error(
          "audience", "is refused: \(error.message.clause)", remedy: error.remedy, code: error.code)
      }
    }
    return (audience, question)
  }

  private static func revocation(
    in object: ConfigurationObject, at home: Origin
  ) throws(BrokerError) -> Revocation? {
    guard let child = try object.child("revoke") else { return nil }
    try child.refuseUnknownKeys(
      known: RequestTemplate.keys(ConfigurationKey("path", summary: "")).map(\.name) + ["status"])
    let request = try RequestTemplate(from: child, address: "path", at: home, names: revoke)
    guard request.count(of: "credential") == 1 else {
      throw child.error(
        "path", "is asked without the credential",
        remedy: "Put {credential} into one place: \"Authorization\": \"Bearer {credential}\", json or form.")
    }
    return Revocation(request: request, statuses: try child.statuses("status") ?? Array(200..<300))
  }
}

extension ConfigurationObject {
  /// The statuses of a list of numbers.
  func statuses(_ key: String) throws(BrokerError) -> [Int]? {
    guard let texts = try strings(key) else { return nil }
    var statuses: [Int] = []
    for text in texts {
      guard let status = Int(text), (200..<300).contains(status) else {
        throw error(
          key, "has \(Neutralized.quoted(text)), which is no status of success", remedy: "Write \"200\" or \"201\".")
      }
      statuses.append(status)
    }
    return statuses
  }
}
