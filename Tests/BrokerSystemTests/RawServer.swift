import BrokerCore
import Synchronization

@testable import BrokerSandbox

/// A server whose every byte a test decides.
final class RawServer: Sendable {
  /// A connection as the script sees it.
  struct Peer: Sendable {
    let socket: LoopbackSocket
    /// The number of the connection, from 1.
    let number: Int

    /// Reads to the end of a request with its body; nil at the end of the connection.
    func readRequest() -> String? {
      var bytes: [UInt8] = []
      while true {
        let text = String(decoding: bytes, as: UTF8.self)
        if let end = text.firstRange(of: "\r\n\r\n") {
          let head = text[..<end.lowerBound].lowercased()
          let length = head.firstMatch(of: /content-length: (\d+)/).flatMap { Int($0.1) } ?? 0
          if text[end.upperBound...].utf8.count >= length { return text }
        }
        let more = socket.receive()
        guard !more.isEmpty else { return nil }
        bytes += more
      }
    }

    func send(_ text: String) { socket.send(Array(text.utf8)) }

    /// Waits until the client ends the connection.
    func waitForEnd() { while !socket.receive().isEmpty {} }
  }

  private let socket: LoopbackSocket
  let port: Int
  /// How many connections were made.
  var connections: Int { accepted.withLock { $0 } }
  private let accepted = Mutex(0)
  private let received = Mutex<[(connection: Int, request: String)]>([])

  init(_ script: @escaping @Sendable (Peer, RawServer) -> Void) throws {
    guard let (socket, port) = LoopbackSocket.listening() else { throw BrokerError(.unreachable, "cannot listen") }
    self.socket = socket
    self.port = port
    // It must not keep the server, whose end is what ends it.
    DedicatedThread.start { [weak self, socket] in
      var number = 0
      while let connection = socket.accept() {
        guard let self else { return }
        number += 1
        self.accepted.withLock { $0 += 1 }
        let peer = Peer(socket: connection, number: number)
        DedicatedThread.start {
          script(peer, self)
          connection.shutDown()
        }
      }
    }
  }

  deinit { socket.shutDown() }

  /// Answers every request of every connection with a text.
  convenience init(answering text: @escaping @Sendable (String) -> String) throws {
    try self.init { peer, server in
      while let request = peer.readRequest() {
        server.record(peer, request)
        peer.send(text(request))
      }
    }
  }

  func record(_ peer: Peer, _ request: String) {
    received.withLock { $0.append((peer.number, request)) }
  }

  func stop() { socket.shutDown() }

  var requests: [(connection: Int, request: String)] { received.withLock { $0 } }

  func url(_ path: String = "/", scheme: String = "http") throws -> HTTPURL {
    try HTTPURL("\(scheme)://127.0.0.1:\(port)\(path)")
  }
}
