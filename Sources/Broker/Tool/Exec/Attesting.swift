import BrokerCore
import BrokerSystem

/// Has the files of a release signed before the first of them is published.
///
/// The program that signs gets one identity token, made out to an audience that no registry takes, and nothing else of the
/// job's identity.
struct Attesting: Sendable {
  let tool: AttestationTool
  /// The program and its first arguments; nil for the one that the registry's plug-in names.
  let program: [String]?
  let files: [DistributionFile]
  /// The names of the variables that the program does not get; `*` at the end stands for any rest.
  let withheld: [String]
  let engine: Engine
  let source: any IdentityTokenSource
  let surroundings: Surroundings

  /// The greatest length of an attestation, and of what the program prints, in bytes.
  private static let maximumBytes = 1 << 20

  /// Signs the files that have no attestation; one that is there has to belong to its file.
  ///
  /// - Throws: `ErrorCode.attestationFailed`; the errors of getting an identity token.
  func run() async throws(BrokerError) {
    var digests: [String: String] = [:]
    for file in files { digests[file.path] = try FileDigest(of: file.location, code: .usage).sha256 }
    let unsigned = files.filter { !FileReader.isListed($0.location + tool.ending) }
    for file in files where !unsigned.contains(file) { try check(file, digests[file.path]) }
    guard !unsigned.isEmpty else { return say("every file has its attestation") }
    let command = try command(for: unsigned)
    let token = try await engine.identityToken(for: tool.audience, from: source)
    let endpoint = try IdentityEndpoint(token.secret, for: tool, time: engine.time)
    defer { endpoint.stop() }
    say("\(name) signs \(Self.names(unsigned))")
    try await sign(command, unsigned, at: endpoint)
    for file in unsigned {
      guard try FileDigest(of: file.location, code: .usage).sha256 == digests[file.path] else {
        throw failure(
          "\(Neutralized.quoted(file.path)) has other contents since it was signed", "Find out what changes it.")
      }
      try check(file, digests[file.path])
    }
  }

  private func sign(
    _ command: [String], _ unsigned: [DistributionFile], at endpoint: IdentityEndpoint
  ) async throws(BrokerError) {
    let limit = engine.policy.total * unsigned.count
    let result: ProgramResult
    do throws(BrokerError) {
      let program = Program(
        command, environment: variables(for: endpoint), maximumBytes: Self.maximumBytes, limit: limit)
      result = try await surroundings.console.waiting(for: "\(name) to sign \(unsigned.count) files") {
        () async throws(BrokerError) in try await SystemPrograms().run(program)
      }
    } catch {
      guard error.code != .interrupted else { throw error }
      throw error.with(
        .attestationFailed, message: "\(error.message) Nothing was published.",
        remedy: "Run it by itself to see why; --timeout gives it more time for each file.")
    }
    endpoint.stop()
    show(result, without: endpoint.secrets)
    if let misuse = endpoint.misuse {
      throw failure(
        "\(name), or whoever it told, \(misuse), and did not get it",
        "Do not sign with this program: it asks for more than it needs.")
    }
    guard result.status == 0 else {
      let how: Message = result.status.map { "ended with status \($0)" } ?? "was ended by a signal"
      throw failure("\(name) \(how)", "Read above what it says.")
    }
  }

  // MARK: What it is started with

  private func command(for files: [DistributionFile]) throws(BrokerError) -> [String] {
    var words = program ?? [tool.program]
    do throws(BrokerError) { words[0] = try CommandSearch(words[0], in: surroundings.environment).check() } catch {
      throw error.with(
        remedy:
          "Install \(Neutralized(tool.program)) in the job, or name another program that signs with --attest-with.")
    }
    // It does not run where the job is.
    let folder = FileLocation.currentFolder ?? "/"
    return words + tool.arguments + files.map { FileLocation.absolute($0.location, from: folder) }
  }

  /// The job's variables without its identity and without any CI system's, and those that lead to the endpoint.
  private func variables(for endpoint: IdentityEndpoint) -> [String: String] {
    let removed = withheld + source.identityVariables + tool.removedVariables
    let environment = surroundings.environment
    return environment.merging(LoopbackExemption.changes(in: environment)).revealAll()
      .filter { !PublishingTool.names(removed, include: $0.key) }
      .merging(endpoint.variables) { $1 }
  }

  // MARK: What came of it

  /// An attestation that is there, beside the file that it should be for.
  private func check(_ file: DistributionFile, _ sha256: String?) throws(BrokerError) {
    let path = file.location + tool.ending
    let shown = Neutralized.quoted(file.path + tool.ending)
    guard FileReader.isFile(path) else {
      throw failure("\(shown) is not there, or no file", "Read above what the program that signs says.")
    }
    let bytes: [UInt8]
    do throws(BrokerError) {
      bytes = try FileReader.read(path, maximumBytes: Self.maximumBytes, code: .attestationFailed)
    } catch { throw error.with(.attestationFailed, message: error.message) }
    guard let subjects = tool.subjects(bytes) else {
      throw failure("\(shown) is no attestation", "Remove it: --attest makes one for the file.")
    }
    guard subjects.contains(where: { $0.filename == file.name && $0.sha256 == sha256 }) else {
      throw failure(
        "\(shown) belongs to other contents than those of \(Neutralized.quoted(file.path))",
        "Remove it, so that --attest makes one for this file; or publish the file that was signed.")
    }
  }

  /// What the program printed, without secrets, a line at a time.
  private func show(_ result: ProgramResult, without secrets: [Secret]) {
    let redaction = ProgramRedaction(secrets)
    for bytes in [result.output, result.diagnostics] {
      let text = redaction.withoutKnown(String(decoding: bytes, as: UTF8.self))
      for line in text.split(whereSeparator: \.isNewline).suffix(100) where !line.allSatisfy(\.isWhitespace) {
        surroundings.console.error("  \(Neutralized(line))\n")
      }
    }
  }

  /// The program, as it is called.
  private var name: Neutralized { Neutralized(program?.first ?? tool.program) }

  private func failure(_ reason: Message, _ remedy: Message) -> BrokerError {
    BrokerError(.attestationFailed, "\(reason). Nothing was published.", remedy: remedy)
  }

  private static func names(_ files: [DistributionFile]) -> Message {
    files.map { Neutralized($0.name, limit: 120) }.joined(separator: ", ")
  }

  private func say(_ text: Message) { surroundings.console.error("attestations: \(text)\n") }
}
