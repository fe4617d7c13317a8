import Testing

@testable import WarehouseRegistry

struct PythonVersionTests {
  /// Texts and their normalised form (PEP 440, appendix B and "Normalization"); nil if it is no version.
  @Test(
    "a version is normalised as packaging does it",
    arguments: [
      ("1.0", "1.0"), ("v1.0", "1.0"), (" 1.0\n", "1.0"), ("01.002", "1.2"), ("1!2.0", "1!2.0"), ("0!1", "1"),
      ("1.0a1", "1.0a1"), ("1.0.alpha.1", "1.0a1"), ("1.0-beta_2", "1.0b2"), ("1.0c1", "1.0rc1"), ("1.0pre", "1.0rc0"),
      ("1.0RC1", "1.0rc1"), ("1.0-preview-3", "1.0rc3"), ("1.0.post1", "1.0.post1"), ("1.0-1", "1.0.post1"),
      ("1.0rev2", "1.0.post2"), ("1.0r2", "1.0.post2"), ("1.0.post", "1.0.post0"), ("1.0.dev3", "1.0.dev3"),
      ("1.0dev", "1.0.dev0"), ("1.0a1.post2.dev3", "1.0a1.post2.dev3"), ("1.0+g1234", "1.0+g1234"),
      ("1.0+Ubuntu-1_02", "1.0+ubuntu.1.2"), ("99999999999999999999999999", "99999999999999999999999999"),
      ("", nil), ("1.", nil), ("1.0-foo-bar", nil), ("1.0+", nil), ("1.0+a..b", nil), ("one", nil), ("1.0 1", nil),
      ("1.0a1b1", nil), ("1_0", nil), ("1!", nil), ("1.0.dev1.post1", nil), ("١.٠", nil),
    ])
  func normalises(_ text: String, _ normalised: String?) { #expect(PythonVersion(text)?.text == normalised) }

  @Test func comparesWithoutZerosAtTheEnd() {
    #expect(PythonVersion("1.0") == PythonVersion("1.0.0") && PythonVersion("1") == PythonVersion("1.0"))
    #expect(PythonVersion("1.0") != PythonVersion("1.0.1") && PythonVersion("1.0") != PythonVersion("1.0rc1"))
    #expect(PythonVersion("0") == PythonVersion("0.0") && PythonVersion("10") != PythonVersion("1"))
    #expect(PythonVersion("1.0+g1")?.isLocal == true && PythonVersion("1.0")?.isLocal == false)
  }
}
