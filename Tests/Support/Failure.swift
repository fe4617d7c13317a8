public import BrokerCore

/// The error that `body` throws; nil if it throws none.
public func failure(of body: () async throws(BrokerError) -> Void) async -> BrokerError? {
  do {
    try await body()
    return nil
  } catch { return error }
}
