import BrokerCore

/// A service account that a job acts for in place of the machine's own.
struct GoogleAccount: Sendable {
  static let variable = "GOOGLE_SERVICE_ACCOUNT_NAME"
  static let rule: Message = "Write its e-mail address, such as release@my-project.iam.gserviceaccount.com."

  /// The e-mail address, in lower case.
  let address: String
  /// What names it, for messages.
  let source: Message

  /// Nil if the text is not the address of a service account, of which all are below gserviceaccount.com.
  init?(_ text: String, from source: Message) {
    let address = text.lowercased()
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    let isPlain = address.utf8.allSatisfy {
      (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || "-._@".utf8.contains($0)
    }
    guard isPlain, address.utf8.count <= 254, parts.count == 2, !parts[0].isEmpty,
      parts[1].hasSuffix(".gserviceaccount.com")
    else { return nil }
    self.address = address
    self.source = source
  }

  /// The account that the environment names; nil if it names none.
  init?(in environment: Environment) throws(BrokerError) {
    guard let text = environment.nonEmpty(Self.variable) else { return nil }
    guard let account = GoogleAccount(text, from: "\(Neutralized(Self.variable))") else {
      throw BrokerError(
        .identityPermission,
        "\(Neutralized(Self.variable)) is \(Neutralized.quoted(text)), which is no service account.",
        remedy: Self.rule, reference: GoogleGuide.impersonationReference)
    }
    self = account
  }

  /// The address and what names it.
  var shown: Message { "\(Neutralized(address, limit: 254)) (\(source))" }
}
