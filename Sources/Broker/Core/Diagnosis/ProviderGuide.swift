/// What people write into a provider's files, for the fixes that a diagnosis gives.
public struct ProviderGuide: Sendable {
  /// The lines that let a job name a deployment environment; nil if the provider has none.
  public let environment: @Sendable (String) -> Snippet?
  /// The lines that let a job have an identity token for an audience; nil if there are none.
  public let identityToken: @Sendable (Audience) -> Snippet?
  /// The lines that give a job a further identity token for an audience; nil if each request makes a new one.
  public let spareToken: @Sendable (Audience) -> Snippet?
  /// What the provider has to protect a branch or a tag with, such as `protected tags`; nil if that is not known.
  public let protection: Message?
  /// The file that defines the jobs unless another is configured; nil if there is none.
  public let usualFile: String?
  /// What a file of a checkout, by its path and text, says about publishing; nil if it defines no jobs.
  public let jobFile: @Sendable (_ path: String, _ text: String) -> JobFile?

  /// How a step that downloads several artifacts is told to put them into one folder; nil if that is not known.
  public let mergedArtifacts: Message?

  /// A guide; what is left out is not known.
  public init(
    environment: @escaping @Sendable (String) -> Snippet? = { _ in nil },
    identityToken: @escaping @Sendable (Audience) -> Snippet? = { _ in nil },
    spareToken: @escaping @Sendable (Audience) -> Snippet? = { _ in nil }, protection: Message? = nil,
    mergedArtifacts: Message? = nil, usualFile: String? = nil,
    jobFile: @escaping @Sendable (_ path: String, _ text: String) -> JobFile? = { _, _ in nil }
  ) {
    self.mergedArtifacts = mergedArtifacts
    self.environment = environment
    self.identityToken = identityToken
    self.spareToken = spareToken
    self.protection = protection
    self.usualFile = usualFile
    self.jobFile = jobFile
  }

  /// A guide that knows nothing.
  public static let none = ProviderGuide()
}
