import BrokerCore

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// `/legacy/`: receives distributions.
struct UploadEndpoint {
  let store: IndexStore

  func respond(_ request: ServerRequest) -> ServerResponse {
    let help = "https://\(request.host)/help/"
    if store.isOn(.readOnly) { return IndexText.forbidden("Read-only mode: Uploads are temporarily disabled.") }
    let invalid = IndexText.forbidden(
      "Invalid or non-existent authentication information. See \(help)#invalid-auth for more information.")
    guard let (user, password) = Self.basicCredentials(request) else { return invalid }
    guard user == "__token__" else {
      return IndexText.forbidden(
        "Username/Password authentication is no longer supported. Migrate to API Tokens or Trusted Publishers instead. "
          + "See \(help)#apitoken and \(help)#trusted-publishers", isRepeated: false)
    }
    guard let minted = store.access({ $0.minted[password] }) else { return invalid }
    guard store.now() < minted.expires else {
      return IndexText.forbidden("Invalid API Token: token is expired, token is expired")
    }
    if store.isOn(.uploadsOff) {
      return IndexText.forbidden(
        "New uploads are temporarily disabled. See \(help)#admin-intervention for more information.")
    }
    return receive(request, minted, user: user)
  }

  private func receive(_ request: ServerRequest, _ minted: IndexState.Minted, user: String) -> ServerResponse {
    guard let form = UploadForm(request), let name = form.fields["name"], let filename = form.filename else {
      return IndexText.badRequest("Error: Invalid or missing form fields. See https://\(request.host)/help/.")
    }
    let project = ProjectName.normalized(name)
    let upload = SandboxUpload(
      registry: store.registry.name, project: project, version: form.fields["version"] ?? "", filename: filename,
      size: form.size, sha256: form.fields["sha256_digest"] ?? "", username: user)
    return store.access { state in
      if let allowed = minted.projects?.map(ProjectName.normalized), !allowed.contains(project) {
        guard state.projects.contains(project) else { return Self.noSuchProject }
        let once =
          "OIDC scoped token is not valid for project '\(name)', project-scoped token is not valid for project: '\(name)'"
        return IndexText.forbidden("Invalid API Token: \(once), \(once)")
      }
      if state.uploads.contains(where: { $0.filename == filename }) {
        return IndexText.badRequest(
          "File already exists ('\(filename)'). See https://\(request.host)/help/#file-name-reuse for more information."
        )
      }
      state.projects.insert(project)
      state.uploads.append(upload)
      return .text(200, "200 OK\n\n\n\n\n")
    }
  }

  private static let noSuchProject = IndexText.badRequest(
    "Non-user identities cannot create new projects. This was probably caused by successfully using a pending publisher "
      + "but specifying the project name incorrectly (either in the publisher or in your project's metadata). Please "
      + "ensure that both match. See: https://docs.pypi.org/trusted-publishers/troubleshooting/")

  private static func basicCredentials(_ request: ServerRequest) -> (user: String, password: String)? {
    let words = request.field("authorization")?.split(separator: " ").map(String.init) ?? []
    guard words.count == 2, words[0].lowercased() == "basic", let data = Data(base64Encoded: words[1]) else {
      return nil
    }
    let parts = String(decoding: data, as: UTF8.self).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
  }
}
