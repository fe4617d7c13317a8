import BrokerCore
import TestSupport
import Testing

@testable import CratesIORegistry

struct ManifestTests {
  private static func package(_ name: String, _ more: String = "") -> String {
    "[package]\nname = \"\(name)\"\nversion = \"1.0.0\"\n\(more)\n"
  }

  /// Files, and the crates with their places.
  @Test(
    "The crates of a checkout are those that its manifests let be published",
    arguments: [
      ([:], []), (["Cargo.toml": package("a")], ["a Cargo.toml:2"]),
      (["Cargo.toml": package("a", "publish = false")], []), (["Cargo.toml": package("a", "publish = []")], []),
      (["Cargo.toml": package("a", "publish = [\"mine\"]")], []),
      (["Cargo.toml": package("a", "publish = [\"mine\", \"crates-io\"]")], ["a Cargo.toml:2"]),
      // A dependency is none of a package without a workspace.
      (
        ["Cargo.toml": package("a", "[dependencies]\nb = { path = \"b\" }"), "b/Cargo.toml": package("b")],
        ["a Cargo.toml:2"]
      ),
      (
        [
          "Cargo.toml": "[workspace]\nmembers = [\n  \"crates/*\", # all\n  \"x\",\n]\nexclude = [\"crates/no\"]\n",
          "crates/b/Cargo.toml": package("b"), "crates/a/Cargo.toml": package("a"),
          "crates/no/Cargo.toml": package("no"),
          "crates/empty/README": "", "x/Cargo.toml": package("x"), "y/Cargo.toml": package("y"),
          "crates/.git/Cargo.toml": package("hidden"),
        ], ["a crates/a/Cargo.toml:2", "b crates/b/Cargo.toml:2", "x x/Cargo.toml:2"]
      ),
      (
        [
          "Cargo.toml": "[workspace]\n[workspace.package]\npublish = false\n"
            + package(
              "root",
              "[target.'cfg(unix)'.dependencies.own]\npath = \"own\"\n[build-dependencies]\nout = {path = '../out'}"),
          "own/Cargo.toml": package(
            "own", "publish.workspace = true\n[dev-dependencies]\nfurther = { path = \"../further\" }"),
          "further/Cargo.toml": package("further", "publish = { workspace = false }"),
        ], ["root Cargo.toml:5", "further further/Cargo.toml:2"]
      ),
      (
        [
          "Cargo.toml": "[workspace]\nmembers = [\"../out\", \"/etc\", \"a/../a\", \"./a\", \"a\", \"b\"]\n",
          "a/Cargo.toml": package("a"), "b/Cargo.toml": "[package]\nname = [\"b\"]\n",
        ], ["a a/Cargo.toml:2"]
      ),
      (["Cargo.toml": package("a\\u202e")], []), (["Cargo.toml": "[package"], []), (["Cargo.toml": "\u{0}"], []),
    ] as [([String: String], [String])]) func crates(_ files: [String: String], _ expected: [String]) throws
  {
    let found = try WorkspaceFile.cargo.projects(CheckoutInMemory(files))
    #expect(found.map { "\($0.name) \($0.place.path):\($0.place.line)" } == expected)
  }

  @Test("A workspace that names more than anybody has ends") func many() throws {
    let names = (0..<20_000).map { "\"m\($0)\"" }.joined(separator: ", ")
    let stars = (0..<50).map { "\"*/*/*/\($0)*\"" }.joined(separator: ", ")
    var files = ["Cargo.toml": "[workspace]\nmembers = [\(stars), \(names)]\n"]
    for number in 0..<2000 {
      files["m\(number)/Cargo.toml"] = Self.package("m\(number)", "[dependencies]\nb.path = \"../m\(number + 1)\"")
    }
    let found = try WorkspaceFile.cargo.projects(CheckoutInMemory(files))
    #expect(found.count > 1000 && found.count <= 1024)
  }
}
