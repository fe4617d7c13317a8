import BrokerCore

/// What pymacaroons makes of keys and conditions (Scripts/macaroon-vectors).
public struct MacaroonVectors: Sendable {
  /// A token, and the same with more conditions.
  public struct Accepted: Sendable {
    /// What is special about it.
    public let name: String
    /// Who made it.
    public let location: String
    /// What it was made with.
    public let key: [UInt8]
    /// What its maker knows it by.
    public let identifier: String
    /// The conditions that it was made with.
    public let conditions: [String]
    /// The conditions that were added.
    public let added: [String]
    /// The token as it was made.
    public let before: String
    /// The token with the conditions that were added.
    public let after: String
  }

  /// Tokens of the form that can be narrowed.
  public let accepted: [Accepted]
  /// Tokens of other forms, by what they are.
  public let refused: [(name: String, token: String)]

  /// The vectors that are checked in.
  public static let all: MacaroonVectors = {
    let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let text = TestFolder(at: "/\(folder)").read("Tests/Vectors/macaroons.json")
    return MacaroonVectors((try? JSONReader(maximumBytes: 1 << 20).read(Array(text.utf8)))?.object ?? JSONObject())
  }()

  private init(_ object: JSONObject) {
    func text(_ object: JSONObject, _ key: String) -> String { object[key]?.string ?? "" }
    func texts(_ object: JSONObject, _ key: String) -> [String] { (object[key]?.array ?? []).compactMap(\.string) }
    accepted = (object["accepted"]?.array ?? []).compactMap(\.object).map { vector in
      let digits = Array(text(vector, "key"))
      return Accepted(
        name: text(vector, "name"), location: text(vector, "location"),
        key: stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0..<($0 + 2)]), radix: 16) },
        identifier: text(vector, "identifier"), conditions: texts(vector, "caveats"), added: texts(vector, "added"),
        before: text(vector, "before"), after: text(vector, "after"))
    }
    refused = (object["refused"]?.array ?? []).compactMap(\.object).map { (text($0, "name"), text($0, "token")) }
  }
}
