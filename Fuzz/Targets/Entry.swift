#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What libFuzzer calls with each input; `FUZZ_TARGET` names the target.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  FuzzTarget.chosen(bytes)
  return 0
}

enum FuzzTarget {
  static let all: [String: @Sendable ([UInt8]) -> Void] = [
    "configuration": ConfigurationTarget.run, "identity-token": IdentityTokenTarget.run,
    "index-answer": AnswerTarget.runIndex, "issuer-answer": AnswerTarget.runIssuer,
    "step-outputs": StepOutputsTarget.run, "address": AddressTarget.run, "text": TextTarget.run,
    "layers": LayersTarget.run, "log": LogTarget.run, "explain": ExplainTarget.run,
    "yaml": YAMLTarget.run, "times": TimesTarget.run, "macaroon": MacaroonTarget.run, "wheel": WheelTarget.run,
  ]

  static let chosen: @Sendable ([UInt8]) -> Void = {
    guard let name = getenv("FUZZ_TARGET"), let target = all[String(cString: name)] else {
      fatalError("FUZZ_TARGET is none of \(all.keys.sorted())")
    }
    return target
  }()
}

/// Ends the run with a message: libFuzzer keeps the input.
func require(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}

/// What every text has to be that a log may show.
func requirePlain(_ text: String) {
  require(!text.contains("::") && !text.contains("##["), "a command: \(text.debugDescription)")
  for scalar in text.unicodeScalars {
    let category = scalar.properties.generalCategory
    require(
      ![.control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned]
        .contains(category), "\(scalar.value) in \(text.debugDescription)")
  }
}

func requirePlain(_ message: Message) { requirePlain(message.text) }

func requirePlain(_ error: BrokerError) {
  requirePlain(error.message)
  if let remedy = error.remedy { requirePlain(remedy) }
  for fact in error.facts {
    requirePlain(fact.label)
    requirePlain(fact.value)
  }
}
