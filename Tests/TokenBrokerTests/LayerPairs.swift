import BrokerCore

/// The pairs: what a repository's file may do below an organisation's, and what it may not.
extension LayerPair {
  private static let internalIndex =
    #""internal": {"type": "pypi", "upload-url": "https://pypi.example.com/legacy/", "audience": "pypi.example.com"}"#
  private static let threeRegistries = "\"registries\": {\"testpypi\": {}, \"pypi\": {},\n\(internalIndex)}"

  static let allowed: [LayerPair] = [
    LayerPair(
      "nothing said, nothing changed", "", "",
      .allowed([
        ("registries.pypi.audience", "pypi", .builtIn), ("routes.release", "testpypi, pypi", .builtIn),
        ("rules.event", "all but pull_request_target, workflow_run", .builtIn),
      ])),
    LayerPair(
      "what is left out is inherited", threeRegistries, "",
      .allowed([
        ("registries.internal.upload-url", "https://pypi.example.com/legacy/", .organisation("\"https://pypi")),
        ("registries.internal.audience", "pypi.example.com", .organisation("\"pypi.example.com\"")),
      ])),
    LayerPair(
      "an entry that is named inherits its keys", threeRegistries, #""registries": {"internal": {}}"#,
      .allowed([
        ("registries.internal.upload-url", "https://pypi.example.com/legacy/", .organisation("\"https://pypi")),
        ("registries.pypi.audience", nil, .builtIn), ("registries.testpypi.audience", nil, .builtIn),
      ])),
    LayerPair(
      "a value may be repeated", threeRegistries,
      #""registries": {"internal": {"upload-url": "https://pypi.example.com/legacy/"}}"#,
      .allowed([
        ("registries.internal.upload-url", "https://pypi.example.com/legacy/", .repository("\"https://pypi")),
        ("registries.internal.audience", "pypi.example.com", .organisation("\"pypi.example.com\"")),
      ])),
    LayerPair(
      "a built-in audience may be repeated", "", #""registries": {"pypi": {"audience": "pypi"}}"#,
      .allowed([("registries.pypi.audience", "pypi", .repository("\"pypi\"}"))])),
    LayerPair(
      "an address may be written in another way", threeRegistries,
      #""registries": {"internal": {"upload-url": "HTTPS://pypi.EXAMPLE.com:443/legacy/"}}"#,
      .allowed([
        ("registries.internal.upload-url", "https://pypi.example.com/legacy/", .repository("\"HTTPS"))
      ])),
    LayerPair(
      "a project is the repository's own", "", #""registries": {"pypi": {"project": "sample"}}"#,
      .allowed([("registries.pypi.project", "sample", .repository("\"sample\""))])),
    LayerPair(
      "credentials may have to be narrowed", "", #""registries": {"pypi": {"narrow": "required"}}"#,
      .allowed([("registries.pypi.narrow", "required", .repository("\"required\""))])),
    LayerPair(
      "narrowing may be switched on", threeRegistries, #""registries": {"internal": {"narrow": true}}"#,
      .allowed([("registries.internal.narrow", "true", .repository("true"))])),
    LayerPair(
      "narrowing that is usual may be repeated", "", #""registries": {"pypi": {"narrow": true}}"#,
      .allowed([("registries.pypi.narrow", "true", .repository("true"))])),
    LayerPair(
      "narrowing is inherited", #""registries": {"pypi": {"narrow": "required"}}"#, #""registries": {"pypi": {}}"#,
      .allowed([("registries.pypi.narrow", "required", .organisation("\"required\""))])),
    LayerPair(
      "narrowing that the organisation switched off may be switched on", #""registries": {"pypi": {"narrow": false}}"#,
      #""registries": {"pypi": {"narrow": true}}"#,
      .allowed([("registries.pypi.narrow", "true", .repository("true"))])),
    LayerPair(
      "a provider may be left out", "", #""providers": {"github": {}}"#,
      .allowed([("providers.gitlab.variables", nil, .builtIn)])),
    LayerPair(
      "variables are the repository's own", "",
      #""providers": {"gitlab": {"variables": {"pypi": ["MINE"]}}}"#,
      .allowed([("providers.gitlab.variables", "pypi: MINE", .repository("{\"pypi\""))])),
    LayerPair(
      "an account to act for is inherited", #""providers": {"google": {"impersonate": "a@p.iam.gserviceaccount.com"}}"#,
      #""providers": {"google": {}}"#,
      .allowed([
        ("providers.google.impersonate", "a@p.iam.gserviceaccount.com", .organisation("\"a@p.iam"))
      ])),
    LayerPair(
      "a rule on the service account may become tighter",
      #""rules": {"service-account": ["*@p.iam.gserviceaccount.com"]}"#,
      #""rules": {"service-account": ["a@p.iam.gserviceaccount.com"]}"#,
      .allowed([
        ("rules.service-account", "*@p.iam.gserviceaccount.com", .organisation("[\"*@p")),
        ("rules.service-account", "a@p.iam.gserviceaccount.com", .repository("[\"a@p")),
      ])),
    LayerPair(
      "a route may become shorter", #""routes": {"all": ["testpypi", "pypi"]}"#, #""routes": {"all": ["pypi"]}"#,
      .allowed([("routes.all", "pypi", .repository("[\"pypi\"]"))])),
    LayerPair(
      "a route may be added over registries that are there", "", #""routes": {"quick": ["pypi"]}"#,
      .allowed([("routes.quick", "pypi", .repository("[\"pypi\"]")), ("routes.release", nil, .builtIn)])),
    LayerPair(
      "a route goes on over the registries that are left", #""routes": {"all": ["testpypi", "pypi"]}"#,
      #""registries": {"pypi": {}}"#,
      .allowed([("routes.all", "pypi", .repository("\"registries\""))])),
    LayerPair(
      "a route ends with its last registry", #""routes": {"test": ["testpypi"], "all": ["pypi"]}"#,
      #""registries": {"pypi": {}}"#,
      .allowed([("routes.test", nil, .builtIn), ("routes.all", "pypi", .organisation("[\"pypi\"]"))])),
    LayerPair(
      "a rule may be added", "", #""rules": {"environment": ["pypi"]}"#,
      .allowed([("rules.environment", "pypi", .repository("[\"pypi\"]"))])),
    LayerPair(
      "a rule may become tighter", #""rules": {"ref": ["refs/tags/v*", "refs/heads/main"]}"#,
      #""rules": {"ref": ["refs/tags/v1.*"]}"#,
      .allowed([
        ("rules.ref", "refs/tags/v*, refs/heads/main", .organisation("[\"refs/tags")),
        ("rules.ref", "refs/tags/v1.*", .repository("[\"refs/tags")),
      ])),
    LayerPair(
      "the same rule may be repeated", #""rules": {"ref": ["refs/heads/**"]}"#,
      #""rules": {"ref": ["refs/heads/**"]}"#,
      .allowed([("rules.ref", "refs/heads/**", .repository("[\"refs/heads"))])),
    LayerPair(
      "one registry's rule may be tighter than the common one", #""rules": {"ref-type": ["tag", "branch"]}"#,
      #""registries": {"pypi": {"rules": {"ref-type": ["tag"]}}}"#,
      .allowed([
        ("registries.pypi.rules.ref-type", "tag", .repository("[\"tag\"]")),
        ("rules.ref-type", "tag, branch", .organisation("[\"tag\"")),
      ])),
    LayerPair(
      "what each layer expects", #""registries": {"pypi": {"expect": {"owner": "octo-org"}}}"#,
      #""registries": {"pypi": {"expect": {"workflow": "release.yml"}}}"#,
      .allowed([
        ("registries.pypi.expect", "owner octo-org", .organisation("{\"owner\"")),
        ("registries.pypi.expect", "workflow release.yml", .repository("{\"workflow\"")),
      ])),
    LayerPair(
      "a dangerous event that the organisation names", #""rules": {"event": ["push", "workflow_run"]}"#,
      #""rules": {"event": ["workflow_run"]}"#,
      .allowed([
        ("rules.event", "all but pull_request_target", .builtIn),
        ("rules.event", "workflow_run", .repository("[\"workflow_run\"]")),
      ])),
    LayerPair(
      "one provider's rule may be added", #""rules": {"ref-type": ["tag"]}"#,
      #""providers": {"github": {"rules": {"runner": ["hosted"]}}, "gitlab": {}}"#,
      .allowed([
        ("providers.github.rules.runner", "hosted", .repository("[\"hosted\"]")),
        ("rules.ref-type", "tag", .organisation("[\"tag\"")),
      ])),
    LayerPair(
      "one provider's rule may be tighter than the common one and than its own",
      "\"rules\": {\"runner\": [\"hosted\", \"self-hosted\"]},\n"
        + #""providers": {"github": {}, "gitlab": {"rules": {"runner-id": ["12", "13"]}}}"#,
      #""providers": {"gitlab": {"rules": {"runner": ["self-hosted"], "runner-id": ["13"]}}}"#,
      .allowed([
        ("providers.gitlab.rules.runner", "self-hosted", .repository("[\"self-hosted\"]")),
        ("providers.gitlab.rules.runner-id", "12, 13", .organisation("[\"12\"")),
        ("providers.gitlab.rules.runner-id", "13", .repository("[\"13\"]")),
      ])),
    LayerPair(
      "one provider's rule is inherited where its entry is only named",
      #""providers": {"github": {"rules": {"runner": ["hosted"]}}, "gitlab": {}}"#, #""providers": {"github": {}}"#,
      .allowed([("providers.github.rules.runner", "hosted", .organisation("[\"hosted\"]"))])),
    LayerPair(
      "another provider's rule says nothing about this one",
      #""providers": {"github": {"rules": {"runner": ["hosted"]}}, "gitlab": {}}"#,
      #""providers": {"github": {}, "gitlab": {"rules": {"runner": ["self-hosted"]}}}"#,
      .allowed([("providers.gitlab.rules.runner", "self-hosted", .repository("[\"self-hosted\"]"))])),
    LayerPair(
      "a dangerous event that the organisation names for one provider",
      #""providers": {"github": {"rules": {"event": ["push", "workflow_run"]}}}"#,
      #""providers": {"github": {"rules": {"event": ["workflow_run"]}}}"#,
      .allowed([("providers.github.rules.event", "workflow_run", .repository("[\"workflow_run\"]"))])),
    LayerPair(
      "audit of the repository's own rules", #""rules": {"ref-type": ["tag"]}"#,
      "\"mode\": \"audit\",\n\"rules\": {\"environment\": [\"pypi\"]}",
      .allowed([
        ("mode", "audit", .repository("\"audit\"")), ("rules.ref-type", "tag", .organisation("[\"tag\"]")),
        ("rules.environment", "pypi [audit]", .repository("[\"pypi\"]")),
      ])),
    LayerPair(
      "a registry where the organisation allows it",
      #""lower-layers": {"add-registries-at": ["https://staging.example.com"]}"#,
      #""registries": {"staging": {"type": "pypi", "upload-url": "https://staging.example.com/legacy/"}}"#,
      .allowed([
        ("registries.staging.upload-url", "https://staging.example.com/legacy/", .repository("\"https://staging"))
      ])),
    LayerPair(
      "a registry with its simple index, both where the organisation allows it",
      #""lower-layers": {"add-registries-at": ["https://staging.example.com", "https://files.example.com"]}"#,
      #""registries": {"s": {"type": "pypi", "upload-url": "https://staging.example.com/", "#
        + #""simple-url": "https://files.example.com/simple/"}}"#,
      .allowed([("registries.s.simple-url", "https://files.example.com/simple/", .repository("\"https://files"))])),
    LayerPair(
      "a built-in registry that the organisation left out and allows",
      #""registries": {"testpypi": {}}, "lower-layers": {"add-registries-at": ["https://upload.pypi.org"]}"#,
      #""registries": {"pypi": {}}"#,
      .allowed([("registries.pypi.simple-url", "https://pypi.org/simple/", .builtIn)])),
    LayerPair(
      "a route of a name that nobody has, and the built-in one where the organisation has none",
      #""registries": {"testpypi": {}}"#, #""routes": {"release": ["testpypi"], "other": ["testpypi"]}"#,
      .allowed([("routes.release", "testpypi", .repository("[\"testpypi\"]"))])),
    LayerPair(
      "what is locked may be named as it is",
      #""lower-layers": {"locked": ["registries.pypi", "providers.github"]}"#,
      #""registries": {"pypi": {}}"#, .allowed([("registries.testpypi.audience", nil, .builtIn)])),
  ]

  static let refused: [LayerPair] = [
    LayerPair(
      "narrowing that is usual, switched off", "", #""registries": {"pypi": {"narrow": false}}"#,
      .refused(
        .configurationWidens, lower: "false", upper: "{", words: "registries.pypi.narrow is false, but true in")),
    LayerPair(
      "narrowing that is required, only wanted", #""registries": {"pypi": {"narrow": "required"}}"#,
      #""registries": {"pypi": {"narrow": true}}"#,
      .refused(
        .configurationWidens, lower: "true", upper: "\"required\"", words: "narrow is true, but required in")),
    LayerPair(
      "narrowing of an own index, switched off again",
      #""registries": {"own": {"type": "pypi", "upload-url": "https://own.example.com/legacy/", "narrow": true}}"#,
      #""registries": {"own": {"narrow": false}}"#,
      .refused(.configurationWidens, lower: "false", upper: "true", words: "narrow is false, but true in")),
    LayerPair(
      "a new host", threeRegistries,
      #""registries": {"mine": {"type": "pypi", "upload-url": "https://evil.example/legacy/"}}"#,
      .refused(
        .configurationWidens, lower: "\"mine\"", upper: "\"registries\"", words: "adds the host evil.example")),
    LayerPair(
      "a registry beside the built-in ones", "",
      #""registries": {"mine": {"type": "pypi", "upload-url": "https://evil.example/legacy/"}}"#,
      .refused(.configurationWidens, lower: "\"mine\"", upper: "{", words: "adds the host evil.example")),
    LayerPair(
      "a registry that the organisation left out", #""registries": {"testpypi": {}}"#, #""registries": {"pypi": {}}"#,
      .refused(
        .configurationWidens, lower: "\"pypi\"", upper: "\"registries\"", words: "adds the host upload.pypi.org")),
    LayerPair(
      "another name for a registry, without its rules",
      #""registries": {"pypi": {"rules": {"environment": ["pypi"]}}}"#,
      #""registries": {"other": {"type": "pypi"}}"#,
      .refused(
        .configurationWidens, lower: "\"other\"", upper: "\"registries\"", words: "adds the host upload.pypi.org")),
    LayerPair(
      "another host", threeRegistries, #""registries": {"internal": {"upload-url": "https://evil.example/"}}"#,
      .refused(
        .configurationWidens, lower: "\"https://evil", upper: "\"https://pypi",
        words: "registries.internal.upload-url is \"https://evil.example/\", but \"https://pypi.example.com/legacy/\"")),
    LayerPair(
      "a simple index of a registry of its own at another host",
      #""lower-layers": {"add-registries-at": ["https://staging.example.com"]}"#,
      #""registries": {"s": {"type": "pypi", "upload-url": "https://staging.example.com/", "#
        + #""simple-url": "https://evil.example/simple/"}}"#,
      .refused(
        .configurationWidens, lower: "\"https://evil", upper: "\"lower-layers\"",
        words: "registries.s.simple-url leads to https://evil.example, which is not one of the origins")),
    LayerPair(
      "a simple index of a registry of its own at another port",
      #""lower-layers": {"add-registries-at": ["https://staging.example.com"]}"#,
      #""registries": {"s": {"type": "pypi", "upload-url": "https://staging.example.com/", "#
        + #""simple-url": "https://staging.example.com:8443/simple/"}}"#,
      .refused(
        .configurationWidens, lower: "\"https://staging.example.com:8443", upper: "\"lower-layers\"",
        words: "leads to https://staging.example.com:8443")),
    LayerPair(
      "an account to act for, of the repository's own", "",
      #""providers": {"google": {"impersonate": "b@p.iam.gserviceaccount.com"}}"#,
      .refused(
        .declarationRefused, lower: "\"b@p", upper: nil,
        words: "providers.google.impersonate declares a service account to act for")),
    LayerPair(
      "another account to act for", #""providers": {"google": {"impersonate": "a@p.iam.gserviceaccount.com"}}"#,
      #""providers": {"google": {"impersonate": "b@p.iam.gserviceaccount.com"}}"#,
      .refused(
        .declarationRefused, lower: "\"b@p", upper: nil,
        words: "providers.google.impersonate declares a service account to act for")),
    LayerPair(
      "a rule on the service account may not become looser",
      #""rules": {"service-account": ["a@p.iam.gserviceaccount.com"]}"#,
      #""rules": {"service-account": ["*@p.iam.gserviceaccount.com"]}"#,
      .refused(
        .configurationWidens, lower: "\"*@p", upper: "[\"a@p", words: "rules.service-account admits")),
    LayerPair(
      "a route with the name of a registry that it drops", threeRegistries,
      #""registries": {"internal": {}}, "routes": {"pypi": ["internal"]}"#,
      .refused(
        .configurationWidens, lower: "\"pypi\"", upper: "{},\n\"internal",
        words: "routes.pypi has the name of a registry of the organisation layer")),
    LayerPair(
      "a route with the name of a built-in registry",
      #""registries": {"internal": {"type": "pypi", "upload-url": "https://pypi.example.com/"}}"#,
      #""routes": {"testpypi": ["internal"]}"#,
      .refused(
        .configurationWidens, lower: "\"testpypi\"", upper: nil,
        words: "routes.testpypi has the name of a built-in registry")),
    LayerPair(
      "a registry with the name of a route",
      #""routes": {"both": ["testpypi", "pypi"]}, "lower-layers": {"add-registries-at": ["https://s.example.com"]}"#,
      #""routes": {"x": ["pypi"]}, "#
        + #""registries": {"pypi": {}, "both": {"type": "pypi", "upload-url": "https://s.example.com/"}}"#,
      .refused(
        .configurationWidens, lower: "\"both\"", upper: "[\"testpypi\", \"pypi\"]",
        words: "registries.both has the name of a route of the organisation layer")),
    LayerPair(
      "a registry with the name of the built-in route",
      #""registries": {"pypi": {}}, "lower-layers": {"add-registries-at": ["https://s.example.com"]}"#,
      #""registries": {"release": {"type": "pypi", "upload-url": "https://s.example.com/"}}"#,
      .refused(
        .configurationWidens, lower: "\"release\"", upper: nil,
        words: "registries.release has the name of the built-in route")),
    LayerPair(
      "a registry with the name of a built-in one",
      #""registries": {"pypi": {}}, "lower-layers": {"add-registries-at": ["https://s.example.com"]}"#,
      #""registries": {"testpypi": {"upload-url": "https://s.example.com/"}}"#,
      .refused(
        .configurationWidens, lower: "\"testpypi\"", upper: nil,
        words: "registries.testpypi has the name of a built-in registry, and is another one")),
    LayerPair(
      "a registry of another type with the name of a built-in one",
      #""registries": {"pypi": {}}, "lower-layers": {"add-registries-at": ["https://s.example.com"]}"#,
      #""registries": {"testpypi": {"type": "pypi", "upload-url": "https://s.example.com/"}}"#,
      .refused(
        .configurationWidens, lower: "\"testpypi\"", upper: nil,
        words: "registries.testpypi has the name of a built-in registry, and is another one")),
    LayerPair(
      "another host for a built-in registry", "\"registries\": {\n\"pypi\": {}}",
      #""registries": {"pypi": {"upload-url": "https://evil.example/"}}"#,
      .refused(
        .configurationWidens, lower: "\"https://evil", upper: "{}", words: "but \"https://upload.pypi.org/legacy/\"")),
    LayerPair(
      "another port", threeRegistries,
      #""registries": {"internal": {"upload-url": "https://pypi.example.com:8443/legacy/"}}"#,
      .refused(.configurationWidens, lower: "\"https://pypi", upper: "\"https://pypi", words: ":8443/legacy/")),
    LayerPair(
      "another simple index", threeRegistries,
      #""registries": {"internal": {"simple-url": "https://evil.example/simple/"}}"#,
      .refused(
        .configurationWidens, lower: "\"https://evil", upper: "{\"type\"", words: "registries.internal.simple-url")),
    LayerPair(
      "another audience", threeRegistries, #""registries": {"internal": {"audience": "other.example.com"}}"#,
      .refused(
        .configurationWidens, lower: "\"other.example.com\"", upper: "\"pypi.example.com\"",
        words: "audience is \"other.example.com\", but \"pypi.example.com\"")),
    LayerPair(
      "an audience that looks the same",
      #""registries": {"i": {"type": "pypi", "upload-url": "https://i.example/", "audience": "a::b"}}"#,
      #""registries": {"i": {"audience": "a: :b"}}"#,
      .refused(.configurationWidens, lower: "\"a: :b\"", upper: "\"a::b\"", words: "registries.i.audience")),
    LayerPair(
      "an audience where there was none",
      #""registries": {"i": {"type": "pypi", "upload-url": "https://i.example/"}}"#,
      #""registries": {"i": {"audience": "anything"}}"#,
      .refused(
        .configurationWidens, lower: "\"anything\"", upper: "{\"type\"", words: "is \"anything\", but not set")),
    LayerPair(
      "another type", threeRegistries, #""registries": {"internal": {"type": "testpypi"}}"#,
      .refused(
        .configurationWidens, lower: "\"testpypi\"", upper: "\"pypi\", \"upload",
        words: "registries.internal.type is \"testpypi\", but \"pypi\"")),
    LayerPair(
      "a provider enabled again", #""providers": {"github": {}}"#, #""providers": {"github": {}, "gitlab": {}}"#,
      .refused(
        .configurationWidens, lower: "\"gitlab\"", upper: "\"providers\"", words: "providers.gitlab is not a provider")),
    LayerPair(
      "a provider under another name", "", #""providers": {"second": {"type": "github"}}"#,
      .refused(.configurationWidens, lower: "\"second\"", upper: "{", words: "providers.second is not a provider")),
    LayerPair(
      "a looser ref", #""rules": {"ref": ["refs/tags/v*"]}"#, #""rules": {"ref": ["refs/tags/v1", "refs/tags/*"]}"#,
      .refused(
        .configurationWidens, lower: "\"refs/tags/*\"", upper: "[\"refs/tags/v*\"]",
        words: "rules.ref admits \"refs/tags/*\", which is looser than refs/tags/v*")),
    LayerPair(
      "a ref below a slash", #""rules": {"ref": ["refs/tags/*"]}"#, #""rules": {"ref": ["refs/tags/a/b"]}"#,
      .refused(
        .configurationWidens, lower: "\"refs/tags/a/b\"", upper: "[\"refs/tags/*\"]", words: "looser than refs/tags/*")),
    LayerPair(
      "a ref that only overlaps", #""rules": {"ref": ["refs/tags/v*"]}"#, #""rules": {"ref": ["refs/tags/*-rc"]}"#,
      .refused(
        .configurationWidens, lower: "\"refs/tags/*-rc\"", upper: "[\"refs/tags/v*\"]", words: "is looser than")),
    LayerPair(
      "a looser rule of one registry than the common one", #""rules": {"ref-type": ["tag"]}"#,
      #""registries": {"pypi": {"rules": {"ref-type": ["tag", "branch"]}}}"#,
      .refused(
        .configurationWidens, lower: "\"branch\"", upper: "[\"tag\"]",
        words: "registries.pypi.rules.ref-type admits \"branch\"")),
    LayerPair(
      "a looser rule of one registry", #""registries": {"pypi": {"rules": {"environment": ["pypi"]}}}"#,
      #""registries": {"pypi": {"rules": {"environment": ["pypi*"]}}}"#,
      .refused(
        .configurationWidens, lower: "\"pypi*\"", upper: "[\"pypi\"]", words: "registries.pypi.rules.environment")),
    LayerPair(
      "a dangerous event", "", #""rules": {"event": ["push", "pull_request_target"]}"#,
      .refused(
        .configurationWidens, lower: "\"pull_request_target\"", upper: "{",
        words: "admits pull_request_target, which the organisation layer keeps out")),
    LayerPair(
      "a dangerous event below a star", #""rules": {"event": ["*"]}"#, #""rules": {"event": ["workflow_run"]}"#,
      .refused(.configurationWidens, lower: "\"workflow_run\"", upper: "\"rules\"", words: "admits workflow_run")),
    LayerPair(
      "a dangerous event that is named for another provider",
      #""providers": {"github": {"rules": {"event": ["workflow_run"]}}, "second": {"type": "github"}}"#,
      #""providers": {"second": {"rules": {"event": ["workflow_run"]}}}"#,
      .refused(
        .configurationWidens, lower: "\"workflow_run\"", upper: nil,
        words: "providers.second.rules.event admits workflow_run")),
    LayerPair(
      "a looser rule of one provider", #""providers": {"gitlab": {"rules": {"runner-id": ["12"]}}}"#,
      #""providers": {"gitlab": {"rules": {"runner-id": ["12", "13"]}}}"#,
      .refused(
        .configurationWidens, lower: "\"13\"", upper: "[\"12\"]",
        words: "providers.gitlab.rules.runner-id admits \"13\"")),
    LayerPair(
      "a looser rule of one provider than the common one", #""rules": {"runner": ["hosted"]}"#,
      #""providers": {"gitlab": {"rules": {"runner": ["self-hosted"]}}}"#,
      .refused(
        .configurationWidens, lower: "\"self-hosted\"", upper: "[\"hosted\"]",
        words: "providers.gitlab.rules.runner admits \"self-hosted\"")),
    LayerPair(
      "another entry for a provider, without its rules",
      #""providers": {"github": {"rules": {"runner": ["hosted"]}}}"#, #""providers": {"mine": {"type": "github"}}"#,
      .refused(
        .configurationWidens, lower: "\"mine\"", upper: "\"providers\"", words: "providers.mine is not a provider")),
    LayerPair(
      "a provider's rules that are locked",
      "\"providers\": {\"github\": {\"rules\": {\"runner\": [\"hosted\"]}}},\n"
        + #""lower-layers": {"locked": ["providers.github.rules"]}"#,
      #""providers": {"github": {"rules": {"ref-type": ["tag"]}}}"#,
      .refused(
        .configurationWidens, lower: "\"rules\"", upper: "\"providers.github.rules\"",
        words: "providers.github.rules is set again")),
    LayerPair(
      "another id", #""rules": {"owner-id": ["1000"]}"#, #""rules": {"owner-id": ["1001"]}"#,
      .refused(.configurationWidens, lower: "\"1001\"", upper: "[\"1000\"]", words: "rules.owner-id admits \"1001\"")),
    LayerPair(
      "a looser runner", #""rules": {"runner": ["hosted"]}"#, #""rules": {"runner": ["hosted", "self-hosted"]}"#,
      .refused(
        .configurationWidens, lower: "\"self-hosted\"", upper: "[\"hosted\"]",
        words: "rules.runner admits \"self-hosted\"")
    ),
    LayerPair(
      "audit does not excuse what is enforced above", #""rules": {"ref-type": ["tag"]}"#,
      "\"mode\": \"audit\",\n\"rules\": {\"ref-type\": [\"branch\"]}",
      .refused(.configurationWidens, lower: "\"branch\"", upper: "[\"tag\"]", words: "rules.ref-type admits")),
    LayerPair(
      "audit of rules does not let another host in", "\"mode\": \"audit\",\n\(threeRegistries)",
      #""registries": {"internal": {"upload-url": "https://evil.example/"}}"#,
      .refused(
        .configurationWidens, lower: "\"https://evil", upper: "\"https://pypi", words: "registries.internal.upload-url")
    ),
    LayerPair(
      "a longer route", #""routes": {"all": ["pypi"]}"#, #""routes": {"all": ["testpypi", "pypi"]}"#,
      .refused(
        .configurationWidens, lower: "[\"testpypi\"", upper: "[\"pypi\"]",
        words: "which is not a part, in order, of pypi")),
    LayerPair(
      "a route in another order", "", #""routes": {"release": ["pypi", "testpypi"]}"#,
      .refused(
        .configurationWidens, lower: "[\"pypi\"", upper: "{", words: "not a part, in order, of testpypi, pypi")),
    LayerPair(
      "a registry at a host that is not allowed",
      #""lower-layers": {"add-registries-at": ["https://staging.example.com"]}"#,
      #""registries": {"mine": {"type": "pypi", "upload-url": "https://staging.example.com:444/"}}"#,
      .refused(
        .configurationWidens, lower: "\"mine\"", upper: "{", words: "adds the host staging.example.com:444")),
    LayerPair(
      "a registry at a host of the organisation's own",
      "\"lower-layers\": {\"add-registries-at\": [\"https://upload.pypi.org\"]},\n\"registries\": {\n\"pypi\": {}}",
      #""registries": {"mine": {"type": "pypi"}}"#,
      .refused(
        .configurationWidens, lower: "\"mine\"", upper: "{}", words: "is on the host of registries.pypi")),
    LayerPair(
      "a registry with the audience of the organisation's own",
      "\"lower-layers\": {\"add-registries-at\": [\"https://staging.example.com\"]},\n\(threeRegistries)",
      "\"registries\": {\"staging\": {\"type\": \"pypi\", \"upload-url\": \"https://staging.example.com/\",\n"
        + "\"audience\": \"pypi.example.com\"}}",
      .refused(
        .configurationWidens, lower: "\"staging\"", upper: "{\"type\"",
        words: "would accept the audience of registries.internal")),
    LayerPair(
      "a registry whose host is an audience of the organisation's",
      "\"lower-layers\": {\"add-registries-at\": [\"https://staging.example.com\"]},\n"
        + #""registries": {"i": {"type": "pypi", "upload-url": "https://i.example/", "audience": "staging.example.com"}}"#,
      #""registries": {"staging": {"type": "pypi", "upload-url": "https://staging.example.com/"}}"#,
      .refused(
        .configurationWidens, lower: "\"staging\"", upper: "{\"type\"",
        words: "would accept the audience of registries.i")),
    LayerPair(
      "a section that is locked", #""lower-layers": {"locked": ["rules"]}"#, #""rules": {"ref-type": ["tag"]}"#,
      .refused(
        .configurationWidens, lower: "\"rules\"", upper: "\"rules\"]",
        words: "rules is set again, but rules is locked")),
    LayerPair(
      "an entry that is locked", #""lower-layers": {"locked": ["registries.pypi"]}"#,
      #""registries": {"pypi": {"rules": {"ref-type": ["tag"]}}}"#,
      .refused(
        .configurationWidens, lower: "\"pypi\"", upper: "\"registries.pypi\"", words: "registries.pypi is set again")),
    LayerPair(
      "an entry that is locked and left out", #""lower-layers": {"locked": ["registries.pypi"]}"#,
      #""registries": {"testpypi": {}}"#,
      .refused(
        .configurationWidens, lower: "{\"testpypi\"", upper: "\"registries.pypi\"", words: "registries leaves out pypi")
    ),
    LayerPair(
      "a route that is locked, and one of its registries", #""lower-layers": {"locked": ["routes"]}"#,
      #""registries": {"pypi": {}}"#,
      .refused(
        .configurationWidens, lower: "{\"pypi\"", upper: "\"routes\"]",
        words: "leaves out testpypi, which routes.release")
    ),
    LayerPair(
      "lower-layers in the lower layer", "", #""lower-layers": {"locked": ["rules"]}"#,
      .refused(
        .configurationWidens, lower: "\"lower-layers\"", upper: "{", words: "belongs into the organisation layer")),
    LayerPair(
      "a lock on nothing", #""lower-layers": {"locked": ["registries.pypy"]}"#, "",
      .refused(
        .configurationInvalid, lower: "", upper: "[\"registries.pypy\"]", words: "which this file does not have")),
    LayerPair(
      "extends above", #""extends": "x.json""#, "",
      .refused(
        .configurationInvalid, lower: "", upper: "\"x.json\"", words: "extends has no place in an organisation's file")),
  ]

  static let audited: [LayerPair] = [
    LayerPair(
      "a looser ref below an audited one", "\"mode\": \"audit\",\n\"rules\": {\"ref\": [\"refs/tags/v*\"]}",
      #""rules": {"ref": ["refs/tags/*"]}"#,
      .audited(lower: "\"refs/tags/*\"", upper: "[\"refs/tags/v*\"]", words: "rules.ref admits \"refs/tags/*\"")),
    LayerPair(
      "a looser rule of one registry below an audited one",
      "\"mode\": \"audit\",\n\"rules\": {\"ref-type\": [\"tag\"]}",
      #""registries": {"pypi": {"rules": {"ref-type": ["branch"]}}}"#,
      .audited(
        lower: "\"branch\"", upper: "[\"tag\"]", words: "registries.pypi.rules.ref-type admits \"branch\"")),
    LayerPair(
      "a looser rule of one provider below an audited one",
      "\"mode\": \"audit\",\n\"providers\": {\"gitlab\": {\"rules\": {\"runner-id\": [\"12\"]}}}",
      #""providers": {"gitlab": {"rules": {"runner-id": ["13"]}}}"#,
      .audited(lower: "\"13\"", upper: "[\"12\"]", words: "providers.gitlab.rules.runner-id admits \"13\"")),
  ]
}
