import BrokerCore

extension CredentialHelper {
  /// cargo's credential providers (The Cargo Book, "Credential Provider Protocol", version 1): since cargo 1.74.
  ///
  /// cargo asks for leave to read before it packs, and for each crate when it is packed and verified. To read takes no token,
  /// but an answer: any text does. A token is answered for one crate alone (`cache` is `never`).
  static let cargo = CredentialHelper(
    "cargo", versionQuestion: ["--version"], obstacle: CargoCredential.obstacle,
    variables: [ToolVariable("CARGO_REGISTRY_CREDENTIAL_PROVIDER", "{helper}")], greeting: #"{"v":[1]}"#,
    question: CargoCredential.question, line: CargoCredential.line)
}

/// What cargo says to a credential provider, and what it is told.
enum CargoCredential {
  /// The addresses that mean crates.io.
  private static let indexes = ["https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/"]

  /// `cargo 1.73.0 (9c4383fb5 2023-08-26)` is too old.
  static func obstacle(_ output: [UInt8]) -> Message? {
    let words = String(decoding: output.prefix(200), as: UTF8.self).split(whereSeparator: \.isWhitespace)
    let numbers = (words.count > 1 ? words[1] : "").split(separator: ".").prefix(2).map { Int($0) ?? -1 }
    guard words.first == "cargo", numbers.count == 2 else { return "it does not say which version it is" }
    return numbers[0] > 1 || numbers[0] == 1 && numbers[1] >= 74
      ? nil : "it is cargo \(Neutralized(String(words[1]), limit: 20)), and cargo asks for credentials since 1.74"
  }

  static func question(_ line: String) -> CredentialHelper.Question {
    guard let object = (try? JSONReader().read(Array(line.utf8)))?.object, object["kind"]?.string == "get",
      let registry = object["registry"]?.object,
      registry["name"]?.string == "crates-io" || indexes.contains(registry["index-url"]?.string ?? "")
    else { return .other }
    switch object["operation"]?.string {
    case "read": return .reading
    case "publish":
      guard let name = object["name"]?.string, let version = object["vers"]?.string else { return .other }
      return .publishing(
        DistributionName(filename: "\(name)-\(version)\(CrateFiles.ending)", project: name, version: version),
        sha256: object["cksum"]?.string)
    default: return .other
    }
  }

  static func line(_ reply: CredentialHelper.Reply) -> String {
    func token(_ text: String) -> String {
      JSONText.compact(
        .object([
          (
            "Ok",
            .object([
              ("kind", "get"), ("token", .string(text)), ("cache", "never"), ("operation_independent", false),
            ])
          )
        ]))
    }
    func error(_ members: [(String, JSONText.Value)]) -> String {
      JSONText.compact(.object([("Err", .object(members))]))
    }
    switch reply {
    case .reading: return token("reading-takes-no-token")
    case .credential(let secret): return token(secret.reveal())
    case .refused(let message, let reasons):
      return error([
        ("kind", "other"), ("message", .string(message.text)),
        ("caused-by", .array(reasons.map { .string($0.text) })),
      ])
    case .other: return error([("kind", "operation-not-supported")])
    }
  }
}
