import BrokerCore
import Testing

@Suite("A message is written in the program, and text of others in it is neutralised")
struct MessageTests {
  @Test("values stand in a message as they are")
  func holdsValues() throws {
    let origin = try HTTPURL("https://[2001:db8::1]:8443/").origin
    let message: Message =
      "\(origin) at \(origin.authority), \(3) times \(UnixTime(0)): \("a b" as Audience) [\(ErrorCode.usage)]"
    #expect(
      message == #"https://[2001:db8::1]:8443 at [2001:db8::1]:8443, 3 times 1970-01-01T00:00:00Z: "a b" [usage]"#)
    #expect(["a", "b"].map { Neutralized($0) }.joined(separator: ", ") == "a, b")
  }

  /// Two texts, neither of which is a command.
  @Test(
    "no command comes about where two texts meet",
    arguments: [(":", ":error::x"), ("##", "[error]x"), ("#", "#[error]x")])
  func keepsSeamsApart(_ left: String, _ right: String) {
    let (first, second) = (Neutralized(left), Neutralized(right))
    let messages: [Message] = [
      "\(first)\(second)", Message(first) + Message(second), [first, second].joined(), "\(first)" + "\(second)",
    ]
    for message in messages {
      #expect(!message.contains("::") && !message.contains("##["), "\(message)")
    }
  }

  @Test("a literal does not complete a command that a text begins")
  func keepsLiteralsApart() {
    let messages: [Message] = ["\(Neutralized("a:")): b", "\(Neutralized("##"))[x]", "##\(Neutralized("[x]"))"]
    for message in messages { #expect(!message.contains("::") && !message.contains("##["), "\(message)") }
  }

  @Test("a value that has the form of a placeholder is not taken for one")
  func fillsOnce() {
    let values: [Substring: Message] = ["a": "{b}", "b": "no"]
    #expect(("x {a} {c} {b}" as Message).filled { values[$0] } == "x {b} {c} no")
    #expect(("{a" as Message).filled { values[$0] } == "{a")
  }

  @Test("a sentence loses its full stop as a part of another")
  func becomesClause() {
    #expect(("It is." as Message).clause == "It is")
    #expect(("It is" as Message).clause == "It is")
  }
}
