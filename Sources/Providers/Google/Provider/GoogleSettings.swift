public import BrokerCore

/// The settings of Google Cloud: `impersonate`, which names the service account that a job acts for.
public struct GoogleSettings: PluginSettings {
  /// The account; nil for the machine's own.
  let account: GoogleAccount?

  /// The key `impersonate`.
  static let keys = [
    ConfigurationKey(
      "impersonate",
      summary: "the service account to act for, by the machine's own; its e-mail address")
  ]

  /// Decodes the settings.
  public init(from object: ConfigurationObject) throws(BrokerError) {
    guard let text = try object.string("impersonate") else {
      account = nil
      return
    }
    // Asking for another account tells its owner who asks.
    try object.refuseUndeclared("impersonate", "a service account to act for")
    let path = (object.path + ["impersonate"]).joined(separator: ".")
    guard let account = GoogleAccount(text, from: "\(Neutralized(path))") else {
      throw object.error(
        "impersonate", "is \(Neutralized.quoted(text)), which is no service account", remedy: GoogleAccount.rule)
    }
    self.account = account
  }

  /// The account.
  public var values: [SettingValue] { account.map { [SettingValue("impersonate", $0.address)] } ?? [] }
}
