import Synchronization

/// The identity tokens that the indexes of a run were sent, so that none gets one a second time that it can use up, whatever
/// a source hands out.
public final class SentTokens: Sendable {
  private struct Sending: Hashable {
    /// The token's SHA-256: what is remembered is no secret.
    let digest: String
    let origin: Origin

    init(_ token: IdentityToken, _ origin: Origin) {
      digest = token.digest
      self.origin = origin
    }
  }

  private let all = Mutex<Set<Sending>>([])
  /// The index that each token was made for.
  private let owners = Mutex<[String: Origin]>([:])

  /// Nothing was sent yet.
  public init() {}

  /// Notes that a token was made for an index.
  ///
  /// - Returns: The index that it was made for before; the same one, if none.
  func owner(of token: IdentityToken, madeFor origin: Origin) -> Origin {
    owners.withLock { owners in
      let owner = owners[token.digest] ?? origin
      owners[token.digest] = owner
      return owner
    }
  }

  /// Notes that an index is sent a token.
  ///
  /// - Returns: Whether it is the first time.
  func add(_ token: IdentityToken, to origin: Origin) -> Bool {
    all.withLock { $0.insert(Sending(token, origin)).inserted }
  }

  /// Forgets a token that the index did not read.
  func remove(_ token: IdentityToken, from origin: Origin) {
    all.withLock { _ = $0.remove(Sending(token, origin)) }
  }
}
