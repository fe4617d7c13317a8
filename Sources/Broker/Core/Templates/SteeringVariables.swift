/// Variables that decide what a program runs, reads or trusts: nothing that a configuration sets or passes on may have such a
/// name.
public enum SteeringVariables {
  /// Whether a variable is one of them, or one by which a runner or this program is told something, in whatever case.
  public static func include(_ name: String) -> Bool {
    decide(name) || runners.contains { name.uppercased().hasPrefix($0) }
  }

  /// Whether a variable is one of them, in whatever case.
  public static func decide(_ name: String) -> Bool {
    let name = name.uppercased()
    return names.contains(name) || prefixes.contains { name.hasPrefix($0) } || name.hasSuffix("_PROXY")
  }

  private static let runners = ["GITHUB_", "ACTIONS_", "RUNNER_", "CI_", "TOKEN_BROKER_"]

  /// Beginnings of names: those of loaders, interpreters, virtual machines, package managers' own switches, the C library,
  /// and TLS libraries.
  private static let prefixes = [
    "LD_", "DYLD_", "PYTHON", "NODE_", "RUBY", "PERL", "GIT_", "BASH_", "JAVA_", "JDK_", "DOTNET_", "CORECLR_",
    "COMPLUS_", "COR_", "PHP", "LUA_", "TCL", "GLIBC_", "MALLOC_", "OPENSSL_", "SSL_", "CURL_", "GCONV_", "SUDO_",
    "RUSTC", "RUSTUP_", "CARGO_BUILD_", "CARGO_TARGET_",
    "NPM_CONFIG_", "BUNDLE_GEMFILE", "BUNDLE_PATH", "GEM_HOME", "GEM_PATH", "MAVEN_", "GRADLE_",
    "NUGET_PLUGIN", "NUGET_CREDENTIALPROVIDERS", "SSH_", "GPG_", "XDG_", "LESS", "QT_", "GTK_",
  ]

  /// Names of shells, the C library, editors and pagers.
  private static let names: Set<String> = [
    "PATH", "HOME", "SHELL", "ENV", "IFS", "PS4", "PROMPT_COMMAND", "RESOLV_HOST_CONF", "SHELLOPTS", "BASHOPTS",
    "CDPATH", "FPATH",
    "ZDOTDIR",
    "TMPDIR", "TMP", "TEMP", "PWD", "OLDPWD", "USER", "LOGNAME", "EDITOR", "VISUAL", "PAGER", "BROWSER", "TERM",
    "TERMINFO",
    "LANG", "LANGUAGE", "LC_ALL", "LOCPATH", "NLSPATH", "RES_OPTIONS", "LOCALDOMAIN", "HOSTALIASES", "TZDIR",
    "CLASSPATH",
    "_JAVA_OPTIONS", "NETRC", "REQUESTS_CA_BUNDLE", "AWS_CA_BUNDLE", "GNUTLS_SYSTEM_PRIORITY_FILE", "SSLKEYLOGFILE",
    "QLOGDIR", "MAKEFLAGS", "R_PROFILE", "R_ENVIRON", "ERL_FLAGS", "ELIXIR_ERL_OPTIONS", "GOFLAGS", "GOROOT", "GOPATH",
    "RUSTFLAGS", "CARGO_HOME", "PIP_CONFIG_FILE", "PIP_PYTHON", "UV_PYTHON", "UV_CONFIG_FILE", "YARN_RC_FILENAME",
    "YARN_PLUGINS",
  ]
}
