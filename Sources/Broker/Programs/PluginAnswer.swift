public import BrokerCore

/// What a program answered, held to the protocol.
public enum PluginAnswer: Sendable {
  /// It did what it was asked.
  case result(JSONObject)
  /// It did not, and says why.
  case failure(PluginFailure)

  /// Reads what a program wrote to standard output.
  ///
  /// Nothing of it gets into the error: it may hold a secret.
  ///
  /// - Parameters:
  ///   - bytes: Standard output, whole.
  ///   - id: What the request called itself.
  /// - Returns: What it says.
  /// - Throws: ``ContractFault``.
  public static func read(_ bytes: [UInt8], id: String) throws(ContractFault) -> PluginAnswer {
    let object = try object(in: bytes)
    guard let name = object["protocol"] else { throw ContractFault("the answer has no \"protocol\"") }
    guard name.string == PluginProtocol.name else {
      throw ContractFault("the answer's \"protocol\" is not \"\(Neutralized(PluginProtocol.name))\"")
    }
    guard let answered = object["id"] else { throw ContractFault("the answer has no \"id\"") }
    guard answered.string == id else {
      throw ContractFault("the answer's \"id\" is not that of the request: it has to be repeated as it is")
    }
    switch (object["result"], object["error"]) {
    case (nil, nil): throw ContractFault("the answer has neither \"result\" nor \"error\"")
    case (.some, .some): throw ContractFault("the answer has both \"result\" and \"error\"; it may have one of them")
    case (let result?, nil):
      guard let result = result.object else { throw ContractFault("\"result\" is \(result.kind), not an object") }
      return .result(result)
    case (nil, let error?):
      guard let error = error.object else { throw ContractFault("\"error\" is \(error.kind), not an object") }
      return .failure(try PluginFailure(error, at: "error"))
    }
  }

  /// The one object that is the whole text.
  private static func object(in bytes: [UInt8]) throws(ContractFault) -> JSONObject {
    guard let first = bytes.first(where: { ![0x09, 0x0A, 0x0D, 0x20].contains($0) }) else {
      throw ContractFault("it wrote no answer to standard output")
    }
    guard first == UInt8(ascii: "{") else {
      throw ContractFault(
        "standard output does not begin with the answer: it takes one JSON object and nothing else; logs belong to standard error"
      )
    }
    let node: JSONNode
    do {
      node = try JSONReader(maximumBytes: PluginProtocol.maximumBytes, maximumDepth: PluginProtocol.maximumDepth)
        .read(bytes)
    } catch {
      switch error.reason {
      case .syntax(_, "expected the end of the text"):
        throw ContractFault(
          "there is more on standard output than one JSON object, from \(error.position) on")
      case .syntax(_, let expected): throw ContractFault("the answer is not JSON, at \(error.position): \(expected)")
      // The name itself may be a secret that stands in the wrong place.
      case .duplicateName: throw ContractFault("the answer has a key twice, at \(error.position)")
      default: throw ContractFault("the answer is not taken: \(error.summary)")
      }
    }
    guard let object = node.object else { throw ContractFault("the answer is \(node.kind), not an object") }
    return object
  }
}

/// What a program did that the protocol does not allow, for whoever wrote it.
public struct ContractFault: Error, Sendable, Equatable {
  /// A clause, without anything of what the program wrote.
  public let reason: Message

  /// A fault.
  public init(_ reason: Message) { self.reason = reason }
}
