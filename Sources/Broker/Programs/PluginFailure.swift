public import BrokerCore

/// Why a program did not do what it was asked, in its own words.
public struct PluginFailure: Sendable {
  /// What kind of failure it is.
  public enum Code: String, Sendable, CaseIterable {
    /// The job does not run here; the registry takes no identity tokens.
    case absent
    /// The job may not ask.
    case permission
    /// The settings or a variable are wrong.
    case configuration
    /// Who was asked said no.
    case refused
    /// The registry knows no publisher that is this job.
    case noPublisher = "no-publisher"
    /// Nobody was reached: nothing was sent.
    case unreachable
    /// Something may have been sent, and there is no answer.
    case ambiguous
    /// Who was asked wants to be asked later, and has done nothing.
    case rateLimited = "rate-limited"
    /// The program does not know the operation, or the protocol.
    case unsupported
    /// The program is at fault.
    case `internal`
  }

  /// One reason, as the program sees it.
  struct Reason: Sendable {
    let text: String
    let fix: String?
    let field: String?
    let expected: String?
    let found: String?
  }

  /// What kind of failure it is.
  public let code: Code
  /// One sentence: what happened.
  let message: String
  /// One sentence: what to change.
  let remedy: String?
  /// Where to read on.
  let reference: String?
  /// The reasons, the likeliest first.
  let causes: [Reason]
  /// How long to wait before the next attempt.
  let retryAfter: Duration?

  /// More causes than anybody reads are a fault.
  private static let mostCauses = 16

  /// Reads `error`, or the `problem` of a detection.
  init(_ object: JSONObject, at place: Message) throws(ContractFault) {
    guard let text = try Self.text("code", of: object, place) else { throw ContractFault("\(place) has no \"code\"") }
    guard let code = Code(rawValue: text) else {
      throw ContractFault(
        "\(place).code is none of \(Code.allCases.map { Neutralized($0.rawValue) }.joined(separator: ", "))")
    }
    guard let message = try Self.text("message", of: object, place) else {
      throw ContractFault("\(place) has no \"message\"")
    }
    self.code = code
    self.message = message
    remedy = try Self.text("remedy", of: object, place)
    reference = try Self.text("reference", of: object, place)
    if let reference, !reference.hasPrefix("https://") {
      throw ContractFault("\(place).reference is no address that begins with https://")
    }
    causes = try Self.causes(of: object, place)
    switch object["retry-after-ms"]?.value {
    case nil, .null: retryAfter = nil
    default:
      guard let milliseconds = object["retry-after-ms"]?.integer, (0...86_400_000).contains(milliseconds) else {
        throw ContractFault("\(place).retry-after-ms is no whole number from 0 to 86400000")
      }
      retryAfter = .milliseconds(milliseconds)
    }
  }

  private static func causes(of object: JSONObject, _ place: Message) throws(ContractFault) -> [Reason] {
    guard let node = object["causes"], case .array(let elements) = node.value else {
      switch object["causes"]?.value {
      case nil, .null: return []
      default: throw ContractFault("\(place).causes is not a list")
      }
    }
    guard elements.count <= mostCauses else {
      throw ContractFault("\(place).causes has more than \(mostCauses) entries")
    }
    var causes: [Reason] = []
    for (index, element) in elements.enumerated() {
      let place: Message = "\(place).causes[\(index)]"
      guard let cause = element.object else { throw ContractFault("\(place) is \(element.kind), not an object") }
      guard let text = try text("text", of: cause, place) else { throw ContractFault("\(place) has no \"text\"") }
      causes.append(
        Reason(
          text: text, fix: try self.text("fix", of: cause, place), field: try self.text("field", of: cause, place),
          expected: try self.text("expected", of: cause, place), found: try self.text("found", of: cause, place)))
    }
    return causes
  }

  /// A text that is not empty; nil if it is not there, or null.
  private static func text(_ name: String, of object: JSONObject, _ place: Message) throws(ContractFault) -> String? {
    switch object[name]?.value {
    case nil, .null: return nil
    case .string(let text) where !text.isEmpty: return text
    default: throw ContractFault("\(place).\(Neutralized(name)) is not a text")
    }
  }

  // MARK: The failure in the reader's words

  /// The error that a run shows.
  ///
  /// - Parameters:
  ///   - plugin: The program's name.
  ///   - kind: What it was asked as.
  ///   - redaction: Takes the secrets of the call out of what the program says.
  /// - Returns: The error.
  func error(of plugin: String, as kind: PluginKind, redaction: ProgramRedaction) -> BrokerError {
    func shown(_ text: String) -> Message { Message(Neutralized(redaction.apply(to: text))) }
    let (code, recovery) = outcome(as: kind)
    return BrokerError(
      code, "The plug-in \(Neutralized(plugin)) says: \(shown(message).clause).", remedy: remedy.map(shown),
      reference: reference.map(shown), recovery: recovery,
      causes: causes.map { cause in
        let fields = cause.field.map { field in
          [
            Cause.Field(
              shown(field), cause.found.map(redaction.apply), expected: cause.expected.map(redaction.apply))
          ]
        }
        return Cause(
          "plugin-\(Neutralized(self.code.rawValue))", .likely, shown(cause.text),
          fixes: cause.fix.map { [shown($0)] } ?? [], fields: fields ?? [])
      })
  }

  private func outcome(as kind: PluginKind) -> (ErrorCode, Recovery) {
    switch (code, kind) {
    case (.absent, .provider): (.providerNotFound, .none)
    case (.absent, .registry): (.trustedPublishingUnavailable, .none)
    case (.permission, .provider): (.identityPermission, .none)
    case (.refused, .provider), (.noPublisher, .provider): (.identityRefused, .none)
    case (.permission, .registry), (.refused, .registry): (.exchangeRefused, .none)
    case (.noPublisher, .registry): (.publisherNotFound, .none)
    case (.configuration, _): (.configurationInvalid, .none)
    case (.unreachable, _): (.unreachable, .retry(.nothingSent, after: retryAfter))
    case (.ambiguous, _): (.unreachable, .retry(.mayHaveArrived, after: retryAfter))
    case (.rateLimited, _): (.unavailable, .retry(.refusedUnread, after: retryAfter))
    case (.unsupported, _): (.operationUnsupported, .none)
    case (.internal, _): (.programFailed, .none)
    }
  }
}

extension ErrorCode {
  /// A program does not know an operation.
  public static let operationUnsupported = ErrorCode("operation-unsupported", .plugin)
}
