import BrokerCore
import BrokerSandbox

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
    let digest = SHA256.hexadecimal(of: form.content)
    if let claimed = form.fields["sha256_digest"], claimed.lowercased() != digest {
      return IndexText.badRequest("The digest supplied does not match a digest calculated from the uploaded file.")
    }
    guard let attestations = Self.attestations(form) else {
      return IndexText.badRequest("Invalid attestations supplied during upload: Malformed attestations")
    }
    let project = ProjectName.normalized(name)
    let upload = SandboxUpload(
      registry: store.registry.name, project: project, version: form.fields["version"] ?? "", filename: filename,
      size: form.content.count, sha256: digest, username: user, attestationCount: attestations.count)
    let isListed = !attestations.isEmpty || store.isOn(.attestUploads)
    let file = IndexState.Stored(
      upload: upload, content: form.content, time: store.now(),
      provenance: isListed
        ? minted.publisher.map { IndexState.Provenance(publisher: $0, attestations: attestations) } : nil)
    return store.access { state in
      if let allowed = minted.projects?.map(ProjectName.normalized), !allowed.contains(project) {
        guard state.projects.contains(project) else { return Self.noSuchProject }
        let once =
          "OIDC scoped token is not valid for project '\(name)', project-scoped token is not valid for project: '\(name)'"
        return IndexText.forbidden("Invalid API Token: \(once), \(once)")
      }
      if let same = state.files.first(where: { $0.upload.filename == filename }) {
        // The same content again is accepted and changes nothing (Warehouse, forklift/legacy.py).
        guard same.upload.sha256 != digest else { return .text(200, "200 OK\n\n\n\n\n") }
        let hash = form.fields["blake2_256_digest"].map { ", with blake2_256 hash '\($0)'" } ?? ""
        return IndexText.badRequest(
          "File already exists ('\(filename)'\(hash)). See https://\(request.host)/help/#file-name-reuse for more "
            + "information.")
      }
      state.projects.insert(project)
      state.files.append(file)
      return .text(200, "200 OK\n\n\n\n\n")
    }
  }

  /// The attestations that came with the file, unread; nil if the field is not a list of objects.
  private static func attestations(_ form: UploadForm) -> [JSONText.Value]? {
    guard let text = form.fields["attestations"] else { return [] }
    guard let list = (try? JSONReader(maximumBytes: 1 << 20).read(Array(text.utf8)))?.array, !list.isEmpty,
      list.allSatisfy({ $0.object != nil })
    else { return nil }
    return list.map(JSONText.Value.init)
  }

  private static let noSuchProject = IndexText.badRequest(
    "Non-user identities cannot create new projects. This was probably caused by successfully using a pending publisher "
      + "but specifying the project name incorrectly (either in the publisher or in your project's metadata). Please "
      + "ensure that both match. See: https://docs.pypi.org/trusted-publishers/troubleshooting/")

  private static func basicCredentials(_ request: ServerRequest) -> (user: String, password: String)? {
    let words = request.field("authorization")?.split(separator: " ").map(String.init) ?? []
    guard words.count == 2, words[0].lowercased() == "basic", let bytes = Base64.decode(words[1]) else {
      return nil
    }
    let parts = String(decoding: bytes, as: UTF8.self).split(
      separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
  }
}
