import BrokerCore

/// Who published a project's newest attested file, by PyPI's simple index and Integrity API (PEP 740; Warehouse,
/// docs/user/api/integrity.md).
struct IntegrityHistory: PublisherHistory {
  let index: SimpleIndex
  let services: PluginServices

  private static let mediaType = "application/vnd.pypi.integrity.v1+json"
  /// Attestations hold certificates: some kilobytes each.
  private static let bodyLimit = 1024 * 1024

  func lastRelease(of name: String) async throws(BrokerError) -> PublishedRelease? {
    guard let project = PythonDistributions.normalized(name),
      case .files(let files) = try await index.listing(of: project)
    else { return nil }
    let attested = files.filter { $0.provenance != nil }
    // The address comes from the listing: only one of the index itself is asked.
    guard let newest = attested.max(by: { ($0.uploadTime ?? "") < ($1.uploadTime ?? "") }),
      let address = newest.provenance, address.origin == index.url.origin
    else { return nil }
    let response = try await services.transport.answer(
      to: HTTPRequest(
        .get, address, fields: [HTTPRequest.Field("Accept", Self.mediaType)], bodyLimit: Self.bodyLimit),
      purpose: "ask \(address.origin.authority) who published \(Neutralized(project))", now: services.time.now())
    guard response.status == 200,
      let object = (try? JSONReader(maximumBytes: Self.bodyLimit, maximumDepth: 32).read(response.body))?.object,
      let publisher = object["attestation_bundles"]?.array?.first?.object?["publisher"]?.object
    else { return nil }
    return release(
      project, PythonDistributions().name(of: newest.filename)?.version ?? "", publisher)
  }

  private func release(_ project: String, _ version: String, _ publisher: JSONObject) -> PublishedRelease? {
    if publisher["kind"]?.string == "Google", let address = publisher["email"]?.string {
      return PublishedRelease(
        project: project, version: version, family: PublisherFamily.google, values: [(.serviceAccount, address)])
    }
    let path = publisher["repository"]?.string?.split(separator: "/").map(String.init) ?? []
    guard path.count >= 2, let name = path.last else { return nil }
    let owner = path.dropLast().joined(separator: "/")
    let environment = publisher["environment"]?.string ?? ""
    switch publisher["kind"]?.string {
    case "GitHub":
      return PublishedRelease(
        project: project, version: version, family: PublisherFamily.gitHub,
        values: [
          (.owner, owner), (.repository, name), (.workflow, publisher["workflow"]?.string ?? ""),
          (.environment, environment),
        ])
    case "GitLab":
      return PublishedRelease(
        project: project, version: version, family: PublisherFamily.gitLab,
        values: [
          (.namespace, owner), (.project, name), (.pipelineFile, publisher["workflow_filepath"]?.string ?? ""),
          (.environment, environment),
        ])
    default: return nil
    }
  }
}
