/// What is known of a job right before an exchange that is not made.
public struct JobPreview: Sendable {
  /// The registry's audience, and its clock.
  public let audience: AudienceAnswer
  /// What the identity token says about itself.
  public let token: TokenFacts
  /// Who the job is.
  public let job: JobIdentity
}
