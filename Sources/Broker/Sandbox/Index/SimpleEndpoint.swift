import BrokerCore

/// `/simple/PROJECT/`: the files of a project.
struct SimpleEndpoint {
  let store: IndexStore

  /// PyPI's simple index as JSON (PEP 691).
  func respond(_ path: String) -> ServerResponse {
    let name = path.split(separator: "/").dropFirst().joined()
    let (isKnown, uploads) = store.access { state in
      (state.projects.contains(name), state.uploads.filter { $0.project == name })
    }
    guard isKnown else { return IndexText.notFound(acceptsJSON: false) }
    let files = uploads.map { upload in
      JSONText.Value.object([
        ("filename", .string(upload.filename)), ("hashes", .object([("sha256", .string(upload.sha256))])),
        ("provenance", .null), ("size", .integer(Int64(upload.size))), ("url", .string("/files/\(upload.filename)")),
      ])
    }
    var response = ServerResponse.json(
      200,
      .object([
        ("files", .array(files)), ("meta", .object([("api-version", "1.3")])), ("name", .string(name)),
        ("versions", .array(Set(uploads.map(\.version)).sorted().map { .string($0) })),
      ]))
    response.fields[0].1 = "application/vnd.pypi.simple.v1+json"
    return response
  }
}
