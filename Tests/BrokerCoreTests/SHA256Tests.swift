import BrokerCore
import Testing

/// The published examples (NIST, "Secure Hash Standard" example values, and CAVP byte-oriented vectors).
struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func matchesThePublishedValues(_ text: String, _ expected: String) {
    #expect(SHA256.hexadecimal(of: Array(text.utf8)) == expected)
  }

  @Test func matchesTheBytesOfThePublishedVectors() {
    #expect(
      SHA256.hexadecimal(of: [0xd3]) == "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1")
    #expect(
      SHA256.hexadecimal(of: [0x74, 0xba, 0x25, 0x21])
        == "b16aa56be3880d18cd41e68384cf1ec8c17680c45a02b1575dc1518923ae8b0e")
  }

  @Test func hashesAMillionLettersInPieces() {
    let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    var hash = SHA256()
    // Pieces that share no factor with a block's 64 bytes.
    let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 997)
    for _ in 0..<1003 { hash.update(piece) }
    hash.update(piece[..<9])
    #expect(hash.hexadecimal == expected)
  }

  /// Lengths around the places where the padding needs another block (values computed with OpenSSL), byte by byte.
  @Test(arguments: [
    (55, "463eb28e72f82e0a96c0a4cc53690c571281131f672aa229e0d45ae59b598b59"),
    (56, "da2ae4d6b36748f2a318f23e7ab1dfdf45acdc9d049bd80e59de82a60895f562"),
    (64, "fdeab9acf3710362bd2658cdc9a29e8f9c757fcf9811603a8c447cd1d9151108"),
    (119, "da18797ed7c3a777f0847f429724a2d8cd5138e6ed2895c3fa1a6d39d18f7ec6"),
    (120, "f52b23db1fbb6ded89ef42a23ce0c8922c45f25c50b568a93bf1c075420bbb7c"),
  ])
  func doesNotDependOnThePieces(_ count: Int, _ expected: String) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    var hash = SHA256()
    for byte in bytes {
      hash.update([byte])
      // Asking in between changes nothing.
      _ = hash.hexadecimal
    }
    #expect(hash.hexadecimal == expected && SHA256.hexadecimal(of: bytes) == expected)
  }
}
