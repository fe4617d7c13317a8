public import BrokerCore

/// The client side of the simple repository API as JSON (PEP 691; the packaging specification "Simple repository API").
public struct SimpleIndex: ReleaseIndex {
  /// Where the project's page is, which ends with `/`.
  public let url: HTTPURL

  /// The site with a page for each release; nil if there is none.
  private let site: Origin?
  /// Where uploads go.
  private let uploadURL: HTTPURL
  private let services: PluginServices

  /// The path that most indexes have it at.
  static let usualPath = "/simple/"
  /// The media type that is asked for and accepted.
  static let mediaType = "application/vnd.pypi.simple.v1+json"
  /// The greatest length of a page in bytes: projects with ten thousands of files need some megabytes.
  static let bodyLimit = 32 * 1024 * 1024

  init(_ url: HTTPURL, site: Origin? = nil, uploadURL: HTTPURL, services: PluginServices) {
    self.url = url
    self.uploadURL = uploadURL
    self.site = site
    self.services = services
  }

  /// `GET /simple/PROJECT/`.
  ///
  /// - Throws: The errors of any request; `ErrorCode.registryAnswerInvalid` for JSON that is not the interface's.
  public func listing(of project: String) async throws(BrokerError) -> ReleaseListing {
    let host = url.origin.authority
    let purpose: Message = "ask \(host) what is published of \(Neutralized(project))"
    let request = HTTPRequest(
      .get, HTTPURL(url.origin, path: "\(url.path)\(project)/"),
      fields: [HTTPRequest.Field("Accept", Self.mediaType)], bodyLimit: Self.bodyLimit)
    let response: HTTPResponse
    do throws(BrokerError) {
      response = try await services.transport.answer(to: request, purpose: purpose, now: services.time.now())
    } catch {
      guard error.code == .redirected else { throw error }
      return .unavailable("redirects to another address")
    }
    switch response.status {
    case 200: break
    case 404: return .unknownProject
    default: return .unavailable("answers \(response.status)")
    }
    let type = (response.field("content-type") ?? "").prefix { $0 != ";" && $0 != " " }.lowercased()
    guard type == Self.mediaType else {
      return .unavailable("answers \(type.isEmpty ? "without a type" : Message(Neutralized(type, limit: 64)))")
    }
    return try read(response.body, host: host, now: response.serverTime ?? services.time.now())
  }

  /// The same, by any form of the name.
  public func knows(_ project: String) async throws(BrokerError) -> Bool? {
    guard let name = PythonDistributions.normalized(project) else { return nil }
    return try await listing(of: name).isKnown
  }

  /// `GET` of the address for uploads, which PyPI refuses (405): what leads that elsewhere leads uploads elsewhere as well.
  public func detour() async -> Message? {
    do throws(BrokerError) {
      _ = try await services.transport.answer(
        to: HTTPRequest(.get, uploadURL), purpose: "look where uploads to \(uploadURL.origin.authority) go",
        now: services.time.now())
      return nil
    } catch { return error.code == .redirected ? "redirects to another address" : nil }
  }

  /// `https://pypi.org/project/NAME/VERSION/`.
  public func page(of release: DistributionName) -> String? {
    site.map { site in
      let path = [release.project, release.version].map(PathSegment.encode).joined(separator: "/")
      return HTTPURL(site, path: "/project/\(path)/").description
    }
  }

  private func read(_ body: [UInt8], host: Origin.Authority, now: UnixTime) throws(BrokerError) -> ReleaseListing {
    func invalid(_ reason: Message) -> BrokerError {
      BrokerError(
        .registryAnswerInvalid, "\(host) gave no usable list of what is published: \(reason).",
        remedy: "Check that simple-url is the address of a simple index.")
    }
    let node: JSONNode
    do { node = try JSONReader(maximumBytes: Self.bodyLimit).read(body) } catch { throw invalid(error.summary) }
    let version = node.object?["meta"]?.object?["api-version"]?.string ?? ""
    guard version.hasPrefix("1.") else { return .unavailable("has another version of the simple index") }
    guard let elements = node.object?["files"]?.array else { throw invalid("it has no \"files\"") }
    var files: [ReleaseFile] = []
    for element in elements {
      guard let filename = element.object?["filename"]?.string else { throw invalid("a file has no \"filename\"") }
      let uploadTime = element.object?["upload-time"]?.string
      let digest = element.object?["hashes"]?.object?["sha256"]?.string?.lowercased()
      files.append(
        ReleaseFile(
          filename: filename, sha256: digest.flatMap { Self.isDigest($0) ? $0 : nil },
          provenance: element.object?["provenance"]?.string.flatMap { try? HTTPURL($0) },
          uploadTime: uploadTime, age: uploadTime.flatMap(DateReader.iso8601).map { now.seconds(since: $0) }))
    }
    return .files(files)
  }

  private static func isDigest(_ text: String) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }
}
