/// A request as a configuration describes it: where it goes, its fields and its body, with placeholders.
///
/// Where something stands decides what may stand for it. In an address, each value is one segment of the path or one item of
/// the query, encoded; a secret is in no address. In fields and the body, secrets are bound to the one origin of the request.
public struct RequestTemplate: Sendable {
  /// What a request is filled with.
  public struct Values: Sendable {
    /// Values that everybody may see, by name.
    public var plain: [String: String]
    /// Secrets, by name; they stand in fields and the body alone.
    public var secrets: [String: BoundSecret]
    /// The job's variables: in an address they are plain, elsewhere they are secrets.
    public var environment: Environment

    /// Values.
    public init(
      plain: [String: String] = [:], secrets: [String: BoundSecret] = [:], environment: Environment = Environment()
    ) {
      self.plain = plain
      self.secrets = secrets
      self.environment = environment
    }
  }

  /// The names that a description may use.
  public struct Names: Sendable {
    /// Those of values that everybody may see.
    public let plain: [String]
    /// Those of secrets.
    public let secrets: [String]
    /// Whether it may read variables.
    public let takesVariables: Bool

    /// Names.
    public init(plain: [String], secrets: [String] = [], takesVariables: Bool = false) {
      self.plain = plain
      self.secrets = secrets
      self.takesVariables = takesVariables
    }
  }

  private enum Body: Sendable {
    case json(JSONNode)
    case form([(name: String, value: Template)])
  }

  /// The method.
  public let method: HTTPRequest.Method
  /// Where it goes: an address, a variable that holds one and what is put behind it, or a path.
  public let address: Template
  /// The one origin that it goes to; nil if a variable names it.
  public let origin: Origin?
  private let home: Origin?
  private let query: [(name: String, value: Template)]
  private let fields: [(name: String, value: Template)]
  private let body: Body?

  /// The keys of a description; `address` is that of its address.
  public static func keys(_ address: ConfigurationKey) -> [ConfigurationKey] {
    [
      address,
      ConfigurationKey("method", summary: "the method; POST where there is a body, else GET"),
      ConfigurationKey("query", summary: "items of the query, by name", kind: .map(.text)),
      ConfigurationKey("headers", summary: "header fields, by name", kind: .map(.text)),
      ConfigurationKey("json", summary: "the body, as JSON", kind: .document),
      ConfigurationKey("form", summary: "the body, as fields of a form", kind: .map(.text)),
    ]
  }

  /// Decodes a description.
  ///
  /// - Parameters:
  ///   - object: The description.
  ///   - key: The key of its address.
  ///   - home: Where the request goes if the address is a path; nil where it is a whole address.
  ///   - host: The host and port that `{host}` stands for in the address; nil for none.
  ///   - names: What its placeholders may be.
  /// - Throws: ``ErrorCode/configurationInvalid`` with the place.
  public init(
    from object: ConfigurationObject, address key: String, at home: Origin? = nil, host: Origin.Authority? = nil,
    names: Names
  ) throws(BrokerError) {
    guard let text = try object.string(key) else {
      throw object.error(key, "is not there", remedy: "Say where the request goes.")
    }
    let address = Template(host.map { text.replacing("{host}", with: $0.description) } ?? text)
    try object.check(address, at: key, values: names.plain, takesVariables: names.takesVariables)
    self.address = address
    self.home = home
    origin = try Self.origin(of: address, at: home, object, key)
    let all = names.plain + names.secrets
    query = try object.templates("query", values: names.plain, takesVariables: names.takesVariables)
    fields = try object.templates("headers", values: all, takesVariables: names.takesVariables)
    if let headers = try object.child("headers") {
      for (name, value) in fields { try Self.checkField(name, value, names, in: headers) }
    }
    if let node = object.value("json") {
      guard node.object != nil else { throw object.error("json", "has to be an object, but is \(node.kind)") }
      for template in Self.templates(in: node) {
        try object.check(template, at: "json", values: all, takesVariables: names.takesVariables)
      }
      guard object.value("form") == nil else {
        throw object.error("form", "is the body, and \"json\" is it, too", remedy: "Leave one of them out.")
      }
      body = .json(node)
    } else if object.value("form") != nil {
      body = .form(try object.templates("form", values: all, takesVariables: names.takesVariables))
    } else {
      body = nil
    }
    let name = try object.string("method") ?? (body == nil ? "GET" : "POST")
    guard let method = HTTPRequest.Method(name), name == name.uppercased() else {
      throw object.error("method", "is no method of HTTP", remedy: "Write GET, POST, PUT or DELETE.")
    }
    guard body == nil || !["GET", "HEAD"].contains(name) else {
      throw object.error("method", "is \(method), and such a request has no body", remedy: "Write POST.")
    }
    self.method = method
    for variable in Set(secretVariables) where (address.variables + query.flatMap(\.value.variables)).contains(variable)
    {
      throw object.error(
        key, "has {\(Neutralized(variable, limit: 64))}, which is a secret elsewhere in the request",
        remedy: "A secret belongs into a header field or the body.")
    }
  }

  /// The variables that decide where it goes.
  public var addressVariables: [String] { address.variables + query.flatMap(\.value.variables) }

  /// The variables in fields and the body.
  public var secretVariables: [String] { contents.flatMap(\.variables) }

  /// Whether a value stands somewhere in it.
  public func uses(_ name: String) -> Bool {
    ([address] + query.map(\.value) + contents).contains { $0.values.contains(name) }
  }

  /// How often a secret stands in it.
  public func count(of secret: String) -> Int { contents.flatMap(\.values).count { $0 == secret } }

  private var contents: [Template] {
    let inBody: [Template] =
      switch body {
      case nil: []
      case .json(let node): Self.templates(in: node)
      case .form(let items): items.map(\.value)
      }
    return fields.map(\.value) + inBody
  }

  /// Where an address leads whatever is filled in; nil if a variable names that.
  private static func origin(
    of address: Template, at home: Origin?, _ object: ConfigurationObject, _ key: String
  ) throws(BrokerError) -> Origin? {
    guard case .text(let start) = address.parts[0] else {
      guard case .variable = address.parts[0], home == nil else {
        throw object.error(key, "begins with a placeholder that holds no address", remedy: "Write scheme and host.")
      }
      if address.parts.count > 1 {
        guard case .text(let next) = address.parts[1], next.hasPrefix("/") else {
          throw object.error(key, "has something else than a path behind the variable that holds the address")
        }
      }
      return nil
    }
    if let home {
      guard start.hasPrefix("/"), !start.hasPrefix("//") else {
        throw object.error(key, "is not a path", remedy: "Begin with /; it is asked at \(home).")
      }
      return home
    }
    do { return try HTTPURL(try literal(start, isWhole: address.parts.count == 1)).origin } catch {
      throw object.error(key, "is not an address that can be used: \(error.reason)")
    }
  }

  /// The beginning of an address, in which the host is whole.
  private static func literal(_ start: String, isWhole: Bool) throws(InvalidURL) -> String {
    guard !isWhole, let scheme = start.firstRange(of: "://") else { return start }
    guard start[scheme.upperBound...].contains("/") else { throw InvalidURL("its host is not written out") }
    return start
  }

  // MARK: Filling

  /// The address, filled.
  ///
  /// - Parameters:
  /// - Parameter values: What it is filled with.
  /// - Returns: The address.
  /// - Throws: ``ErrorCode/configurationInvalid`` if it is none that can be used.
  public func url(_ values: Values) throws(BrokerError) -> HTTPURL {
    var text = home?.description ?? ""
    var hasQuery = false
    for (index, part) in address.parts.enumerated() {
      switch part {
      case .text(let piece):
        text += index > 0 && text.hasSuffix("/") && piece.hasPrefix("/") ? String(piece.dropFirst()) : piece
      case .value, .variable:
        let (value, shown) = try Self.value(part, values)
        if index == 0, case .variable = part {
          // It holds a whole address, to which more may be added where it has no query.
          do { _ = try HTTPURL(value) } catch { throw Self.unusable(address, error.reason) }
          text = value
          hasQuery = value.contains("?")
        } else {
          text += try Self.segment(value, shown)
        }
      }
    }
    guard !hasQuery || address.parts.count == 1 else {
      throw Self.unusable(address, "the variable holds an address with a query, behind which nothing can be put")
    }
    var url: HTTPURL
    do { url = try HTTPURL(text) } catch { throw Self.unusable(address, error.reason) }
    for (name, template) in query {
      url = url.settingQueryItem(
        name, try template.filled { (part) throws(BrokerError) in try Self.value(part, values).value })
    }
    return url
  }

  /// The request to an address, filled.
  ///
  /// - Throws: ``ErrorCode/pluginContract`` if a secret has no place there, ``ErrorCode/configurationInvalid`` if a field
  ///   would have a character that no field has.
  public func request(
    to url: HTTPURL, _ values: Values, bindings: SecretBindings, grace: Duration = .zero
  ) throws(BrokerError) -> HTTPRequest {
    var fields: [HTTPRequest.Field] = []
    for (name, template) in self.fields {
      let content = try Self.content([template], to: url, values, bindings) { (fill) throws(BrokerError) in
        try template.filled(fill)
      }
      guard content.reveal().utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
        throw BrokerError(
          .configurationInvalid,
          "The header field \(Neutralized(name, limit: 64)) would hold characters that no field has.",
          remedy: "Check the variables that it is made of.")
      }
      switch content {
      case .plain(let text): fields.append(HTTPRequest.Field(name, text))
      case .bound(let secret): fields.append(HTTPRequest.Field(name, secret))
      }
    }
    func add(_ name: String, _ value: String) {
      guard !fields.contains(where: { $0.name.lowercased() == name.lowercased() }) else { return }
      fields.append(HTTPRequest.Field(name, value))
    }
    add("Accept", "application/json")
    var content: HTTPRequest.Content?
    switch body {
    case nil: break
    case .json(let node):
      add("Content-Type", "application/json")
      content = try Self.content(Self.templates(in: node), to: url, values, bindings) { (fill) throws(BrokerError) in
        try Self.text(of: node, fill)
      }
    case .form(let items):
      add("Content-Type", "application/x-www-form-urlencoded")
      content = try Self.content(items.map(\.value), to: url, values, bindings) { (fill) throws(BrokerError) in
        var pairs: [String] = []
        for (name, template) in items {
          pairs.append("\(PercentEncoding.encode(name))=\(PercentEncoding.encode(try template.filled(fill)))")
        }
        return pairs.joined(separator: "&")
      }
    }
    return HTTPRequest(method, url, fields: fields, body: content, grace: grace)
  }

  private typealias Fill = (Template.Part) throws(BrokerError) -> String

  /// What is made of templates: bound to the request's origin as soon as a secret is in it.
  private static func content(
    _ templates: [Template], to url: HTTPURL, _ values: Values, _ bindings: SecretBindings,
    _ make: (Fill) throws(BrokerError) -> String
  ) throws(BrokerError) -> HTTPRequest.Content {
    var secrets: [BoundSecret] = []
    for part in templates.flatMap(\.parts) {
      switch part {
      case .value(let name):
        if let secret = values.secrets[name] { secrets.append(secret) }
      case .variable(let name):
        secrets.append(bindings.bind(Secret(values.environment[name] ?? ""), to: url.origin))
      case .text: break
      }
    }
    let text = try make { (part) throws(BrokerError) in
      if case .value(let name) = part, let secret = values.secrets[name] { return secret.reveal() }
      return try value(part, values).value
    }
    guard let first = secrets.first else { return .plain(text) }
    guard secrets.allSatisfy({ $0.origin == first.origin }) else {
      throw BrokerError(.pluginContract, "A request to \(url.origin) would have secrets of several hosts in one place.")
    }
    return .bound(first.map { _ in text })
  }

  private static func value(
    _ part: Template.Part, _ values: Values
  ) throws(BrokerError) -> (value: String, shown: Neutralized) {
    switch part {
    case .text(let text): return (text, Neutralized(text))
    case .value(let name):
      guard let value = values.plain[name] else {
        throw BrokerError(
          .configurationInvalid, "The request needs a value for {\(Neutralized(name, limit: 64))}, and there is none.",
          remedy: "Set it in the registry's entry.")
      }
      return (value, Neutralized(name, limit: 64))
    case .variable(let name):
      guard let value = values.environment.nonEmpty(name) else {
        throw BrokerError(
          .identityPermission, "\(Neutralized(name, limit: 64)) is not set, and the request needs it.",
          remedy: "Pass the variable on to this step.")
      }
      return (value, Neutralized(name, limit: 64))
    }
  }

  /// One segment of a path: whatever the value holds, it leads to no other place.
  private static func segment(_ value: String, _ shown: Neutralized) throws(BrokerError) -> String {
    guard !["", ".", ".."].contains(value), value.utf8.count <= 1024 else {
      throw BrokerError(
        .configurationInvalid, "\(shown) is no segment of a path, and the request's address needs one.",
        remedy: "Check what it is set to.")
    }
    return PercentEncoding.encode(value)
  }

  private static func unusable(_ template: Template, _ reason: Message) -> BrokerError {
    BrokerError(
      .configurationInvalid, "\(Neutralized.quoted(template.text)) makes no address that can be used: \(reason).",
      remedy: template.variables.first.map { "Check what \(Neutralized($0, limit: 64)) holds." }
        ?? "Correct the address.")
  }

  // MARK: JSON

  private static func templates(in node: JSONNode) -> [Template] {
    switch node.value {
    case .string(let text): [Template(text)]
    case .array(let elements): elements.flatMap { templates(in: $0) }
    case .object(let object): object.members.flatMap { templates(in: $0.value) }
    case .null, .boolean, .number: []
    }
  }

  private static func text(of node: JSONNode, _ fill: Fill) throws(BrokerError) -> String {
    switch node.value {
    case .null: return "null"
    case .boolean(let value): return value ? "true" : "false"
    case .number(let text): return text
    case .string(let text): return JSONText.quoted(try Template(text).filled(fill))
    case .array(let elements):
      var texts: [String] = []
      for element in elements { texts.append(try Self.text(of: element, fill)) }
      return "[\(texts.joined(separator: ","))]"
    case .object(let object):
      var texts: [String] = []
      for member in object.members {
        texts.append("\(JSONText.quoted(member.name)):\(try Self.text(of: member.value, fill))")
      }
      return "{\(texts.joined(separator: ","))}"
    }
  }

  // MARK: Fields

  /// Fields that frame a request, lead it elsewhere, or are the transport's own.
  private static let transportFields: Set<String> = [
    "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect",
    "user-agent", "proxy-authorization", "proxy-connection", "forwarded", "x-forwarded-host", "x-forwarded-for", "via",
    "x-original-url", "x-rewrite-url", "x-http-method-override", "content-encoding", "accept-encoding",
    "http2-settings",
  ]

  /// Whether a field is one that servers take secrets in, by its name.
  private static func holdsSecret(_ name: String) -> Bool {
    let words = ["token", "secret", "password", "apikey", "api-key", "access-key", "private-key", "cookie"]
    return name == "authorization" || name.hasPrefix("x-auth") || words.contains(where: name.contains)
  }

  private static func checkField(
    _ name: String, _ value: Template, _ names: Names, in object: ConfigurationObject
  ) throws(BrokerError) {
    guard HTTPRequest.Method(name) != nil || ["TRACE", "CONNECT"].contains(name.uppercased()) else {
      throw object.error(name, "is not the name of a header field")
    }
    guard !transportFields.contains(name.lowercased()) else {
      throw object.error(name, "is a field that the program sets or leaves out by itself", remedy: "Leave it out.")
    }
    let isOnce = object.keys.count { $0.lowercased() == name.lowercased() } == 1
    guard isOnce else { throw object.error(name, "is there twice, in another case") }
    for case .text(let text) in value.parts where !text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
      throw object.error(name, "has characters that no header field has")
    }
    guard holdsSecret(name.lowercased()) else { return }
    guard !value.variables.isEmpty || value.values.contains(where: names.secrets.contains) else {
      throw object.error(
        name, "is a field for secrets, and holds a text: no secret stands in a configuration",
        remedy: names.takesVariables
          ? "Name the variable that holds the secret, such as \"Bearer {REQUEST_TOKEN}\"."
          : "Name the secret: \(names.secrets.map { "{\(Neutralized($0))}" as Message }.joined(separator: " or ")).")
    }
  }
}
