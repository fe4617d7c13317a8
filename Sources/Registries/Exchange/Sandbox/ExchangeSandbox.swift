public import BrokerCore
public import BrokerSandbox

extension SandboxRegistry {
  /// A registry that an entry of type `exchange` describes: it answers as the entry says that it does.
  ///
  /// - Throws: `ErrorCode.usage` for an entry that says nothing that can be played.
  public static func described(by entry: SandboxEntry) throws(BrokerError) -> SandboxRegistry {
    guard let description = ExchangeDescription(entry.object) else {
      throw entry.notPlayed(
        "it does not say how an identity token is exchanged", remedy: "Run token-broker config check on its file.")
    }
    let life = description.lifetime
    return SandboxRegistry(
      name: entry.name, audience: description.audience,
      kind: SandboxRegistryKind(
        rehearsal: SandboxRehearsal(
          isAskedForAudience: description.question != nil, sharesConnection: description.exchange.hasBody,
          lifetime: life - 60...life + 60,
          saysLifetime: description.form != "none", noPublisher: nil, reusedToken: ExchangeService.used)
      ) { ExchangeService(description, $0, issuer: $1, configuration: $2) })
  }
}

/// What an entry says about a registry, as its server would have it.
struct ExchangeDescription: Sendable {
  let audience: String
  let takesAudienceList: Bool
  let exchange: RequestPattern
  /// The path on which it is asked for its audience, and where that stands.
  let question: (request: RequestPattern, place: String)?
  let revocation: RequestPattern?
  /// The statuses of success of an exchange and of a revocation.
  let statuses: (exchange: Int, revocation: Int)
  let credential: String?
  let prefix: String
  let usernamePlace: String?
  let expires: String?
  let form: String
  /// The life of a credential in seconds.
  let lifetime: Int64
  let refusal: String
  /// The values of the placeholders that the entry itself gives.
  let known: [String: String]

  init?(_ object: JSONObject) {
    guard let request = object["exchange"]?.object, let exchange = RequestPattern(request, address: "url"),
      let answer = object["answer"]?.object, let address = request["url"]?.string,
      let upload = object["upload-url"]?.string
    else { return nil }
    func authority(_ address: String) -> String {
      guard let scheme = address.firstRange(of: "://") else { return "" }
      return String(address[scheme.upperBound...].prefix { $0 != "/" && $0 != "?" })
    }
    let home = authority(address.replacing("{host}", with: authority(upload)))
    audience = object["audience"]?.string?.replacing("{host}", with: home) ?? home
    if case .boolean(true)? = object["audience-list"]?.value {
      takesAudienceList = true
    } else {
      takesAudienceList = false
    }
    self.exchange = exchange
    if let ask = object["ask-audience"]?.object, let pattern = RequestPattern(ask, address: "path"),
      let place = ask["audience"]?.string
    {
      question = (pattern, place)
    } else {
      question = nil
    }
    let revoke = object["revoke"]?.object
    revocation = revoke.flatMap { RequestPattern($0, address: "path") }
    func status(_ object: JSONObject?, _ usual: Int) -> Int {
      object?["status"]?.array?.first?.string.flatMap { Int($0) } ?? usual
    }
    statuses = (status(answer, 200), status(revoke, 204))
    credential = answer["credential"]?.string
    prefix = answer["prefix"]?.string ?? ""
    usernamePlace = answer["username"]?.string.flatMap { $0.hasPrefix("/") ? $0 : nil }
    expires = answer["expires"]?.string
    form = answer["expires-form"]?.string ?? "none"
    lifetime = form == "none" ? answer["lifetime"]?.string.flatMap { Int64($0) } ?? 900 : 900
    refusal = object["errors"]?.array?.first?.string ?? "message"
    var known: [String: String] = [:]
    known["organisation"] = object["organisation"]?.string
    known["package"] = object["project"]?.string
    self.known = known
  }
}
