import BrokerCore
import Testing

struct ErrorCodeTests {
  @Test func namesAreUniqueAndInKebabCase() {
    #expect(Set(ErrorCode.all.map(\.name)).count == ErrorCode.all.count)
    for code in ErrorCode.all {
      let isKebab = code.name.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2D }
      #expect(isKebab, "\(code.name)")
    }
  }

  @Test func everyFailureStatusHasACode() {
    let used = Set(ErrorCode.all.map(\.status))
    for status in ExitStatus.allCases where status != .done { #expect(used.contains(status), "\(status)") }
  }
}
