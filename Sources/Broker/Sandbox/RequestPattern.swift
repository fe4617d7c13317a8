public import BrokerCore

/// A request that an entry of a configuration describes, seen by the server that receives it.
///
/// It is compared with what comes, and gives what stands in the place of each placeholder.
public struct RequestPattern: Sendable {
  /// What a request is.
  public enum Reading: Sendable {
    /// Another request: its method or its path is not the described one.
    case other
    /// This request, but something in it is not as described: the end of a sentence.
    case wrong(String)
    /// This request, with what its placeholders stand for, by their names.
    case matched([String: String])
  }

  /// The variables in its address and query, then those in its fields and body, each in written order.
  public let variables: (address: [String], secret: [String])
  private let method: String
  private let path: [Template]
  private let query: [(name: String, value: Template)]
  private let fields: [(name: String, value: Template)]
  private let json: JSONNode?
  private let form: [(name: String, value: Template)]

  /// Whether it has a body.
  public var hasBody: Bool { json != nil || !form.isEmpty }

  /// Reads a description; nil if it has no address at the key.
  public init?(_ object: JSONObject, address key: String) {
    guard let text = object[key]?.string else { return nil }
    func templates(_ name: String) -> [(name: String, value: Template)] {
      object.texts(of: name).map { ($0.name, Template($0.value)) }
    }
    query = templates("query")
    fields = templates("headers")
    form = templates("form")
    json = object["json"]
    method = object["method"]?.string ?? (json == nil && form.isEmpty ? "GET" : "POST")
    let address = Template(text)
    var rest = text[...]
    if let scheme = rest.firstRange(of: "://") {
      rest = rest[scheme.upperBound...].drop { $0 != "/" }
    } else if case .variable? = address.parts.first {
      rest = rest.drop { $0 != "}" }.dropFirst()
    }
    path = rest.prefix { $0 != "?" }.split(separator: "/").map { Template(String($0)) }
    let contents = fields.map(\.value) + form.map(\.value) + (json.map(Self.templates) ?? [])
    variables = (
      address.variables + query.flatMap(\.value.variables), contents.flatMap(\.variables)
    )
  }

  /// Compares a request; `known` are the values of placeholders that are given, `base` the path that the variable holds
  /// which the address begins with.
  public func read(_ request: ServerRequest, known: [String: String], base: String = "") -> Reading {
    let segments = request.path.split(separator: "/").map { ServerRequest.percentDecoded($0, isForm: false) }
    let expected = base.split(separator: "/").map { Template(String($0)) } + path
    guard request.method == method, segments.count == expected.count else { return .other }
    var match = Match(known: known)
    for (template, segment) in zip(expected, segments) where !match.holds(template, segment) { return .other }
    for (name, template) in query {
      guard let value = request.queryItem(name), match.holds(template, value) else {
        return .wrong("the item \(name) of the query is not as the entry says")
      }
    }
    for (name, template) in fields {
      guard let value = request.field(name.lowercased()), match.holds(template, value) else {
        return .wrong("the header field \(name) is not as the entry says")
      }
    }
    if let json {
      guard let node = try? JSONReader().read(request.body), match.holds(json, node) else {
        return .wrong("the body is not the JSON that the entry says")
      }
    }
    let items = ServerRequest(
      method: "", target: "?" + String(decoding: request.body, as: UTF8.self), fields: [], body: [])
    for (name, template) in form {
      guard let value = items.queryItem(name), match.holds(template, value) else {
        return .wrong("the field \(name) of the form is not as the entry says")
      }
    }
    return .matched(match.found)
  }

  private static func templates(in node: JSONNode) -> [Template] {
    switch node.value {
    case .string(let text): [Template(text)]
    case .array(let elements): elements.flatMap(templates)
    case .object(let object): object.members.flatMap { templates(in: $0.value) }
    case .null, .boolean, .number: []
    }
  }

  /// A comparison of texts with templates.
  struct Match {
    let known: [String: String]
    var found: [String: String] = [:]

    init(known: [String: String]) { self.known = known }

    mutating func holds(_ template: Template, _ text: String) -> Bool { holds(template.parts[...], text[...]) }

    private mutating func holds(_ parts: ArraySlice<Template.Part>, _ text: Substring) -> Bool {
      guard let part = parts.first else { return text.isEmpty }
      let rest = parts.dropFirst()
      switch part {
      case .text(let piece): return text.hasPrefix(piece) && holds(rest, text.dropFirst(piece.count))
      case .value(let name), .variable(let name):
        if let value = known[name] { return text.hasPrefix(value) && holds(rest, text.dropFirst(value.count)) }
        // What stands there reaches to the next text, or to the end.
        var end = text.endIndex
        if case .text(let next)? = rest.first {
          guard let range = text.firstRange(of: next) else { return false }
          end = range.lowerBound
        }
        guard end > text.startIndex else { return false }
        found[name] = String(text[..<end])
        return holds(rest, text[end...])
      }
    }

    mutating func holds(_ pattern: JSONNode, _ node: JSONNode) -> Bool {
      switch (pattern.value, node.value) {
      case (.string(let text), .string(let given)): return holds(Template(text), given)
      case (.array(let elements), .array(let given)):
        guard elements.count == given.count else { return false }
        for (element, given) in zip(elements, given) where !holds(element, given) { return false }
        return true
      case (.object(let object), .object(let given)):
        guard object.members.count == given.members.count else { return false }
        for member in object.members {
          guard let value = given[member.name], holds(member.value, value) else { return false }
        }
        return true
      default: return JSONText.compact(JSONText.Value(pattern)) == JSONText.compact(JSONText.Value(node))
      }
    }
  }
}

/// What a program's words say, by the description of them.
public enum WordsPattern {
  /// What stands in the place of each placeholder of `templates`; nil for other words.
  public static func read(_ words: [String], as templates: [String]) -> [String: String]? {
    guard words.count == templates.count else { return nil }
    var match = RequestPattern.Match(known: [:])
    for (template, word) in zip(templates, words) where !match.holds(Template(template), word) { return nil }
    return match.found
  }
}

/// A JSON text that has given values at given places.
public struct PlacedJSON: Sendable {
  private indirect enum Node: Sendable {
    case leaf(JSONText.Value)
    case branch([(name: String, node: Node)])

    mutating func put(_ value: JSONText.Value, at steps: ArraySlice<String>) {
      guard let step = steps.first else {
        self = .leaf(value)
        return
      }
      var members: [(name: String, node: Node)] = []
      if case .branch(let own) = self { members = own }
      let index = members.firstIndex { $0.name == step }
      var child = index.map { members[$0].node } ?? .branch([])
      child.put(value, at: steps.dropFirst())
      if let index { members[index].node = child } else { members.append((step, child)) }
      self = .branch(members)
    }

    var json: JSONText.Value {
      switch self {
      case .leaf(let value): return value
      case .branch(let members):
        let isList = !members.isEmpty && members.indices.allSatisfy { members[$0].name == String($0) }
        return isList ? .array(members.map(\.node.json)) : .object(members.map { ($0.name, $0.node.json) })
      }
    }
  }

  private var root = Node.branch([])

  /// An empty object.
  public init() {}

  /// Puts a value at the name of a member or a JSON Pointer (RFC 6901).
  public mutating func put(_ value: JSONText.Value, at place: String) {
    let steps =
      place.hasPrefix("/")
      ? place.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
        $0.replacing("~1", with: "/").replacing("~0", with: "~")
      } : [place]
    root.put(value, at: steps[...])
  }

  /// The text.
  public var json: JSONText.Value { root.json }
}
