/// Addresses, and what is put into their queries.
enum AddressTarget {
  static func run(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    do throws(InvalidURL) {
      let url = try HTTPURL(text)
      let again: HTTPURL
      do throws(InvalidURL) { again = try HTTPURL(url.description) } catch {
        fatalError("\(url) is not read: \(error)")
      }
      require(again == url, "\(url) is read as \(again)")
      require(url.origin.host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"/?#@\\".utf8.contains($0) }, "\(url)")
      require(url.origin.scheme == .https || url.origin.isLoopback, "plain http: \(url)")
      require(url.description.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "\(url)")
      let longer = url.settingQueryItem("audience", "a b&c=d#e+%25\u{E9}")
      require(longer.origin == url.origin && longer.path == url.path, "\(longer)")
      let items = (longer.query ?? "").split(separator: "&").filter { $0.hasPrefix("audience=") }
      require(items == ["audience=a%20b%26c%3Dd%23e%2B%2525%C3%A9"], "\(longer)")
    } catch { requirePlain(error.reason) }
    if let audience = Audience(text) { requirePlain(audience.description) }
    _ = EntryName.isValid(text)
  }
}
