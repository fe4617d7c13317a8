import BrokerConformance
import BrokerCore
import BuiltInPlugins
import BrokerSystem
import Synchronization
import TestSupport
import Testing
import TokenBroker

/// Proxies that do not do what they are there for: no name is resolved and nothing leaves this machine.
struct ProxyTests {
  /// A proxy that says one thing to every CONNECT and remembers what it heard.
  private final class Proxy: Sendable {
    let listener: WireListener
    private let heard = Mutex<[String]>([])

    init(_ answer: String?) throws {
      guard let listener = WireListener() else { throw BrokerError(.unreachable, "cannot listen") }
      self.listener = listener
      DedicatedThread.start { [weak self, listener] in
        while let wire = listener.accept() {
          guard let self else { return }
          DedicatedThread.start {
            let text = String(decoding: wire.receive(), as: UTF8.self)
            self.heard.withLock { $0.append(text) }
            guard let answer else { return wire.waitForEnd() }
            wire.send(answer)
          }
        }
      }
    }

    deinit { listener.end() }

    var requests: [String] { heard.withLock { $0 } }
  }

  /// What the proxy says (nil: nothing), the code, whether there is another attempt.
  @Test(
    "a proxy that does not connect is named, and is sent no secret",
    arguments: [
      ("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", ErrorCode.unreachable, true),
      ("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", .unreachable, true),
      ("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 5\r\n\r\n::err", .unreachable, true),
      ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", .unreachable, true),
      ("", .unreachable, true), ("220 not a proxy\r\n", .unreachable, true),
      ("HTTP/1.1 200 OK\r\n\r\nno TLS here", .tlsFailed, true), (nil, .timedOut, true),
    ] as [(String?, ErrorCode, Bool)])
  func isNamedAndNothingIsSent(_ answer: String?, _ code: ErrorCode, _ isAgain: Bool) async throws {
    for isGitLab in [false, true] {
      let proxy = try Proxy(answer)
      let token = SampleToken.make(audience: "pypi", identifier: "id-0123456789")
      // A folder that is there, so that a machine without root certificates fails where others do.
      var variables = ["CI": "true", "https_proxy": "http://127.0.0.1:\(proxy.listener.port)", "SSL_CERT_DIR": "/tmp"]
      if isGitLab {
        variables.merge(["GITLAB_CI": "true", "PYPI_ID_TOKEN": token]) { $1 }
      } else {
        variables.merge([
          "GITHUB_ACTIONS": "true", "ACTIONS_ID_TOKEN_REQUEST_URL": "https://runner.example.com/idtoken?a=b",
          "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token-0123456789",
        ]) { $1 }
      }
      let environment = Environment(variables)
      let limit = answer == nil ? Duration.milliseconds(300) : .seconds(20)
      let transport = CurlTransport(
        TransportConfiguration(environment: environment, connectLimit: limit, requestLimit: limit))
      let broker = Broker(catalog: try .builtIn(), environment: environment, transport: transport)
      let error = await failure { () async throws(BrokerError) in
        let configuration = try broker.configuration()
        let targets = try await broker.targets(["pypi"], in: configuration)
        let policy = RetryPolicy(attempts: 2, base: .milliseconds(1), cap: .milliseconds(5))
        let provider = try await broker.selectProvider(in: configuration)
        _ = try await broker.engine(policy: policy).mint(targets, from: provider.source).credentials.get()
      }
      #expect(error?.code == code, "\(String(describing: error))")
      if isAgain, answer != nil { #expect(error?.description.contains("https_proxy") == true) }
      #expect(error?.description.contains("::") == false)
      let requests = proxy.requests
      #expect(requests.allSatisfy { $0.hasPrefix("CONNECT ") || $0.isEmpty })
      #expect(requests.allSatisfy { !$0.contains(token) && !$0.contains("request-token-0123456789") })
      let index = requests.count { $0.hasPrefix("CONNECT upload.pypi.org:443 ") }
      #expect(isGitLab ? index == (isAgain ? 2 : 1) : index <= 2, "\(requests)")
      proxy.listener.end()
    }
  }
}
