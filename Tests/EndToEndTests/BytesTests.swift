import BrokerCore
import BrokerSystem
import TestSupport
import Testing

/// The tool passes arguments, variables and file names on byte for byte.
struct BytesTests {
  /// Runs a script of the shell, in which `$tool` is the tool, and gives back what it wrote into the file `shown`.
  private func shown(by script: String, _ variables: [String: String] = [:]) async throws -> String {
    let folder = try TestFolder()
    defer { folder.remove() }
    // Names that are not UTF-8 are made and removed where they are used: the tests' own library does not know them.
    let all =
      "cd '\(folder.path)' && mkdir work && cd work && (\(script)\n) >../shown.bytes 2>../errors; cd ..; "
      + "LC_ALL=C od -A n -v -t x1 <shown.bytes >shown; rm -rf work"
    let environment = ["PATH": "/usr/bin:/bin", "tool": BuiltTool.path].merging(variables) { $1 }
    _ = try await ChildProcess(["/bin/sh", "-c", all], environment: .init(environment)).run()
    let text = folder.read("shown").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if text.isEmpty {
      Issue.record("\(folder.read("errors").split(separator: "\n").filter { !$0.contains("::add-mask::") })")
    }
    return text
  }

  private func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined(separator: " ")
  }

  /// What a word of the shell's `printf` stands for, and its bytes.
  static let words: [(octal: String, bytes: [UInt8])] = [
    (#"a\344b"#, [0x61, 0xE4, 0x62]), (#"\303\244"#, [0xC3, 0xA4]), (#"e\314\201"#, [0x65, 0xCC, 0x81]),
    (#"\377\376\200"#, [0xFF, 0xFE, 0x80]), (#"\364\217\272\200"#, [0xF4, 0x8F, 0xBA, 0x80]),
    (#"\355\240\200"#, [0xED, 0xA0, 0x80]), (#"=\314\201x"#, [0x3D, 0xCC, 0x81, 0x78]),
    (#"\342\204\252"#, [0xE2, 0x84, 0xAA]),
  ]

  @Test(arguments: words.indices) func passesOnArgumentsVariablesAndNames(_ index: Int) async throws {
    let (octal, bytes) = Self.words[index]
    let script = """
      word=$(printf '\(octal)'); mkdir "d$word"; cd "d$word"
      printf '#!/bin/sh\nprintf "%%s" "$1|$VALUE|"; pwd | tr -d "\\n" | sed "s:.*/::"\n' >"c$word"
      chmod +x "c$word"
      export VALUE="$word"
      PATH="$PWD:$PATH" "$tool" sandbox --raw -- "$tool" exec pypi --env 'T={token}' -- "c$word" "$word"
      env "N$word=named" "$tool" sandbox --raw -- "$tool" exec pypi --env 'T={token}' -- env | LC_ALL=C grep -a '=named$'
      """
    // A name has no "=".
    guard !octal.hasPrefix("=") else { return }
    let expected: [UInt8] = bytes + [0x7C] + bytes + [0x7C, 0x64] + bytes + [0x4E] + bytes + Array("=named\n".utf8)
    #expect(try await shown(by: script) == hexadecimal(expected))
  }

  /// An argument that begins with a sign that Swift joins with what stands before it.
  @Test(arguments: words.indices) func passesOnArgumentsBehindSigns(_ index: Int) async throws {
    let (octal, bytes) = Self.words[index]
    let script = """
      exec "$tool" sandbox --raw -- "$tool" exec pypi --env 'T={token}' -- printf '%s' "$(printf 'x{registry}\(octal)')"
      """
    #expect(try await shown(by: script) == hexadecimal([0x78] + Array("pypi".utf8) + bytes))
  }

  /// Files are found, compared by their digest and passed on one by one, however alike their names look.
  @Test func knowsFilesByTheirBytes() async throws {
    let names: [(octal: String, bytes: [UInt8])] = [
      (#"s-1\344.whl"#, [0x31, 0xE4]), (#"s-1\303\244.whl"#, [0x31, 0xC3, 0xA4]),
      (#"s-1a\314\210.whl"#, [0x31, 0x61, 0xCC, 0x88]),
    ]
    let script = """
      for name in \(names.map { "'\($0.octal)'" }.joined(separator: " ")); do printf '%s' "$name" >"$(printf "$name")"; done
      exec "$tool" sandbox --raw -- "$tool" exec pypi --per-file --env 'T={token}' -- printf '%s' "$(printf '\(names[0].octal)')" \
        "$(printf '\(names[1].octal)')" "$(printf '\(names[2].octal)')"
      """
    let expected: [UInt8] = names.reduce(into: []) { $0 += [0x73, 0x2D] + $1.bytes + Array(".whl".utf8) }
    #expect(try await shown(by: script) == hexadecimal(expected))
  }

  /// The tool's own files, and the folders that variables name.
  @Test func readsAndWritesFilesByTheirBytes() async throws {
    let script = """
      word=$(printf 'x\\344y'); mkdir "$word" "t$word"
      printf '{"version":1,"registries":{"pypi":{}}}' >"$word/c$word.json"
      export TMPDIR="$PWD/t$word"
      "$tool" sandbox --raw -- "$tool" mint pypi --config "$word/c$word.json" --output "$word/token$word" >&2 || exit
      TOKEN_BROKER_CONFIG="$word/c$word.json" "$tool" sandbox --raw --provider gitlab -- "$tool" check --report "$word/r$word" >&2
      grep -c '^pypi-' "$word/token$word"; grep -c '"version"' "$word/r$word" | head -1; ls "$word" | wc -l; ls "$TMPDIR" | wc -l
      """
    let lines = try await shown(by: script).replacing(" 0a", with: "|").replacing("20 ", with: "")
    #expect(lines.hasPrefix("31|") && !lines.contains("30|") || lines == "31| 31| 33| 30|", "\(lines)")
  }
}
