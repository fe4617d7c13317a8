#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Random numbers that a seed repeats (Steele, Lea and Flood, "Fast splittable pseudorandom number generators").
public struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  /// Where the numbers of a test begin: at `TOKEN_BROKER_TEST_SEED` if that is set, so that a failure can be repeated.
  public static let seed: UInt64 = {
    let given = ProcessInfo.processInfo.environment["TOKEN_BROKER_TEST_SEED"].flatMap { UInt64($0) }
    let seed = given ?? UInt64.random(in: 0 ... .max)
    print("random tests: TOKEN_BROKER_TEST_SEED=\(seed)")
    return seed
  }()

  /// Numbers that begin at a seed.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next number.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// One of `elements`, which are not empty.
  public mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int(next() % UInt64(elements.count))]
  }

  /// True once in `count` times.
  public mutating func oneIn(_ count: UInt64) -> Bool { next() % count == 0 }

  /// Some of `elements`, in order; each with even odds.
  public mutating func some<Element>(_ elements: [Element]) -> [Element] {
    var chosen: [Element] = []
    for element in elements where oneIn(2) { chosen.append(element) }
    return chosen
  }
}
