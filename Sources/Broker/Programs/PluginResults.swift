public import BrokerCore

// What the results of the operations hold; a member that is not named here is ignored.

/// What a program says about itself (`describe`).
public struct PluginDescription: Sendable {
  /// What people call it.
  public let name: String
  /// Its version.
  public let version: String
  /// The protocols that it speaks.
  public let protocols: [String]
  /// What it can be.
  public let kinds: [PluginKind]
  /// What it can be asked for.
  public let operations: [PluginOperation]
  /// The names of the variables that it wants.
  public let environment: [String]
  /// The hosts that it talks to.
  public let hosts: [String]

  /// Reads a result.
  public init(_ object: JSONObject) throws(ContractFault) {
    let result = ResultReader(object)
    name = try result.text("name", limit: 64)
    version = try result.text("version", limit: 64)
    protocols = try result.texts("protocols")
    guard protocols.contains(PluginProtocol.name) else {
      throw ContractFault("\"protocols\" does not have \"\(Neutralized(PluginProtocol.name))\"")
    }
    var kinds: [PluginKind] = []
    for text in try result.texts("kinds") {
      guard let kind = PluginKind(rawValue: text) else {
        throw ContractFault("\"kinds\" has an entry that is neither \"provider\" nor \"registry\"")
      }
      kinds.append(kind)
    }
    guard !kinds.isEmpty else { throw ContractFault("\"kinds\" is empty") }
    self.kinds = kinds
    // A later version of the protocol may have more.
    operations = try result.texts("operations").compactMap(PluginOperation.init)
    guard operations.contains(.describe) else { throw ContractFault("\"operations\" does not have \"describe\"") }
    for kind in kinds {
      for operation in kind.operations where !operations.contains(operation) {
        throw ContractFault(
          "\"operations\" does not have \"\(Neutralized(operation.rawValue))\", which every \(Neutralized(kind.rawValue)) has"
        )
      }
    }
    environment = try result.texts("environment")
    guard environment.allSatisfy(VariableName.isValid) else {
      throw ContractFault("\"environment\" has an entry that is no name of a variable")
    }
    hosts = try result.texts("hosts")
  }
}

/// Whether the job runs at a program's CI system (`detect`).
public struct PluginDetection: Sendable {
  /// Whether it does.
  public let isPresent: Bool
  /// The variables that show it.
  public let evidence: [String]
  /// How much that says.
  public let strength: Clue.Strength
  /// Why the job may not ask; nil if it may.
  public let problem: PluginFailure?

  /// Reads a result.
  public init(_ object: JSONObject) throws(ContractFault) {
    let result = ResultReader(object)
    isPresent = try result.flag("present")
    evidence = try result.texts("evidence", isRequired: false)
    switch object["rank"]?.value {
    case nil, .null, .string("job"): strength = .job
    case .string("machine"): strength = .machine
    default: throw ContractFault("\"rank\" is neither \"job\" nor \"machine\"")
    }
    switch object["problem"]?.value {
    case nil, .null: problem = nil
    case .object(let object): problem = try PluginFailure(object, at: "problem")
    default: throw ContractFault("\"problem\" is not an object")
    }
  }
}

/// An identity token (`identity-token`).
public struct PluginToken: Sendable {
  /// The token's text.
  public let token: Secret
  /// How many more there are.
  public let supply: IdentityTokenSupply

  /// Reads a result.
  public init(_ object: JSONObject) throws(ContractFault) {
    let result = ResultReader(object)
    token = Secret(try result.secret("token"))
    switch object["supply"]?.value {
    case nil, .null, .string("renewable"): supply = .renewable
    case .string("fixed"):
      let left = object["left"]?.integer ?? 0
      guard (0...1000).contains(left) else { throw ContractFault("\"left\" is no whole number from 0 to 1000") }
      supply = .fixed(remaining: Int(left))
    default: throw ContractFault("\"supply\" is neither \"renewable\" nor \"fixed\"")
    }
  }
}

/// An API token (`exchange`).
public struct PluginCredential: Sendable {
  /// The API token.
  public let token: Secret
  /// The user name that goes with it.
  public let username: String
  /// When it expires, by the registry's clock.
  public let expires: UnixTime
  /// How many seconds that is from now; nil if the program does not know.
  public let secondsLeft: Int64?

  /// Reads a result.
  public init(_ object: JSONObject) throws(ContractFault) {
    let result = ResultReader(object)
    token = Secret(try result.secret("token"))
    guard Credential.isToken(token) else {
      throw ContractFault(
        "\"token\" is no API token: it has \(Credential.minimumBytes) to \(Credential.maximumBytes) bytes, each from ! to ~"
      )
    }
    username = try result.text("username", limit: 128)
    guard username.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ":") }) else {
      throw ContractFault("\"username\" has a character that no user name has (! to ~ without a colon)")
    }
    guard let seconds = object["expires-at"]?.integer, (1_577_836_800..<4_102_444_800).contains(seconds) else {
      throw ContractFault("\"expires-at\" is no Unix time in seconds, of the years 2020 to 2099")
    }
    expires = UnixTime(seconds)
    switch object["expires-in"]?.value {
    case nil, .null: secondsLeft = nil
    default:
      guard let left = object["expires-in"]?.integer, left > 0 else {
        throw ContractFault("\"expires-in\" is no whole number of seconds above 0")
      }
      secondsLeft = left
    }
  }
}

/// Reads the members of a result; nothing of what they hold gets into a fault.
struct ResultReader {
  private let object: JSONObject

  init(_ object: JSONObject) { self.object = object }

  func flag(_ name: String) throws(ContractFault) -> Bool {
    guard case .boolean(let value)? = object[name]?.value else { throw fault(name, "true or false") }
    return value
  }

  /// A text of one line that can be shown.
  func text(_ name: String, limit: Int) throws(ContractFault) -> String {
    guard let text = object[name]?.string, !text.isEmpty, text.utf8.count <= limit else {
      throw fault(name, "a text of 1 to \(limit) bytes")
    }
    return text
  }

  func secret(_ name: String) throws(ContractFault) -> String {
    guard let text = object[name]?.string, !text.isEmpty else { throw fault(name, "a text") }
    return text
  }

  func texts(_ name: String, isRequired: Bool = true) throws(ContractFault) -> [String] {
    if object[name] == nil, !isRequired { return [] }
    guard let elements = object[name]?.array, elements.count <= 64 else { throw fault(name, "a list of texts") }
    var texts: [String] = []
    for element in elements {
      guard let text = element.string, !text.isEmpty, text.utf8.count <= 256 else {
        throw fault(name, "a list of texts")
      }
      texts.append(text)
    }
    return texts
  }

  private func fault(_ name: String, _ wanted: Message) -> ContractFault {
    ContractFault(
      object[name] == nil
        ? "the result has no \"\(Neutralized(name))\", which is \(wanted)" : "\"\(Neutralized(name))\" is not \(wanted)"
    )
  }
}
