import BrokerCore
import Synchronization
import TestSupport
import Testing

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Runs commands and failures with secrets that are known, and looks for them wherever they must not be.
struct LeakHuntTests {
  /// The command lines of the tool's processes, and of those below them, while a request was open.
  ///
  /// Whatever else runs, such as a benchmark or another test's program, may show tokens of its own.
  private final class CommandLines: Sendable {
    private let texts = Mutex<[String]>([])
    private let start: String

    init(of arguments: [String]) { start = ([BuiltTool.path] + arguments).joined(separator: "\0") }

    var all: [String] { texts.withLock { $0 } }

    func look() {
      let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int32($0) } ?? []
      let parents = Dictionary(numbers.map { ($0, Self.parent(of: $0) ?? 0) }) { $1 }
      let found = numbers.filter { isBelowUs($0, parents) }.map { Self.text("/proc/\($0)/cmdline") }
      texts.withLock { $0 += found }
    }

    private func isBelowUs(_ process: Int32, _ parents: [Int32: Int32]) -> Bool {
      // Numbers that are used again while they are read could form a circle.
      let line = Array(sequence(first: process) { parents[$0] }.prefix(64))
      guard let end = line.firstIndex(of: ProcessInfo.processInfo.processIdentifier) else { return false }
      return line[..<end].contains { Self.text("/proc/\($0)/cmdline").hasPrefix(start) }
    }

    private static func parent(of process: Int32) -> Int32? {
      text("/proc/\(process)/status").firstMatch(of: /\nPPid:\s+(\d+)/).flatMap { Int32($0.1) }
    }

    private static func text(_ path: String) -> String {
      (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
  }

  /// What may show an API token: the destination that was chosen.
  private struct Place {
    let name: String
    let text: String
    let mayHoldCredential: Bool
  }

  /// A secret as it is, in base64 at each alignment, and with every character percent-encoded; in pieces of 24.
  private static func forms(of secret: String) -> [ArraySlice<UInt8>] {
    let bytes = Array(secret.utf8)
    let encoded = (0..<3).map { Data(bytes.dropFirst($0)).base64EncodedString() }
    let percent = bytes.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return ([secret, percent, percent.uppercased()] + encoded).flatMap { text in
      let bytes = Array(text.utf8)
      return stride(from: 0, through: max(0, bytes.count - 24), by: 12).map {
        bytes[$0..<min($0 + 24, bytes.count)]
      }
    }
  }

  private func search(_ places: [Place], _ site: HostileSite, _ name: String) {
    let searches = places.map { ($0, ByteSearch($0.text)) }
    for secret in site.secrets {
      let isCredential = secret.hasPrefix("pypi-")
      let forms = Self.forms(of: secret)
      for (place, search) in searches where !(isCredential && place.mayHoldCredential) {
        let isShown = forms.contains { search.contains($0) }
        #expect(!isShown, "\(name): a secret is in \(place.name): \(place.text.suffix(600))")
      }
    }
  }

  /// Runs the tool with every file that a job has, and searches what it leaves.
  private func hunt(
    _ arguments: [String], _ site: HostileSite, isGitLab: Bool, input: String = "", delivers: String? = nil,
    name: String, lines: CommandLines? = nil
  ) async throws {
    let folder = try TestFolder()
    defer { folder.remove() }
    var variables = site.variables(isGitLab: isGitLab)
    for file in ["output", "env", "summary", "path", "state"] { try folder.write(file, "") }
    if !isGitLab {
      variables["GITHUB_OUTPUT"] = "\(folder.path)/output"
      variables["GITHUB_ENV"] = "\(folder.path)/env"
      variables["GITHUB_STEP_SUMMARY"] = "\(folder.path)/summary"
      variables["GITHUB_PATH"] = "\(folder.path)/path"
      variables["GITHUB_STATE"] = "\(folder.path)/state"
    }
    variables["TMPDIR"] = folder.path
    let run = try await BuiltTool.run(arguments, variables, input: input, in: folder)
    // In GitHub Actions the runner takes these lines out of the log.
    let log = run.error.split(separator: "\n").filter { isGitLab || !$0.hasPrefix("::add-mask::") }
    var places = [
      Place(name: "standard output", text: run.output, mayHoldCredential: delivers == "stdout"),
      Place(name: "standard error", text: log.joined(separator: "\n"), mayHoldCredential: false),
      Place(name: "command lines", text: lines?.all.joined(separator: "\n") ?? "", mayHoldCredential: false),
    ]
    for file in folder.names {
      let text = folder.read(file)
      places.append(Place(name: "the file \(file)", text: text, mayHoldCredential: delivers == file))
    }
    search(places, site, name)
    site.stop()
  }

  @Test(arguments: [false, true]) func findsNothingAfterSuccess(_ isGitLab: Bool) async throws {
    for (arguments, delivers) in [
      (["mint", "pypi", "--format", "token"], "stdout"), (["mint", "pypi", "--format", "json", "--explain"], "stdout"),
      (["mint", "pypi", "--format", "env"], "stdout"), (["mint", "pypi", "--output", "token", "--explain"], "token"),
      (["config"], nil), (["plugins"], nil), (["config", "publishers"], nil), (["config", "init"], nil),
      (["rehearse"], nil), (["check", "pypi"], nil), (["check", "--json"], nil),
      (["check", "pypi", "--offline", "--report", "report"], nil),
      (["check", "pypi", "--mint", "--use-up-token", "--summary", "--report", "report"], nil),
      (["mint", "pypi", "--output", "token", "--summary", "--report", "report"], "token"),
      (["exec", "pypi", "--env", "T={token}", "--summary", "--report", "report", "--", "sh", "-c", "exit 3"], nil),
      (["exec", "pypi", "--client", "all", "--redact", "--explain", "--", "sh", "-c", "echo $TWINE_PASSWORD"], nil),
      ([isGitLab ? "config" : "mint"] + (isGitLab ? [] : ["pypi", "--explain"]), "output"),
    ] as [([String], String?)] {
      let lines = CommandLines(of: arguments)
      let watch = Fault("watched") { scene in
        lines.look()
        return scene.send(scene.answer)
      }
      let site = try HostileSite(.exchange, watch)
      try await hunt(
        arguments, site, isGitLab: isGitLab, delivers: delivers, name: arguments.joined(separator: " "), lines: lines)
      let isSeen = lines.all.contains { $0.contains(([BuiltTool.path] + arguments).joined(separator: "\0")) }
      let isExchanged = ["mint", "exec"].contains(arguments[0]) || arguments.contains("--mint")
      #expect(isSeen == isExchanged, "\(arguments): \(lines.all)")
    }
  }

  /// What servers say about what they were sent.
  private static let echoes: [Fault] =
    [400, 401, 403, 404, 409, 422].map { status in
      Fault("\(status) with the request's secrets") { scene in
        let secret = Self.secret(in: scene.request)
        let text = JSONText.quoted("you sent \(secret), that is \(Data(secret.utf8).base64EncodedString())")
        return scene.send(
          #"{"message":\#(text),"errors":[{"code":\#(JSONText.quoted(secret)),"description":\#(text)}]}"#,
          status: status)
      }
    } + [
      Fault("422 with pieces of it") { scene in
        let secret = Self.secret(in: scene.request)
        let text = JSONText.quoted("input_value=b'\(secret.prefix(40))...\(secret.suffix(40))'")
        return scene.send(
          #"{"message":"no","errors":[{"code":"invalid-payload","description":\#(text)}]}"#, status: 422)
      },
      Fault("a redirect with it") { scene in
        let secret = Self.secret(in: scene.request)
        return scene.send(
          "", status: 307, fields: "Location: https://\(secret).example.com/\(secret)?token=\(secret)\r\n")
      },
      Fault("a wait with it") { scene in
        scene.send("", status: 503, fields: "Retry-After: \(Self.secret(in: scene.request))\r\n")
      },
      Fault("keys with it") { scene in
        let key = JSONText.quoted(Self.secret(in: scene.request))
        return scene.send("{\(key):1,\(key):2}")
      },
      Fault("an audience with it") { scene in
        let text = JSONText.quoted(Self.secret(in: scene.request))
        return scene.send(#"{"audience":\#(text),"value":\#(text),"token":5,"expires":\#(text)}"#)
      },
      Fault("a head with it") { scene in
        let secret = Self.secret(in: scene.request)
        return scene.wire.send("HTTP/1.1 200 \(secret)\r\nContent-Length: \(secret)\r\nX-\(secret): \(secret)\r\n\r\n")
      },
      Fault("no HTTP but it") { scene in
        scene.wire.send("\(Self.secret(in: scene.request))\r\n\r\n")
        return false
      },
    ]

  private static func secret(in request: String) -> String {
    let found = request.firstMatch(of: /eyJ[\w-]+\.[\w-]+\.[\w-]+|(?:request-token|pypi)-[\w-]+/)
    return found.map { String($0.0) } ?? "nothing"
  }

  @Test(arguments: [false, true], Self.echoes) func findsNothingThatServersEcho(_ isGitLab: Bool, _ echo: Fault)
    async throws
  {
    for step in [HostileSite.Step.audience, .identityToken, .exchange] where !(isGitLab && step == .identityToken) {
      let site = try HostileSite(step, echo)
      try await hunt(
        ["mint", "pypi", "--format", "token", "--explain", "--timeout", "5"], site, isGitLab: isGitLab,
        name: "\(step.rawValue), \(echo.name)")
    }
    let site = try HostileSite(.burn, echo)
    let credential = "pypi-rehearsal-secret-0123456789-abcdefghijklmnopqrst"
    site.remember(credential)
    try await hunt(["revoke", "pypi"], site, isGitLab: isGitLab, input: credential, name: "burn, \(echo.name)")
  }

  @Test(
    arguments: [(.exchange, true), (.exchange, false), (.identityToken, false), (.audience, false)]
      as [(HostileSite.Step, Bool)], Fault.all.filter { !$0.isSlow && !$0.name.contains("status") })
  func findsNothingAfterFailures(_ place: (step: HostileSite.Step, isGitLab: Bool), _ fault: Fault) async throws {
    let site = try HostileSite(place.step, fault)
    try await hunt(
      ["mint", "pypi", "--format", "token", "--explain", "--timeout", "5", "--report", "report"], site,
      isGitLab: place.isGitLab, delivers: fault.consequence == .success ? "stdout" : nil,
      name: "\(place.step.rawValue), \(fault.name)")
  }

  /// A credential that is burned, and one in a log that somebody pastes: neither is said again.
  @Test(arguments: [false, true]) func findsNothingOfWhatIsRead(_ isGitLab: Bool) async throws {
    let credential = "pypi-rehearsal-secret-0123456789-abcdefghijklmnopqrst"
    let identity = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJweXBpIiwibWFya2VkIjoic2VjcmV0In0.c2lnbmF0dXJlLW1hcmtlZA"
    for (arguments, input) in [
      (["revoke", "pypi"], "\(credential)\n"),
      (["explain"], "error: Could not exchange \(identity): 403 for \(credential) [exchange-refused]\n"),
      (["explain"], "HTTPError: 403 Forbidden from https://upload.pypi.org/legacy/ \(credential)\n"),
      (["explain"], "\(identity) \(credential)\n"),
    ] {
      let site = try HostileSite(.exchange, Fault("none") { $0.send($0.answer) })
      for secret in [credential, identity] { site.remember(secret) }
      try await hunt(arguments, site, isGitLab: isGitLab, input: input, name: "\(arguments[0]), \(input)")
    }
  }

  /// The command's own environment holds the credential under the name that was asked for, and no identity.
  @Test(arguments: [false, true]) func givesTheCommandTheCredentialAlone(_ isGitLab: Bool) async throws {
    let site = try HostileSite(.exchange, Fault("none") { $0.send($0.answer) })
    let folder = try TestFolder()
    defer { folder.remove() }
    let script =
      "env >environment; tr '\\0' '\\n' </proc/self/cmdline >own; tr '\\0' '\\n' </proc/$PPID/cmdline >parents"
    let run = try await BuiltTool.run(
      ["exec", "pypi", "--env", "MY_TOKEN={token}", "--", "sh", "-c", script], site.variables(isGitLab: isGitLab),
      in: folder)
    #expect(run.status == 0, "\(run.error)")
    let lines = folder.read("environment").split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("MY_TOKEN=pypi-") })
    search(
      [
        Place(
          name: "the command's environment", text: lines.filter { !$0.hasPrefix("MY_TOKEN=") }.joined(separator: "\n"),
          mayHoldCredential: false),
        Place(name: "the command's arguments", text: folder.read("own"), mayHoldCredential: false),
        Place(name: "our arguments", text: folder.read("parents"), mayHoldCredential: false),
        Place(name: "standard output", text: run.output, mayHoldCredential: false),
        Place(
          name: "standard error",
          text: run.error.split(separator: "\n").filter { isGitLab || !$0.hasPrefix("::add-mask::") }
            .joined(separator: "\n"), mayHoldCredential: false),
      ], site, "exec")
    site.stop()
  }
}
