import BrokerCore
import Testing

@testable import CratesIORegistry

struct CargoTests {
  private static let metadata = """
    {"packages":[
     {"name":"a","version":"1.0.0","id":"path+file:///w#a@1.0.0","manifest_path":"/w/Cargo.toml","publish":null},
     {"name":"b","version":"2.0.0","id":"path+file:///w/b#b@2.0.0","manifest_path":"/w/b/Cargo.toml","publish":["crates-io","mine"]},
     {"name":"c","version":"3.0.0","id":"path+file:///w/c#c@3.0.0","manifest_path":"/w/c/Cargo.toml","publish":[]},
     {"name":"d","version":"4.0.0","id":"path+file:///w/d#d@4.0.0","manifest_path":"/w/d/Cargo.toml","publish":["mine"]}],
     "workspace_members":["path+file:///w#a@1.0.0","path+file:///w/b#b@2.0.0","path+file:///w/c#c@3.0.0","path+file:///w/d#d@4.0.0"],
     "workspace_default_members":["path+file:///w#a@1.0.0"],"target_directory":"/w/target","version":1,"workspace_root":"/w"}
    """

  private func answer(_ words: String, in folder: String = "/w") -> PackageSurvey.Answer {
    PackageSurvey.cargo.read(words.split(separator: " ").map(String.init), folder, Array(Self.metadata.utf8))
  }

  @Test(
    "A command publishes the crates that its words and its folder choose",
    arguments: [
      ("publish", "/w", ["a"], []), ("publish", "/w/b/src", ["b"], []), ("publish", "/w/c", ["c"], ["c"]),
      ("publish --workspace", "/w", ["a", "b", "d"], ["d"]), ("publish --all --exclude d", "/w/b", ["a", "b"], []),
      ("publish --workspace --exclude=d --exclude a", "/w", ["b"], []), ("publish -p b -p a", "/w", ["a", "b"], []),
      ("publish --package=b", "/w", ["b"], []), ("publish -pb", "/w", ["b"], []),
      ("publish --manifest-path b/Cargo.toml", "/w", ["b"], []), ("publish -p c", "/w", ["c"], ["c"]),
      ("publish", "/elsewhere", ["a"], []),
    ] as [(String, String, [String], [String])])
  func chooses(_ words: String, _ folder: String, _ crates: [String], _ refused: [String]) {
    let answer = answer(words, in: folder)
    #expect(answer.unknown == nil && answer.packages.map(\.name.project) == crates)
    #expect(answer.objections.map(\.package) == refused)
  }

  @Test("A crate's file lies below the target folder") func places() {
    #expect(answer("publish").packages.first?.path == "/w/target/package/a-1.0.0.crate")
    #expect(answer("publish --target-dir out").packages.first?.path == "/w/out/package/a-1.0.0.crate")
  }

  @Test(
    "What cargo resolves by itself is not known",
    arguments: ["publish -p a@1.0.0", "publish -p a*", "publish --exclude a/b"])
  func unknown(_ words: String) { #expect(answer(words).unknown != nil) }

  @Test("An answer that is none is not taken for an empty workspace", arguments: ["", "[]", "{}", "error: no"])
  func noAnswer(_ text: String) {
    #expect(PackageSurvey.cargo.read(["publish"], "/w", Array(text.utf8)).unknown != nil)
  }

  @Test(
    "The rest of a workspace is named crate by crate",
    arguments: [
      ("publish --workspace --locked", "publish --locked -p b -p c"),
      ("publish --all --exclude a", "publish -p b -p c"),
      ("+nightly publish -p a --package b -pc --package=d -v", "+nightly publish -v -p b -p c"),
    ]) func selects(_ words: String, _ expected: String)
  {
    let selected = PackageSurvey.cargo.select(words.split(separator: " ").map(String.init), ["b", "c"])
    #expect(selected.joined(separator: " ") == expected)
  }

  @Test("cargo is asked with its own toolchain and manifest") func question() {
    let words = ["+1.95.0", "publish", "--manifest-path", "x/Cargo.toml", "-p", "a"]
    #expect(
      PackageSurvey.cargo.question(words).joined(separator: " ")
        == "+1.95.0 metadata --format-version 1 --no-deps --manifest-path x/Cargo.toml")
  }

  // MARK: Credentials

  private static let registry =
    #""registry":{"index-url":"https://github.com/rust-lang/crates.io-index","name":"crates-io"}"#

  @Test("cargo's questions are read as it asks them") func questions() {
    let question = CredentialHelper.cargo.question
    #expect(question(#"{"v":1,\#(Self.registry),"kind":"get","operation":"read"}"#) == .reading)
    let publish =
      #"{"v":1,\#(Self.registry),"kind":"get","operation":"publish","name":"a","vers":"1.0.0","cksum":"ab"}"#
    #expect(
      question(publish)
        == .publishing(DistributionName(filename: "a-1.0.0.crate", project: "a", version: "1.0.0"), sha256: "ab"))
    for other in [
      "", "{}", "[]", #"{"v":1,\#(Self.registry),"kind":"get","operation":"yank","name":"a","vers":"1.0.0"}"#,
      #"{"v":1,\#(Self.registry),"kind":"login"}"#,
      #"{"v":1,\#(Self.registry),"kind":"get","operation":"owners","name":"a"}"#,
      #"{"v":1,"registry":{"index-url":"sparse+https://other.example.com/","name":"other"},"kind":"get","operation":"publish","name":"a","vers":"1.0.0","cksum":"ab"}"#,
    ] { #expect(question(other) == .other, "\(other)") }
  }

  @Test("cargo is answered as it reads answers, each on one line") func answers() throws {
    let line = CredentialHelper.cargo.line
    let token = line(.credential(Secret("cio_tp_0123456789abcdef")))
    #expect(token.contains(#""token":"cio_tp_0123456789abcdef""#) && token.contains(#""cache":"never""#))
    #expect(!line(.reading).contains("cio_"))
    let refused = line(.refused("no\nline", because: ["why", "To fix it: so"]))
    #expect(refused.contains(#""caused-by":["why","To fix it: so"]"#))
    for text in [token, line(.reading), refused, line(.other)] {
      #expect(!text.contains("\n") && (try? JSONReader().read(Array(text.utf8))) != nil)
    }
  }

  @Test(
    "A cargo that cannot ask is known by its version",
    arguments: [
      ("cargo 1.95.0 (f2d3ce0bd 2026-03-21)", true), ("cargo 1.74.0", true), ("cargo 2.0.0", true),
      ("cargo 1.73.0 (9c4383fb5 2023-08-26)", false), ("cargo 0.66.0", false), ("", false), ("rustc 1.95.0", false),
    ]) func versions(_ output: String, _ isAble: Bool)
  {
    #expect((CredentialHelper.cargo.obstacle(Array(output.utf8)) == nil) == isAble)
  }
}
