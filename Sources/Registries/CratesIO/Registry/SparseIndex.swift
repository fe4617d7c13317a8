import BrokerCore

/// crates.io's sparse index (RFC 2789; The Cargo Book, "Registry Index"): a file for each crate, a line for each version.
struct SparseIndex: ReleaseIndex {
  private let services: PluginServices

  /// Where the index is.
  static let site = Origin.https(host: "index.crates.io")
  /// The greatest length of a file in bytes: crates with thousands of versions need some megabytes.
  static let bodyLimit = 32 * 1024 * 1024

  init(services: PluginServices) { self.services = services }

  /// Where the files are, which ends with `/`; in a rehearsal, in the sandbox.
  private var url: HTTPURL {
    services.rehearsalOrigin.map { HTTPURL($0, path: "/index/") } ?? HTTPURL(Self.site, path: "/")
  }

  /// `GET /fo/ob/foobar`.
  ///
  /// - Throws: The errors of any request; `ErrorCode.registryAnswerInvalid` for lines that are not the index's.
  func listing(of crate: String) async throws(BrokerError) -> ReleaseListing {
    guard let path = Self.path(of: crate) else { return .unknownProject }
    let host = url.origin.authority
    let request = HTTPRequest(.get, HTTPURL(url.origin, path: url.path + path), bodyLimit: Self.bodyLimit)
    let response: HTTPResponse
    do throws(BrokerError) {
      response = try await services.transport.answer(
        to: request, purpose: "ask \(host) what is published of \(Neutralized(crate, limit: 64))",
        now: services.time.now())
    } catch {
      guard error.code == .redirected else { throw error }
      return .unavailable("redirects to another address")
    }
    switch response.status {
    case 200: return .files(try read(response.body, of: crate, host: host))
    // What was never there, what was taken away, and what may not be shown (The Cargo Book, "Sparse protocol").
    case 404, 410, 451: return .unknownProject
    default: return .unavailable("answers \(response.status)")
    }
  }

  /// `https://crates.io/crates/NAME/VERSION`.
  func page(of release: DistributionName) -> String? {
    // The other characters of crates' names and versions need no encoding in an address.
    HTTPURL(CratesIO.site, path: "/crates/\(release.project)/\(release.version.replacing("+", with: "%2B"))")
      .description
  }

  /// Where the index has a crate; nil for what is no crate's name.
  static func path(of crate: String) -> String? {
    guard (1...64).contains(crate.utf8.count), crate.utf8.allSatisfy(CrateFiles.isNameByte) else { return nil }
    let name = crate.lowercased()
    return switch name.count {
    case 1: "1/\(name)"
    case 2: "2/\(name)"
    case 3: "3/\(name.prefix(1))/\(name)"
    default: "\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name)"
    }
  }

  private func read(
    _ body: [UInt8], of crate: String, host: Origin.Authority
  ) throws(BrokerError) -> [ReleaseFile] {
    func invalid(_ reason: Message) -> BrokerError {
      BrokerError(
        .registryAnswerInvalid, "\(host) gave no usable list of what is published: \(reason).",
        remedy: "Look at https://status.crates.io, and whether a proxy answers in its place.")
    }
    var files: [ReleaseFile] = []
    for line in body.split(separator: 0x0A) {
      let node: JSONNode
      do { node = try JSONReader().read(Array(line)) } catch { throw invalid(error.summary) }
      guard let name = node.object?["name"]?.string, let version = node.object?["vers"]?.string else {
        throw invalid("a line has no \"name\" or no \"vers\"")
      }
      guard name == crate else { throw invalid("it is that of \(Neutralized.quoted(name))") }
      let digest = node.object?["cksum"]?.string?.lowercased()
      files.append(
        ReleaseFile(
          filename: "\(name)-\(version).crate", sha256: digest.flatMap { CrateFiles.isDigest($0) ? $0 : nil }))
    }
    guard !files.isEmpty else { throw invalid("it is empty") }
    return files
  }
}
