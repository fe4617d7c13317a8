import BrokerCore
import BrokerSystem
import Dispatch
import Synchronization

/// The way from a publishing tool to the credentials of a run: a private folder with a socket, and a link to this program,
/// which the tool starts to ask.
final class HelperFolder: Sendable {
  /// Answers a line; nil for one that is not answered.
  typealias Answer = @Sendable (_ line: String) async -> String?

  private let folder: TemporaryFolder
  private let socket: LocalSocket
  private let connection = Mutex<LocalSocket?>(nil)

  /// The variable that tells the program where to ask.
  static let variable = "TOKEN_BROKER_HELPER"
  /// The name of the link: a process of this name asks.
  static let program = "token-broker-ask"
  /// The greatest length of a line in bytes.
  private static let maximumLine = 64 * 1024
  /// How long a connection may say nothing, in milliseconds.
  private static let patience: Int32 = 30_000

  /// Makes the folder, closed to other users.
  ///
  /// - Throws: `ErrorCode.deliveryFailed` if it cannot be made.
  init(_ environment: Environment) throws(BrokerError) {
    // Tools split a command line at spaces, and a socket's path is short.
    let parent = environment.nonEmpty("TMPDIR") ?? ""
    let isUsable = parent.utf8.count < 60 && !parent.contains { $0.isWhitespace || "\"'\\".contains($0) }
    folder = try TemporaryFolder(isUsable ? environment : environment.merging(["TMPDIR": nil]))
    do throws(BrokerError) {
      try FileLink.make(to: ProcessArguments.executable(), at: "\(folder.path)/\(Self.program)")
      socket = try LocalSocket.listening(at: "\(folder.path)/socket")
    } catch {
      folder.remove()
      throw error
    }
  }

  /// The program that the tool starts.
  private var command: String { "\(folder.path)/\(Self.program)" }

  /// The variables of a tool that asks this way, for a registry.
  func variables(of helper: CredentialHelper, for registry: String) -> [String: String] {
    var variables = [Self.variable: "\(folder.path)/socket"]
    for variable in helper.variables {
      variables[variable.name(for: registry)] = variable.value.replacing("{helper}", with: command)
    }
    return variables
  }

  /// Begins to answer, one connection after the other.
  func start(greeting: String?, on loop: EventLoop, _ answer: @escaping Answer) {
    DedicatedThread.start { [self] in
      while let next = socket.accept() {
        connection.withLock { $0 = next }
        if let greeting { next.send(Array("\(greeting)\n".utf8)) }
        Self.serve(next) { line in
          let reply = Mutex<String?>(nil)
          let isAnswered = DispatchSemaphore(value: 0)
          Task(executorPreference: loop) {
            let text = await answer(line)
            reply.withLock { $0 = text }
            isAnswered.signal()
          }
          isAnswered.wait()
          return reply.withLock { $0 }
        }
        connection.withLock { $0 = nil }
      }
    }
  }

  private static func serve(_ connection: LocalSocket, _ answer: (String) -> String?) {
    var buffer: [UInt8] = []
    // The first line is what the program was started with.
    var isFirst = true
    while true {
      while let end = buffer.firstIndex(of: 0x0A) {
        let line = String(decoding: buffer[..<end], as: UTF8.self)
        buffer.removeSubrange(...end)
        if !isFirst, let reply = answer(line), !connection.send(Array("\(reply)\n".utf8)) { return }
        isFirst = false
      }
      guard buffer.count < maximumLine else { return }
      let more = connection.receive(within: patience)
      guard !more.isEmpty else { return }
      buffer += more
    }
  }

  /// Ends it: nobody is answered any more.
  func remove() {
    socket.shutDown()
    connection.withLock { $0?.shutDown() }
    folder.remove()
  }
}
