import BrokerCore
import BrokerPrograms
import Synchronization

/// Identity tokens that a program gets.
final class ProgramTokenSource: IdentityTokenSource {
  private let name: String
  private let program: PluginProgram
  private let settings: ProgramProviderSettings
  let strength: Clue.Strength?
  private let seen = Mutex<[Audience: Seen]>([:])

  /// What the program said about an audience so far.
  private struct Seen {
    var supply = IdentityTokenSupply.renewable
    var attempts: Int64 = 0
    var identifiers: [String] = []
  }

  init(name: String, program: PluginProgram, settings: ProgramProviderSettings, strength: Clue.Strength) {
    self.name = name
    self.program = program
    self.settings = settings
    self.strength = strength
  }

  /// The variables that the declaration lists.
  var identityVariables: [String] { program.identityVariables }

  /// What the program said last; before it was asked, that there is more than one token is only hoped.
  func supply(for audience: Audience) -> IdentityTokenSupply { seen.withLock { $0[audience]?.supply } ?? .renewable }

  /// Asks the program, and tells it which tokens it gave before.
  func identityToken(for audience: Audience) async throws(BrokerError) -> IdentityToken {
    let (attempt, used) = seen.withLock { seen in
      seen[audience, default: Seen()].attempts += 1
      return (seen[audience]?.attempts ?? 1, seen[audience]?.identifiers ?? [])
    }
    let answer = try await program.ask(
      .identityToken,
      [
        ("audience", .string(audience.value)), ("attempt", .integer(attempt)),
        ("avoid-jti", .array(used.map { .string($0) })),
      ]
    ) { (object) throws(ContractFault) in try PluginToken(object) }
    let token = try IdentityToken(answer.token, from: "The answer of the plug-in \(Neutralized(name))")
    seen.withLock { seen in
      seen[audience, default: Seen()].supply = answer.supply
      if let identifier = token.claims["jti"] { seen[audience]?.identifiers.append(identifier) }
    }
    return token
  }

  func job(from claims: Claims) -> JobIdentity {
    var job = settings.job.job(from: claims)
    job.fields[.owner] = job.owner
    job.fields[.repository] = job.repository
    job.fields[.workflow] = job.workflow
    return job
  }
}
