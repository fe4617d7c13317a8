#if canImport(Testing)
  public import BrokerCore
  public import Testing

  /// Looks for secrets where they must not be.
  public struct SecretSearch: Sendable {
    private let secrets: [String]

    /// A search for texts; those shorter than 8 characters are passed over.
    public init(_ secrets: [String]) {
      self.secrets = secrets.filter { $0.count >= 8 }
    }

    /// Records an issue for every secret that an error shows in any way it can be printed.
    public func expectNone(in error: BrokerError, sourceLocation: SourceLocation = #_sourceLocation) {
      var dumped = ""
      dump(error, to: &dumped)
      expectNone(in: "\(error) \(String(reflecting: error)) \(dumped)", sourceLocation: sourceLocation)
    }

    /// Records an issue for every secret in a message.
    public func expectNone(in message: Message, sourceLocation: SourceLocation = #_sourceLocation) {
      expectNone(in: message.text, sourceLocation: sourceLocation)
    }

    /// Records an issue for every secret in a text, as it is or in pieces of 16 characters.
    public func expectNone(in text: String, sourceLocation: SourceLocation = #_sourceLocation) {
      for (number, secret) in secrets.enumerated() {
        let characters = Array(secret)
        let pieces = stride(from: 0, through: max(0, characters.count - 16), by: 8).map { start in
          String(characters[start..<min(start + 16, characters.count)])
        }
        #expect(!pieces.contains { text.contains($0) }, "secret \(number) is shown", sourceLocation: sourceLocation)
      }
    }
  }
#endif
