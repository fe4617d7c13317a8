import BrokerCore
import Testing

/// Something that goes wrong with one request, and what has to come of it.
struct Fault: Sendable, CustomTestStringConvertible {
  /// What a fault acts on.
  struct Scene: Sendable {
    let wire: Wire
    /// The body that would be right.
    let answer: String
    /// The request.
    let request: String
    /// A port where no request belongs.
    let otherPort: Int

    /// Sends a whole answer; the connection stays.
    func send(_ body: String, status: Int = 200, fields: String = "") -> Bool {
      wire.send(HostileSite.head(body, status: status, fields: fields) + body)
    }
  }

  /// How it is done.
  enum Means: Sendable {
    /// The port refuses connections.
    case refused
    /// The port's queue of connections is full, so that the next one is never made.
    case fullQueue
    /// Instead of the answer; false ends the connection.
    case act(@Sendable (Scene) -> Bool)

    /// Whether no connection is made at all.
    var isBeforeConnection: Bool { if case .act = self { false } else { true } }

    var isFullQueue: Bool { if case .fullQueue = self { true } else { false } }
  }

  /// What may follow (the rules for attempts in the documentation of `RetryPolicy` and `MintRun`).
  enum Consequence: Sendable {
    /// Nothing is wrong with it.
    case success
    /// No further attempt.
    case final
    /// Another attempt; the request had not been sent.
    case againUnsent
    /// Another attempt; the server said that it did not act on the request.
    case againUnread
    /// Another attempt; the request may have been acted on.
    case againSent

    /// Whether the request arrives, and another one after it.
    var isAgainArrived: Bool { [.againUnread, .againSent].contains(self) }
  }

  let name: String
  let wire: Means
  let consequence: Consequence
  /// The code where the request is one to a registry.
  let code: ErrorCode
  /// The code where the request is for an identity token.
  let identityCode: ErrorCode
  /// Whether a deadline of 300 ms has to end it.
  let isSlow: Bool
  /// Whether the server says that it did not act on the request.
  let isUnread: Bool

  var testDescription: String { name }

  static let all = broken + redirects + statuses + bodies

  /// A fault in place of an answer; false ends the connection.
  init(_ name: String, _ act: @escaping @Sendable (Scene) -> Bool) {
    self.init(name, .final, .registryAnswerInvalid, .act(act))
  }

  private init(
    _ name: String, _ consequence: Consequence, _ code: ErrorCode, identity: ErrorCode? = nil, isSlow: Bool = false,
    isUnread: Bool? = nil, _ wire: Means
  ) {
    self.name = name
    self.wire = wire
    self.consequence = consequence
    self.code = code
    identityCode = identity ?? code
    self.isSlow = isSlow
    self.isUnread = isUnread ?? (consequence == .againUnread)
  }

  // MARK: Connections

  private static let broken = [
    Fault("refused", .againUnsent, .unreachable, .refused),
    Fault("stalled connect", .againUnsent, .timedOut, isSlow: true, .fullQueue),
    Fault(
      "reset before headers", .againSent, .unreachable,
      .act {
        $0.wire.resetAtEnd()
        return false
      }),
    Fault("end before headers", .againSent, .unreachable, .act { _ in false }),
    Fault(
      "reset in the headers", .againSent, .unreachable,
      .act {
        $0.wire.send("HTTP/1.1 200 OK\r\nContent-Ty")
        $0.wire.resetAtEnd()
        return false
      }),
    Fault(
      "end in the headers", .againSent, .unreachable,
      .act {
        $0.wire.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
        return false
      }),
    Fault(
      "reset in the body", .againSent, .unreachable,
      .act {
        $0.wire.send(HostileSite.head($0.answer) + $0.answer.prefix(5))
        $0.wire.resetAtEnd()
        return false
      }),
    Fault(
      "truncated", .againSent, .unreachable,
      .act {
        $0.wire.send(HostileSite.head($0.answer) + $0.answer.prefix(5))
        return false
      }),
    Fault(
      "truncated chunks", .againSent, .unreachable,
      .act {
        $0.wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n\($0.answer.prefix(5))\r\n")
        return false
      }),
    Fault(
      "stalled headers", .againSent, .timedOut, isSlow: true,
      .act {
        $0.wire.waitForEnd()
        return false
      }),
    Fault(
      "stalled body", .againSent, .timedOut, isSlow: true,
      .act {
        $0.wire.send(HostileSite.head($0.answer) + $0.answer.prefix(5))
        $0.wire.waitForEnd()
        return false
      }),
    Fault(
      "dripping body", .againSent, .timedOut, isSlow: true,
      .act { scene in
        scene.wire.send(HostileSite.head(scene.answer + String(repeating: " ", count: 200)))
        for byte in (scene.answer + String(repeating: " ", count: 200)).utf8 {
          guard scene.wire.send([byte]), !scene.wire.hasEnded(within: 50) else { return false }
        }
        return true
      }),
    Fault(
      "dripping headers", .againSent, .timedOut, isSlow: true,
      .act { scene in
        scene.wire.send("HTTP/1.1 200 OK\r\n")
        for number in 0..<1000 {
          guard scene.wire.send("X-\(number): a\r\n"), !scene.wire.hasEnded(within: 50) else { return false }
        }
        return false
      }),
    Fault(
      "endless interim answers", .againSent, .timedOut, isSlow: true,
      .act { scene in
        while scene.wire.send("HTTP/1.1 102 Processing\r\n\r\n"), !scene.wire.hasEnded(within: 20) {}
        return false
      }),
    Fault(
      "too many headers", .final, .registryAnswerInvalid, identity: .identityAnswerInvalid,
      .act {
        let line = "X-Long: \(String(repeating: "a", count: 1000))\r\n"
        $0.wire.send("HTTP/1.1 200 OK\r\n\(String(repeating: line, count: 200))\r\n")
        $0.wire.waitForEnd()
        return false
      }),
    Fault(
      "not HTTP", .final, .registryAnswerInvalid, identity: .identityAnswerInvalid,
      .act {
        $0.wire.send("220 mail.example.com ESMTP\r\n")
        return false
      }),
    Fault(
      "oversized, announced", .final, .registryAnswerInvalid, identity: .identityAnswerInvalid,
      .act {
        $0.wire.send("HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n")
        while $0.wire.send(String(repeating: " ", count: 16 * 1024)) {}
        return false
      }),
    Fault(
      "oversized, chunked", .final, .registryAnswerInvalid, identity: .identityAnswerInvalid,
      .act {
        $0.wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while $0.wire.send("4000\r\n\(String(repeating: " ", count: 0x4000))\r\n") {}
        return false
      }),
    Fault(
      "body: gzip bomb", .final, .registryAnswerInvalid, identity: .identityAnswerInvalid,
      .act {
        $0.wire.send(
          Array("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(gzipBomb.count)\r\n\r\n".utf8)
            + gzipBomb)
      }),
  ]

  /// 64 MiB of zeros, as a gzip file of few bytes: stored blocks would be long, a run of fixed codes is short.
  private static let gzipBomb: [UInt8] = {
    // A member with a block of fixed codes: the literal 0, then repeats of 258 bytes at distance 1.
    var bits = BitWriter()
    bits.add(1, 1)
    bits.add(1, 2)
    bits.addCode(0x30, 8)
    for _ in 0..<40_000 {
      bits.addCode(0b1100_0101, 8)
      bits.addCode(0, 5)
    }
    bits.addCode(0, 7)
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + bits.bytes + [UInt8](repeating: 0, count: 8)
  }()

  // MARK: Redirects

  private static let redirects = [301, 302, 303, 307, 308].flatMap { status in
    [
      Fault(
        "\(status) to another host", .final, .redirected,
        .act {
          $0.send("", status: status, fields: "Location: http://127.0.0.1:\($0.otherPort)/_/oidc/audience\r\n")
        }),
      Fault(
        "\(status) to the same path over http", .final, .redirected,
        .act { $0.send("", status: status, fields: "Location: http://upload.pypi.org/_/oidc/mint-token\r\n") }),
      Fault("\(status) to nowhere", .final, .redirected, .act { $0.send("", status: status) }),
    ]
  }

  // MARK: Statuses

  private static let statuses =
    [408, 425, 429, 500, 502, 503, 504].map { status in
      Fault(
        "status \(status)", status == 429 ? .againUnread : .againSent, .unavailable,
        .act { $0.send("<html></html>", status: status) })
    }
    + [408, 425, 429, 503, 504].flatMap { status in
      // The fields that name a wait, and whether that is too long.
      [
        ("0", false), ("Sun, 06 Nov 1994 08:49:37 GMT", false), ("-5", nil), ("soon", nil), ("", nil), ("3600", true),
        ("99999999999999999999999", true), ("Fri, 31 Dec 2999 23:59:59 GMT", true), ("9223372036854775807", true),
      ].map { (text: String, isTooLong: Bool?) in
        let isUnread = status == 429 || status == 503 && isTooLong != nil
        return Fault(
          "status \(status), Retry-After \(text)", isTooLong == true ? .final : isUnread ? .againUnread : .againSent,
          .unavailable, isUnread: isUnread,
          .act { $0.send("", status: status, fields: "Retry-After: \(text)\r\n") })
      }
    }

  // MARK: Bodies

  private static let bodies =
    [
      ("HTML", "<!DOCTYPE html><html><body>hello</body></html>"), ("empty", ""), ("white space", " \r\n "),
      ("deep", String(repeating: "[", count: 5000)), ("deep objects", String(repeating: #"{"a":"#, count: 5000)),
      (
        "duplicate keys",
        #"{"audience":"pypi","audience":"pypi","value":"a","value":"a","token":"a","token":"a","version":1,"version":1}"#
      ),
      ("NaN", #"{"audience":NaN,"value":NaN,"token":NaN,"version":NaN}"#),
      ("wrong types", #"{"audience":["pypi"],"value":5,"token":{},"expires":"x","version":"1","registries":[]}"#),
      ("null", "null"), ("array", "[]"), ("number", "1e999999"), ("string", #""pypi""#),
      ("unterminated", #"{"audience":"p"#),
      ("trailing", #"{"audience":"pypi","value":"a","token":"a"} x"#), ("lone surrogate", #"{"audience":"\ud800"}"#),
      ("empty values", #"{"audience":"","value":"","token":"","expires":0}"#),
    ].map { name, body in
      Fault("body: \(name)", .final, .registryAnswerInvalid, identity: .identityAnswerInvalid, .act { $0.send(body) })
    } + [
      Fault(
        "body: invalid UTF-8", .final, .registryAnswerInvalid, identity: .identityAnswerInvalid,
        .act { scene in
          let body: [UInt8] = Array(#"{"audience":"pypi"#.utf8) + [0xFF, 0xC0, 0x80] + Array(#""}"#.utf8)
          return scene.wire.send(Array("HTTP/1.1 200 OK\r\nContent-Length: \(body.count)\r\n\r\n".utf8) + body)
        }),
      Fault(
        "wrong content type", .success, .unreachable,
        .act {
          $0.wire.send("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: \($0.answer.utf8.count)\r\n\r\n")
            && $0.wire.send($0.answer)
        }),
    ]
}

/// Writes the bits of a deflate stream (RFC 1951): values from their low bit, Huffman codes from their high bit.
private struct BitWriter {
  private(set) var bytes: [UInt8] = []
  private var used = 8

  mutating func add(_ value: UInt32, _ count: Int) { for bit in 0..<count { add(value >> UInt32(bit) & 1 == 1) } }

  mutating func addCode(_ code: UInt32, _ count: Int) {
    for bit in (0..<count).reversed() { add(code >> UInt32(bit) & 1 == 1) }
  }

  private mutating func add(_ isSet: Bool) {
    if used == 8 {
      bytes.append(0)
      used = 0
    }
    if isSet { bytes[bytes.count - 1] |= 1 << UInt8(used) }
    used += 1
  }
}
