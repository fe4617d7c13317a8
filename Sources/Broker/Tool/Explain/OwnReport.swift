import BrokerCore

/// What token-broker itself said in a log: its error codes, and its causes as it wrote them.
///
/// It is read back from the text of a run or a check, from a job's summary and from a report for machines. A text may be
/// made up: what is read back is text of others, neutralised, and an address is kept only where a publisher's form is.
struct OwnReport: Sendable {
  /// The code of the first error; nil if causes stand without one.
  private(set) var code: String?
  /// The causes, in their order; an error without any is one itself.
  private(set) var causes: [Cause] = []

  private struct Draft {
    var certainty = Cause.Certainty.possible
    var code = ""
    var summary = ""
    var fixes: [String] = []
    var fields: [Cause.Field] = []
    var place: String?
    var lines: [String] = []
    var indent = 0
    var address: String?
  }

  /// The greatest number of causes and lines of each that are read.
  private static let limit = 64

  private let isForm: @Sendable (String) -> Bool
  private var drafts: [Draft] = []
  private struct Said {
    var code: String
    /// The first line: what to change, or what happened.
    var text: String
    var indent: Int
    /// What happened, where the first line says what to change.
    var message: String?
    var fix: String?
    /// Where its causes begin.
    var first: Int
  }

  /// The error that is being read.
  private var error: Said?
  /// What a check's annotations say to change, by what was found.
  private var findings: [String: String] = [:]

  /// Reads a log; nil if nothing in it is token-broker's.
  ///
  /// `isForm` says whether an address is that of a publisher's form.
  init?(_ log: LogReading, isForm: @escaping @Sendable (String) -> Bool) {
    self.isForm = isForm
    let lines = Self.unfolded(log.lines.map(Self.withoutSecrets))
    let text = lines.joined(separator: "\n")
    if text.contains("\"sections\""), let start = text.firstIndex(of: "{"), let end = text.lastIndex(of: "}"),
      start < end,
      let report = try? JSONReader(maximumBytes: LogReading.maximumBytes).read(Array(text[start...end].utf8))
    {
      read(report)
    } else {
      read(lines)
    }
    drafts.removeAll { $0.code.isEmpty || $0.summary.isEmpty }
    guard !drafts.isEmpty else { return nil }
    causes = drafts.prefix(Self.limit).map(cause)
  }

  private func cause(_ draft: Draft) -> Cause {
    Cause(
      Message(Neutralized(draft.code, limit: 64)), draft.certainty, Message(Neutralized(draft.summary, limit: 1024)),
      fixes: draft.fixes.map { Message(Neutralized($0, limit: 1024)) }, fields: draft.fields,
      address: draft.address.flatMap { isForm($0) ? Message(Neutralized($0, limit: 2048)) : nil },
      snippet: draft.place.map { place in
        Snippet(Message(Neutralized(place, limit: 255)), draft.lines.map(Self.indented))
      })
  }

  /// A line to paste as it was read back, behind its indentation.
  private static func indented(_ line: String) -> Message {
    var message: Message = ""
    for _ in 0..<min(line.prefix { $0 == " " }.count, 40) { message += " " }
    return message + Message(Neutralized(line, limit: 255))
  }

  /// A line in which nothing stands that may be a credential: a long word of letters and digits.
  private static func withoutSecrets(_ line: String) -> String {
    let bytes = Array(line.utf8)
    guard bytes.count >= 32 else { return line }
    var kept: [UInt8] = []
    var word: [UInt8] = []
    func isIn(_ range: ClosedRange<UInt8>) -> Bool { word.contains { range.contains($0) } }
    func flush() {
      let isSecret = word.count >= 32 && isIn(0x30...0x39) && (isIn(0x41...0x5A) || isIn(0x61...0x7A))
      kept += isSecret ? Array("[not shown]".utf8) : word
      word = []
    }
    for byte in bytes {
      if (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
        || byte == 0x5F
      {
        word.append(byte)
      } else {
        flush()
        kept.append(byte)
      }
    }
    flush()
    return String(decoding: kept, as: UTF8.self)
  }

  // MARK: Text

  /// What the line before was a part of.
  private enum Part { case nothing, message, summary, cause, fix, table, place, snippet }

  private mutating func read(_ lines: [String]) {
    var part = Part.nothing
    var length = 0
    var margin = 0
    var before = ""
    var found: String?
    for line in lines {
      let indent = line.prefix { $0 == " " }.count
      let text = line.trimmedLine
      length += 1
      if let (code, said) = Self.error(in: text) {
        finishError()
        error = Said(code: code, text: said, indent: indent, first: drafts.count)
        if self.code == nil { self.code = code }
        part = .message
      } else if let (title, said) = Self.finding(in: text) {
        if findings.count < Self.limit { findings[title] = said }
        part = .nothing
      } else if indent == 0, let title = Self.heading(text) {
        found = findings[title]
        part = .nothing
      } else if var draft = Self.head(of: text), drafts.count < Self.limit {
        if Self.endsWithCode(draft.summary) { Self.close(&draft) }
        if let fix = found { draft.fixes = [fix] }
        found = nil
        drafts.append(draft)
        part = draft.code.isEmpty ? .summary : .cause
        (length, margin) = (0, indent)
      } else if part == .message {
        if text.hasPrefix("fix: ") {
          error?.fix = String(text.dropFirst(5))
        } else if let said = error, said.message == nil, said.fix == nil, indent == said.indent + 2,
          !text.hasPrefix("see: ")
        {
          error?.message = text
        }
      } else if part == .nothing || drafts.isEmpty || text.isEmpty || length > Self.limit {
        part = .nothing
      } else {
        part = readOn(text, indent: indent - margin, part, after: before)
      }
      before = text
    }
    finishError()
  }

  /// The next line of a cause: what it is a part of.
  private mutating func readOn(_ text: String, indent: Int, _ part: Part, after before: String) -> Part {
    let last = drafts.count - 1
    if part == .summary {
      drafts[last].summary += " \(text)"
      guard Self.endsWithCode(drafts[last].summary) else { return .summary }
      Self.close(&drafts[last])
      return .cause
    }
    // Markdown has a list in place of columns.
    let item = text.hasPrefix("- ") ? String(text.dropFirst(2)) : text
    for label in ["fix: ", "or:  ", "or: "] where item.hasPrefix(label) {
      drafts[last].fixes.append(Self.unescaped(String(item.dropFirst(label.count))))
      return .fix
    }
    for label in ["put: into ", "Put into "] where item.hasPrefix(label) {
      return readPlace(item.dropFirst(label.count))
    }
    if part == .place { return readPlace(" \(text)") }
    for label in ["at:  ", "at <"] where item.hasPrefix(label) {
      drafts[last].address = String(item.dropFirst(label.count).prefix { $0 != ">" })
      return .cause
    }
    if part == .snippet {
      guard indent > 0 else { return .nothing }
      if drafts[last].lines.isEmpty { drafts[last].indent = indent }
      drafts[last].lines.append(String(repeating: " ", count: max(0, indent - drafts[last].indent)) + text)
      return .snippet
    }
    if let field = Self.field(item) {
      drafts[last].fields.append(field)
      return .table
    }
    if item.hasPrefix("this job "), item.hasSuffix(" expected") { return .table }
    if item.hasPrefix("this job: ") {
      // The line before was a label, not the rest of a fix.
      if part == .fix, let fix = drafts[last].fixes.last, fix.hasSuffix(" \(before)") {
        drafts[last].fixes[drafts[last].fixes.count - 1] = String(fix.dropLast(before.count + 1))
      }
      drafts[last].fields.append(Cause.Field(Message(Neutralized(before, limit: 64)), Self.value(item.dropFirst(10))))
      return .table
    }
    if item.hasPrefix("expected: "), let field = drafts[last].fields.last {
      drafts[last].fields[drafts[last].fields.count - 1] = Cause.Field(
        field.label, field.value?.text, expected: Self.value(item.dropFirst(10)))
      return .table
    }
    if part == .fix, indent > 2 {
      drafts[last].fixes[drafts[last].fixes.count - 1] += " \(text)"
      return .fix
    }
    return indent > 2 ? (part == .fix ? .fix : .table) : .nothing
  }

  private mutating func readPlace(_ text: some StringProtocol) -> Part {
    let last = drafts.count - 1
    let isWhole = text.hasSuffix(":")
    drafts[last].place = (drafts[last].place ?? "") + Self.unescaped(String(isWhole ? text.dropLast() : text[...]))
    return isWhole ? .snippet : .place
  }

  /// An error without a cause is one; where the first fix of a cause was said first, that stood in the error's place.
  private mutating func finishError() {
    guard let error else { return }
    self.error = nil
    guard drafts.count == error.first else {
      if error.message != nil { drafts[error.first].fixes.insert(error.text, at: 0) }
      return
    }
    var draft = Draft()
    (draft.certainty, draft.code, draft.summary) = (.certain, error.code, error.message ?? error.text)
    draft.fixes = error.fix.map { [$0] } ?? []
    drafts.append(draft)
  }

  // MARK: Lines

  /// The lines with each error's sentence on one of its own, as it was before a terminal's width folded it.
  private static func unfolded(_ lines: [String]) -> [String] {
    var output: [String] = []
    var rest = lines[...]
    while let line = rest.popFirst() {
      var whole = line
      if line.trimmedLine.hasPrefix("error: "), error(in: line.trimmedLine) == nil {
        for (index, next) in rest.prefix(16).enumerated() {
          guard next.hasPrefix("  ") else { break }
          whole += " \(next.trimmedLine)"
          guard error(in: whole.trimmedLine) != nil else { continue }
          rest = rest.dropFirst(index + 1)
          break
        }
        if error(in: whole.trimmedLine) == nil { whole = line }
      }
      output.append(whole)
    }
    return output
  }

  /// `error: TEXT [CODE]`, or an annotation with the code in its title.
  private static func error(in line: String) -> (code: String, text: String)? {
    let title = "::error title=token-broker "
    if line.hasPrefix(title) {
      let rest = line.dropFirst(title.count)
      guard let end = rest.firstRange(of: "::"), isOwn(rest[..<end.lowerBound]) else { return nil }
      let (code, said) = (String(rest[..<end.lowerBound]), String(rest[end.upperBound...]))
      return (code, ownCode(said) == code ? String(said.dropLast(code.count + 2)).trimmedLine : said)
    }
    guard let said = line.hasPrefix("error: ") ? String(line.dropFirst(7)) : annotation(in: line),
      let code = ownCode(said)
    else { return nil }
    return (code, String(said.dropLast(code.count + 2)).trimmedLine)
  }

  /// The code in brackets at the end of a line, if it is an error's.
  private static func ownCode(_ line: String) -> String? {
    guard line.hasSuffix("]"), let bracket = line.lastIndex(of: "[") else { return nil }
    let code = line[line.index(after: bracket)...].dropLast()
    return isOwn(code) ? String(code) : nil
  }

  private static func isOwn(_ code: Substring) -> Bool { ErrorCode.all.contains { $0.name == code } }

  /// An annotation as a runner's log and its page show it: without its title.
  private static func annotation(in line: String) -> String? {
    for prefix in ["##[error]", "Error: "] where line.hasPrefix(prefix) { return String(line.dropFirst(prefix.count)) }
    return nil
  }

  /// What a check's annotation says to change, behind what was found: `pypi publisher: FIX`.
  private static func finding(in line: String) -> (title: String, text: String)? {
    let prefixes = [
      "::error title=token-broker check::", "::warning title=token-broker check::", "##[error]", "##[warning]",
      "Error: ", "Warning: ",
    ]
    for prefix in prefixes where line.hasPrefix(prefix) {
      let rest = line.dropFirst(prefix.count)
      guard let end = rest.firstRange(of: ": ") else { return nil }
      return (String(rest[..<end.lowerBound]), String(rest[end.upperBound...]))
    }
    return nil
  }

  /// `pypi: publisher: fail`, above the causes of what a check found, as its annotation's title has it.
  private static func heading(_ line: String) -> String? {
    guard line.hasSuffix(": fail") || line.hasSuffix(": warn") else { return nil }
    let parts = line.parts(separatedBy: ": ")
    guard (2...3).contains(parts.count), let word = parts.last, word == "fail" || word == "warn" else { return nil }
    return parts.dropLast().joined(separator: " ")
  }

  /// `2. likely: TEXT`, or `- likely: TEXT` in a summary.
  private static func head(of line: String) -> Draft? {
    var rest = line[...]
    if rest.hasPrefix("- ") {
      rest = rest.dropFirst(2)
    } else {
      let digits = rest.prefix { ("0"..."9").contains($0) }
      if !digits.isEmpty, rest.dropFirst(digits.count).hasPrefix(". ") { rest = rest.dropFirst(digits.count + 2) }
    }
    for certainty in [Cause.Certainty.certain, .likely, .possible] where rest.hasPrefix("\(certainty.name): ") {
      var draft = Draft()
      (draft.certainty, draft.summary) = (certainty, String(rest.dropFirst(certainty.name.count + 2)))
      return draft
    }
    return nil
  }

  private static func endsWithCode(_ text: String) -> Bool {
    (text.hasSuffix("]") || text.hasSuffix("`)")) && codeRange(text) != nil
  }

  /// The code at the end of a cause's sentence: `[CODE]`, in a summary in backticks.
  private static func codeRange(_ text: String) -> Range<String.Index>? {
    let (open, close) = text.hasSuffix("]") ? ("[", 1) : ("`", 2)
    let end = text.index(text.endIndex, offsetBy: -close)
    guard let start = text[..<end].lastIndex(where: { String($0) == open }) else { return nil }
    let range = text.index(after: start)..<end
    return isCode(text[range]) ? range : nil
  }

  private static func close(_ draft: inout Draft) {
    guard let range = codeRange(draft.summary) else { return }
    draft.code = String(draft.summary[range])
    let summary = draft.summary[..<range.lowerBound].dropLast()
    draft.summary = unescaped(String(summary.hasSuffix("(") ? summary.dropLast() : summary)).trimmedLine
  }

  private static func isCode(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.count <= 64
      && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }

  /// A row of a table, `Label  "value"  "expected"`, or of a summary's list.
  private static func field(_ line: String) -> Cause.Field? {
    if let code = line.firstRange(of: ": <code>"), let end = line[code.upperBound...].firstRange(of: "</code>") {
      let label = unescaped(String(line[..<code.lowerBound]))
      let value = unescaped(String(line[code.upperBound..<end.lowerBound]))
      return Cause.Field(Message(Neutralized(label, limit: 64)), value == "(none)" ? nil : value)
    }
    var parts: [String] = []
    for part in line.parts(separatedBy: "  ") { parts.append(String(part).trimmedLine) }
    guard (2...3).contains(parts.count), parts[1...].allSatisfy({ $0 == "(none)" || $0.hasPrefix("\"") }) else {
      return nil
    }
    return Cause.Field(
      Message(Neutralized(parts[0], limit: 64)), value(parts[1]), expected: parts.count == 3 ? value(parts[2]) : nil)
  }

  /// The value in double quotes; nil for `(none)`.
  private static func value(_ text: some StringProtocol) -> String? {
    guard text.hasPrefix("\"") else { return nil }
    return String(text.count > 1 && text.hasSuffix("\"") ? text.dropFirst().dropLast() : text.dropFirst())
  }

  /// The text of a summary, in which numbers stand for characters.
  private static func unescaped(_ text: String) -> String {
    var output = ""
    var rest = text[...]
    while let start = rest.firstRange(of: "&#") {
      let digits = rest[start.upperBound...].prefix(7).prefix { ("0"..."9").contains($0) }
      output += rest[..<start.lowerBound]
      rest = rest[start.upperBound...]
      if let number = UInt32(digits), let scalar = Unicode.Scalar(number), rest.dropFirst(digits.count).hasPrefix(";") {
        output.unicodeScalars.append(scalar)
        rest = rest.dropFirst(digits.count + 1)
      } else {
        output += "&#"
      }
    }
    return output + rest
  }

  // MARK: Reports for machines

  private mutating func read(_ report: JSONNode) {
    for section in report.object?["sections"]?.array ?? [] {
      if let error = section.object?["error"]?.object, let code = error["code"]?.string {
        if self.code == nil { self.code = code }
        let found = error["causes"]?.array ?? []
        for node in found { add(node) }
        if found.isEmpty {
          var draft = Draft()
          (draft.certainty, draft.code, draft.summary) = (.certain, code, error["message"]?.string ?? "")
          draft.fixes = error["remedy"]?.string.map { [$0] } ?? []
          drafts.append(draft)
        }
      }
      for item in section.object?["checks"]?.array ?? [] {
        for node in item.object?["causes"]?.array ?? [] { add(node) }
      }
    }
  }

  private mutating func add(_ node: JSONNode) {
    guard let object = node.object, let code = object["code"]?.string, drafts.count < Self.limit else { return }
    var draft = Draft()
    draft.code = code
    draft.certainty = [.certain, .likely, .possible].first { $0.name == object["certainty"]?.string } ?? .possible
    draft.summary = object["summary"]?.string ?? ""
    draft.fixes = object["fixes"]?.array?.compactMap(\.string) ?? []
    draft.fields =
      object["fields"]?.array?.prefix(Self.limit).compactMap { field in
        field.object?["label"]?.string.map {
          Cause.Field(
            Message(Neutralized($0, limit: 64)), field.object?["value"]?.string,
            expected: field.object?["expected"]?.string)
        }
      } ?? []
    draft.address = object["address"]?.string
    draft.place = object["snippet"]?.object?["place"]?.string
    draft.lines = object["snippet"]?.object?["lines"]?.array?.prefix(Self.limit).compactMap(\.string) ?? []
    drafts.append(draft)
  }
}
