import BrokerCore
import BrokerSandbox
import BrokerSystem
import TestSupport
import Testing

/// A sandbox, and a folder with two distribution files and a tool named twine that writes its arguments to `log`.
///
/// The tool is a shell, which takes its first argument for a script.
final class ReleaseBench: Sendable {
  static let wheel = "sample-1.0-py3-none-any.whl"
  static let sdist = "sample-1.0.tar.gz"

  let sandbox: Sandbox
  let folder: TestFolder

  init(
    _ faults: [String] = [], _ change: (inout SandboxConfiguration) throws -> Void = { _ in }
  ) throws {
    sandbox = try Sandbox.started {
      $0.faults = try faults.map { try SandboxFault(parsing: $0) }
      try change(&$0)
    }
    folder = try TestFolder()
    for name in [Self.wheel, Self.sdist] { try folder.write(name, "content of \(name)") }
    try folder.write("log", "")
    try folder.write("upload", "echo \"$TWINE_REPOSITORY_URL upload $*\" >>'\(folder.path)/log'\n")
    try folder.link("twine", to: "/bin/sh")
  }

  deinit {
    sandbox.stop()
    folder.remove()
  }

  /// Runs `exec`; the tools of the tests publish nothing, so that nothing is to be waited for unless a test asks for that.
  func exec(_ arguments: [String], isConfirmed: Bool = false) async throws -> BuiltTool.Run {
    var environment = sandbox.environment(for: .github)
    environment["PATH"] = "\(folder.path):/usr/bin:/bin"
    return try await BuiltTool.run(
      ["exec"] + (isConfirmed ? [] : ["--no-confirm"]) + arguments, environment, in: folder)
  }

  /// Writes a shell script that can be run by its name.
  func program(_ name: String, _ script: String) async throws {
    try folder.write(name, "#!/bin/sh\n\(script)\n")
    _ = try await ChildProcess(["/bin/chmod", "+x", "\(folder.path)/\(name)"], environment: Environment([:])).run()
  }

  /// Puts a file into an index.
  func publish(_ name: String, _ content: String, at registry: String, version: String? = "1.0") async throws {
    let minted = try await BuiltTool.run(["mint", registry, "--format", "token"], sandbox.environment(for: .github))
    let basic = Base64URL.encode(Array("__token__:\(minted.output.dropLast())".utf8))
      .replacing("-", with: "+").replacing("_", with: "/")
    let parts =
      [("name=\"name\"", "sample")] + (version.map { [("name=\"version\"", $0)] } ?? [])
      + [("name=\"content\"; filename=\"\(name)\"", content)]
    let body =
      parts.map { "--xyz\r\nContent-Disposition: form-data; \($0.0)\r\n\r\n\($0.1)\r\n" }.joined() + "--xyz--\r\n"
    let padding = String(repeating: "=", count: (4 - basic.count % 4) % 4)
    let request = HTTPRequest(
      .post, HTTPURL(try #require(sandbox.origin(of: registry)), path: "/legacy/"),
      fields: [
        HTTPRequest.Field("Authorization", "Basic \(basic)\(padding)"),
        HTTPRequest.Field("Content-Type", "multipart/form-data; boundary=xyz"),
      ], body: .plain(body))
    let transport = CurlTransport(TransportConfiguration(environment: Environment([:])))
    #expect(try await transport.send(request).status == 200)
  }

  /// The registries that the tool ran for, with its arguments; the option for the address, which comes first, is checked.
  var log: [String] {
    folder.read("log").split(separator: "\n").map { line in
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      let registry = ["testpypi", "pypi"].first { name in
        sandbox.origin(of: name).map { words[0].hasPrefix("\($0)/") } ?? false
      }
      let rest = words[1].replacing(" --repository-url \(words[0])", with: "").replacing(" --verbose", with: "")
      return "\(registry ?? words[0]) \(rest)"
    }
  }

  /// How many credentials an index gave after those that ``publish(_:_:at:)`` needed.
  func mints(at registry: String) -> Int {
    sandbox.requests.count { $0.listener == registry && $0.path == "/_/oidc/mint-token" }
  }
}
