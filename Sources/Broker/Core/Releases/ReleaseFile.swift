/// A file of a project as its registry lists it.
public struct ReleaseFile: Sendable, Equatable {
  /// The file's name.
  public let filename: String
  /// Its SHA-256, 64 lower-case hexadecimal digits; nil if the registry does not say.
  public let sha256: String?
  /// Where the registry says who published it (PEP 740); nil if it does not.
  public let provenance: HTTPURL?
  /// When it was uploaded, as the registry wrote it (ISO 8601 in UTC, which sorts by time); nil if it does not say.
  public let uploadTime: String?
  /// How long ago that was by the registry's own clock, in seconds; nil if it does not say.
  public let age: Int64?

  /// A listed file.
  public init(
    filename: String, sha256: String?, provenance: HTTPURL? = nil, uploadTime: String? = nil, age: Int64? = nil
  ) {
    self.age = age
    self.filename = filename
    self.sha256 = sha256
    self.provenance = provenance
    self.uploadTime = uploadTime
  }
}
