import BrokerCore
import CLibcurl
import Synchronization

/// How names of hosts are looked up: a static tool asks `/etc/hosts` and DNS alone, whatever `/etc/nsswitch.conf` names.
enum NameSources {
  private static let isSaid = Atomic(false)

  /// What to say of a name that was not found, once in a run; nil for nothing.
  static func advice() -> Message? {
    guard broker_curl_asks_own_name_sources() != 0 else { return nil }
    let path = "/etc/nsswitch.conf"
    guard let bytes = try? FileReader.read(path, maximumBytes: 64 * 1024, code: .configurationUnreadable) else {
      return nil
    }
    guard let advice = advice(for: String(decoding: bytes, as: UTF8.self), of: path) else { return nil }
    return isSaid.exchange(true, ordering: .relaxed) ? nil : advice
  }

  /// What to say where the file has these lines (nsswitch.conf(5)); nil if it names nothing else for hosts.
  static func advice(for text: String, of path: String) -> Message? {
    let others = sources(of: text).filter { $0 != "files" && $0 != "dns" }
    guard !others.isEmpty else { return nil }
    let names = others.map { Neutralized.quoted($0) }.joined(separator: ", ")
    return
      "\(Neutralized(path)) names \(names) as well, which this tool does not ask: it reads /etc/hosts and asks DNS alone."
  }

  /// The sources for hosts in order, each once, without what follows from their answers (`[NOTFOUND=return]`).
  private static func sources(of text: String) -> [String] {
    var sources: [String] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let entry = line.prefix { $0 != "#" }.split(separator: ":", maxSplits: 1)
      guard entry.count == 2, entry[0].filter({ !$0.isWhitespace }) == "hosts" else { continue }
      var isAction = false
      var word = ""
      for character in entry[1] + " " {
        if character == "[" { isAction = true }
        if !isAction, !character.isWhitespace {
          word.append(character)
          continue
        }
        if character == "]" { isAction = false }
        if !word.isEmpty, !sources.contains(word) { sources.append(word) }
        word = ""
      }
    }
    return sources
  }
}
