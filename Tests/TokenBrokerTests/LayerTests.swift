import BrokerCore
import Testing
import TokenBroker

struct LayerTests {
  @Test("a repository may narrow what its organisation allows", arguments: LayerPair.allowed)
  func allows(_ pair: LayerPair) throws {
    let configuration = try pair.read()
    guard case .allowed(let expected) = pair.outcome else { return }
    let found = configuration.settings.map { "\($0.path) = \($0.value) (\($0.origin))" }
    for (path, value, place) in expected {
      guard let value else {
        #expect(!configuration.settings.contains { $0.path.text == path }, "\(path) is there")
        continue
      }
      let origin =
        switch place {
        case .builtIn: "built in"
        case .organisation(let text): pair.organisationPlace(text)
        case .repository(let text): pair.repositoryPlace(text)
        }
      #expect(found.contains("\(path) = \(value) (\(origin))"), "\(found.joined(separator: "\n"))")
    }
    #expect(!configuration.warnings.contains { $0.isAudit })
    #expect(configuration.layers.map(\.role) == [.builtIn, .organisation, .repository])
  }

  @Test("a repository may not widen what its organisation allows", arguments: LayerPair.refused)
  func refuses(_ pair: LayerPair) {
    let error = #expect(throws: BrokerError.self) { try pair.read() }
    guard case .refused(let code, let lower, let upper, let words) = pair.outcome, let error else { return }
    #expect(error.code == code && error.status == .configuration, "\(error)")
    #expect(error.message.contains(words), "\(error.message)")
    if !lower.isEmpty {
      #expect(error.message.text.hasPrefix("\(pair.repositoryPlace(lower)): "), "\(error.message)")
    }
    if let upper { #expect(error.message.contains(pair.organisationPlace(upper)), "\(error.message)") }
    #expect(error.remedy != nil)
  }

  @Test("in an audit, what a repository widens is reported and refused nothing", arguments: LayerPair.audited)
  func audits(_ pair: LayerPair) throws {
    let warnings = try pair.read().warnings.filter(\.isAudit)
    guard case .audited(let lower, let upper, let words) = pair.outcome else { return }
    let warning = try #require(warnings.first).description
    #expect(warnings.count == 1)
    #expect(warning.hasPrefix("\(pair.repositoryPlace(lower)): ") && warning.contains(words), "\(warning)")
    #expect(warning.contains(pair.organisationPlace(upper)), "\(warning)")
  }

  @Test func tellsEachLayersDigest() throws {
    let pair = LayerPair("", "", "", .allowed([]))
    let layers = try pair.read().layers
    #expect(layers.map(\.name?.text) == [nil, "org.json", "repo.json"])
    #expect(layers[1].digest == SHA256.hexadecimal(of: Array(pair.organisation.utf8)))
    #expect(layers.map(\.isRepositoryControlled) == [false, false, true])
  }
}
