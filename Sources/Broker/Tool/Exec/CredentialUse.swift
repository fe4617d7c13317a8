import BrokerCore

/// How long a credential is used, by what is left of its life: pure.
enum CredentialUse {
  /// What is left of a credential's life, in seconds, with which no further command is started.
  private static let shortest: Int64 = 60
  /// How many seconds before the end of a credential's life a run says that it ends.
  private static let warning: Int64 = 120

  /// Whether a further command is started with it; `life` is how long it is good in all, where that was shortened.
  static func mayGoOn(_ credential: Credential, by time: TimeSource, life: Int64? = nil) -> Bool {
    credential.secondsLeft(by: time) > min(shortest, (life ?? .max) / 2)
  }

  /// The time until its end is to be said.
  static func quietTime(of credential: Credential, by time: TimeSource, life: Int64? = nil) -> Duration {
    .seconds(max(0, credential.secondsLeft(by: time) - min(warning, (life ?? .max) / 4)))
  }
}
