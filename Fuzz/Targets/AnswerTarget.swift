import Dispatch

/// Answers of an index and of an issuer: the first byte chooses the status, the fields follow up to an empty line.
enum AnswerTarget {
  private struct OneAnswer: HTTPTransport {
    let response: HTTPResponse
    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse { response }
  }

  private static let statuses = [200, 201, 204, 302, 400, 401, 403, 404, 422, 429, 500, 503]
  private static let secret = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJweXBpIiwianRpIjoiaWQtMDEyMzQ1Njc4OSJ9.c2lnbmF0dXJl"

  private static func services(_ bytes: [UInt8]) -> PluginServices {
    let status = statuses[Int(bytes.first ?? 0) % statuses.count]
    var rest = bytes.dropFirst()
    var fields: [(name: String, value: String)] = []
    for name in ["Retry-After", "Location", "Date"] {
      guard let end = rest.firstIndex(of: 0x0A) else { break }
      fields.append((name, String(decoding: rest[..<end], as: UTF8.self)))
      rest = rest[rest.index(after: end)...]
    }
    let time = TimeSource(
      now: { UnixTime(1_795_000_000) }, elapsed: { .zero }, sleep: { _ in }, random: { 0 })
    return PluginServices(
      transport: OneAnswer(response: HTTPResponse(status: status, fields: fields, body: Array(rest))), time: time)
  }

  private static func wait(_ body: @escaping @Sendable () async -> Void) {
    let done = DispatchSemaphore(value: 0)
    Task.detached {
      await body()
      done.signal()
    }
    done.wait()
  }

  /// What an error may not show; the identity token only where the server was sent it and could give it back.
  private static func check(_ error: BrokerError, wasSent: Bool = true) {
    requirePlain(error)
    guard wasSent else { return }
    require(!error.description.contains(secret.prefix(24)), "the identity token is shown: \(error)")
  }

  static func runIndex(_ bytes: [UInt8]) {
    let services = services(bytes)
    wait {
      guard let configuration = try? WarehouseSettings(from: .empty(path: ["registries", "pypi"]), of: .pypi)
      else {
        fatalError("PyPI has no defaults")
      }
      let bindings = services.bindings
      let index = Warehouse(name: "pypi", settings: configuration, services: services)
      do throws(BrokerError) { requirePlain(try await index.askForAudience().audience.description) } catch {
        check(error, wasSent: false)
      }
      do throws(BrokerError) {
        let token = try IdentityToken(Secret(secret), from: "The input").bound(to: index.home, in: bindings)
        let credential = try await index.exchange(token, for: .everything)
        require(credential.secret.reveal().utf8.allSatisfy { (0x21...0x7E).contains($0) }, "characters")
      } catch { check(error) }
      let bound = bindings.bind(Secret(secret), to: index.home)
      do throws(BrokerError) { try await index.revoke(bound) } catch { check(error) }
    }
  }

  static func runIssuer(_ bytes: [UInt8]) {
    let services = services(bytes)
    wait {
      let environment = Environment([
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://runner.example.com/61//idtoken?api-version=2.0",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": secret,
      ])
      do throws(BrokerError) {
        let source = GitHubTokenSource(endpoint: try GitHubEndpoint(in: environment), services: services)
        _ = try await source.identityToken(for: "pypi")
      } catch { check(error) }
    }
  }
}
