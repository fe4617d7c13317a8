import BrokerCore

/// The metadata server of a machine of Google's (cloud.google.com, "About VM metadata").
///
/// Requests and answers have to say `Metadata-Flavor: Google`: so that no address that a page brought into a program is
/// asked by mistake, and no other server is believed.
struct GoogleMetadataServer: Sendable {
  let origin: Origin
  private let pinged: Origin
  private let services: PluginServices

  static let reference: Message = "https://docs.cloud.google.com/compute/docs/instances/verifying-instance-identity"
  private static let flavour = "Metadata-Flavor"
  /// A server that is there answers within milliseconds; a lost packet is sent again after a second.
  private static let pingLimit = Duration.seconds(2)

  init(_ address: GoogleMetadataAddress, services: PluginServices) {
    origin = address.origin
    pinged = address.pinged
    self.services = services
  }

  /// The server's name in a sentence.
  var name: Message { "Google's metadata server (\(origin.authority))" }

  /// Asks once whether the server is there: what speaks against it, as the end of a sentence; nil if it is.
  func silence() async -> Message? {
    let request = HTTPRequest(
      .get, HTTPURL(pinged, path: "/"), fields: [HTTPRequest.Field(Self.flavour, "Google")], limit: Self.pingLimit)
    do {
      let response = try await services.transport.send(request)
      return isGoogles(response) ? nil : "what answers at \(pinged.authority) is not Google's metadata server"
    } catch {
      return "no metadata server answers at \(pinged.authority)"
    }
  }

  /// Asks for something below the machine's own service account.
  ///
  /// - Parameters:
  ///   - item: `identity` or `token`.
  ///   - query: The query's items.
  ///   - purpose: What it is for, as it follows "Could not".
  /// - Returns: The answer, which is the metadata server's.
  /// - Throws: `ErrorCode.identityAnswerInvalid` if another server answers, and the errors of any request.
  func ask(
    for item: String, _ query: [(name: String, value: String)], purpose: Message
  ) async throws(BrokerError) -> HTTPResponse {
    let path = HTTPURL(origin, path: "/computeMetadata/v1/instance/service-accounts/default/\(item)")
    let request = HTTPRequest(
      .get, query.reduce(path) { $0.settingQueryItem($1.name, $1.value) },
      fields: [HTTPRequest.Field(Self.flavour, "Google")], bodyLimit: IdentityToken.maximumBytes + 16)
    let response: HTTPResponse
    do {
      response = try await services.transport.answer(
        to: request, purpose: purpose, invalid: .identityAnswerInvalid, now: services.time.now())
    } catch {
      switch error.code {
      case .redirected: throw foreign(purpose, "it sends requests elsewhere")
      case .unreachable, .timedOut: throw error.with(causes: [GoogleGuide.unreachable])
      default: throw error
      }
    }
    guard isGoogles(response) else { throw foreign(purpose, "its answer does not say \"Metadata-Flavor: Google\"") }
    return response
  }

  private func isGoogles(_ response: HTTPResponse) -> Bool { response.field(Self.flavour) == "Google" }

  private func foreign(_ purpose: Message, _ reason: Message) -> BrokerError {
    BrokerError(
      .identityAnswerInvalid,
      "Could not \(purpose): what answers at \(origin.authority) is not Google's metadata server: \(reason).",
      remedy:
        "Run the job on Google Cloud with nothing between it and the metadata server, or name the job's provider with --provider.",
      reference: Self.reference, causes: [GoogleGuide.foreignServer])
  }
}
