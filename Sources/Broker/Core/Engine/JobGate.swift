/// A rule over who the job is, judged after an identity token was received and before it is sent anywhere.
public protocol JobGate: Sendable {
  /// Whether a refusal is to be reported alone: the token is then sent all the same.
  var isAudit: Bool { get }

  /// Judges a job.
  ///
  /// - Parameters:
  ///   - job: Who the claims say the job is.
  ///   - registry: The registry that the token would be sent to.
  /// - Throws: The refusal; the token is then not sent.
  func judge(_ job: JobIdentity, for registry: String) throws(BrokerError)
}

extension JobGate {
  /// No.
  public var isAudit: Bool { false }
}
