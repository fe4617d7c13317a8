public import BrokerCore

/// A registry of one's own: `POST /auth/oidc` with `{"jwt"}` answers `{"api_key","ttl"}`, `DELETE` ends a key.
struct Depot: Registry {
  /// `upload-url` names the address.
  struct Settings: PluginSettings {
    static let keys = [ConfigurationKey("upload-url", summary: "the address that packages are sent to", kind: .address)]

    let uploadURL: HTTPURL

    init(from object: ConfigurationObject) throws(BrokerError) {
      uploadURL =
        try object.address("upload-url") ?? HTTPURL(.https(host: "depot.example.com"), path: "/packages/")
    }

    var values: [SettingValue] { [SettingValue("upload-url", uploadURL.description)] }
  }

  let name: String
  let settings: Settings
  let services: PluginServices

  var home: Origin { settings.uploadURL.origin }
  var uploadURL: HTTPURL { services.rehearsalOrigin.map(settings.uploadURL.moved) ?? settings.uploadURL }
  var credentialLifetime: Duration? { .seconds(600) }

  /// The host's own name: it never changes, so that the registry is not asked.
  var audience: AudienceSource { .known(Audience(home.host) ?? "depot.example.com") }

  var capabilities: RegistryCapabilities {
    RegistryCapabilities(
      publishers: PublisherRules(
        forms: [PublisherRules.Form(IssuerFamily("OwnCI"), fields: [PublisherRules.Field(.project, "Project")])],
        projectLabel: "Box", address: { _, _ in "https://depot.example.com/publishers" }),
      revoke: revoke, tools: .depot)
  }

  func exchange(_ token: IdentityToken, for _: Scope) async throws(BrokerError) -> Credential {
    let response = try await services.transport.answer(
      to: HTTPRequest(
        .post, address, fields: [HTTPRequest.Field("Content-Type", "application/json")],
        body: .bound(token.bound.json("jwt")), grace: .seconds(2)),
      purpose: "exchange the identity token at \(host)", now: services.time.now())
    guard response.status == 200 else { throw refusal(response) }
    let object = (try? JSONReader().read(response.body))?.object
    guard let key = object?["api_key"]?.string, let life = object?["ttl"]?.integer, (1...3600).contains(life) else {
      throw invalid("it has no \"api_key\" or no \"ttl\" of 1 to 3600")
    }
    let now = response.serverTime ?? services.time.now()
    guard
      let credential = Credential(
        registry: name, secret: Secret(key), username: "token", expires: now.advanced(by: life),
        end: services.time.elapsed() + .seconds(life), uploadURL: uploadURL)
    else { throw invalid("its \"api_key\" is too short, too long, or has characters that no key has") }
    return credential
  }

  private func revoke(_ key: BoundSecret) async throws(BrokerError) {
    let response = try await services.transport.answer(
      to: HTTPRequest(.delete, address, fields: [HTTPRequest.Field("Authorization", key.bearer)]),
      purpose: "end the key at \(host)", now: services.time.now())
    guard (200..<300).contains(response.status) else { throw invalid("it did not end the key: \(response.status)") }
  }

  private var host: Origin.Authority { uploadURL.origin.authority }
  private var address: HTTPURL { HTTPURL(uploadURL.origin, path: "/auth/oidc") }

  private func refusal(_ response: HTTPResponse) -> BrokerError {
    guard response.status == 403 else { return invalid("it answered \(response.status)") }
    return BrokerError(
      .exchangeRefused, "\(Neutralized(name)) (\(host)) refused the exchange.",
      remedy: "Register the job's project with the depot.",
      refusal: Refusal(status: 403, code: nil, text: "", isAboutPublisher: true))
  }

  private func invalid(_ reason: Message) -> BrokerError {
    BrokerError(
      .registryAnswerInvalid, "\(Neutralized(name)) (\(host)) gave no usable key: \(reason).",
      remedy: "Ask whoever runs the depot.")
  }
}

extension RegistryType {
  /// Our own registry.
  public static let depot = RegistryType(
    PluginType(
      "depot", summary: "our own registry of packages", keys: Depot.Settings.keys, decode: Depot.Settings.init,
      make: { Depot(name: $0, settings: $1, services: $2) }), tools: .depot)
}

extension PublishingTools {
  /// The tool that sends boxes to the depot: `depot push [--to ADDRESS] FILE...`.
  static let depot = PublishingTools(
    [
      PublishingTool(
        "depot", subcommands: ["push"], fileSubcommands: ["push"],
        variables: [ToolVariable("DEPOT_KEY", "{token}"), ToolVariable("DEPOT_ADDRESS", "{url}")],
        removedVariables: ["DEPOT_PROFILE"], address: ["--to", "{url}"],
        guardedOptions: [
          PublishingTool.Option(.address, "--to"), PublishingTool.Option(.credential, "--key"),
          PublishingTool.Option(.registry, "--profile"),
        ])
    ], files: PublishedFiles(endings: [".box"], chosenEndings: [".box"]),
    projects: [ProjectFile("box.toml", tables: "box")],
    recipe: PublishingRecipe(
      folder: "boxes", onMachine: boxes, image: "registry.example.com/depot", inImage: boxes))

  private static let boxes = PublishingRecipe.Commands(
    build: ["depot pack --into boxes"], prepare: [], publish: "depot push boxes/*.box")
}
