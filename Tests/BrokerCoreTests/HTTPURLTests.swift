import BrokerCore
import Testing

struct HTTPURLTests {
  @Test(
    "an address is written in one way",
    arguments: [
      ("https://upload.pypi.org/legacy/", "https://upload.pypi.org/legacy/"),
      ("HTTPS://Upload.PyPI.org", "https://upload.pypi.org/"),
      ("https://pypi.example.com:443/a", "https://pypi.example.com/a"),
      ("https://pypi.example.com:8443/a?b=c", "https://pypi.example.com:8443/a?b=c"),
      ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
      ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
      ("http://localhost/x", "http://localhost/x"),
      ("http://[::1]:80/", "http://[::1]/"),
      ("https://[2001:DB8::1]/", "https://[2001:db8::1]/"),
      ("https://[2001:0:0:0:8:0:0:1]/", "https://[2001::8:0:0:1]/"),
      ("https://[1:0:2:3:4:5:6:7]/", "https://[1:0:2:3:4:5:6:7]/"),
      ("https://[fe80::]/", "https://[fe80::]/"), ("https://[64:ff9b::192.0.2.33]/", "https://[64:ff9b::c000:221]/"),
      ("http://[0:0:0:0:0:0:0:1]/", "http://[::1]/"), ("http://[0000::0001]/", "http://[::1]/"),
      ("https://host/61//idtoken/a?api-version=2.0&x=%2B+", "https://host/61//idtoken/a?api-version=2.0&x=%2B+"),
      ("https://host?x=1", "https://host/?x=1"),
      ("https://a_b.example/", "https://a_b.example/"),
    ])
  func parses(_ text: String, _ description: String) throws {
    #expect(try HTTPURL(text).description == description)
  }

  @Test(
    "what no request may go to is refused",
    arguments: [
      "", "pypi.org", "ftp://pypi.org/", "::not a url", "https://", "https:///x", "https://user@host/",
      "https://user:p@host/",
      "https://host#fragment", "https://host:0/", "https://host:65536/", "https://host:x/", "https://host:/",
      "https://host:-1/",
      "https://ho st/", "https://host/a b", "https://host/\u{7F}", "https://host/ä", "https://bücher.example/",
      "https://host./", "https://.host/", "https://a..b/", "https://127.1/", "https://0x7f.1/", "https://2130706433/",
      "https://127.0.0.01/", "https://256.0.0.1/", "https://[::1/", "https://[::g]/", "https://[]/", "http://pypi.org/",
      "https://[:]/", "https://[:::]/", "https://[:::::]/", "https://[1::2::3]/", "https://[1:2:3:4:5:6:7]/",
      "https://[1:2:3:4:5:6:7::8]/", "https://[12345::]/", "https://[1.2.3.4::]/", "https://[::1.2.3]/",
      "https://[::]/", "https://[::127.0.0.1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/",
      "https://[::1%25lo]/", "https://0.0.0.0/", "https://0.1.2.3/", "https://x.localhost/",
      "https://X.LOCALHOST:8443/",
      "http://127.evil.example/", "http://localhost.evil.example/", "http://128.0.0.1/", "https://host\\@evil/",
      "https://host\r\nX: y/", "javascript:alert(1)", "https://a\u{200B}b/",
    ])
  func refuses(_ text: String) {
    #expect(throws: InvalidURL.self) { try HTTPURL(text) }
  }

  @Test(arguments: [
    ("http://127.0.0.1/", true), ("http://127.8.9.10/", true), ("http://localhost/", true), ("http://[::1]/", true),
    ("https://128.0.0.1/", false), ("https://127.0.0.1.example/", false), ("https://pypi.org/", false),
  ])
  func knowsLoopback(_ text: String, _ isLoopback: Bool) throws {
    #expect(try HTTPURL(text).origin.isLoopback == isLoopback)
  }

  @Test(
    "a query item replaces those of its name",
    arguments: [
      ("https://h/p", "pypi", "https://h/p?audience=pypi"),
      ("https://h/61//t?api-version=2.0", "pypi", "https://h/61//t?api-version=2.0&audience=pypi"),
      ("https://h/p?audience=old&a=b", "new", "https://h/p?a=b&audience=new"),
      ("https://h/p?a=%2B", "npm:registry.npmjs.org", "https://h/p?a=%2B&audience=npm%3Aregistry.npmjs.org"),
      ("https://h/p", "a b+c&d=e%f/é", "https://h/p?audience=a%20b%2Bc%26d%3De%25f%2F%C3%A9"),
      ("https://h/p?", "x", "https://h/p?audience=x"),
    ])
  func setsQueryItems(_ text: String, _ value: String, _ expected: String) throws {
    #expect(try HTTPURL(text).settingQueryItem("audience", value).description == expected)
  }
}
