import BrokerCore
import Testing

/// Who answered in place of a server: certain only where something names itself, or nothing else can have answered.
struct AnswerPageTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    var status = 200
    var field = ("content-type", "text/html")
    var body = "<html><head><title>Sign in</title></head><body>Welcome</body></html>"
    var proxy: String?
    var issuer: String?
    var hasOwnPages = false
    /// Nil for no cause.
    let certainty: Cause.Certainty?
    var words = ""
    var testDescription: String { name }
  }

  private static let host = Origin.https(host: "upload.pypi.org").authority

  static let rows: [Row] = [
    Row(name: "a page", certainty: .likely, words: "probably answered"),
    Row(
      name: "a page, by a public issuer", issuer: "C = US, O = Let's Encrypt, CN = E5", certainty: .likely,
      words: "issued by \"C = US, O = Let's Encrypt, CN = E5\""),
    Row(
      name: "a page, by a proxy's issuer", issuer: "O = Zscaler Inc., CN = Zscaler Intermediate Root CA",
      certainty: .certain, words: "a proxy that inspects connections answered"),
    Row(
      name: "the server's own page through a proxy that inspects", status: 404, issuer: "O = Zscaler Inc.",
      hasOwnPages: true, certainty: nil),
    Row(
      name: "JSON through a proxy that inspects", status: 422, field: ("content-type", "application/json"),
      body: #"{"message":"no"}"#, issuer: "O = Zscaler Inc.", certainty: nil),
    Row(
      name: "a page, with a proxy configured", proxy: "proxy.example:3128", certainty: .certain,
      words: "is configured"),
    Row(
      name: "a refusal that names itself", status: 403, body: "<html><body>Blocked by Netskope</body></html>",
      certainty: .certain, words: "It names Netskope"),
    Row(
      name: "a sign-in page that names itself", body: "<html><title>Cisco Umbrella</title></html>",
      certainty: .certain, words: "It names Cisco Umbrella"),
    Row(
      name: "a header that names it", status: 503, field: ("x-squid-error", "ERR_ACCESS_DENIED 0"), hasOwnPages: true,
      certainty: .certain, words: "It names Squid"),
    Row(
      name: "a page about projects", body: "<html><title>Index</title><a>squid</a><a>web proxy</a></html>",
      certainty: .likely),
    Row(
      name: "a word that begins alike", status: 403, body: "<html><body>Squidward is not allowed</body></html>",
      certainty: .likely),
    Row(name: "a server's own page", status: 404, hasOwnPages: true, certainty: nil),
    Row(name: "Via alone", status: 404, field: ("via", "1.1 varnish"), body: "", hasOwnPages: true, certainty: nil),
  ]

  @Test(arguments: rows) func tellsWhoAnswered(_ row: Row) {
    var response = HTTPResponse(
      status: row.status, fields: [(name: row.field.0, value: row.field.1)], body: Array(row.body.utf8))
    response.proxy = row.proxy
    response.certificateIssuer = row.issuer
    let cause = response.foreign(Self.host, hasOwnPages: row.hasOwnPages)
    #expect(cause?.certainty == row.certainty, "\(String(describing: cause))")
    #expect(cause?.summary.contains(row.words) != false, "\(String(describing: cause))")
  }
}
