import BrokerCore
import Synchronization
import TestSupport

/// A proxy that does what it is told with the CONNECTs to each host, and remembers every byte that its clients sent.
final class TunnelProxy: Sendable {
  /// What it does with a CONNECT.
  enum Act: Sendable, Hashable, CustomStringConvertible {
    /// Connects.
    case connect
    /// Answers with a status, and `::error::` in a field.
    case status(Int)
    /// Answers with what is no HTTP.
    case garbage
    /// Ends the connection in order, or with a reset.
    case close, reset
    /// Says nothing.
    case stall
    /// Says that it connected, and resets the connection at the first bytes of TLS.
    case resetBehind

    var description: String {
      switch self {
      case .connect: "connects"
      case .status(let status): "answers \(status)"
      case .garbage: "says garbage"
      case .close: "closes"
      case .reset: "resets"
      case .stall: "says nothing"
      case .resetBehind: "resets what it connected"
      }
    }
  }

  private struct State {
    var seen: [UInt8] = []
    var connects: [String] = []
  }

  private let listener: WireListener
  private let upstream: Int
  /// What is done with the first, second, … CONNECT to a host; the last one repeats.
  private let acts: @Sendable (_ host: Substring) -> [Act]
  private let state = Mutex(State())

  /// A proxy whose every tunnel leads to one port.
  init(to upstream: Int, _ acts: @escaping @Sendable (_ host: Substring) -> [Act] = { _ in [.connect] }) throws {
    guard let listener = WireListener() else { throw BrokerError(.unreachable, "cannot listen") }
    self.listener = listener
    self.upstream = upstream
    self.acts = acts
    DedicatedThread.start { [weak self, listener] in
      while let wire = listener.accept() {
        guard let self else { return }
        DedicatedThread.start { self.serve(wire) }
      }
    }
  }

  deinit { listener.end() }

  var port: Int { listener.port }
  /// All bytes of clients.
  var seen: [UInt8] { state.withLock { $0.seen } }
  /// The heads of all CONNECTs, in order.
  var connects: [String] { state.withLock { $0.connects } }

  func stop() { listener.end() }

  private func receive(_ wire: Wire) -> [UInt8] {
    let bytes = wire.receive()
    state.withLock { $0.seen += bytes }
    return bytes
  }

  private func serve(_ wire: Wire) {
    var head: [UInt8] = []
    while head.firstRange(of: Array("\r\n\r\n".utf8)) == nil {
      let more = receive(wire)
      guard !more.isEmpty else { return }
      head += more
    }
    let text = String(decoding: head, as: UTF8.self)
    let place = text.split(separator: " ", maxSplits: 2).dropFirst().first ?? ""
    let number = state.withLock { state in
      state.connects.append(text)
      return state.connects.count { $0.split(separator: " ", maxSplits: 2).dropFirst().first == place }
    }
    let acts = acts(place.prefix { $0 != ":" })
    switch acts[min(number, acts.count) - 1] {
    case .status(let status):
      let field = "Proxy-Authenticate: Basic realm=\"::error::\""
      wire.send("HTTP/1.1 \(status) No\r\n\(field)\r\nContent-Length: 2\r\n\r\nno")
    case .garbage: wire.send(String(repeating: "\u{15}\u{3}\u{1} ::error::no proxy\r\n\r\n", count: 20))
    case .close: break
    case .reset: wire.resetAtEnd()
    case .stall: while !receive(wire).isEmpty {}
    case .resetBehind:
      wire.send("HTTP/1.1 200 OK\r\n\r\n")
      _ = receive(wire)
      wire.resetAtEnd()
    case .connect:
      guard let server = Wire.connect(to: upstream) else { return }
      wire.send("HTTP/1.1 200 OK\r\n\r\n")
      DedicatedThread.start { wire.copy(from: server) }
      while case let bytes = receive(wire), !bytes.isEmpty, server.send(bytes) {}
      server.end()
    }
  }
}

/// A port whose first connection goes to one port, and every other to another.
final class PortSwitch: Sendable {
  private let listener: WireListener

  init(first: Int, then rest: Int) throws {
    guard let listener = WireListener() else { throw BrokerError(.unreachable, "cannot listen") }
    self.listener = listener
    DedicatedThread.start { [listener] in
      var next = first
      while let wire = listener.accept() {
        guard let server = Wire.connect(to: next) else { continue }
        next = rest
        DedicatedThread.start { wire.copy(from: server) }
        DedicatedThread.start { server.copy(from: wire) }
      }
    }
  }

  deinit { listener.end() }

  var port: Int { listener.port }
}
