import BrokerCore
import Synchronization
import Testing

@testable import BrokerSandbox
@testable import BrokerSystem

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Each test runs a loop on a thread that stays: a loop has no end but the process's.
struct EventLoopTests {
  private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

  private func runningLoop() -> EventLoop {
    let loop = EventLoop()
    DedicatedThread.start { loop.run() }
    return loop
  }

  /// The thread that it was made on.
  private struct Thread: Sendable {
    private let thread = pthread_self()
    var isCurrent: Bool { pthread_equal(thread, pthread_self()) != 0 }
  }

  @Test func tasksAndTheirChildTasksRunOnOneThread() async {
    let loop = runningLoop()
    let areAllThere = await Task(executorPreference: loop) {
      let first = Thread()
      return await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<20 {
          group.addTask {
            await Task.yield()
            return first.isCurrent
          }
        }
        return await group.allSatisfy { $0 }
      }
    }.value
    #expect(areAllThere)
  }

  @Test func anIdleLoopIsWokenByAnotherThread() async {
    let loop = runningLoop()
    let value = await Task(executorPreference: loop) {
      await withCheckedContinuation { completion in
        DedicatedThread.start { completion.resume(returning: 3) }
      }
    }.value
    #expect(value == 3)
  }

  @Test func shortSleepsEndBeforeLongOnes() async {
    let loop = runningLoop()
    let order = await Task(executorPreference: loop) {
      await withTaskGroup(of: Int.self) { group in
        for milliseconds in [600, 1, 300] {
          group.addTask {
            try? await loop.sleep(for: .milliseconds(milliseconds))
            return milliseconds
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
    }.value
    #expect(order == [1, 300, 600])
  }

  @Test(arguments: [false, true])
  func aCancelledSleepEndsAtOnce(_ isCancelledBefore: Bool) async {
    let loop = runningLoop()
    let began = Mutex(false)
    let sleep = Task(executorPreference: loop) { () -> Bool in
      if isCancelledBefore { while !Task.isCancelled { await Task.yield() } }
      began.withLock { $0 = true }
      do { try await loop.sleep(for: .seconds(86_400 * 365 * 100)) } catch { return error is CancellationError }
      return false
    }
    if !isCancelledBefore { while !began.withLock({ $0 }) { await Task.yield() } }
    sleep.cancel()
    #expect(await sleep.value)
  }

  @Test func sendsRequestsBesideTasks() async throws {
    let server = try RawServer { _ in Self.answer }
    let loop = runningLoop()
    let transport = CurlTransport(TransportConfiguration(environment: Environment([:])), on: loop)
    let url = try server.url()
    let statuses = await Task(executorPreference: loop) {
      await withTaskGroup(of: Int?.self) { group in
        for _ in 0..<10 { group.addTask { try? await transport.send(HTTPRequest(.get, url)).status } }
        return await group.reduce(into: []) { $0.append($1) }
      }
    }.value
    #expect(statuses == Array(repeating: 200, count: 10))
    // A task of the pool may use it, too.
    #expect(try await transport.send(HTTPRequest(.get, url)).status == 200)
  }

  @Test func outlivesItsTransports() async throws {
    let server = try RawServer { _ in Self.answer }
    let loop = runningLoop()
    let url = try server.url()
    for _ in 0..<3 {
      let status = await Task(executorPreference: loop) {
        try? await CurlTransport(TransportConfiguration(environment: Environment([:])), on: loop)
          .send(HTTPRequest(.get, url)).status
      }.value
      #expect(status == 200)
      await Task(executorPreference: loop) { try? await loop.sleep(for: .milliseconds(1)) }.value
    }
  }

  @Test(.timeLimit(.minutes(8))) func aCancelledRequestEndsAtOnce() async throws {
    let (asked, isAsked) = AsyncStream.makeStream(of: Void.self)
    let server = try RawServer { (peer: RawServer.Peer, _: RawServer) in
      _ = peer.readRequest()
      isAsked.yield()
      peer.waitForEnd()
    }
    let loop = runningLoop()
    let transport = CurlTransport(
      TransportConfiguration(environment: Environment([:]), requestLimit: .seconds(600)), on: loop)
    let url = try server.url()
    let request = Task(executorPreference: loop) { () -> HTTPFailure.Reason? in
      do throws(HTTPFailure) {
        _ = try await transport.send(HTTPRequest(.get, url))
        return nil
      } catch { return error.reason }
    }
    for await _ in asked { break }
    request.cancel()
    #expect(await request.value == .cancelled)
  }
}
