import BrokerCore
import BrokerSandbox

/// An API token as PyPI's server software makes it and reads it back (Warehouse, macaroons/services.py; pymacaroons,
/// serializers/binary_serializer.py).
struct IssuedToken {
  /// A condition of the token.
  struct Condition {
    let text: [UInt8]
    /// Whether somebody else would have to check it.
    let isForeign: Bool
  }

  /// The identifier by which the index knows it.
  let identifier: String
  /// The conditions in their order.
  let conditions: [Condition]
  /// The code that came with it.
  let code: [UInt8]

  /// What a token of the sandbox begins with: neither it nor a real one goes where the other belongs.
  static let beginning = "pypi\(Credential.rehearsalMark)"

  // MARK: Making

  /// A new token.
  static func made(at location: String, identifier: String, key: [UInt8], conditions: [String]) -> String {
    var text: [UInt8] = [2]
    text += packet(1, Array(location.utf8)) + packet(2, Array(identifier.utf8)) + [0]
    var code = firstCode(of: identifier, key)
    for condition in conditions {
      let bytes = Array(condition.utf8)
      text += packet(2, bytes) + [0]
      code = nextCode(after: code, bytes)
    }
    return beginning + Base64URL.encode(text + [0] + packet(6, code))
  }

  private static func packet(_ kind: UInt8, _ content: [UInt8]) -> [UInt8] {
    var length = content.count
    var head = [kind]
    repeat {
      let group = UInt8(length & 127)
      length /= 128
      head.append(length > 0 ? group + 128 : group)
    } while length > 0
    return head + content
  }

  // MARK: Reading

  /// Reads a token; nil where the server finds none in it.
  ///
  /// It ignores what follows the code, as the server does.
  init?(_ text: String) {
    guard text.hasPrefix(Self.beginning),
      let bytes = Base64URL.decode(text.dropFirst(Self.beginning.count)), bytes.first == 2
    else { return nil }
    var packets = Packets(rest: bytes[1...])
    guard var head = packets.group() else { return nil }
    if head.first?.kind == 1 { head.removeFirst() }
    guard head.count == 1, head[0].kind == 2 else { return nil }
    identifier = String(decoding: head[0].content, as: UTF8.self)
    var conditions: [Condition] = []
    while true {
      guard var group = packets.group() else { return nil }
      if group.isEmpty { break }
      let isPlaced = group[0].kind == 1
      if isPlaced { group.removeFirst() }
      guard let first = group.first, first.kind == 2, group.count <= 2, !(isPlaced && group.count == 1),
        group.count == 1 || group[1].kind == 4
      else { return nil }
      conditions.append(Condition(text: Array(first.content), isForeign: group.count == 2))
    }
    guard let last = packets.next(), last.kind == 6 else { return nil }
    self.conditions = conditions
    code = Array(last.content)
  }

  /// The pieces that a token is made of.
  private struct Packets {
    typealias Packet = (kind: Int, content: ArraySlice<UInt8>)

    var rest: ArraySlice<UInt8>

    /// The pieces up to the next end, in rising order of their kinds.
    mutating func group() -> [Packet]? {
      var group: [Packet] = []
      while let packet = next() {
        if packet.kind == 0 { return group }
        guard packet.kind > group.last?.kind ?? -1 else { return nil }
        group.append(packet)
      }
      return nil
    }

    mutating func next() -> Packet? {
      guard let kind = number() else { return nil }
      guard kind != 0 else { return (0, []) }
      guard let length = number(), length <= rest.count else { return nil }
      defer { rest = rest.dropFirst(length) }
      return (kind, rest.prefix(length))
    }

    private mutating func number() -> Int? {
      let groups = rest.prefix(5)
      guard let last = groups.firstIndex(where: { $0 < 128 }) else { return nil }
      rest = rest[(last + 1)...]
      return groups[...last].reversed().reduce(0) { $0 * 128 + Int($1 & 127) }
    }
  }

  // MARK: Codes

  /// The code over the conditions of the token and those that the index has stored.
  func expectedCode(_ key: [UInt8], over conditions: [[UInt8]]) -> [UInt8] {
    conditions.reduce(Self.firstCode(of: identifier, key), Self.nextCode)
  }

  /// The code that came with the token, over more conditions.
  func code(over more: [[UInt8]]) -> [UInt8] { more.reduce(code, Self.nextCode) }

  private static func firstCode(of identifier: String, _ key: [UInt8]) -> [UInt8] {
    nextCode(after: nextCode(after: Array("macaroons-key-generator".utf8), key), Array(identifier.utf8))
  }

  /// The keyed code of a text under the code before it (RFC 2104 over SHA-256, for keys of at most 64 bytes).
  static func nextCode(after key: [UInt8], _ text: [UInt8]) -> [UInt8] {
    let padded = key + Array(repeating: 0, count: max(0, 64 - key.count))
    var inner = SHA256()
    inner.update(padded.map { $0 ^ 0x36 })
    inner.update(text)
    var outer = SHA256()
    outer.update(padded.map { $0 ^ 0x5C })
    outer.update(inner.bytes)
    return outer.bytes
  }
}
