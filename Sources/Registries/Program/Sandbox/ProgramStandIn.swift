public import BrokerCore
public import BrokerSandbox

extension SandboxRegistry {
  /// A registry that a program knows is not played: what its program asks it is between the two.
  ///
  /// - Throws: `ErrorCode.usage`, always.
  public static func ofProgram(_ entry: SandboxEntry) throws(BrokerError) -> SandboxRegistry {
    throw entry.notPlayed(
      "what its program asks the registry is known to the program alone",
      remedy:
        "Start a stand-in of your own on this machine and name it: sandbox --registry \(Neutralized(entry.name))=http://127.0.0.1:PORT. "
        + "Or run token-broker plugins check \(Neutralized(entry.program?.name ?? entry.name)).")
  }
}
