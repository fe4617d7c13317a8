public import BrokerCore

/// Something that goes wrong on purpose.
public struct SandboxFault: Sendable {
  /// A kind of request that can go wrong.
  public struct Step: Sendable, Hashable {
    /// The name in kebab case.
    public let name: String

    /// A step; registries declare those that they have beside the common ones.
    public init(_ name: String) {
      self.name = name
    }

    /// The sandbox's own directory.
    public static let directory = Step("directory")
    /// The question for a registry's audience.
    public static let audience = Step("audience")
    /// The issuer's endpoint.
    public static let identityToken = Step("identity-token")
    /// The exchange of an identity token for a credential.
    public static let exchange = Step("exchange")
    /// The end of a credential before it expires.
    public static let burn = Step("burn")
    /// The upload of a file.
    public static let upload = Step("upload")

    /// The steps that there are with every registry.
    static let common: [Step] = [.directory, .audience, .identityToken, .exchange, .burn, .upload]

    /// Whether it is a request to a registry.
    var isOfARegistry: Bool { self != .directory && self != .identityToken }
  }

  /// What goes wrong.
  public enum Behaviour: Sendable, Equatable {
    /// A status in place of the answer; with seconds or a date as `Retry-After`.
    case status(Int, retryAfter: String?)
    /// Nothing is answered, the connection stays open.
    case stall
    /// The answer stops in the middle of its body.
    case stallInBody
    /// The answer comes a byte at a time.
    case drip
    /// The connection is closed before the request is acted on.
    case hangUp
    /// The connection is closed after the request was acted on: the answer is lost.
    case loseAnswer
    /// The connection is closed in the middle of the body.
    case truncate
    /// What comes is not HTTP.
    case garbage
    /// A redirect to an address.
    case redirect(Int, String)
    /// A body of another kind.
    case body([UInt8])
    /// A body of so many bytes.
    case tooMuch(Int)
    /// The index names another audience.
    case audience(String)
    /// The issuer makes the token out to another audience.
    case tokenAudience(String)
    /// The index says that the API token expires so many seconds from now.
    case expires(Int64)
    /// The index refuses the exchange with this code and text.
    case refuse(String, String)
    /// The index mints for anybody.
    case acceptAnybody
    /// The index mints for an identity token that was used already.
    case acceptReuse

    /// The one step whose answer it changes; nil for what can happen to any.
    var step: Step? {
      switch self {
      case .audience: .audience
      case .tokenAudience: .identityToken
      case .expires, .refuse, .acceptAnybody, .acceptReuse: .exchange
      default: nil
      }
    }
  }

  /// The request that goes wrong.
  public let step: Step
  /// The registry where it does; nil for every one.
  public let registry: String?
  /// What goes wrong.
  public let behaviour: Behaviour
  /// How many of the first requests go wrong.
  public let count: Int

  /// A fault.
  public init(_ step: Step, at registry: String? = nil, _ behaviour: Behaviour, count: Int = .max) {
    self.step = step
    self.registry = registry
    self.behaviour = behaviour
    self.count = count
  }

  /// The behaviours as text, for help and messages.
  public static let forms = [
    "status:N[:RETRY-AFTER]", "stall", "stall-in-body", "drip", "hang-up", "lose-answer", "truncate", "garbage",
    "redirect:N:ADDRESS", "empty", "html", "deep", "duplicate-keys", "invalid-utf8", "wrong-types", "nan",
    "too-much:BYTES", "audience:TEXT", "token-audience:TEXT", "expires:SECONDS", "refuse:CODE:TEXT", "accept-anybody",
    "accept-reuse",
  ]

  /// Reads `STEP[@REGISTRY]=BEHAVIOUR[*COUNT]`, such as `audience=status:503*2`, the step out of `steps`.
  ///
  /// - Throws: `ErrorCode.usage` naming what is wrong and what is known.
  public init(parsing text: String, steps: [Step]) throws(BrokerError) {
    func wrong(_ problem: Message, _ remedy: Message) -> BrokerError {
      BrokerError(.usage, "--fault \(Neutralized.quoted(text)) \(problem).", remedy: remedy)
    }
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      throw wrong("is not STEP=BEHAVIOUR", "Write for example --fault audience=status:503*2.")
    }
    let place = parts[0].split(separator: "@", maxSplits: 1).map(String.init)
    guard let step = steps.first(where: { $0.name == place[0] }) else {
      throw wrong("names no step", "Steps: \(steps.map { Neutralized($0.name) }.joined(separator: ", ")).")
    }
    let behaviour = parts[1].split(separator: "*", maxSplits: 1).map(String.init)
    var count = Int.max
    if behaviour.count == 2 {
      guard let number = Int(behaviour[1]), number > 0 else {
        throw wrong("has a count that is no number", "Write *N behind the behaviour.")
      }
      count = number
    }
    guard let known = behaviour.first.flatMap(Self.behaviour) else {
      throw wrong("names no behaviour", "Behaviours: \(Self.forms.map { Neutralized($0) }.joined(separator: ", ")).")
    }
    guard known.step == nil || known.step == step else {
      throw wrong(
        "changes nothing: that happens at another step",
        "Write \(Neutralized(known.step?.name ?? ""))=\(Neutralized(parts[1])).")
    }
    guard place.count == 1 || step.isOfARegistry else {
      throw wrong(
        "names a registry, but the step \(Neutralized(step.name)) has none", "Leave @\(Neutralized(place[1])) out.")
    }
    self.init(step, at: place.count == 2 ? place[1] : nil, known, count: count)
  }

  private static func behaviour(_ text: String) -> Behaviour? {
    let words = text.split(separator: ":", maxSplits: 1).map(String.init)
    let argument = words.count == 2 ? words[1] : nil
    switch (words[0], argument) {
    case ("stall", nil): return .stall
    case ("stall-in-body", nil): return .stallInBody
    case ("drip", nil): return .drip
    case ("hang-up", nil): return .hangUp
    case ("lose-answer", nil): return .loseAnswer
    case ("truncate", nil): return .truncate
    case ("garbage", nil): return .garbage
    case ("accept-anybody", nil): return .acceptAnybody
    case ("accept-reuse", nil): return .acceptReuse
    case ("audience", let text?): return .audience(text)
    case ("token-audience", let text?): return .tokenAudience(text)
    case ("expires", let text?): return Int64(text).map { .expires($0) }
    case ("too-much", let text?): return number(text, 0...(64 << 20)).map { .tooMuch($0) }
    case ("status", let text?):
      let numbers = text.split(separator: ":", maxSplits: 1).map(String.init)
      return number(numbers[0], 200...599).map { .status($0, retryAfter: numbers.count == 2 ? numbers[1] : nil) }
    case ("refuse", let text?):
      let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
      return parts.count == 2 ? .refuse(parts[0], parts[1]) : nil
    case ("redirect", let text?):
      let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
      guard parts.count == 2, let status = number(parts[0], 300...399) else { return nil }
      return .redirect(status, parts[1])
    case (let name, nil):
      return bodies[name].map { .body(Array($0.utf8)) } ?? (name == "invalid-utf8" ? .body([0x22, 0xFF, 0x22]) : nil)
    default: return nil
    }
  }

  private static func number(_ text: String, _ range: ClosedRange<Int>) -> Int? {
    Int(text).flatMap { range.contains($0) ? $0 : nil }
  }

  private static let bodies = [
    "empty": "",
    "html": "<!DOCTYPE html><html><body>Not what you are looking for</body></html>",
    "deep": String(repeating: "[", count: 2000) + String(repeating: "]", count: 2000),
    "duplicate-keys":
      #"{"audience":"one","audience":"two","token":"token-a","token":"token-b","value":"a","value":"b"}"#,
    "wrong-types": #"{"audience":["one"],"token":null,"expires":"soon","value":5}"#,
    "nan": #"{"audience":NaN,"token":NaN,"value":NaN}"#,
  ]
}
