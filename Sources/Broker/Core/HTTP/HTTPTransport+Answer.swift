extension HTTPTransport {
  /// Sends a request and sorts what can go wrong with any request into errors.
  ///
  /// Answers with a status of 3xx, 408, 425, 429 or 5xx are errors; every other answer is returned for the caller to
  /// judge.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - purpose: What it is for, as it follows "Could not": `ask upload.pypi.org for its audience`.
  ///   - invalid: The code for an answer that is too large or not HTTP.
  ///   - now: This machine's clock.
  ///   - said: What an answer says beside its status, as the end of a sentence, pieces of the request taken out; nil if it says
  ///     nothing.
  /// - Returns: The answer.
  /// - Throws: An error whose ``BrokerError/recovery`` says whether another attempt may help.
  public func answer(
    to request: HTTPRequest, purpose: Message, invalid: ErrorCode = .registryAnswerInvalid, now: UnixTime,
    said: (HTTPResponse) -> Message? = { _ in nil }
  ) async throws(BrokerError) -> HTTPResponse {
    let response: HTTPResponse
    do { response = try await send(request) } catch {
      throw Self.error(error, for: request, purpose: purpose, invalid: invalid)
    }
    switch response.status {
    case 300..<400:
      throw BrokerError(
        .redirected,
        "Could not \(purpose): \(request.url.origin.authority) answered \(response.status), "
          + "pointing to \(Self.place(of: response, request.redaction)).",
        remedy: "Redirects are never followed; configure the address that serves the request itself.",
        causes: Self.redirect(response, request))
    case 408, 425, 429, 500..<600:
      let wait = response.retryAfter(now: now)
      // Too many requests, or a wait that is asked for: the server did not act on this one (RFC 6585, section 4; RFC 9110,
      // section 15.6.4).
      let isUnread = response.status == 429 || response.status == 503 && wait != nil
      throw BrokerError(
        .unavailable,
        "Could not \(purpose): \(request.url.origin.authority) answered \(response.status)\(said(response).map { ": \($0)" } ?? "").",
        remedy: "Try again later; \(request.url.origin.authority) cannot serve the request now.",
        recovery: .retry(isUnread ? .refusedUnread : .mayHaveArrived, after: wait),
        causes: [response.foreign(request.url.origin.authority, hasOwnPages: true, request.redaction)].compactMap { $0 }
      )
    case 407:
      throw BrokerError(
        .unreachable, "Could not \(purpose): a proxy wants a sign-in, with status 407.",
        remedy: "Set https_proxy with what the proxy asks for, or exempt the host with no_proxy.",
        causes: [response.foreign(request.url.origin.authority, request.redaction)].compactMap { $0 })
    default:
      return response
    }
  }

  /// A redirect to another host is a sign-in page's, or the address is not the one that serves the request.
  private static func redirect(_ response: HTTPResponse, _ request: HTTPRequest) -> [Cause] {
    let host = request.url.origin.authority
    let place = place(of: response, request.redaction)
    guard place.text.hasPrefix("\"") else { return [] }
    return [
      Cause(
        "answer-redirected", .likely,
        "\(host) was asked, and the answer leads to \(place): a sign-in page on the way, or another address for the same "
          + "service.",
        fixes: [
          "If \(place) is a sign-in page of the network, have \(host) allowed without it where the job runs, or set "
            + "no_proxy=\(Neutralized(request.url.origin.host)).",
          "If the service has moved, configure the address that serves the request itself: redirects are never followed.",
        ])
    ]
  }

  /// The host that a redirect points to; nothing else of its address, which may echo the request.
  private static func place(of response: HTTPResponse, _ redaction: SecretRedaction) -> Message {
    guard let location = response.field("location") else { return "nowhere" }
    if location.hasPrefix("/"), !location.hasPrefix("//") { return "another path of the same host" }
    guard let scheme = location.firstRange(of: "//") else { return "another path of the same host" }
    let host = location[scheme.upperBound...].prefix { !"/?#".contains($0) }
    return Message(Neutralized.quoted(redaction.apply(to: String(host.split(separator: "@").last ?? ""))))
  }

  private static func error(
    _ failure: HTTPFailure, for request: HTTPRequest, purpose: Message, invalid: ErrorCode
  ) -> BrokerError {
    let host = request.url.origin.authority
    let detail: Message = failure.detail.isEmpty ? "" : " (\(request.redaction.apply(to: failure.detail)))"
    func error(
      _ code: ErrorCode, _ problem: Message, _ remedy: Message?, retry: Bool = true
    ) -> BrokerError {
      BrokerError(
        code, "Could not \(purpose): \(problem)\(detail).", remedy: remedy,
        recovery: retry ? .retry(failure.arrival, after: nil) : .none)
    }
    return switch failure.reason {
    case .refused:
      error(.unreachable, "\(host) cannot be connected to", "Check the network, and that \(host) is the right host.")
    case .nameNotResolved:
      error(
        .unreachable, "the name \(host) cannot be resolved",
        ["Check the DNS, and that \(host) is the right host.", failure.advice].compactMap { $0 }.joined(separator: " "))
    case .timedOut:
      error(.timedOut, "\(host) did not answer in time", "Check the network, or give more time with --timeout.")
    case .handshake:
      error(
        .tlsFailed, "the TLS handshake with \(host) broke off",
        "Try again; if it stays so, check https_proxy, and that \(host) is the right host.")
    case .tls:
      error(
        .tlsFailed, "the TLS connection to \(host) cannot be trusted",
        [
          "Check the machine's root certificates (package ca-certificates, or SSL_CERT_FILE) and its clock.",
          failure.advice,
        ].compactMap { $0 }.joined(separator: " "), retry: false)
    case .withoutRoots:
      error(
        .tlsFailed, "this machine has no root certificates to know \(host) by",
        "Install them (package ca-certificates), or set SSL_CERT_FILE to a file that holds them.", retry: false)
    case .proxy:
      error(.unreachable, "the proxy did not connect to \(host)", "Check https_proxy and no_proxy.").with(causes: [
        Cause(
          "proxy-refused", .certain, "The proxy that https_proxy names did not connect to \(host)\(detail).",
          fixes: [
            "Have \(host) allowed at the proxy, with the user and password that it asks for, or reach the host without it: "
              + "no_proxy=\(Neutralized(request.url.origin.host))."
          ])
      ])
    case .interrupted:
      error(.unreachable, "the connection to \(host) broke before the answer was whole", "Try again.")
    case .tooLarge:
      error(
        invalid, "the answer of \(host) is larger than \(request.bodyLimit) bytes",
        "Check that \(host) is the right host.", retry: false)
    case .malformed:
      error(
        invalid, "the answer of \(host) is not HTTP", "Check that \(host) is the right host.",
        retry: false)
    case .cancelled:
      error(.interrupted, "the request to \(host) was cut off", nil)
    case .misdirected:
      BrokerError(
        .pluginContract,
        "Could not \(purpose): the request to \(request.url.origin) was not sent\(detail).",
        remedy: "This is a fault of the plug-in that made the request: report it to whoever makes the plug-in.")
    case .unavailable:
      error(
        .libcurlUnavailable, "libcurl cannot be used",
        "Install libcurl: libcurl4 on Debian and Ubuntu, libcurl on Alpine and Fedora; macOS has it.", retry: false)
    }
  }
}
