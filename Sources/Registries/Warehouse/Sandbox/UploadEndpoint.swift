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
    guard let token = IssuedToken(password), let minted = store.access({ $0.minted[token.identifier] }) else {
      return invalid
    }
    if store.isOn(.uploadsOff) {
      return IndexText.forbidden(
        "New uploads are temporarily disabled. See \(help)#admin-intervention for more information.")
    }
    return receive(request, token, minted, user: user)
  }

  private func receive(
    _ request: ServerRequest, _ token: IssuedToken, _ minted: IndexState.Minted, user: String
  ) -> ServerResponse {
    guard let form = UploadForm(request), let name = form.fields["name"], let filename = form.filename else {
      return IndexText.badRequest("Error: Invalid or missing form fields. See https://\(request.host)/help/.")
    }
    let review = UploadReview(form: form, filename: filename, name: name)
    if let reason = review.metadata { return IndexText.badRequest(reason) }
    let project = ProjectName.normalized(name)
    if let refusal = permission(token, minted, project: name) { return refusal }
    let digest = SHA256.hexadecimal(of: form.content)
    if let claimed = form.fields["sha256_digest"], claimed.lowercased() != digest {
      return IndexText.badRequest("The digest supplied does not match a digest calculated from the uploaded file.")
    }
    guard let attestations = Self.attestations(form) else {
      return IndexText.badRequest("Invalid attestations supplied during upload: Malformed attestations")
    }
    let upload = SandboxUpload(
      registry: store.registry.name, project: project, version: form.fields["version"] ?? "", filename: filename,
      size: form.content.count, sha256: digest, username: user, attestationCount: attestations.count)
    let isListed = !attestations.isEmpty || store.isOn(.attestUploads)
    let file = IndexState.Stored(
      upload: upload, content: form.content, time: store.now(),
      provenance: isListed
        ? minted.publisher.map { IndexState.Provenance(publisher: $0, attestations: attestations) } : nil)
    return store.access { state in
      if let same = state.files.first(where: { $0.upload.filename == filename }) {
        // The same content again is accepted and changes nothing (Warehouse, forklift/legacy.py).
        guard same.upload.sha256 != digest else { return .text(200, "200 OK\n\n\n\n\n") }
        let hash = form.fields["blake2_256_digest"].map { ", with blake2_256 hash '\($0)'" } ?? ""
        return IndexText.badRequest(
          "File already exists ('\(filename)'\(hash)). See https://\(request.host)/help/#file-name-reuse for more "
            + "information.")
      }
      let others = state.files.filter { $0.upload.project == project }
      if let reason = review.release(among: others, age: { file.time.seconds(since: $0.time) }) ?? review.file {
        return IndexText.badRequest(reason)
      }
      if state.projects.insert(project).inserted { state.names[project] = name }
      state.files.append(file)
      return .text(200, "200 OK\n\n\n\n\n")
    }
  }

  /// The refusal of a token that is not good for a project; nil if it is.
  private func permission(_ token: IssuedToken, _ minted: IndexState.Minted, project name: String) -> ServerResponse? {
    let found = store.access { state in
      state.projects.contains(ProjectName.normalized(name)) || minted.projects == nil ? state.project(name) : nil
    }
    guard let found else { return Self.noSuchProject }
    return TokenVerification(minted: minted, project: found, now: store.now()).denial(of: token)
      .map { IndexText.forbidden("Invalid API Token: \($0)") }
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
