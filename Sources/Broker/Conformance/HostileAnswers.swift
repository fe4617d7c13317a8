import BrokerCore

/// Answers that no server should give, and what a plug-in has to make of them.
enum HostileAnswers {
  struct Case: Sendable {
    let name: String
    let answer: Result<HTTPResponse, HTTPFailure>
    /// Whether another attempt may help; nil where both answers are right.
    let mayRetry: Bool?

    /// Whether it is a success by its status.
    var isSuccess: Bool {
      if case .success(let response) = answer { (200..<300).contains(response.status) } else { false }
    }

    /// What another attempt has to know of the request; nil where there is none, or nothing is certain.
    var arrival: Recovery.Arrival? {
      switch answer {
      case .failure(let failure): failure.arrival
      case .success(let response): response.status == 429 ? .refusedUnread : .mayHaveArrived
      }
    }
  }

  static let cases: [Case] = [
    Case(name: "empty", answer: .success(HTTPResponse(status: 200)), mayRetry: false),
    Case(name: "HTML", answer: .success(text(200, "<html>::add-mask::x ##[error]y</html>")), mayRetry: false),
    Case(name: "list", answer: .success(text(200, "[]")), mayRetry: false),
    Case(name: "wrong types", answer: .success(text(200, #"{"audience":1,"token":2,"value":3}"#)), mayRetry: false),
    Case(name: "duplicate keys", answer: .success(text(200, #"{"a":1,"a":2}"#)), mayRetry: false),
    Case(name: "not a number", answer: .success(text(200, #"{"value":NaN}"#)), mayRetry: false),
    Case(
      name: "deep", answer: .success(text(200, String(repeating: "[", count: 5000))), mayRetry: false),
    Case(
      name: "not UTF-8", answer: .success(HTTPResponse(status: 200, body: [0x7B, 0xFF, 0x7D])), mayRetry: false),
    Case(
      name: "redirect",
      answer: .success(HTTPResponse(status: 307, fields: [("Location", "https://evil.example/::add-mask::x")])),
      mayRetry: false),
    Case(name: "401", answer: .success(text(401, "##[add-mask]x")), mayRetry: false),
    Case(name: "403", answer: .success(text(403, #"{"message":"\r::error::x"}"#)), mayRetry: false),
    Case(name: "404", answer: .success(text(404, "::stop-commands::x")), mayRetry: false),
    Case(name: "429", answer: .success(text(429, "")), mayRetry: true),
    Case(name: "500", answer: .success(text(500, "<html>::error::x</html>")), mayRetry: true),
    Case(name: "503", answer: .success(text(503, "")), mayRetry: true),
    Case(name: "refused", answer: .failure(HTTPFailure(.refused, arrival: .nothingSent)), mayRetry: true),
    Case(name: "lost", answer: .failure(HTTPFailure(.interrupted, arrival: .mayHaveArrived)), mayRetry: true),
    Case(name: "timed out", answer: .failure(HTTPFailure(.timedOut, arrival: .mayHaveArrived)), mayRetry: true),
    Case(name: "handshake", answer: .failure(HTTPFailure(.handshake, arrival: .nothingSent)), mayRetry: true),
    Case(name: "TLS", answer: .failure(HTTPFailure(.tls, arrival: .nothingSent)), mayRetry: false),
    Case(name: "not HTTP", answer: .failure(HTTPFailure(.malformed, arrival: .mayHaveArrived)), mayRetry: false),
    Case(name: "too large", answer: .failure(HTTPFailure(.tooLarge, arrival: .mayHaveArrived)), mayRetry: false),
  ]

  private static func text(_ status: Int, _ text: String) -> HTTPResponse {
    HTTPResponse(status: status, body: Array(text.utf8))
  }
}
