/// A program that is a plug-in, as an organisation's file (`plugins`) or the command line (`--plugin`) declares it.
///
/// A configuration's entry selects one by its name; nothing else decides what is run.
public struct DeclaredProgram: Sendable, Equatable {
  /// What entries call it.
  public let name: String
  /// The program's file, an absolute path, and its arguments.
  public let command: [String]
  /// The SHA-256 of its file in lower-case hexadecimal digits; nil if its owner and mode are checked instead.
  public let sha256: String?
  /// The names of the variables that it gets of the job's; it gets no others.
  public let environment: [String]
  /// The time that a call may take.
  public let limit: Duration
  /// Where people get it, or whom they ask; nil if nothing is said.
  public let hint: String?
  /// Where it was declared.
  public let origin: Setting.Origin

  /// The time that a call may take unless the declaration says otherwise.
  public static let usualLimit = Duration.seconds(10)

  /// A declaration; the parts are valid.
  public init(
    name: String, command: [String], sha256: String? = nil, environment: [String] = [],
    limit: Duration = DeclaredProgram.usualLimit, hint: String? = nil, origin: Setting.Origin = .builtIn
  ) {
    self.name = name
    self.command = command
    self.sha256 = sha256
    self.environment = environment
    self.limit = limit
    self.hint = hint
    self.origin = origin
  }
}

extension DeclaredProgram {
  /// Variables that hold no secret, whoever lists them (docs/plugin-protocol.md).
  public static let plainVariables: Set<String> = [
    "PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "NO_PROXY", "no_proxy",
  ]

  /// Variables that may hold the password of a proxy, and nothing of a job.
  private static let proxyVariables: Set<String> = [
    "https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY",
  ]

  /// The listed variables that may carry the job's identity.
  public var identityVariables: [String] {
    environment.filter { !Self.plainVariables.contains($0) && !Self.proxyVariables.contains($0) }
  }

  /// What keeps a command from being one, behind its name; nil if nothing does.
  public static func obstacle(toCommand command: [String]) -> Message? {
    guard let path = command.first, path.hasPrefix("/"), !path.hasSuffix("/") else {
      return "does not begin with an absolute path: no folder is searched, and no shell reads it"
    }
    return command.allSatisfy { !$0.utf8.contains(0) } ? nil : "has a zero byte"
  }

  /// What keeps a variable from being handed to a program, behind its name; nil if nothing does.
  ///
  /// Variables of loaders and interpreters would let the job decide what is run.
  public static func obstacle(toVariable name: String) -> Message? {
    guard VariableName.isValid(name) else { return "is no name of a variable; use \(VariableName.rule)" }
    let steers = [
      "LD_", "DYLD_", "GLIBC_", "GCONV_", "BASH_", "PYTHON", "NODE_", "RUBY", "PERL", "JAVA_", "JDK_", "DOTNET_",
    ]
    guard !["ENV", "IFS", "SHELLOPTS"].contains(name), !steers.contains(where: name.hasPrefix) else {
      return "tells a loader or an interpreter what to run"
    }
    return nil
  }

  /// Whether a text is a SHA-256 in lower-case hexadecimal digits.
  public static func isSHA256(_ text: String) -> Bool {
    text.utf8.count == 64 && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// A time from 100 milliseconds to 60 seconds, such as `10s` or `500ms`; nil for any other text.
  static func limit(_ text: String) -> Duration? {
    let isMilliseconds = text.hasSuffix("ms")
    guard text.hasSuffix("s"), let number = Int64(text.dropLast(isMilliseconds ? 2 : 1)), number > 0, number <= 60_000
    else { return nil }
    let limit = isMilliseconds ? Duration.milliseconds(number) : .seconds(number)
    return (.milliseconds(100)...(.seconds(60))).contains(limit) ? limit : nil
  }
}
