package import BrokerCore
import Synchronization

/// A server on one port of 127.0.0.1: one thread accepts, one serves each connection.
package final class Listener: Sendable {
  /// Answers a request; the number is that of the connection, from 1.
  package typealias Respond = @Sendable (ServerRequest, Int) -> ServerResponse

  private struct State {
    var connections: [Int: LoopbackSocket] = [:]
    var count = 0
    var isStopped = false
  }

  let port: Int
  private let socket: LoopbackSocket
  private let now: @Sendable () -> UnixTime
  private let state = Mutex(State())

  package init(port: UInt16 = 0, now: @escaping @Sendable () -> UnixTime) throws(BrokerError) {
    guard let (socket, port) = LoopbackSocket.listening(port: port) else {
      throw BrokerError(
        .unreachable, "Cannot listen on 127.0.0.1.",
        remedy: "Check that this machine has a loopback address.")
    }
    self.socket = socket
    self.port = port
    self.now = now
  }

  package var origin: Origin { Origin.loopback(port: port) }

  package func start(_ respond: @escaping Respond) {
    DedicatedThread.start { [self] in
      while let connection = socket.accept() {
        guard let number = add(connection) else { break }
        DedicatedThread.start { [self] in
          var served = Connection(connection, now: now)
          served.serve { respond($0, number) }
          state.withLock { $0.connections[number] = nil }
        }
      }
    }
  }

  package func stop() {
    socket.shutDown()
    let connections = state.withLock { state in
      state.isStopped = true
      return Array(state.connections.values)
    }
    for connection in connections { connection.shutDown() }
  }

  /// The connection's number; nil if the listener has been stopped.
  private func add(_ connection: LoopbackSocket) -> Int? {
    state.withLock { state in
      guard !state.isStopped else { return nil }
      state.count += 1
      state.connections[state.count] = connection
      return state.count
    }
  }
}
