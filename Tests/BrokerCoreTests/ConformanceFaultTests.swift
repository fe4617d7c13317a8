import BrokerCore
import BrokerSandbox
import Synchronization
import Testing

@testable import BrokerConformance

/// Each check of the conformance suites is seen to fail: plug-ins with one fault each, and what the suite has to say.
struct ConformanceFaultTests {
  /// What a suite says of a plug-in.
  private static func issues(_ run: () async throws -> Void) async -> [String] {
    let seen = Mutex<[String]>([])
    await withKnownIssue(isIntermittent: true) { () async in
      // An error that ends the suite is what it says, too.
      do { try await run() } catch { Issue.record(error) }
    } matching: { issue in
      seen.withLock { $0.append("\(issue)") }
      return true
    }
    return seen.withLock { $0 }
  }

  @Test("a provider without a fault passes")
  func passesAGoodProvider() async throws {
    for isFixed in [false, true] {
      let issues = await Self.issues { try await PlantedProvider.suite(nil, isFixed: isFixed).run() }
      #expect(issues == [])
    }
  }

  @Test("a provider's fault is found", arguments: PlantedProvider.Fault.allCases)
  func findsAProvidersFault(_ fault: PlantedProvider.Fault) async throws {
    let issues = await Self.issues { try await PlantedProvider.suite(fault, isFixed: fault.isOfFixedSupply).run() }
    #expect(issues.contains { $0.contains(fault.words) }, "\(fault.words): \(issues)")
  }

  @Test("a registry without a fault passes")
  func passesAGoodRegistry() async throws {
    let issues = await Self.issues { try await PlantedRegistry.suite(nil).run() }
    #expect(issues == [])
  }

  @Test("a registry's fault is found", arguments: PlantedRegistry.Fault.allCases)
  func findsARegistrysFault(_ fault: PlantedRegistry.Fault) async throws {
    let issues = await Self.issues { try await PlantedRegistry.suite(fault).run() }
    #expect(issues.contains { $0.contains(fault.words) }, "\(fault.words): \(issues)")
  }
}
