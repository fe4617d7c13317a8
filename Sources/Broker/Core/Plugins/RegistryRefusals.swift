/// What a registry's refusals mean, wherever they show: in an answer, in a log, in what a publishing tool printed.
public struct RegistryRefusals: Sendable {
  /// The causes of a refused exchange.
  public let explain: @Sendable (Refusal, DiagnosisInput) -> [Cause]
  /// The refused exchange that a log shows, which is on one line, whoever wrote it; nil if there is none.
  public let recognise: @Sendable (_ log: String) -> Refusal?
  /// Why publishing failed, by what a tool printed, on one line, and the paths of the files that it was given, as far as
  /// these are known; nil if that shows no known cause.
  public let publishing: @Sendable (_ output: String, _ files: [String]) -> PublishingFailure?
  /// What may have made it refuse an upload where the output does not show why; the surest first.
  public let remaining: @Sendable (UnexplainedUpload) -> [Cause]
  /// Whether tools mean this registry where they name none.
  public let isUsual: Bool
  /// Whether a tool may print its answers whole: nothing in them is a command to a runner.
  public let mayBePrinted: Bool

  /// What is known of refusals.
  public init(
    explain: @escaping @Sendable (Refusal, DiagnosisInput) -> [Cause] = { _, _ in [] },
    recognise: @escaping @Sendable (_ log: String) -> Refusal? = { _ in nil },
    publishing: @escaping @Sendable (_ output: String, _ files: [String]) -> PublishingFailure? = { _, _ in nil },
    remaining: @escaping @Sendable (UnexplainedUpload) -> [Cause] = { _ in [] }, isUsual: Bool = false,
    mayBePrinted: Bool = false
  ) {
    self.explain = explain
    self.recognise = recognise
    self.publishing = publishing
    self.remaining = remaining
    self.isUsual = isUsual
    self.mayBePrinted = mayBePrinted
  }
}

/// Why a publishing tool failed.
public struct PublishingFailure: Sendable {
  /// The cause; its first fix is what a hint says.
  public let cause: Cause
  /// Whether the registry refused an upload; else the tool gave up by itself.
  public let isRefusal: Bool
  /// Whether the credential covers less than the upload.
  public let isAboutReach: Bool
  /// The HTTP status that the tool shows; nil if it shows none, or that is of no interest.
  public var status: Int?

  /// Whether the registry refused an upload, and the tool does not show why.
  public var isUnexplained: Bool { isRefusal && cause.certainty == .possible }

  /// A failure; the cause's code is what machines know it by.
  public init(_ cause: Cause, isRefusal: Bool, isAboutReach: Bool = false) {
    self.cause = cause
    self.isRefusal = isRefusal
    self.isAboutReach = isAboutReach
  }
}
