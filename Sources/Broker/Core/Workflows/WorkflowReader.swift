/// Reads what the files of a checkout that define a provider's jobs say about publishing.
///
/// A reader of files that are written by people and never run here: whatever is decided elsewhere (an expression, a matrix, a
/// file of another repository) is unknown, and never taken for absent.
public struct WorkflowReader: Sendable {
  /// What is given to a reader.
  public struct Request: Sendable {
    /// The files of the checkout.
    public let files: any CheckoutFiles
    /// The repository, as `OWNER/NAME`; nil if that is not known.
    public let repository: String?
    /// The file that is started, where a configuration names another than the usual one.
    public let startedFile: String?

    /// A request.
    public init(files: any CheckoutFiles, repository: String? = nil, startedFile: String? = nil) {
      self.files = files
      self.repository = repository
      self.startedFile = startedFile
    }
  }

  /// Reads the files; a file that cannot be read becomes a finding.
  public let survey: @Sendable (Request) -> WorkflowSurvey

  /// A reader.
  public init(survey: @escaping @Sendable (Request) -> WorkflowSurvey) {
    self.survey = survey
  }
}

/// The files of a checkout.
public protocol CheckoutFiles: Sendable {
  /// The names in a folder, sorted; none if it is not there.
  func names(in folder: String) -> [String]

  /// The contents of a file; nil if it is not there.
  ///
  /// - Throws: If it is there and cannot be read.
  func read(_ path: String) throws(BrokerError) -> [UInt8]?
}

/// What the files of a checkout say.
public struct WorkflowSurvey: Sendable {
  /// The jobs, of all files that are started, those of files that they call included.
  public var jobs: [JobSurvey] = []
  /// The files that were read.
  public var files: [String] = []
  /// What is wrong with the files, whichever job it is about.
  public var findings: [WorkflowFinding] = []

  /// Nothing was read.
  public init() {}
}
