import Synchronization

/// Which secret of a run may go to which origin.
///
/// A plug-in can read a secret's text, and could put it where a request takes plain text, or bind it to another origin. So
/// each bound secret leaves a mark here, which does not hold the secret, and every request of a plug-in is searched for the
/// marks. Found are the secret itself and its base64 in both alphabets; a secret of less than 16 bytes leaves no mark.
public final class SecretBindings: Sendable {
  private let marks = Mutex(SecretMarks())

  /// No secrets.
  public init() {}

  /// Binds a secret to an origin, where the secret is made.
  ///
  /// The first binding of a text stays: a request with the text bound to another origin is refused.
  public func bind(_ secret: Secret, to origin: Origin) -> BoundSecret {
    let found = SecretMark.all(of: secret)
    marks.withLock { marks in
      for mark in found { marks.add(mark, origin) }
    }
    return BoundSecret(secret, to: origin)
  }

  /// Refuses a request with a secret that is bound to another origin, and one with a secret in its address or where plain
  /// text is.
  ///
  /// - Throws: ``HTTPFailure`` with the reason ``HTTPFailure/Reason/misdirected``.
  func check(_ request: HTTPRequest) throws(HTTPFailure) {
    try request.checkDestinations()
    let marks = marks.withLock { $0 }
    guard !marks.isEmpty else { return }
    for text in [request.url.requestTarget, request.url.origin.host] where marks.areIn(text) {
      throw .misdirected("it has a secret in its address")
    }
    for field in request.fields where marks.areIn(field.name) {
      throw .misdirected("it has a secret in the name of a field")
    }
    for content in request.contents {
      switch content {
      case .plain(let text):
        guard !marks.areIn(text) else {
          throw .misdirected("it has a secret that is given as plain text")
        }
      case .bound(let secret):
        guard !marks.areIn(secret.reveal(), but: request.url.origin) else {
          throw .misdirected("it has a secret that is bound to another host")
        }
      }
    }
  }
}

/// What is remembered of a secret: a number made of its last 16 bytes, where two tokens of one issuer differ.
private enum SecretMark {
  static let length = 16
  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
  /// The factor to the power of ``length``.
  private static let leaving = (0..<length).reduce(1 as UInt64) { power, _ in power &* factor }

  /// The marks of a secret and of its base64, at each place that it may have in a longer text.
  static func all(of secret: Secret) -> [UInt64] {
    guard secret.byteCount >= length else { return [] }
    let end = Array(secret.reveal().utf8.suffix(48))
    var marks = [mark(of: end.suffix(length))]
    for start in 0..<min(3, end.count - length + 1) {
      let bytes = Array(end.dropFirst(start))
      // The meaning of the last character depends on what follows.
      let text = Array(Base64URL.encode(bytes).utf8.dropLast(bytes.count % 3 == 0 ? 0 : 1).suffix(length))
      marks.append(mark(of: text[...]))
      marks.append(mark(of: text.map { $0 == 0x2D ? 0x2B : $0 == 0x5F ? 0x2F : $0 }[...]))
    }
    return marks
  }

  /// Whether a piece of the text has a mark of that kind.
  static func isIn(_ text: String, _ isWanted: (UInt64) -> Bool) -> Bool {
    var last = text.utf8.makeIterator()
    var mark: UInt64 = 0
    var count = 0
    for byte in text.utf8 {
      mark = mark &* factor &+ UInt64(byte) &+ 1
      count += 1
      if count > length, let left = last.next() { mark = mark &- leaving &* (UInt64(left) &+ 1) }
      if count >= length, isWanted(mark) { return true }
    }
    return false
  }

  private static func mark(of bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 &* factor &+ UInt64($1) &+ 1 }
  }
}

/// The marks of a run's secrets, of which there are a handful, each with where its secret may go.
private struct SecretMarks {
  private var marks: [UInt64] = []
  private var origins: [Origin] = []
  /// A bit for each first six bits of a mark: what has none of them is none of the marks.
  private var first: UInt64 = 0

  var isEmpty: Bool { marks.isEmpty }

  /// Adds a mark; the first origin of one stays.
  mutating func add(_ mark: UInt64, _ origin: Origin) {
    guard !marks.contains(mark) else { return }
    marks.append(mark)
    origins.append(origin)
    first |= 1 << (mark >> 58)
  }

  /// Whether a text has a secret that may not go to an origin; without one, whether it has any.
  func areIn(_ text: String, but origin: Origin? = nil) -> Bool {
    SecretMark.isIn(text) { mark in
      guard first & 1 << (mark >> 58) != 0, let index = marks.firstIndex(of: mark) else { return false }
      return origins[index] != origin
    }
  }
}

/// Lets a plug-in's request through to the transport if its secrets may go there.
struct GuardedTransport: HTTPTransport {
  let transport: any HTTPTransport
  let bindings: SecretBindings

  func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
    try bindings.check(request)
    return try await transport.send(request)
  }

  func cutShort() { transport.cutShort() }
}
