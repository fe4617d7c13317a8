import BrokerCore

/// One connection: requests in, answers out, until one side ends it.
struct Connection {
  /// The greatest length of a request's body in bytes.
  private static let largestBody = 64 * 1024 * 1024
  /// The greatest length of a request's head in bytes.
  private static let largestHead = 64 * 1024

  private let socket: LoopbackSocket
  private let now: @Sendable () -> UnixTime
  private var buffer: [UInt8] = []

  init(_ socket: LoopbackSocket, now: @escaping @Sendable () -> UnixTime) {
    self.socket = socket
    self.now = now
  }

  /// Serves requests until the connection ends.
  mutating func serve(_ respond: (ServerRequest) -> ServerResponse) {
    while let request = readRequest() {
      let response = respond(request)
      guard write(response, isHead: request.method == "HEAD") else { break }
      if request.field("connection")?.lowercased() == "close" { break }
    }
    socket.shutDown()
  }

  // MARK: Reading

  private mutating func readRequest() -> ServerRequest? {
    guard let head = readHead() else { return nil }
    let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
    let words = lines[0].split(separator: " ").map(String.init)
    guard words.count == 3, words[2].hasPrefix("HTTP/1.") else { return nil }
    let fields: [(name: String, value: String)] = lines.dropFirst().compactMap { line in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      return (String(line[..<colon]), String(value))
    }
    let unread = ServerRequest(method: words[0], target: words[1], fields: fields, body: [])
    if unread.field("expect")?.lowercased() == "100-continue" {
      socket.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }
    guard let body = readBody(of: unread) else { return nil }
    return ServerRequest(method: words[0], target: words[1], fields: fields, body: body)
  }

  private mutating func readHead() -> String? {
    let end = Array("\r\n\r\n".utf8)
    while true {
      if let range = buffer.firstRange(of: end) {
        let head = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
        buffer.removeSubrange(..<range.upperBound)
        return head
      }
      guard buffer.count < Self.largestHead, fill() else { return nil }
    }
  }

  private mutating func readBody(of request: ServerRequest) -> [UInt8]? {
    if request.field("transfer-encoding")?.lowercased().contains("chunked") == true { return readChunks() }
    guard let text = request.field("content-length") else { return [] }
    guard let length = Int(text), (0...Self.largestBody).contains(length) else { return nil }
    return take(length)
  }

  private mutating func readChunks() -> [UInt8]? {
    var body: [UInt8] = []
    while let line = readLine() {
      guard let length = Int(line.prefix { $0 != ";" }, radix: 16), (0...Self.largestBody - body.count).contains(length)
      else { return nil }
      if length == 0 {
        while let trailer = readLine() { if trailer.isEmpty { return body } }
        return nil
      }
      guard let chunk = take(length), readLine() == "" else { return nil }
      body += chunk
    }
    return nil
  }

  private mutating func readLine() -> String? {
    while true {
      if let range = buffer.firstRange(of: Array("\r\n".utf8)) {
        let line = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
        buffer.removeSubrange(..<range.upperBound)
        return line
      }
      guard buffer.count < Self.largestHead, fill() else { return nil }
    }
  }

  private mutating func take(_ count: Int) -> [UInt8]? {
    while buffer.count < count { guard fill() else { return nil } }
    let bytes = Array(buffer[..<count])
    buffer.removeSubrange(..<count)
    return bytes
  }

  private mutating func fill() -> Bool {
    let bytes = socket.receive()
    buffer += bytes
    return !bytes.isEmpty
  }

  // MARK: Writing

  /// Sends an answer; false if the connection is of no use afterwards.
  private func write(_ response: ServerResponse, isHead: Bool) -> Bool {
    var head = "HTTP/1.1 \(response.status) \(response.reason)\r\nDate: \(HTTPTimestamp.text(now()))\r\n"
    head += response.fields.map { "\($0.0): \($0.1)\r\n" }.joined()
    head += "Content-Length: \(response.body.count)\r\n\r\n"
    let body = isHead ? [] : response.body
    switch response.damage {
    case .none:
      return socket.send(Array(head.utf8) + body)
    case .stall:
      waitForEnd()
    case .stallInBody:
      socket.send(Array(head.utf8) + body.prefix(body.count / 2))
      waitForEnd()
    case .drip:
      socket.send(Array(head.utf8))
      for byte in body {
        guard socket.send([byte]), !waitForEnd(milliseconds: 100) else { return false }
      }
      return true
    case .hangUp: break
    case .truncate: socket.send(Array(head.utf8) + body.prefix(body.count / 2))
    case .garbage: socket.send(Array("220 this is not HTTP\r\n".utf8))
    }
    return false
  }

  /// Waits until the other side, or the sandbox, ends the connection.
  private func waitForEnd() { while !socket.receive().isEmpty {} }

  /// Waits so long; true if the connection has ended by then.
  private func waitForEnd(milliseconds: Int32) -> Bool { socket.hasEnded(within: milliseconds) }
}
