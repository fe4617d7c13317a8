import BrokerCore
import Synchronization
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// More connections than the sandbox may have files open.
struct ManyConnectionsTests {
  /// A connection to a port of this machine.
  private final class Client: Sendable {
    private let number: Int32

    init?(_ port: UInt16) {
      #if canImport(Darwin)
        number = socket(AF_INET, SOCK_STREAM, 0)
      #else
        number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      #endif
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var limit = timeval(tv_sec: 30, tv_usec: 0)
      // The C library reads these within each call.
      let isConnected = unsafe withUnsafePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
          unsafe connect(number, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
      }
      _ = unsafe setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
      guard isConnected else { return nil }
    }

    deinit { close(number) }

    /// Whether a request is answered.
    func isAnswered() -> Bool {
      let request = Array("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".utf8)
      var first: UInt8 = 0
      let written = unsafe request.withUnsafeBytes { unsafe write(number, $0.baseAddress, $0.count) }
      let count = unsafe read(number, &first, 1)
      return written == request.count && count == 1
    }
  }

  @Test("connections beyond the limit of open files are served once others have ended")
  func areServedOnceOthersHaveEnded() async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    let answers = Mutex<[Bool]>([])
    let run = try await BuiltTool.run(
      ["sandbox"], in: folder, preparation: "ulimit -n 24", streams: ">exports 2>said",
      interruption: .init(signal: SIGTERM) {
        guard folder.read("said").contains("\n"),
          let port = folder.read("exports").firstMatch(of: /TOKEN_BROKER_SANDBOX='http:\/\/127.0.0.1:(\d+)'/),
          let port = UInt16(port.1)
        else { return false }
        do {
          let clients = (0..<40).map { _ in Client(port) }
          // The first ones have their descriptors; by their answers the others have been met.
          for client in clients.prefix(4) { _ = client?.isAnswered() }
        }
        answers.withLock { $0.append(Client(port)?.isAnswered() ?? false) }
        return true
      })
    #expect(run.status == 143 && answers.withLock { $0 } == [true])
  }
}
