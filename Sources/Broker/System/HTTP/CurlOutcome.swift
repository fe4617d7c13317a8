import BrokerCore
import CLibcurl

/// How a transfer ended, in the transport's own terms.
enum CurlOutcome {
  /// curl/curl.h: the results that are told apart.
  private enum Code {
    static let unsupportedProtocol: Int32 = 1
    static let proxyNotResolved: Int32 = 5
    static let hostNotResolved: Int32 = 6
    static let notConnected: Int32 = 7
    static let weirdReply: Int32 = 8
    static let timedOut: Int32 = 28
    static let handshake: Int32 = 35
    static let tls: Set<Int32> = [53, 54, 58, 59, 60, 64, 66, 77, 80, 82, 83, 90, 91]
    /// Subsumed under `tls` where a variable names the roots.
    static let rootsUnreadable: Int32 = 77
    static let proxy: Int32 = 97
    static let malformed: Set<Int32> = [unsupportedProtocol, weirdReply, 61]
  }

  /// Reads the transfer's outcome; its pointers are used within this function alone.
  static func result(
    of transfer: OpaquePointer, code: Int32, roots: TrustRoots, redaction: SecretRedaction?
  ) -> Result<HTTPResponse, HTTPFailure> {
    let outcome = unsafe broker_transfer_outcome(transfer, code)
    if code == 0 {
      guard unsafe outcome.has_all_fields != 0 else {
        let detail: Message = "the connection ended within the answer's fields"
        return .failure(HTTPFailure(.interrupted, detail: detail, arrival: .mayHaveArrived))
      }
      let body = unsafe Array(UnsafeBufferPointer(start: outcome.body, count: outcome.body_length))
      let fields = unsafe UnsafeBufferPointer(start: outcome.fields, count: outcome.fields_length)
      let bytes = unsafe fields.map { UInt8(bitPattern: $0) }
      let status = unsafe outcome.status
      var response = HTTPResponse(status: status, fields: parse(bytes), body: body)
      response.certificateIssuer = unsafe outcome.issuer.map { unsafe String(cString: $0) }
      return .success(response)
    }
    let text = unsafe String(cString: outcome.error)
    let detail = redaction?.apply(to: text) ?? text
    let wasSent = unsafe outcome.request_size > 0
    let proxyStatus = unsafe outcome.connect_code
    let isTooLarge = unsafe outcome.is_too_large != 0
    var reason = reason(code, proxyStatus: proxyStatus, isTooLarge: isTooLarge)
    if code == Code.rootsUnreadable, roots.areDefaults {
      let detail: Message = "looked for in \(Neutralized(TrustRoots.places))"
      return .failure(HTTPFailure(.withoutRoots, detail: detail, arrival: .nothingSent))
    }
    // For this, libcurl has a text but no code of its own.
    if reason == .interrupted, detail.hasPrefix("Proxy CONNECT aborted") { reason = .proxy }
    let neverArrives: Set<HTTPFailure.Reason> = [.refused, .nameNotResolved, .proxy, .handshake]
    let arrival: Recovery.Arrival = neverArrives.contains(reason) || !wasSent ? .nothingSent : .mayHaveArrived
    return .failure(HTTPFailure(reason, detail: "\(Neutralized(detail))", arrival: arrival))
  }

  /// Whether the server may have received the request: if it has a body, any of that.
  static func mayHaveArrived(_ transfer: OpaquePointer) -> Bool {
    unsafe broker_transfer_outcome(transfer, 0).request_size > 0
  }

  /// The outcome of a transfer that is cut off.
  static func cancelled(_ transfer: OpaquePointer) -> Result<HTTPResponse, HTTPFailure> {
    .failure(HTTPFailure(.cancelled, arrival: unsafe mayHaveArrived(transfer) ? .mayHaveArrived : .nothingSent))
  }

  private static func reason(_ code: Int32, proxyStatus: Int, isTooLarge: Bool) -> HTTPFailure.Reason {
    if isTooLarge { return .tooLarge }
    if proxyStatus != 0, !(200..<300).contains(proxyStatus) { return .proxy }
    return switch code {
    case Code.hostNotResolved: .nameNotResolved
    case Code.notConnected: .refused
    case Code.timedOut: .timedOut
    case Code.proxyNotResolved, Code.proxy: .proxy
    case Code.handshake: .handshake
    case _ where Code.tls.contains(code): .tls
    case _ where Code.malformed.contains(code): .malformed
    default: .interrupted
    }
  }

  /// Splits a header block into its fields; a line that is none is passed over.
  private static func parse(_ bytes: [UInt8]) -> [(name: String, value: String)] {
    bytes.split(separator: 0x0A).compactMap { line in
      guard let colon = line.firstIndex(of: 0x3A), colon > line.startIndex else { return nil }
      let name = String(decoding: line[..<colon], as: UTF8.self)
      let value = line[line.index(after: colon)...].drop { $0 == 0x20 || $0 == 0x09 }
      let end = value.lastIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }
      return (name, String(decoding: end.map { value[...$0] } ?? [], as: UTF8.self))
    }
  }
}
