import BrokerCore
import BrokerSystem
import TestSupport

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Servers of TLS in front of a port: nginx, with certificates that openssl makes.
final class TLSFront: Sendable {
  /// What a server shows.
  struct Server: Sendable {
    var certificate: Certificate = .good
    var protocols = "TLSv1.3"
    /// How many seconds a connection stays; 0 for one request on each.
    var keepsAlive = 0
    /// Where it leads with a redirect; nil to pass requests on.
    var redirect: String?
  }

  /// A certificate, by what is wrong with it.
  enum Certificate: String, Sendable, CaseIterable {
    case good, expired, otherName = "other name", selfSigned = "self-signed", unknownAuthority = "unknown authority"
    /// For the names of the public that a proxy leads to.
    case open

    fileprivate var file: String { rawValue.replacing(" ", with: "-") }

    fileprivate var command: String {
      switch self {
      case .good: "certificate good trusted IP:127.0.0.1 \(Self.later)"
      case .expired: "certificate expired trusted IP:127.0.0.1 20210101000000Z"
      case .otherName: "certificate other-name trusted DNS:pypi.example.com \(Self.later)"
      case .selfSigned: "authority self-signed -addext subjectAltName=IP:127.0.0.1"
      case .unknownAuthority: "authority stranger; certificate unknown-authority stranger IP:127.0.0.1 \(Self.later)"
      case .open: "certificate open trusted DNS:upload.pypi.org,DNS:runner.example.com \(Self.later)"
      }
    }

    private static let later = "20991231235959Z"
  }

  /// The programs, with their paths; nil where one is not there.
  private static let programs: (nginx: String, openssl: String)? = {
    let folders = (Environment.process()["PATH"] ?? "").split(separator: ":").map(String.init) + ["/usr/sbin"]
    func find(_ name: String) -> String? {
      folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }
    guard let nginx = find("nginx"), let openssl = find("openssl") else { return nil }
    return (nginx, openssl)
  }()

  /// Whether this machine has what is needed.
  static var isPossible: Bool { programs != nil }

  /// Where each server listens.
  let ports: [Int]
  /// The file with the one authority that is trusted.
  var authority: String { "\(folder.path)/trusted.pem" }

  private let folder: TestFolder
  private let held: [HeldPort]
  private let nginx: ChildProcess
  private let work: Task<Void, Never>

  /// Starts the servers, all in front of one port, and waits until they listen.
  init(_ servers: [Server], on ports: [HeldPort], before upstream: Int) async throws {
    guard let programs = Self.programs else { throw BrokerError(.unreachable, "nginx or openssl is not there") }
    folder = try TestFolder()
    held = ports
    self.ports = ports.map(\.port)
    try await Self.makeCertificates(Set(servers.map(\.certificate)), in: folder, with: programs.openssl)
    let path = folder.path
    let blocks = zip(servers, ports).map { server, held in
      let file = "\(path)/\(server.certificate.file)"
      let ciphers = server.protocols == "TLSv1.1" ? "ssl_ciphers ALL:@SECLEVEL=0;" : ""
      let action =
        server.redirect.map { "return 308 \($0)$request_uri;" }
        ?? "proxy_pass http://127.0.0.1:\(upstream); proxy_http_version 1.1; proxy_set_header Host $http_host;"
      return """
        server {
          listen 127.0.0.1:\(held.port) ssl reuseport; ssl_certificate \(file).pem; ssl_certificate_key \(file).key;
          ssl_protocols \(server.protocols); \(ciphers) keepalive_timeout \(server.keepsAlive);
          location / { \(action) }
        }
        """
    }
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(path)/\($0);" }
    try folder.write(
      "nginx.conf",
      """
      daemon off; master_process off; pid \(path)/nginx.pid; error_log \(path)/nginx.log; events {}
      http { access_log off; \(temporary.joined(separator: " ")) \(blocks.joined(separator: "\n")) }
      """)
    nginx = ChildProcess(
      ["/bin/sh", "-c", "exec '\(programs.nginx)' -p '\(path)' -c '\(path)/nginx.conf' >/dev/null 2>&1"],
      environment: Environment([:]))
    work = Task { [nginx] in _ = try? await nginx.run() }
    for port in self.ports { try await Self.wait(for: port, folder) }
  }

  deinit {
    nginx.kill()
    folder.remove()
  }

  /// Ends the servers.
  func stop() async {
    nginx.kill()
    await work.value
  }

  /// A server of TLS for one connection at a time, whose bytes go to another port as they are.
  func tunnel(to upstream: Int) async throws -> (port: Int, stop: @Sendable () async -> Void) {
    guard let openssl = Self.programs?.openssl else { throw BrokerError(.unreachable, "openssl is not there") }
    let file = "\(folder.path)/\(Certificate.good.file)"
    while true {
      // openssl shares no port: another test may take it in between, and then there is another one.
      guard let port = HeldPort()?.port else { throw BrokerError(.unreachable, "there is no port") }
      let script = """
        exec 3<>/dev/tcp/127.0.0.1/\(upstream)
        exec '\(openssl)' s_server -quiet -accept 127.0.0.1:\(port) -cert \(file).pem -key \(file).key <&3 >&3 2>/dev/null
        """
      let server = ChildProcess(["bash", "-c", script], environment: Environment(["PATH": "/usr/bin:/bin"]))
      let work = Task { try? await server.run() }
      let stop: @Sendable () async -> Void = {
        server.kill()
        _ = await work.value
      }
      if (try? await Self.wait(for: port, folder)) != nil { return (port, stop) }
      await stop()
    }
  }

  private static func wait(for port: Int, _ folder: TestFolder) async throws {
    for _ in 0..<3000 {
      if Wire.connect(to: port) != nil { return }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw BrokerError(.unreachable, "nginx does not listen: \(Neutralized(folder.read("nginx.log")))")
  }

  private static func makeCertificates(
    _ certificates: Set<Certificate>, in folder: TestFolder, with openssl: String
  ) async throws {
    let script = """
      set -e
      cd '\(folder.path)'
      openssl() { '\(openssl)' "$@" 2>>openssl.log >&2; }
      key='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes'
      authority() {
        name=$1; shift
        openssl req -x509 $key -days 2 -subj "/CN=$name" -keyout "$name.key" -out "$name.pem" "$@"
      }
      certificate() {
        cat >"$1.cnf" <<END
      [ca]
      default_ca=d
      [d]
      new_certs_dir=.
      database=$1.db
      serial=$1.serial
      default_md=sha256
      policy=p
      x509_extensions=e
      [p]
      commonName=supplied
      [e]
      subjectAltName=$3
      END
        : >"$1.db"
        echo 1001 >"$1.serial"
        openssl req $key -subj "/CN=$1" -keyout "$1.key" -out "$1.csr"
        openssl ca -batch -config "$1.cnf" -cert "$2.pem" -keyfile "$2.key" -in "$1.csr" -out "$1.pem" -notext \\
          -startdate 20200101000000Z -enddate "$4"
      }
      authority trusted
      \(certificates.map(\.command).joined(separator: "\n"))
      """
    let made = try await ChildProcess(["/bin/sh", "-c", script], environment: Environment(["PATH": "/usr/bin:/bin"]))
      .run()
    guard made.status == 0 else {
      throw BrokerError(.unreachable, "no certificates: \(Neutralized(folder.read("openssl.log")))")
    }
  }
}
