import BrokerCore

/// Where a git repository is hosted.
struct GitRemote: Sendable, Equatable {
  /// The host in lower case.
  let host: String
  /// The owner or the namespace, which may have several parts.
  let owner: String
  /// The repository's or project's name.
  let name: String

  /// Reads an address: `https://HOST/OWNER/NAME.git`, `ssh://git@HOST/OWNER/NAME`, `git@HOST:OWNER/NAME.git`.
  ///
  /// A user and a password in it are dropped. Nil for a path, and for anything else that names no host and two parts.
  init?(_ address: String) {
    let place: Substring
    let path: Substring
    if let scheme = address.firstRange(of: "://") {
      guard ["https", "http", "ssh", "git"].contains(address[..<scheme.lowerBound].lowercased()) else { return nil }
      let rest = address[scheme.upperBound...]
      guard let slash = rest.firstIndex(of: "/") else { return nil }
      place = rest[..<slash]
      path = rest[slash...]
    } else {
      guard let colon = address.firstIndex(of: ":"), !address[..<colon].contains("/") else { return nil }
      place = address[..<colon]
      path = address[address.index(after: colon)...]
    }
    let authority = place.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    self.init(host: String(authority.prefix { $0 != ":" }), path: String(path))
  }

  /// A host and `OWNER/NAME`.
  init?(host: String, path: String) {
    var parts = path.split(separator: "/").map(String.init)
    guard var name = parts.popLast(), !parts.isEmpty, !host.isEmpty else { return nil }
    if name.hasSuffix(".git") { name.removeLast(4) }
    guard !name.isEmpty, (parts + [name, host]).allSatisfy(Self.isPlain) else { return nil }
    self.host = RepositoryHost.plain(host)
    owner = parts.joined(separator: "/")
    self.name = name
  }

  /// The same repository on a server of another name.
  func at(_ host: String) -> GitRemote { GitRemote(host, owner, name) }

  private init(_ host: String, _ owner: String, _ name: String) {
    (self.host, self.owner, self.name) = (host, owner, name)
  }

  /// What a field of a job in the repository is; nil for a field that is no part of its name.
  func value(of field: JobField) -> String? {
    field.role == .repository ? field.isOwner ? owner : name : nil
  }

  /// `OWNER/NAME`.
  var path: String { "\(owner)/\(name)" }

  /// Hosts and names have these characters alone; anything else is refused.
  private static func isPlain(_ text: String) -> Bool {
    text != "." && text != ".."
      && text.utf8.allSatisfy {
        (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0)
          || "-_.".utf8.contains($0)
      }
  }

  /// The remote `origin` of a `.git/config`, or the only remote there is.
  ///
  /// The file is read by its lines; `include` and `insteadOf` are not followed.
  static func origin(inConfig text: String) -> Sourced<GitRemote>? {
    var section = ""
    var addresses: [(remote: String, address: String)] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let line = line.trimmed
      if line.hasPrefix("[") {
        section = line.hasPrefix("[remote \"") ? String(line.dropFirst(9).prefix { $0 != "\"" }) : ""
      } else if !section.isEmpty, let equals = line.firstIndex(of: "="), line[..<equals].trimmed.lowercased() == "url" {
        addresses.append((section, line[line.index(after: equals)...].trimmed.unquoted))
      }
    }
    let remotes = Set(addresses.map(\.remote))
    let wanted = remotes.contains("origin") ? "origin" : remotes.count == 1 ? remotes.first : nil
    guard let found = addresses.first(where: { $0.remote == wanted }), let remote = GitRemote(found.address) else {
      return nil
    }
    return Sourced(remote, "git remote \(Neutralized(found.remote, limit: 64))")
  }
}
