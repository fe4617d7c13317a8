import BrokerCore
import CLibcurl

/// A request on its way to libcurl.
struct CurlSubmission: Sendable {
  let request: HTTPRequest
  let configuration: TransportConfiguration
  /// When the run's time is over; nil if it has no end, or the request no grace.
  let end: ContinuousClock.Instant?

  init(request: HTTPRequest, configuration: TransportConfiguration, end: ContinuousClock.Instant? = nil) {
    self.request = request
    self.configuration = configuration
    self.end = end
  }

  /// When a request has to end that is cancelled now and may have arrived; nil for at once.
  var endOfGrace: ContinuousClock.Instant? {
    guard request.grace > .zero else { return nil }
    let now = ContinuousClock.now
    let last = min(now + request.grace, end ?? now + request.grace)
    return last > now ? last : nil
  }

  /// The greatest length of an answer's fields in bytes.
  private static let fieldLimit = 64 * 1024

  /// Makes the transfer; nil if there is no memory.
  ///
  /// Its texts are copied by libcurl and the shim.
  func makeTransfer(identifier: UInt64) -> OpaquePointer? {
    let origin = request.url.origin
    let (proxy, exceptions) = configuration.proxies.settings(for: origin)
    let body = request.body.map { Array($0.reveal().utf8CString) }
    let texts = request.fields.map { "\($0.name): \($0.value.reveal())" }
    let address = origin.host == "localhost" ? "127.0.0.1" : origin.linkLocalAddress
    let resolve = address.map { "\(origin.host):\(origin.port):\($0)" }
    let total = min(configuration.requestLimit, request.limit ?? configuration.requestLimit)
    // All pointers are used within these closures alone.
    return unsafe Self.withCStrings(texts) { fields in
      unsafe Self.withOptional(body) { body in
        unsafe Self.withOptional(configuration.roots.file) { file in
          unsafe Self.withOptional(configuration.roots.folder) { folder in
            unsafe Self.withOptional(resolve) { resolve in
              unsafe request.url.description.withCString { url in
                unsafe request.method.name.withCString { method in
                  unsafe configuration.userAgent.withCString { userAgent in
                    unsafe Self.withBytes(proxy) { proxy in
                      unsafe Self.withBytes(exceptions) { exceptions in
                        var parts = unsafe broker_request(
                          url: url, method: method, is_safe: request.method.isSafe ? 1 : 0, body: body,
                          body_length: request.body?.byteCount ?? 0, fields: fields,
                          user_agent: userAgent, root_file: file, root_folder: folder,
                          use_own_roots: configuration.roots.areDefaults ? 0 : 1, proxy: proxy, no_proxy: exceptions,
                          resolve: resolve, connect_milliseconds: min(configuration.connectLimit, total).milliseconds,
                          total_milliseconds: total.milliseconds, body_limit: request.bodyLimit,
                          field_limit: Self.fieldLimit, plain_http: origin.scheme == .http ? 1 : 0)
                        return unsafe broker_transfer_create(&parts, identifier)
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }

  private static func withBytes<Result>(_ text: String, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    unsafe text.systemBytes.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { preconditionFailure("an array with an element has a start") }
      return unsafe body(start)
    }
  }

  private static func withOptional<Result>(
    _ text: String?, _ body: (UnsafePointer<CChar>?) -> Result
  ) -> Result {
    unsafe withOptional(text.map(\.systemBytes), body)
  }

  private static func withOptional<Result>(
    _ text: [CChar]?, _ body: (UnsafePointer<CChar>?) -> Result
  ) -> Result {
    guard let text else { return body(nil) }
    return unsafe text.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
  }

  /// Calls `body` with the texts as a C array that a null pointer ends.
  private static func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
  ) -> Result {
    var pointers: [UnsafePointer<CChar>?] = unsafe []
    func next(_ rest: ArraySlice<String>) -> Result {
      guard let text = rest.first else {
        unsafe pointers.append(nil)
        return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
      }
      return unsafe text.withCString { pointer in
        unsafe pointers.append(pointer)
        return next(rest.dropFirst())
      }
    }
    return next(texts[...])
  }
}
