/// What an answer that is not the protocol's says: its title, its first sentence, and who may have sent it.
struct AnswerPage: Sendable {
  private let response: HTTPResponse
  private let text: String
  private let redaction: SecretRedaction?

  /// So much of a body is looked at.
  private static let limit = 16 * 1024

  init(_ response: HTTPResponse, _ redaction: SecretRedaction? = nil) {
    self.response = response
    self.redaction = redaction
    text = String(decoding: response.body.prefix(Self.limit), as: UTF8.self)
  }

  /// Whether it is a page for people.
  var isPage: Bool {
    let type = (response.field("content-type") ?? "").lowercased()
    let start = text.drop { $0.isWhitespace }.prefix(64).lowercased()
    return type.hasPrefix("text/html") || start.hasPrefix("<!doctype html") || start.hasPrefix("<html")
  }

  /// The title of a page, quoted; nil if it has none.
  var title: Neutralized? {
    guard isPage, let title = element("title"), !title.isEmpty else { return nil }
    return Neutralized.quoted(safe(title), limit: 80)
  }

  /// What it says, quoted: the message of JSON, the title or the first words of a page, or the text; nil if nothing.
  var sentence: Message? {
    if let object = (try? JSONReader().read(response.body))?.object {
      let said = ["message", "error_description", "error", "detail"].lazy.compactMap { object[$0]?.string }.first
      return said.flatMap(shown)
    }
    if isPage { return title.map { Message($0) } ?? shown(Self.withoutMarkup(element("body") ?? text)) }
    return shown(text)
  }

  /// A cause where somebody else than the server that was asked has answered; nil where nothing speaks for that.
  ///
  /// A page proves nothing by itself: servers have pages of their own for 404, 405 and 500. A proxy that names itself does, and so
  /// does one that is configured.
  ///
  /// - Parameters:
  ///   - host: The host and port that were asked.
  ///   - hasOwnPages: Whether the server may answer this with a page of its own.
  /// - Returns: The cause; nil where nothing speaks for that.
  func foreign(_ host: Origin.Authority, hasOwnPages: Bool) -> Cause? {
    let proxy = named
    // A proxy that inspects passes the server's own pages on as well: its certificate says who answered nothing else.
    let issuer = response.certificateIssuer.flatMap { text in Self.product(in: text).map { _ in text } }
    guard proxy != nil || isPage && !hasOwnPages else { return nil }
    let said: Message =
      isPage
      ? " with a page for people\(title.map { ", titled \($0)" as Message } ?? "")"
      : sentence.map { ": \($0)" } ?? ""
    let who: Message =
      if let proxy {
        "It names \(proxy): a proxy on the way answered, not \(host)."
      } else if let issuer {
        "The certificate was issued by \(Neutralized.quoted(safe(issuer), limit: 120)): a proxy that inspects connections "
          + "answered, not \(host)."
      } else if let configured = response.proxy {
        "The proxy \(Neutralized(configured, limit: 120)) is configured: it answered, not \(host)."
      } else {
        "A proxy or a sign-in page on the way probably answered, not \(host): the same request from another network tells."
          + (response.certificateIssuer.map {
            " The certificate was issued by \(Neutralized.quoted(safe($0), limit: 120))."
          } ?? "")
      }
    let name = Neutralized(host.description.prefix { $0 != ":" })
    return Cause(
      "answer-foreign", proxy == nil && issuer == nil && response.proxy == nil ? .likely : .certain,
      "\(host) was asked, and status \(response.status) came\(said). \(who)",
      fixes: [
        "Have \(host) allowed without a sign-in or an inspection where the job runs, or reach it without the proxy: "
          + "no_proxy=\(name).",
        "If there is nothing on the way, see that the address is right: \(host) does not speak the protocol there.",
      ])
  }

  /// What a proxy calls itself in the answer.
  private var named: Message? {
    let fields = response.fields.map { $0.name.lowercased() }
    if fields.contains("x-squid-error") { return "Squid" }
    if fields.contains(where: { $0.hasPrefix("x-bluecoat") }) { return "Blue Coat" }
    if fields.contains("proxy-authenticate") || response.status == 407 { return "a proxy that wants a sign-in" }
    guard (try? JSONReader().read(response.body))?.object == nil else { return nil }
    // A page that is no error may speak of anything; its title says whose it is.
    let own = response.status < 300 ? element("title") ?? "" : text
    return Self.product(in: own)
  }

  /// The first product whose name stands in a text as words of their own.
  private static func product(in text: String) -> Message? {
    let lower = text.lowercased()
    func isLetter(_ character: Character?) -> Bool { character.map { $0.isLetter || $0.isNumber } ?? false }
    return products.first { name in
      guard let range = lower.firstRange(of: name.description.lowercased()) else { return false }
      let before = range.lowerBound == lower.startIndex ? nil : lower[lower.index(before: range.lowerBound)]
      return !isLetter(before) && !isLetter(range.upperBound == lower.endIndex ? nil : lower[range.upperBound])
    }.map(Message.init(stringLiteral:))
  }

  /// Names that pages of proxies and filters have of themselves.
  private static let products: [StaticString] = [
    "Squid", "Zscaler", "Blue Coat", "ProxySG", "FortiGuard", "FortiGate", "Fortinet", "Palo Alto Networks",
    "Forcepoint",
    "Websense", "Web Gateway", "Cisco Umbrella", "IronPort", "Netskope", "Sophos", "Barracuda", "Check Point",
    "captive portal", "web proxy", "proxy server",
  ]

  private func element(_ name: String) -> String? {
    let lower = text.lowercased()
    guard lower.count == text.count, let start = lower.firstRange(of: "<\(name)"),
      let open = lower[start.upperBound...].firstIndex(of: ">")
    else { return nil }
    let from = lower.index(after: open)
    let end = lower[from...].firstRange(of: "</\(name)")?.lowerBound ?? lower.endIndex
    let range = lower.distance(from: lower.startIndex, to: from)..<lower.distance(from: lower.startIndex, to: end)
    return String(text.dropFirst(range.lowerBound).prefix(range.count))
  }

  private static func withoutMarkup(_ text: String) -> String {
    var output = ""
    var isInside = false
    for character in text {
      if character == "<" {
        isInside = true
      } else if character == ">" {
        isInside = false
        output += " "
      } else if !isInside {
        output.append(character)
      }
    }
    return output
  }

  private func shown(_ text: String) -> Message? {
    let words = Neutralized(safe(text), limit: 160)
    return words.text.isEmpty ? nil : "\"\(words)\""
  }

  private func safe(_ text: String) -> String { redaction?.apply(to: text) ?? text }
}

extension HTTPResponse {
  /// What it says, quoted, cleaned and short: the message of JSON, the title of a page, or its text; nil if nothing.
  ///
  /// - Parameter redaction: Takes out what the request held, which an answer may echo.
  /// - Returns: The sentence.
  public func sentence(_ redaction: SecretRedaction? = nil) -> Message? { AnswerPage(self, redaction).sentence }

  /// A cause where somebody else than the server that was asked has answered: a proxy, or a sign-in page.
  ///
  /// - Parameters:
  ///   - host: The host and port that were asked.
  ///   - hasOwnPages: Whether that server may answer this with a page of its own.
  ///   - redaction: Takes out what the request held.
  /// - Returns: The cause; nil where nothing speaks for that.
  public func foreign(
    _ host: Origin.Authority, hasOwnPages: Bool = false, _ redaction: SecretRedaction? = nil
  ) -> Cause? { AnswerPage(self, redaction).foreign(host, hasOwnPages: hasOwnPages) }
}
