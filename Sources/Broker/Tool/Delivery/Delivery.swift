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
    case outputs(AppendFile, variable: String)
  }

  private let format: DeliveryFormat
  private let destination: Destination

  /// Chooses the form and opens the destination.
  ///
  /// - Throws: `ErrorCode.deliveryUnsafe` where a log would get the credential,
  ///   `ErrorCode.usage` for a form that does not fit, `ErrorCode.deliveryFailed` if the
  ///   destination cannot be opened.
  init(_ choice: Choice, runners: PluginCatalog, environment: Environment) throws(BrokerError) {
    (format, destination) = try Self.open(choice, runners, environment)
    let summary = [choice.summary].compactMap { $0 }
    switch destination {
    case .standardOutput: break
    case .file(let file, _):
      try OutputFile("--output", file.identity).check(apartFrom: summary + OutputFile.streams)
    case .outputs(let file, let variable):
      try OutputFile("\(Neutralized(variable))", file.identity).check(apartFrom: summary)
    }
  }

  private static func open(
    _ choice: Choice, _ catalog: PluginCatalog, _ environment: Environment
  ) throws(BrokerError) -> (DeliveryFormat, Destination) {
    let format = try self.format(choice, catalog, environment)
    if format.isSingle, choice.count > 1 {
      throw BrokerError(
        .usage, "The format \(Neutralized(format.name)) holds one credential, and \(choice.count) targets are named.",
        remedy: "Write --format json, or mint one target at a time.")
    }
    if case .outputs(let outputs, let runner) = format {
      guard choice.output == nil else {
        throw BrokerError(
          .usage,
          "--output and --format \(Neutralized(format.name)) exclude each other: that format goes to \(Neutralized(outputs.variable)).",
          remedy: "Leave one of them out.")
      }
      guard let path = environment.nonEmpty(outputs.variable) else {
        throw BrokerError(
          .deliveryFailed, "\(Neutralized(outputs.variable)) is not set, so that there is no step output to write.",
          remedy: "Run this in a step of a \(Neutralized(runner.name)) job, or write --output FILE.")
      }
      return (format, .outputs(try AppendFile(path), variable: outputs.variable))
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
    _ choice: Choice, _ catalog: PluginCatalog, _ environment: Environment
  ) throws(BrokerError) -> DeliveryFormat {
    if let text = choice.format {
      let all = DeliveryFormat.all(for: catalog.runners)
      guard let format = all.first(where: { $0.name == text }) else {
        throw BrokerError(
          .usage, "There is no format \(Neutralized.quoted(text)).",
          remedy: NearestName.remedy(for: text, among: all.map(\.name)))
      }
      return format
    }
    let usual = choice.count > 1 ? DeliveryFormat.json : .token
    if choice.output != nil { return usual }
    let runner = catalog.runner(of: environment)
    if let runner, runner.canHide { return runner.outputs.map { .outputs($0, of: runner) } ?? usual }
    let isCI = choice.isCI || runner != nil || environment.nonEmpty("CI").map { $0.lowercased() != "false" } ?? false
    guard !isCI else {
      throw BrokerError(
        .deliveryUnsafe, "This job's log cannot hide a credential, so that it is not written to standard output.",
        remedy: "Run the publishing tool with token-broker exec, or write --output FILE; "
          + "--format token writes it all the same.")
    }
    return usual
  }

  private var place: Credential.Place {
    switch destination {
    case .standardOutput: .output
    case .file(_, let path): .file(path)
    case .outputs(_, let variable): .file(variable)
    }
  }

  /// Hands the credentials over: all of them or, if that fails, none.
  ///
  /// - Returns: Where they are, in words.
  /// - Throws: `ErrorCode.deliveryFailed`.
  func deliver(_ credentials: [Credential]) throws(BrokerError) -> Message {
    for credential in credentials { try credential.handOver(to: place) }
    let bytes = Array(CredentialText.text(format, credentials).reveal().utf8)
    switch destination {
    case .standardOutput:
      try StandardStreams.writeOutput(bytes)
      return "standard output"
    case .file(let file, let path):
      try file.commit(bytes)
      return Message(Neutralized(path))
    case .outputs(let file, _):
      try file.append(bytes)
      return "the step's outputs"
    }
  }
}
