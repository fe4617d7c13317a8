import BrokerCore
import ExchangeRegistry
import TestSupport
import Testing

/// Entries of type `exchange` that cannot work, or would let a secret go where nobody looks.
struct ExchangeSettingsTests {
  private func read(_ change: (String) -> String) throws -> BrokerConfiguration {
    var catalog = PluginCatalog()
    try catalog.add(.exchange)
    let entry =
      #"{"type":"exchange","upload-url":"https://up.example.com/","audience":"up.example.com","exchange":{"url":"https://id.example.com/t","json":{"jwt":"{identity-token}"}},"answer":{"credential":"token"},"errors":["error"],"variables":{"UP_TOKEN":"{token}"}}"#
    return try Recipe.read(#"{"version":1,"registries":{"mine":\#(change(entry))}}"#, in: catalog)
  }

  @Test func readsTheSample() throws {
    #expect(try read { $0 }.registries.map(\.name) == ["mine"])
    #expect(try read { $0 }.warnings.isEmpty)
  }

  /// A piece of the sample, what stands in its place, and words of the error.
  @Test(arguments: [
    (#""upload-url":"https://up.example.com/","#, "", "upload-url is not there"),
    (#""audience":"up.example.com","#, "", "audience is not there"),
    (#"up.example.com","exchange"#, #"{hots}","exchange"#, "another placeholder than {host}"),
    (#""answer":{"credential":"token"},"#, "", "answer is not there"),
    (#""{identity-token}""#, #""x""#, "without the identity token"),
    (#""json":{"jwt":"{identity-token}"}"#, #""json":{"a":"{identity-token}","b":"{identity-token}"}"#, "2 times"),
    (#"https://id.example.com/t""#, #"https://id.example.com/{identity-token}""#, "the placeholder {identity-token}"),
    (
      #"https://id.example.com/t""#, #"https://id.example.com/t","query":{"t":"{identity-token}"}"#,
      "the placeholder {identity-token}"
    ),
    (#"https://id.example.com/t""#, #"https://{package}.example.com/t""#, "its host is not written out"),
    (#"https://id.example.com/t""#, #"{HOST}/t""#, "no variable is read there"),
    (#""jwt":"{identity-token}""#, #""jwt":"{identity-token}","s":"{SECRET}""#, "no variable is read there"),
    (#"https://id.example.com/t""#, #"https://id.example.com/{organisation}""#, "organisation is not there"),
    (#"https://id.example.com/t""#, #"http://127.0.0.1:1/t""#, "not both on this machine"),
    (#"https://up.example.com/""#, #"http://127.0.0.1:1/""#, "not both on this machine"),
    (#"{"credential":"token"}"#, #"{"credential":"token","expires":"e"}"#, "does not say in which form"),
    (#"{"credential":"token"}"#, #"{"credential":"token","expires-form":"unix"}"#, "needs it"),
    (#"{"credential":"token"}"#, #"{"credential":"token","expires-form":"days","expires":"e"}"#, "no form of a time"),
    (#"{"credential":"token"}"#, #"{"expires-form":"unix","expires":"e"}"#, "is the whole answer"),
    (#"{"credential":"token"}"#, #"{"credential":"token","status":["404"]}"#, "no status of success"),
    (#"{"credential":"token"}"#, #"{"credential":"token","lifetime":"5"}"#, "from 60 to 86400"),
    (#"{"credential":"token"}"#, #"{"credential":"token","status":["200","204"]}"#, "without a body"),
    (
      #"{"credential":"token"}"#, #"{"credential":"token","expires":"e","expires-form":"unix","lifetime":"900"}"#,
      "is not read"
    ),
    (#"{"credential":"token"}"#, #"{"credential":"token","expires-form":"jwt","lifetime":"900"}"#, "is not read"),
    (
      #"{"credential":"token"}"#, #"{"credential":"token","expires-form":"jwt","prefix":"key_"}"#,
      "no beginning of a JWT"
    ),
    (#"{"credential":"token"}"#, #"{"username":"/user"}"#, "is the whole answer"),
    (#"{"credential":"token"}"#, #"{"credential":"token","username":"a:b"}"#, "no user name"),
    (#"["error"]"#, #"["/a~"]"#, "no place in a JSON text"),
    (#""UP_TOKEN":"{token}""#, #""UP_TOKEN":"x""#, "the same for every credential"),
    (#""UP_TOKEN":"{token}""#, #""UP_USER":"{username}""#, "hold no token"),
    (#""UP_TOKEN":"{token}""#, #""UP TOKEN":"{token}""#, "not the name of a variable"),
    (#""UP_TOKEN":"{token}""#, #""UP_TOKEN":"{tokn}""#, "Did you mean \"token\"?"),
    (#""errors""#, #""revoke":{"path":"/t"},"errors""#, "without the credential"),
    (#""errors""#, #""revoke":{"path":"//evil.example/t","form":{"t":"{credential}"}},"errors""#, "is not a path"),
    (#""errors""#, #""revoke":{"path":"https://evil.example/","form":{"t":"{credential}"}},"errors""#, "is not a path"),
    (
      #""errors""#, #""revoke":{"path":"/t","form":{"t":"{identity-token}"}},"errors""#,
      "the placeholder {identity-token}"
    ),
    (#""errors""#, #""ask-audience":{"path":"/a"},"errors""#, "ask-audience.audience is not there"),
    (#""errors""#, #""project":"..","errors""#, "no segment of a path"),
    (#""errors""#, #""audience-list":"x","errors""#, "has to be true"),
    (#""json""#, #""headers":{"Authorization":"Bearer secret"},"json""#, "no secret stands in a configuration"),
  ])
  func refusesWhatCannotWork(_ piece: String, _ other: String, _ words: String) throws {
    let error = #expect(throws: BrokerError.self) {
      try read { text in
        #expect(text.contains(piece), "\(piece) is no piece of the sample")
        return text.replacing(piece, with: other)
      }
    }
    #expect(error?.status == .configuration, "\(error?.description ?? "")")
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    #expect(error?.message.text.hasPrefix("recipe.json, line 1, column ") == true, "\(error?.message ?? "")")
  }

  @Test(
    "no command gets a variable that decides what it runs",
    arguments: [
      "PATH", "LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "DYLD_INSERT_LIBRARIES", "PYTHONPATH", "PYTHONSTARTUP",
      "NODE_OPTIONS",
      "NODE_PATH", "RUBYOPT", "RUBYLIB", "BASH_ENV", "ENV", "GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL", "PERL5OPT",
      "PERL5LIB",
      "JAVA_TOOL_OPTIONS", "DOTNET_STARTUP_HOOKS", "HOME", "IFS", "PS4", "SHELLOPTS", "RUSTC_WRAPPER", "https_proxy",
      "HTTPS_PROXY",
      "all_proxy", "SSL_CERT_FILE", "OPENSSL_CONF", "NPM_CONFIG_SCRIPT_SHELL", "npm_config_node_options",
      "BUNDLE_GEMFILE",
      "GEM_PATH", "GITHUB_ENV", "GITHUB_PATH", "TOKEN_BROKER_CONFIG", "ld_preload", "GLIBC_TUNABLES", "GCONV_PATH",
      "EDITOR",
      "PHP_INI_SCAN_DIR", "PHPRC", "CORECLR_PROFILER", "MAVEN_OPTS", "RESOLV_HOST_CONF", "HOSTALIASES", "NETRC",
    ])
  func givesNoSteeringVariable(_ name: String) throws {
    let error = #expect(throws: BrokerError.self) { try read { $0.replacing("UP_TOKEN", with: name) } }
    #expect(error?.message.contains("decides what programs run") == true, "\(name): \(String(describing: error))")
  }

  @Test(arguments: [
    "GEM_HOST_API_KEY", "NUGET_API_KEY", "CARGO_REGISTRY_TOKEN", "CLOUDSMITH_API_KEY", "HF_TOKEN", "UP_TOKEN",
  ])
  func givesVariablesOfTools(_ name: String) throws {
    #expect(throws: Never.self) { try read { $0.replacing("UP_TOKEN", with: name) } }
  }

  @Test("an organisation that no request has is said") func warnsOfAnUnusedOrganisation() throws {
    let warnings = try read { $0.replacing(#""errors""#, with: #""organisation":"octo-org","errors""#) }.warnings
    #expect(warnings.map(\.text.text).contains { $0.contains("is in no request") }, "\(warnings)")
    let used = try read {
      $0.replacing("id.example.com/t", with: "id.example.com/{organisation}").replacing(
        #""errors""#, with: #""organisation":"octo-org","errors""#)
    }
    #expect(used.warnings.isEmpty)
  }

  @Test("what needs a project says so until there is one") func warnsOfAMissingProject() throws {
    let warnings = try read { $0.replacing("id.example.com/t", with: "id.example.com/{package}") }.warnings
    #expect(warnings.map(\.text.text).contains { $0.contains("needs a project") }, "\(warnings)")
    let named = try read {
      $0.replacing("id.example.com/t", with: "id.example.com/{package}").replacing(
        #""errors""#, with: #""project":"a","errors""#)
    }
    #expect(named.warnings.isEmpty)
  }
}
