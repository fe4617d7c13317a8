import BrokerCore

/// What the answer to an exchange holds, and where.
struct ExchangeAnswer: Sendable {
  /// How an answer says when a credential ends.
  enum Expiry: String, CaseIterable, Sendable {
    /// Not at all.
    case none
    /// In so many seconds.
    case seconds
    /// Seconds since 1970.
    case unix
    /// A date and time of ISO 8601.
    case iso8601
    /// In the credential, which is a JWT.
    case jwt
  }

  private let statuses: [Int]
  private let credential: JSONPointer?
  private let prefix: String?
  private let username: String
  private let usernamePlace: JSONPointer?
  private let expiry: Expiry
  private let expires: JSONPointer?
  /// The life in seconds where the answer does not say.
  let lifetime: Int64

  /// The longest life that is believed, in seconds: a day.
  private static let longestLifetime: Int64 = 24 * 3600

  static let keys = [
    ConfigurationKey("status", summary: "the statuses of success: \"200\", \"201\"", kind: .identifiers),
    ConfigurationKey("credential", summary: "where the credential stands; the whole answer unless it is said"),
    ConfigurationKey("prefix", summary: "what every credential begins with; another is refused"),
    ConfigurationKey("username", summary: "the user name that goes with it, or where it stands: /username"),
    ConfigurationKey("expires", summary: "where the answer says when it ends"),
    ConfigurationKey("expires-form", summary: "how it says that", kind: .word(Expiry.allCases.map(\.rawValue))),
    ConfigurationKey(
      "lifetime", summary: "the life in seconds where the answer does not say; \"900\" unless it is said"),
  ]

  init(from object: ConfigurationObject) throws(BrokerError) {
    try object.refuseUnknownKeys(known: Self.keys.map(\.name))
    statuses = try object.statuses("status") ?? [200, 201]
    if statuses.contains(where: [204, 205].contains) {
      throw object.error("status", "has a status of answers without a body, and the credential stands in one")
    }
    credential = try object.pointer("credential")
    prefix = try object.string("prefix")
    let username = try object.string("username") ?? "token"
    usernamePlace = username.hasPrefix("/") ? try object.pointer("username") : nil
    self.username = username
    guard username.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x3A }), username.utf8.count <= 255 else {
      throw object.error("username", "is no user name: it has to be printable, without blanks and colons")
    }
    expires = try object.pointer("expires")
    let form = try object.string("expires-form")
    guard let expiry = form.map({ Expiry(rawValue: $0) }) ?? (expires == nil ? Expiry.none : nil) else {
      throw object.error(
        form == nil ? "expires" : "expires-form",
        form == nil ? "does not say in which form" : "is no form of a time",
        remedy: "Write expires-form: \(Expiry.allCases.map { Neutralized($0.rawValue) }.joined(separator: ", ")).")
    }
    let isInAnswer = [.seconds, .unix, .iso8601].contains(expiry)
    guard isInAnswer == (expires != nil) else {
      throw object.error(
        "expires",
        isInAnswer ? "is not there, and expires-form needs it" : "is there, and expires-form says that it is not read")
    }
    self.expiry = expiry
    let text = try object.string("lifetime") ?? "900"
    guard let seconds = Int64(text), (60...Self.longestLifetime).contains(seconds), text == String(seconds) else {
      throw object.error("lifetime", "is no number of seconds from 60 to 86400", remedy: "Write \"900\".")
    }
    lifetime = seconds
    guard expiry == .none || !object.keys.contains("lifetime") else {
      throw object.error("lifetime", "is not read: expires-form says that the answer tells", remedy: "Leave it out.")
    }
    guard expiry != .jwt || ["", "e"].contains(prefix?.prefix(1) ?? "") else {
      throw object.error("prefix", "is no beginning of a JWT, which expires-form says that the credential is")
    }
    if usernamePlace != nil || expires != nil {
      guard credential != nil else {
        throw object.error(
          "credential", "is the whole answer, and other things are read from it", remedy: "Say where it stands.")
      }
    }
  }

  func isSuccess(_ status: Int) -> Bool { statuses.contains(status) }

  /// What an answer gives.
  struct Content: Sendable {
    let secret: Secret
    let username: String
    let expires: UnixTime
    let left: Int64
  }

  /// Reads an answer.
  ///
  /// - Returns: What it gives; or why it gives nothing usable, in a clause that quotes nothing of it.
  func content(
    of response: HTTPResponse, now: UnixTime, _ redaction: SecretRedaction
  ) -> Result<Content, Unusable> {
    var node: JSONNode?
    if credential != nil || expires != nil {
      do { node = try JSONReader().read(response.body) } catch {
        return .failure(Unusable(redaction.apply(to: error.summary)))
      }
    }
    let text: String
    if let credential {
      guard let found = node.flatMap({ credential.value(in: $0) })?.string else {
        return .failure(Unusable("there is no text at \(Neutralized.quoted(credential.text))"))
      }
      text = found
    } else {
      guard let body = String(validating: response.body, as: UTF8.self) else {
        return .failure(Unusable("it is not text"))
      }
      text = body.hasSuffix("\n") ? String(body.dropLast()) : body
      guard !["{", "[", "<", "\""].contains(text.prefix(1)) else {
        return .failure(Unusable("it is JSON or a page, and the credential is the whole answer"))
      }
    }
    if let prefix, !text.hasPrefix(prefix) {
      return .failure(Unusable("what it gives does not begin with \(Neutralized.quoted(prefix))"))
    }
    var username = username
    if let usernamePlace {
      guard let found = node.flatMap({ usernamePlace.text(in: $0) }), !found.isEmpty, found.utf8.count <= 255,
        found.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x3A })
      else { return .failure(Unusable("there is no user name at \(Neutralized.quoted(usernamePlace.text))")) }
      username = found
    }
    let clock = response.serverTime ?? now
    switch life(node, text, clock) {
    case .failure(let reason): return .failure(reason)
    case .success(let left):
      guard left > 0 else { return .failure(Unusable("the credential had ended when it was sent")) }
      let seconds = min(left, Self.longestLifetime)
      return .success(
        Content(secret: Secret(text), username: username, expires: clock.advanced(by: left), left: seconds))
    }
  }

  private func life(_ node: JSONNode?, _ credential: String, _ now: UnixTime) -> Result<Int64, Unusable> {
    let place = expires.flatMap { place in node.flatMap { place.value(in: $0) } }
    func missing() -> Result<Int64, Unusable> {
      .failure(Unusable("there is no time at \(Neutralized.quoted(expires?.text ?? ""))"))
    }
    switch expiry {
    case .none: return .success(lifetime)
    case .seconds:
      guard let seconds = place?.integer ?? place?.string.flatMap({ Int64($0) }), (0...315_360_000).contains(seconds)
      else { return missing() }
      return .success(seconds)
    case .unix: return place.flatMap(DateReader.unix).map { .success($0.seconds(since: now)) } ?? missing()
    case .iso8601:
      return place?.string.flatMap(DateReader.iso8601).map { .success($0.seconds(since: now)) } ?? missing()
    case .jwt:
      guard let token = try? IdentityToken(Secret(credential), from: "The answer"), let end = token.claims.time("exp")
      else {
        return .failure(Unusable("the credential is no JWT with an end"))
      }
      return .success(end.seconds(since: now))
    }
  }

  /// Why an answer cannot be used, as a clause.
  struct Unusable: Error, Sendable {
    let reason: Message
    init(_ reason: Message) { self.reason = reason }
  }
}
