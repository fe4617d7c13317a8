public import BrokerCore

/// The suite that every program has to pass that is a plug-in: it is asked everything that the protocol has, and in every way
/// that it may be asked wrongly.
///
/// The program is given made-up values for the variables that it wants, and asks whoever it asks with these.
public struct ProgramConformance: Sendable {
  private let program: DeclaredProgram
  private let settings: JSONText.Value
  private let kinds: [PluginKind]
  private let programs: any ProgramRunning
  private let arguments: (any ArgumentWatching)?
  private let isDeclared: Bool
  private let environment: Environment
  private let time: TimeSource
  /// What a registry's program is asked for.
  private let target: JSONText.Value

  /// The time that a program has to keep a deadline of 200 ms in.
  private static let deadline = (told: Duration.milliseconds(200), kept: Duration.seconds(2))
  /// The address that a registry's program is told; there is no such host (RFC 2606).
  public static let address = "https://registry.invalid/upload/"
  private static let host = "registry.invalid"

  /// A suite.
  ///
  /// - Parameters:
  ///   - program: The program.
  ///   - isDeclared: Whether it gets the variables of its declaration, as in a run; without, those that `describe` lists.
  ///   - settings: What it is told.
  ///   - kinds: What it is looked at as; empty for all that it says it is.
  ///   - programs: Runs it.
  ///   - arguments: Looks at the arguments of processes; nil where that cannot be done.
  ///   - environment: The variables of this process, of which the program gets those that are no secret.
  ///   - time: Clocks.
  public init(
    _ program: DeclaredProgram, isDeclared: Bool = false, settings: JSONText.Value = .object([]),
    kinds: [PluginKind] = [], programs: any ProgramRunning, arguments: (any ArgumentWatching)?,
    environment: Environment, time: TimeSource
  ) {
    self.program = program
    self.isDeclared = isDeclared
    self.settings = settings
    self.kinds = kinds
    self.programs = programs
    self.arguments = arguments
    self.environment = environment
    self.time = time
    target = .object([
      ("name", "conformance"), ("upload-url", .string(Self.address)), ("rehearsal", .boolean(false)),
    ])
  }

  /// What came of it.
  public struct Outcome: Sendable {
    /// What the program says about itself; nil if that could not be read.
    public let description: PluginDescription?
    /// What was looked at, in order.
    public let items: [CheckItem]

    /// Whether nothing failed.
    public var isPassed: Bool { !items.contains { $0.outcome == .fail } }
  }

  /// Runs the suite.
  public func run() async -> Outcome {
    var run = Run(suite: self)
    return await run.outcome()
  }

  // MARK: One run

  /// A call of the program, and what came of it.
  private struct Call {
    let id: String
    let result: Result<ProgramResult, BrokerError>
    /// The secrets that the program was given so far.
    let given: [Secret]
    let elapsed: Duration

    /// What the program answered.
    func answer() throws(ContractFault) -> PluginAnswer {
      switch result {
      case .failure(let error): throw ContractFault(error.message.clause)
      case .success(let result):
        do throws(ContractFault) {
          try PluginProgram.checkEnd(of: result)
          return try PluginAnswer.read(result.output, id: id)
        } catch {
          // What an interpreter says about its end is what the author looks for.
          guard let said = ProgramRedaction(given).lines(of: result.diagnostics).last else { throw error }
          throw ContractFault("\(error.reason); standard error ends with: \(said)")
        }
      }
    }

    /// The result that the program answered; a failure is a fault.
    func object() throws(ContractFault) -> JSONObject {
      switch try answer() {
      case .result(let object): return object
      case .failure(let failure):
        throw ContractFault("it answered the error \"\(Neutralized(failure.code.rawValue))\"")
      }
    }
  }

  private struct Run {
    let suite: ProgramConformance
    var items: [CheckItem] = []
    var description: PluginDescription?
    /// The variables that the program is given.
    var variables: [String: String] = [:]
    var given: [Secret] = []
    /// What the program wrote to standard error, in all calls.
    var diagnostics: [[UInt8]] = []
    var isHeld = false
    var isInArguments: Bool?
    /// What `detect` answered, to look for secrets.
    var spoken: [[UInt8]] = []

    init(suite: ProgramConformance) { self.suite = suite }

    mutating func outcome() async -> Outcome {
      guard await describes() else { return Outcome(description: nil, items: items) }
      await refusesWhatItDoesNotKnow()
      await readsWhatIsWrong()
      let kinds = suite.kinds.isEmpty ? description?.kinds ?? [] : suite.kinds
      for kind in kinds {
        guard description?.kinds.contains(kind) == true else {
          add(
            "kind", "it does not say that it is a \(Neutralized(kind.rawValue))",
            fault: "\"kinds\" of describe does not have it")
          continue
        }
        switch kind {
        case .provider: await checkProvider()
        case .registry: await checkRegistry()
        }
      }
      judgeAllCalls()
      return Outcome(description: description, items: items)
    }

    // MARK: Both kinds

    /// What it says about itself; false if nothing else can be asked.
    private mutating func describes() async -> Bool {
      let call = await call("describe", limit: PluginProtocol.offlineLimit)
      if case .failure(let error) = call.result,
        error.code == .programRefused || error.code == .programFailed && !isLate(error)
      {
        add("describe", "it can be run", fault: error.message.clause)
        return false
      }
      check("describe", "it says what it is within a second, without a variable") { run throws(ContractFault) in
        run.description = try PluginDescription(try call.object())
      }
      guard let description else { return false }
      let names = suite.isDeclared ? suite.program.environment : description.environment
      variables = suite.plainVariables(names)
      if suite.isDeclared {
        let missing = description.environment.filter { !suite.program.environment.contains($0) }
        if !missing.isEmpty {
          items.append(
            CheckItem(
              "environment", .warn,
              "it wants \(missing.map { Neutralized($0) }.joined(separator: ", ")), which \"environment\" of its declaration does not list"
            ))
        }
      }
      if let obstacle = DeclaredProgram.obstacle(in: names) {
        add("environment", "the variables that it wants may be handed over", fault: obstacle)
      }
      return true
    }

    private mutating func refusesWhatItDoesNotKnow() async {
      let version = await call("describe", protocol: "token-broker.plugin/999", limit: suite.program.limit)
      check("version", "it refuses a version of the protocol that it does not speak") { _ throws(ContractFault) in
        try Self.expectUnsupported(version, "a request of \"token-broker.plugin/999\"")
      }
      let operation = await call("no-such-operation", limit: suite.program.limit)
      check("operation", "it refuses an operation that it does not know") { _ throws(ContractFault) in
        try Self.expectUnsupported(operation, "an operation that it cannot know")
      }
      let keys = await call(
        "describe", limit: suite.program.limit,
        [("unknown", .object([("id", "x"), ("operation", "detect"), ("list", .array([1, .null, true]))]))])
      check("unknown-keys", "it ignores members of a request that it does not know") { _ throws(ContractFault) in
        _ = try PluginDescription(try keys.object())
      }
    }

    private static func expectUnsupported(_ call: Call, _ what: Message) throws(ContractFault) {
      guard case .failure(let failure) = try call.answer() else {
        throw ContractFault("it answered \(what) with a result; the answer is an error with the code \"unsupported\"")
      }
      guard failure.code == .unsupported else {
        throw ContractFault(
          "it answered \(what) with the code \"\(Neutralized(failure.code.rawValue))\"; the code is \"unsupported\"")
      }
    }

    private mutating func readsWhatIsWrong() async {
      let empty = PluginRequest.bytes(
        "describe", id: "r-size", limit: PluginProgram.told(suite.program.limit), settings: suite.settings,
        [("padding", "")])
      let room = PluginProtocol.maximumBytes - empty.count
      let largest = await call(
        "describe", limit: suite.program.limit, [("padding", .string(String(repeating: "x", count: room)))],
        id: "r-size")
      check("largest", "it reads a request of 64 KiB") { _ throws(ContractFault) in
        _ = try PluginDescription(try largest.object())
      }
      // What is written behind 64 KiB is not part of a request: the program may not read it, and may not answer.
      let request = PluginRequest.bytes(
        "describe", id: "r-size", limit: PluginProgram.told(suite.program.limit), settings: suite.settings,
        [("padding", .string(String(repeating: "x", count: room + 1)))])
      let cases: [(Message, Message, [UInt8])] = [
        ("too-large", "a request of 64 KiB and a byte", request),
        ("truncated", "half a request", Array(empty.prefix(empty.count / 2))),
        ("no-request", "no request at all", []),
        ("no-object", "a request that is no object", Array("[]\n".utf8)),
      ]
      for (name, what, input) in cases {
        let call = await call(raw: input, id: "r-size", limit: suite.program.limit)
        check(name, "it does not act on \(what)") { _ throws(ContractFault) in
          switch call.result {
          case .failure(let error): throw ContractFault(error.message.clause)
          case .success(let result):
            if let signal = result.signal { throw ContractFault("a signal ended it (\(signal))") }
            guard (try? JSONReader().read(result.output))?.object?["result"] == nil else {
              throw ContractFault(
                "it answered \(what) with a result; the answer is an error, or a status that is not 0")
            }
          }
        }
      }
    }

    // MARK: Providers

    private mutating func checkProvider() async {
      let elsewhere = await call("detect", limit: PluginProtocol.offlineLimit)
      check("detect-elsewhere", "without its variables it does not recognise the job, within a second") {
        _ throws(ContractFault) in
        guard try !PluginDetection(try elsewhere.object()).isPresent else {
          throw ContractFault("it answered \"present\": true although none of its variables is set")
        }
      }
      let sample = SampleValues(names, audience: "conformance.invalid", now: suite.time.now())
      let detection = await watched(sample) { run in
        await run.call("detect", limit: PluginProtocol.offlineLimit, variables: sample.variables)
      }
      if case .success(let result) = detection.result { spoken.append(result.output) }
      check("detect", "with its variables it says whether the job runs here, and by which of them") {
        run throws(ContractFault) in
        let found: PluginDetection
        switch try detection.answer() {
        case .result(let object): found = try PluginDetection(object)
        case .failure:
          throw ContractFault("it answered an error: why a job may not ask belongs into \"problem\" of the result")
        }
        guard found.evidence.allSatisfy(run.names.contains) else {
          throw ContractFault("\"evidence\" has something else than the names of variables that it wants")
        }
      }
      await checkIdentityTokens(sample)
      let late = await call(
        "identity-token", told: ProgramConformance.deadline.told, limit: ProgramConformance.deadline.kept,
        [("audience", .string(sample.audience.value)), ("attempt", 1), ("avoid-jti", .array([]))],
        variables: sample.variables)
      checkDeadline(late)
    }

    private mutating func checkIdentityTokens(_ sample: SampleValues) async {
      func ask(_ run: inout Run, _ used: [String]) async -> Call {
        await run.call(
          "identity-token", limit: run.suite.program.limit,
          [
            ("audience", .string(sample.audience.value)), ("attempt", .integer(Int64(used.count + 1))),
            ("avoid-jti", .array(used.map { .string($0) })),
          ], variables: sample.variables)
      }
      let first = await watched(sample) { run in await ask(&run, []) }
      var token: (PluginToken, IdentityToken)?
      check("identity-token", "it answers with an identity token for the audience, or says why not") {
        run throws(ContractFault) in
        token = try Self.token(in: first, sample, now: run.suite.time.now())
      }
      guard let token, token.0.supply == .renewable else { return }
      let second = await watched(sample) { run in await ask(&run, token.1.claims["jti"].map { [$0] } ?? []) }
      check("fresh-tokens", "each call gives another identity token, if it says that there are more") {
        run throws(ContractFault) in
        guard let next = try Self.token(in: second, sample, now: run.suite.time.now()) else { return }
        guard next.1.secret != token.1.secret else {
          throw ContractFault(
            "it gave the same identity token twice: \"supply\" is \"fixed\" where a job has only so many")
        }
      }
    }

    /// The identity token of an answer, held to the rules of the host; nil if the program says why there is none.
    private static func token(
      in call: Call, _ sample: SampleValues, now: UnixTime
    ) throws(ContractFault) -> (PluginToken, IdentityToken)? {
      guard case .result(let object) = try call.answer() else { return nil }
      let answer = try PluginToken(object)
      let token: IdentityToken
      do throws(BrokerError) { token = try IdentityToken(answer.token, from: "\"token\"") } catch {
        throw ContractFault(error.message.clause)
      }
      guard case .single(let audience) = token.claims.audience, Audience(audience) == sample.audience else {
        throw ContractFault("the identity token is not made out to the audience that was asked for, and to that alone")
      }
      if let end = token.claims.time("exp"), end.seconds(since: now) <= 0 {
        throw ContractFault("the identity token has expired")
      }
      return (answer, token)
    }

    // MARK: Registries

    private mutating func checkRegistry() async {
      let audience = Audience(ProgramConformance.host) ?? "registry.invalid"
      let sample = SampleValues(names, audience: audience, now: suite.time.now())
      let target = ("target", suite.target)
      let asked = await watched(sample) { run in
        await run.call("audience", limit: run.suite.program.limit, [target], variables: sample.variables)
      }
      check("audience", "it answers with the audience of its registry, or says why not") {
        _ throws(ContractFault) in
        guard case .result(let object) = try asked.answer() else { return }
        guard let text = object["audience"]?.string, let audience = Audience(text) else {
          throw ContractFault("the result has no \"audience\" of 1 to 255 printable characters")
        }
        guard !AudiencePolicy.isWellKnown(audience) else {
          throw ContractFault("it answered the audience of another service, which a program is never given a token for")
        }
      }
      let members: [(String, JSONText.Value)] = [
        target, ("audience", .string(audience.value)), ("identity-token", .string(sample.identityToken.reveal())),
      ]
      let exchanged = await watched(sample) { run in
        await run.call("exchange", limit: run.suite.program.limit, members, variables: sample.variables)
      }
      check("exchange", "it answers an exchange with an API token, or says why not") {
        run throws(ContractFault) in
        guard case .result(let object) = try exchanged.answer() else { return }
        let credential = try PluginCredential(object)
        guard credential.token != sample.identityToken else {
          throw ContractFault("\"token\" is the identity token, not an API token")
        }
        guard credential.expires.seconds(since: run.suite.time.now()) > 0 || credential.secondsLeft != nil else {
          throw ContractFault("\"expires-at\" is over already")
        }
      }
      let revoked = await watched(sample) { run in
        await run.call(
          "revoke", limit: run.suite.program.limit, [target, ("token", .string(sample.credential.reveal()))],
          variables: sample.variables)
      }
      let canRevoke = description?.operations.contains(.revoke) == true
      check(
        "revoke", canRevoke ? "it answers a request to burn an API token" : "it says that it cannot burn an API token"
      ) { _ throws(ContractFault) in
        guard canRevoke else {
          return try Self.expectUnsupported(revoked, "revoke, which \"operations\" does not have,")
        }
        if case .failure(let failure) = try revoked.answer(), failure.code == .unsupported {
          throw ContractFault("\"operations\" of describe has \"revoke\", and it answered \"unsupported\"")
        }
      }
      let late = await call(
        "exchange", told: ProgramConformance.deadline.told, limit: ProgramConformance.deadline.kept, members,
        variables: sample.variables)
      checkDeadline(late)
    }

    // MARK: All calls

    private mutating func checkDeadline(_ call: Call) {
      check("deadline", "it keeps a deadline of 200 ms within 2 s") { run throws(ContractFault) in
        if case .failure(let error) = call.result {
          throw ContractFault(
            run.isLate(error)
              ? "it had not ended 2 s after it was given \"deadline-ms\": \(ProgramConformance.deadline.told.components.attoseconds / 1_000_000_000_000_000)"
              : error.message.clause)
        }
      }
    }

    private mutating func judgeAllCalls() {
      let redaction = SecretSearch(given)
      let isSaid = diagnostics.contains(where: redaction.isIn)
      add(
        "standard-error", "no secret is on standard error",
        fault: isSaid
          ? "a value that it was given stands on standard error, as it is, in base64 or in hexadecimal digits" : nil)
      if spoken.contains(where: redaction.isIn) {
        add(
          "evidence", "no secret is in what detect answers",
          fault: "a value of a variable stands in the answer of detect")
      } else if description?.kinds.contains(.provider) == true {
        add("evidence", "no secret is in what detect answers", fault: nil)
      }
      switch isInArguments {
      case nil:
        items.append(
          CheckItem("arguments", .skip, "whether a secret is among the arguments of a process cannot be seen here"))
      case let isFound?:
        add(
          "arguments", "no secret is among the arguments of a process",
          fault: isFound
            ? "a value that it was given was among the arguments of a process, where everybody on the machine can read it: hand it over on standard input, or in a file of one's own"
            : nil)
      }
      add(
        "alone", "it leaves nobody behind with its standard output or standard error",
        fault: isHeld
          ? "a process that it started still had its standard output or standard error when it had ended: wait for it, or close these for it"
          : nil)
    }

    /// The names of the variables that the program wants, without those that are no secret.
    var names: [String] {
      (suite.isDeclared ? suite.program.environment : description?.environment ?? [])
        .filter { variables[$0] == nil }
    }

    func isLate(_ error: BrokerError) -> Bool { error.message.contains("did not end within") }

    private mutating func check(
      _ name: Message, _ sentence: Message, _ body: (inout Run) throws(ContractFault) -> Void
    ) {
      do throws(ContractFault) {
        try body(&self)
        add(name, sentence, fault: nil)
      } catch { add(name, sentence, fault: error.reason) }
    }

    private mutating func add(_ name: Message, _ sentence: Message, fault: Message?) {
      items.append(CheckItem(name, fault == nil ? .pass : .fail, fault ?? sentence))
    }

    // MARK: Calls

    /// Makes a call, and looks at the arguments of processes meanwhile.
    private mutating func watched(_ sample: SampleValues, _ body: (inout Run) async -> Call) async -> Call {
      given += sample.secrets
      let watch = suite.arguments?.start(lookingFor: sample.secrets)
      let call = await body(&self)
      if let watch {
        let isFound = await watch.stop()
        isInArguments = isInArguments == true || isFound
      }
      return call
    }

    private mutating func call(
      _ operation: String, protocol name: String = PluginProtocol.name, told: Duration? = nil, limit: Duration,
      _ members: [(String, JSONText.Value)] = [], variables: [String: String] = [:], id: String? = nil
    ) async -> Call {
      let id = id ?? "r-" + String(UInt64.random(in: 0 ... .max), radix: 36)
      let input = PluginRequest.bytes(
        operation, protocol: name, id: id, limit: told ?? PluginProgram.told(limit), settings: suite.settings, members)
      return await call(raw: input, id: id, limit: limit, variables: variables)
    }

    private mutating func call(
      raw input: [UInt8], id: String, limit: Duration, variables: [String: String] = [:]
    ) async -> Call {
      let program = Program(
        suite.program.command, environment: self.variables.merging(variables) { _, new in new }, input: input,
        maximumBytes: input.count > PluginProtocol.maximumBytes ? input.count : PluginProtocol.maximumBytes,
        limit: limit,
        provenance: suite.program.sha256.map { .digest($0) } ?? .any)
      let began = suite.time.elapsed()
      let result: Result<ProgramResult, BrokerError>
      do throws(BrokerError) {
        let ended = try await suite.programs.run(program)
        diagnostics.append(ended.diagnostics)
        isHeld = isHeld || ended.isHeld
        result = .success(ended)
      } catch { result = .failure(error) }
      return Call(id: id, result: result, given: given, elapsed: suite.time.elapsed() - began)
    }
  }

  /// The listed variables that are no secret, as this process has them.
  private func plainVariables(_ names: [String]) -> [String: String] {
    var variables: [String: String] = [:]
    for name in names where DeclaredProgram.plainVariables.contains(name) { variables[name] = environment[name] }
    return variables
  }
}

extension DeclaredProgram {
  /// The first name that may not be handed over, with the reason; nil if all may be.
  static func obstacle(in names: [String]) -> Message? {
    for name in names {
      if let obstacle = obstacle(toVariable: name) { return "\(Neutralized.quoted(name)) \(obstacle)" }
    }
    return nil
  }
}

/// Finds secrets in what a program wrote.
private struct SecretSearch {
  private let redaction: ProgramRedaction

  init(_ secrets: [Secret]) { redaction = ProgramRedaction(secrets) }

  func isIn(_ bytes: [UInt8]) -> Bool { redaction.finds(in: String(decoding: bytes, as: UTF8.self)) }
}
