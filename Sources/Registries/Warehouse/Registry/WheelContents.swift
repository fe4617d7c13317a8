/// What a wheel says about itself inside (the packaging specifications "Binary distribution format" and "Core metadata").
struct WheelContents: Equatable {
  /// The paths of the files in folders for metadata: `sample-1.0.dist-info/METADATA`.
  let metadataFiles: Set<String>
  /// The fields of its metadata, in lower case; of several of one name, the first.
  ///
  /// Empty if they cannot be read.
  let fields: [String: String]

  /// Reads a wheel of a length; nil if it is no zip file that can be read.
  init?(size: Int, _ piece: @escaping ZipDirectory.Piece) {
    guard let directory = ZipDirectory(size: size, piece) else { return nil }
    let members = directory.members.filter { member in
      let parts = member.name.split(separator: "/", omittingEmptySubsequences: false)
      return parts.count == 2 && parts[0].hasSuffix(".dist-info")
    }
    metadataFiles = Set(members.map(\.name))
    let metadata = members.filter { $0.name.hasSuffix("/METADATA") }
    // Where there are several, none of them is known to be the wheel's.
    let bytes = metadata.count == 1 ? directory.contents(of: metadata[0], maximum: CoreMetadata.limit) : nil
    fields = bytes.map { CoreMetadata.fields(of: $0[...]) } ?? [:]
  }
}
