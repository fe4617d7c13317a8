import BrokerCore
import BrokerSystem

/// Where the credentials of a run go: chosen and opened before the first request.
struct Delivery: Sendable {
  /// What decides where they go.
  struct Choice: Sendable {
    /// `--format`.
    var format: String?
    /// `--output`.
    var output: String?
    /// `--reveal`.
    var mayReveal: Bool
    /// How many credentials there will be.
    var count: Int
    /// Whether an identity provider was recognised.
    var isCI: Bool
    /// Whether standard output is a terminal.
    var isTerminal: Bool
    /// The job's summary, which is written beside the credentials.
    var summary: OutputFile?
  }

  private enum Destination: Sendable {
    case standardOutput
    case file(StagedFile, path: String)
    case gitHubOutput(AppendFile)
  }

  private let format: DeliveryFormat
  private let destination: Destination

  /// Chooses the form and opens the destination.
  ///
  /// - Throws: `ErrorCode.deliveryUnsafe` where a log would get the credential,
  ///   `ErrorCode.usage` for a form that does not fit, `ErrorCode.deliveryFailed` if the
  ///   destination cannot be opened.
  init(_ choice: Choice, environment: Environment) throws(BrokerError) {
    (format, destination) = try Self.open(choice, environment: environment)
    let summary = [choice.summary].compactMap { $0 }
    switch destination {
    case .standardOutput: break
    case .file(let file, _):
      try OutputFile("--output", file.identity).check(apartFrom: summary + OutputFile.streams)
    case .gitHubOutput(let file): try OutputFile("GITHUB_OUTPUT", file.identity).check(apartFrom: summary)
    }
  }

  private static func open(
    _ choice: Choice, environment: Environment
  ) throws(BrokerError) -> (DeliveryFormat, Destination) {
    let isGitHubActions = environment["GITHUB_ACTIONS"] == "true"
    let isCI = choice.isCI || (environment.nonEmpty("CI").map { $0.lowercased() != "false" } ?? false)
    let format = try self.format(choice, isGitHubActions: isGitHubActions, isCI: isCI)
    if format.isSingle, choice.count > 1 {
      throw BrokerError(
        .usage, "The format \(format.rawValue) holds one credential, and \(choice.count) targets are named.",
        remedy: "Write --format json, or mint one target at a time.")
    }
    if format == .github {
      guard choice.output == nil else {
        throw BrokerError(
          .usage, "--output and --format github exclude each other: that format goes to GITHUB_OUTPUT.",
          remedy: "Leave one of them out.")
      }
      guard let path = environment.nonEmpty("GITHUB_OUTPUT") else {
        throw BrokerError(
          .deliveryFailed, "GITHUB_OUTPUT is not set, so that there is no step output to write.",
          remedy: "Run this in a step of a GitHub Actions job, or write --output FILE.")
      }
      return (format, .gitHubOutput(try AppendFile(path)))
    }
    if let path = choice.output { return (format, .file(try StagedFile(path), path: path)) }
    guard !choice.isTerminal || choice.mayReveal else {
      throw BrokerError(
        .deliveryUnsafe, "The credential would be shown on the terminal.",
        remedy: "Write --output FILE, send standard output to a pipe, or add --reveal.")
    }
    return (format, .standardOutput)
  }

  private static func format(
    _ choice: Choice, isGitHubActions: Bool, isCI: Bool
  ) throws(BrokerError) -> DeliveryFormat {
    if let text = choice.format {
      guard let format = DeliveryFormat(rawValue: text) else {
        throw BrokerError(
          .usage, "There is no format \(UntrustedText.quoted(text)).",
          remedy: NearestName.remedy(for: text, among: DeliveryFormat.allCases.map(\.rawValue)))
      }
      return format
    }
    if choice.output != nil { return choice.count > 1 ? .json : .token }
    if isGitHubActions { return .github }
    guard !isCI else {
      throw BrokerError(
        .deliveryUnsafe, "This job's log cannot hide a credential, so that it is not written to standard output.",
        remedy: "Run the publishing tool with token-broker exec, or write --output FILE; "
          + "--format token writes it all the same.")
    }
    return choice.count > 1 ? .json : .token
  }

  private var place: Credential.Place {
    switch destination {
    case .standardOutput: .output
    case .file(_, let path): .file(path)
    case .gitHubOutput: .file("GITHUB_OUTPUT")
    }
  }

  /// Hands the credentials over: all of them or, if that fails, none.
  ///
  /// - Returns: Where they are, in words.
  /// - Throws: `ErrorCode.deliveryFailed`.
  func deliver(_ credentials: [Credential]) throws(BrokerError) -> String {
    for credential in credentials { try credential.handOver(to: place) }
    let bytes = Array(CredentialText.text(format, credentials).reveal().utf8)
    switch destination {
    case .standardOutput:
      try StandardStreams.writeOutput(bytes)
      return "standard output"
    case .file(let file, let path):
      try file.commit(bytes)
      return UntrustedText.neutralized(path)
    case .gitHubOutput(let file):
      try file.append(bytes)
      return "the step's outputs"
    }
  }
}
