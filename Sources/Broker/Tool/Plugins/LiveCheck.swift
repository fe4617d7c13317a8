import BrokerCore
import BrokerPrograms

/// What `plugins check --live` asks in earnest: the answers are held to the rules of a mint, and go nowhere.
struct LiveCheck: Sendable {
  let program: DeclaredProgram
  let description: PluginDescription
  let kinds: [PluginKind]
  let broker: Broker
  /// The configuration that declares the program; nil for a path.
  let configuration: BrokerConfiguration?
  /// Hides what comes, before anything else sees it.
  let masks: SecretMasks

  func items(audience: Audience) async -> [CheckItem] {
    var items: [CheckItem] = []
    for kind in kinds {
      switch kind {
      case .provider: items += await providers(audience)
      case .registry: items += await registries()
      }
    }
    return items
  }

  // MARK: Providers

  private func providers(_ audience: Audience) async -> [CheckItem] {
    let services = broker.services()
    let selecting =
      configuration?.providers.filter { isSelected(by: $0.type, $0.settings) }.map { $0.make(services) } ?? []
    guard selecting.isEmpty else {
      var items: [CheckItem] = []
      for provider in selecting { items += await provider.checked(audience, in: broker) }
      return items
    }
    // Nothing selects it: it gets the variables that it says it wants.
    let wanted = DeclaredProgram(
      name: program.name, command: program.command, sha256: program.sha256,
      environment: program.environment.isEmpty
        ? description.environment.filter { DeclaredProgram.obstacle(toVariable: $0) == nil } : program.environment,
      limit: program.limit)
    guard
      let type = broker.catalog.providers.first(where: { $0.plugin.name == "program" })?.plugin,
      let provider = try? type.made(program.name, services, among: DeclaredPrograms(named: [wanted]))
    else { return [CheckItem("live", .skip, "this tool has no type of provider for programs")] }
    return await provider.checked(audience, in: broker)
  }

  private func isSelected(by type: String, _ settings: [Setting]) -> Bool {
    type == "program" && settings.contains { $0.path.text.hasSuffix(".plugin") && $0.value.text == program.name }
  }

  // MARK: Registries

  private func registries() async -> [CheckItem] {
    let selecting = configuration?.registries.filter { isSelected(by: $0.type, $0.plugin.settings) } ?? []
    guard !selecting.isEmpty else {
      return [
        CheckItem(
          "live-audience", .skip,
          "no entry of registries selects it, so that there is no address: name it in a configuration")
      ]
    }
    var items: [CheckItem] = []
    for entry in selecting {
      let target = entry.target(broker.services())
      do throws(BrokerError) {
        guard let question = target.registry.audience.question else { continue }
        let answer = try await question()
        try AudiencePolicy(
          registry: target.name, home: target.registry.home, expected: target.registry.expectedAudience,
          isRehearsal: false
        ).judge(answer.audience)
        items.append(
          CheckItem(
            "live-audience", .pass, "\(Neutralized(target.name)) asks for the audience \(answer.audience), which it may"
          ))
      } catch {
        items.append(CheckItem("live-audience", .fail, error.message))
        continue
      }
      items += await exchange(at: target)
    }
    return items
  }

  /// A mint at a registry as `mint` makes it, and the end of what it gives: with an identity token of the job's provider.
  private func exchange(at target: Target) async -> [CheckItem] {
    guard let configuration else { return [] }
    let provider: ProviderSelection
    do throws(BrokerError) { provider = try await broker.selectProvider(in: configuration) } catch {
      return [
        CheckItem(
          "live-exchange", .skip, "no exchange was made, since there is no identity token: \(error.message.clause)")
      ]
    }
    let engine = broker.engine(hide: { (event) throws(BrokerError) in try masks.apply(event) })
    let credential: Credential
    do throws(BrokerError) {
      guard let first = try await engine.mint([target], from: provider.source).credentials.get().first else {
        return []
      }
      credential = first
    } catch { return [CheckItem("live-exchange", .fail, error.message.clause)] }
    let seconds = credential.secondsLeft(by: broker.time)
    var items = [
      CheckItem(
        "live-exchange", .pass,
        "\(Neutralized(target.name)) gives an API token for an identity token of \(Neutralized(provider.name)); it lives \(seconds) s"
      )
    ]
    guard description.operations.contains(.revoke), let revoke = target.registry.capabilities.revoke else {
      items.append(CheckItem("live-revoke", .skip, "it cannot burn API tokens: this one ends by itself"))
      return items
    }
    let origin = target.registry.secretOrigin(isRehearsal: broker.isRehearsal)
    do throws(BrokerError) {
      try await revoke(broker.bindings.bind(credential.secret, to: origin))
      items.append(CheckItem("live-revoke", .pass, "it burned that API token"))
    } catch { items.append(CheckItem("live-revoke", .fail, error.message.clause)) }
    return items
  }
}

extension IdentityProvider {
  /// Two identity tokens for an audience, as a mint would take them.
  fileprivate func checked(_ audience: Audience, in broker: Broker) async -> [CheckItem] {
    var items: [CheckItem] = []
    do throws(BrokerError) {
      guard case .present(let evidence, let source) = try await detect(in: broker.environment) else {
        return [CheckItem("live-detect", .skip, "the job does not run there, so that nothing can be asked in earnest")]
      }
      items.append(CheckItem("live-detect", .pass, "it recognises the job: \(evidence)"))
      let first = try await source.identityToken(for: audience)
      guard case .single(let name) = first.claims.audience, Audience(name) == audience else {
        throw BrokerError(
          .identityTokenAudience, "the identity token is made out to \(first.claims.audience), not to \(audience)")
      }
      if let end = first.claims.time("exp"), end.seconds(since: broker.time.now()) <= 0 {
        throw BrokerError(.identityTokenExpired, "the identity token has expired")
      }
      items.append(CheckItem("live-token", .pass, "it gives an identity token for \(audience), to that alone"))
      guard source.supply(for: audience) == .renewable else {
        items.append(CheckItem("live-fresh", .skip, "the job has only so many identity tokens, says the program"))
        return items
      }
      let second = try await source.identityToken(for: audience)
      let isFresh =
        second.secret != first.secret && (first.claims["jti"] == nil || second.claims["jti"] != first.claims["jti"])
      items.append(
        CheckItem(
          "live-fresh", isFresh ? .pass : .fail,
          isFresh ? "the second call gives another one" : "two calls give the same identity token, or the same jti"))
    } catch { items.append(CheckItem(items.isEmpty ? "live-detect" : "live-token", .fail, error.message.clause)) }
    return items
  }
}
