import BrokerCore
import BuiltInPlugins
import BrokerSandbox
import TestSupport
import Testing
import TokenBroker

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Very many mints, with faults in every fifth.
///
/// They run alone, through `Scripts/soak`: other tests of the same process would take descriptors and threads, too.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["SOAK"] != nil)) struct SoakTests {
  /// What this process holds.
  private struct Holdings: CustomStringConvertible {
    let descriptors: Int
    let threads: Int
    let kibibytes: Int

    init() {
      func count(_ path: String) -> Int { (try? FileManager.default.contentsOfDirectory(atPath: path).count) ?? 0 }
      descriptors = count("/proc/self/fd")
      threads = count("/proc/self/task")
      let status = (try? Data(contentsOf: URL(filePath: "/proc/self/status"))).map {
        String(decoding: $0, as: UTF8.self)
      }
      kibibytes = status?.firstMatch(of: /VmRSS:\s+(\d+)/).flatMap { Int($0.1) } ?? 0
    }

    var description: String { "\(descriptors) descriptors, \(threads) threads, \(kibibytes) KiB" }
  }

  private static let faults: [SandboxFault.Behaviour] = [
    .status(503, retryAfter: nil), .hangUp, .loseAnswer, .truncate, .garbage, .status(422, retryAfter: nil),
    .redirect(307, "https://example.com/"), .tooMuch(70_000), .status(500, retryAfter: "0"),
  ]
  private static let steps: [SandboxFault.Step] = [.audience, .identityToken, .exchange]

  @Test func mintsInOneProcess() async throws {
    let count = ProcessInfo.processInfo.environment["SOAK"].flatMap { Int($0) } ?? 5000
    var succeeded = 0
    var failed: [String: Int] = [:]
    var before = Holdings()
    for batch in 0..<10 {
      // A sandbox remembers all that it was asked; a new one for each batch keeps that out of the sum.
      let sandbox = try Sandbox.started()
      let broker = Broker(
        catalog: try .builtIn(), environment: Environment(sandbox.environment(for: .github)))
      let configuration = try broker.configuration()
      let provider = try await broker.selectProvider(in: configuration)
      let targets = try await broker.targets(["pypi"], in: configuration)
      let policy = RetryPolicy(attempts: 2, base: .milliseconds(1), cap: .milliseconds(2))
      let engine = broker.engine(policy: policy)
      for number in 0..<(count / 10) {
        if number % 5 == 0 {
          let index = number / 5
          let fault = Self.faults[index % Self.faults.count]
          sandbox.add(SandboxFault(Self.steps[index / Self.faults.count % 3], fault, count: index % 2 + 1))
        }
        let error = await failure { () async throws(BrokerError) in
          _ = try await engine.mint(targets, from: provider.source).credentials.get()
        }
        sandbox.removeFaults()
        if let error { failed[error.code.name, default: 0] += 1 } else { succeeded += 1 }
      }
      sandbox.stop()
      // The first batch is what has to be there once: the runtime's types, libcurl, its caches.
      if batch == 0 { before = await settled() }
    }
    let after = await settled()
    print("soak: \(succeeded) mints, failed: \(failed.sorted { $0.key < $1.key })")
    print("soak: before \(before); after \(after)")
    #expect(succeeded + failed.values.reduce(0, +) == count)
    #expect(succeeded > count * 3 / 4)
    #expect(after.descriptors <= before.descriptors + 8 && after.threads <= before.threads + 4)
    #expect(after.kibibytes < before.kibibytes + 32 * 1024)
  }

  /// What is held once the threads of closed connections have ended.
  private func settled() async -> Holdings {
    var least = Holdings()
    for _ in 0..<50 {
      try? await Task.sleep(for: .milliseconds(20))
      let now = Holdings()
      if now.descriptors <= least.descriptors { least = now }
    }
    return least
  }

  @Test func mintsInManyProcesses() async throws {
    let count = 500
    let width = 10
    var delivered = 0
    var explained = 0
    let sandbox = try Sandbox.started()
    let environment = sandbox.environment(for: .github)
    for batch in 0..<(count / width) {
      for number in 0..<2 {
        let index = batch * 2 + number
        sandbox.add(SandboxFault(Self.steps[index % 3], Self.faults[index / 3 % Self.faults.count], count: 1))
      }
      let runs = try await withThrowingTaskGroup(of: BuiltTool.Run.self) { group in
        for _ in 0..<width {
          group.addTask { try await BuiltTool.run(["mint", "pypi", "--format", "token"], environment) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      sandbox.removeFaults()
      for run in runs {
        if run.status == 0 { delivered += 1 }
        #expect((run.status == 0) == (run.output.wholeMatch(of: /pypi-[\w-]+\n/) != nil))
        #expect(run.status == 0 || run.error.contains("::error title=token-broker "), "\(run.status): \(run.error)")
        // An answer that was lost, or could not be read, is spoken of.
        if run.status != 0 || run.error.contains("Trying again") { explained += 1 }
      }
    }
    let minted = sandbox.requests.count { $0.path == "/_/oidc/mint-token" && $0.status == 200 }
    let burned = sandbox.requests.count { $0.path == "/_/oidc/burn-token" }
    print(
      "soak: \(count) processes: \(delivered) delivered, \(minted) minted, \(burned) burned, \(explained) explained")
    #expect(minted - delivered - burned <= explained)
    #expect(delivered > count * 3 / 4)
  }
}
