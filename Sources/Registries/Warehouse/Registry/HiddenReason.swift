import BrokerCore

/// Why an index may have refused files without showing the reason: by their names, and by what it lists.
///
/// Its sentences are those of the table of refused uploads.
struct HiddenReason: Sendable {
  let registry: String
  /// Whether it is PyPI or TestPyPI themselves, whose rules about names and times are known.
  let isSite: Bool

  /// How long after its first file a release takes new ones, in seconds: 14 days.
  private static let openTime: Int64 = 14 * 24 * 3600

  /// The causes: those that the list proves, else those that remain, the likeliest first.
  func causes(of upload: UnexplainedUpload) -> [Cause] {
    // What is wrong with a credential has a status of its own (Warehouse, forklift/legacy.py).
    if upload.status == 403 { return ofCredential(upload) }
    let refused = upload.files.filter { !isThere($0, upload) }
    let proven = refused.flatMap { proofs(of: $0, upload) }
    guard proven.isEmpty else { return once(proven) }
    var causes: [Cause] = []
    for project in Set(refused.map(\.name.project)).sorted() where listed(project, upload)?.isEmpty != false {
      causes +=
        listed(project, upload) == nil
        ? cause("project-name-differs", .possible)
        : cause("project-name-differs", .likely, "{registry} lists nothing of \(Neutralized(project)).")
    }
    if upload.status != 400 { causes += ofCredential(upload) }
    causes += cause("file-name-used", .possible)
    if upload.isAttested { causes += cause("attestations-invalid", .possible) }
    causes += cause("metadata-invalid", .possible)
    causes += cause("file-too-large", .possible)
    return once(causes)
  }

  private func ofCredential(_ upload: UnexplainedUpload) -> [Cause] {
    switch upload.end {
    case .usual?: cause("api-token-expired", .likely)
    case .early?: cause("credential-life-over", .likely)
    case nil: cause("project-not-covered", .possible) + cause("api-token-unknown", .possible)
    }
  }

  private func proofs(of file: ReleaseComparison.LocalFile, _ upload: UnexplainedUpload) -> [Cause] {
    let name = Neutralized.quoted(file.name.filename)
    let listed = listed(file.name.project, upload) ?? []
    if listed.contains(where: { $0.filename == file.name.filename }) {
      return cause("file-exists", .certain, "{registry} has \(name) with other contents.")
    }
    let release = listed.filter { PythonDistributions().name(of: $0.filename)?.version == file.name.version }
    if !isWheel(file.name.filename), let other = release.first(where: { !isWheel($0.filename) }) {
      return cause(
        "second-sdist", .certain,
        "{registry} has \(Neutralized.quoted(other.filename)) already, and takes one of a release.")
    }
    guard isSite else { return [] }
    if file.name.version.contains("+") {
      return cause("local-version", .certain, "The version of \(name) has a local part, behind a plus sign.")
    }
    if isWheel(file.name.filename),
      file.name.filename.dropLast(4).split(separator: "-").last?.hasPrefix("linux_") == true
    {
      return cause("platform-tag", .certain, "\(name) is a wheel of one Linux machine.")
    }
    let first = release.compactMap { $0.uploadTime.flatMap(DateReader.iso8601) }.min { $0.seconds < $1.seconds }
    if let first, upload.time.seconds(since: first) > Self.openTime {
      return cause("release-closed", .certain, "The release of \(name) was begun at \(first), more than 14 days ago.")
    }
    return []
  }

  private func isThere(_ file: ReleaseComparison.LocalFile, _ upload: UnexplainedUpload) -> Bool {
    listed(file.name.project, upload)?.contains { $0.filename == file.name.filename && $0.sha256 == file.sha256 }
      ?? false
  }

  /// The files that are listed of a project; nil if that is not known.
  private func listed(_ project: String, _ upload: UnexplainedUpload) -> [ReleaseFile]? {
    switch upload.listings[project] {
    case .files(let files): files
    case .unknownProject: []
    case .unavailable, nil: nil
    }
  }

  private func isWheel(_ filename: String) -> Bool { filename.hasSuffix(".whl") }

  /// The cause of the table, with what is known of this upload in place of its summary.
  private func cause(_ code: Message, _ certainty: Cause.Certainty, _ summary: Message? = nil) -> [Cause] {
    UploadTable.rows.filter { $0.code == code && $0.isRefusal }.prefix(1).map { row in
      let cause = row.failure(at: registry, in: "").cause
      let name = Message(Neutralized(registry))
      return Cause(
        code, certainty, summary?.filled { $0 == "registry" ? name : nil } ?? cause.summary, fixes: cause.fixes)
    }
  }

  private func once(_ causes: [Cause]) -> [Cause] {
    causes.reduce(into: []) { kept, cause in if !kept.contains(where: { $0.code == cause.code }) { kept.append(cause) }
    }
  }
}
