import BrokerCore
import Testing

@testable import BrokerSystem

/// What is said of the sources of names that a static tool leaves out.
struct NameSourcesTests {
  /// The file's lines, and the sources that are named.
  @Test(
    arguments: [
      ("hosts: files dns", nil), ("hosts:\tdns [!UNAVAIL=return] files\n", nil), ("", nil), ("passwd: files sss", nil),
      ("# hosts: resolve", nil), ("hosts: files # resolve\n", nil),
      ("hosts: files resolve [!UNAVAIL=return] dns", "\"resolve\""),
      ("passwd: sss\n  hosts :files mymachines[NOTFOUND=return]myhostname", "\"mymachines\", \"myhostname\""),
      ("hosts: mdns4_minimal [NOTFOUND=return] dns mdns4_minimal\nhosts: wins", "\"mdns4_minimal\", \"wins\""),
      ("hosts: [ NOTFOUND = return ] [", nil),
    ] as [(String, String?)])
  func namesWhatIsLeftOut(_ text: String, _ names: String?) {
    let advice = NameSources.advice(for: text, of: "/etc/nsswitch.conf")?.text
    #expect(advice?.hasPrefix("/etc/nsswitch.conf names ") == names.map { _ in true })
    #expect(advice?.contains(" \(names ?? "") as well") ?? true, "\(advice ?? "")")
  }

  @Test func showsNoControlCharacterOfTheFile() {
    let advice = NameSources.advice(for: "hosts: a\u{1B}b", of: "/etc/nsswitch.conf")?.text ?? ""
    #expect(!advice.isEmpty && !advice.contains("\u{1B}"))
  }

  /// A tool that is not static asks what the file names.
  @Test func saysNothingWhereTheSystemIsAsked() { #expect(NameSources.advice() == nil) }
}
