extension ConfigurationReader {
  /// Every error of a repository's file, in the order in which they were met: what an error is about is left out, and the
  /// rest read again.
  ///
  /// - Parameters:
  ///   - organisation: The organisation's file; an error of its own is the only one.
  ///   - repository: The repository's file.
  /// - Returns: The errors; none if the file can be used.
  public func errors(organisation: ConfigurationSource?, repository: ConfigurationSource) -> [BrokerError] {
    var source = repository
    var errors: [BrokerError] = []
    if organisation == nil, let root = Self.root(of: source), let object = root.object, object["extends"] != nil {
      source.corrected = JSONNode(
        .object(JSONObject(object.members.filter { $0.name != "extends" })), at: root.position)
    }
    while errors.count < Self.maximumErrors {
      do throws(BrokerError) {
        _ = try read(organisation: organisation, repository: source)
        return errors
      } catch {
        if !errors.contains(where: { $0.message == error.message }) { errors.append(error) }
        guard let position = Self.position(in: error, of: source.name), let root = Self.root(of: source),
          let rest = Self.left(of: root, without: position)
        else { return errors }
        source.corrected = rest
      }
    }
    return errors
  }

  private static let maximumErrors = 100

  private static func root(of source: ConfigurationSource) -> JSONNode? {
    source.corrected ?? (try? JSONReader(maximumBytes: maximumBytes).read(source.bytes))
  }

  /// The place in a file that a message begins with.
  private static func position(in error: BrokerError, of name: Neutralized) -> SourcePosition? {
    guard let start = error.message.text.firstRange(of: "\(name.text), line ") else { return nil }
    let rest = error.message.text[start.upperBound...]
    let middle = ", column "
    let first = rest.prefix(while: \.isNumber)
    guard rest.dropFirst(first.count).hasPrefix(middle), let line = Int(first),
      let column = Int(rest.dropFirst(first.count + middle.count).prefix(while: \.isNumber))
    else { return nil }
    return SourcePosition(line: line, column: column)
  }

  /// A file without what stands at a place, nor what names it elsewhere; nil if nothing stands there that can be left out.
  private static func left(of root: JSONNode, without position: SourcePosition) -> JSONNode? {
    guard let object = root.object else { return nil }
    let version = JSONObject.Member(
      name: "version", position: root.position, value: JSONNode(.number("1"), at: root.position))
    guard let left = cut(root, at: position)?.object else {
      guard position == root.position, object["version"]?.integer != 1 else { return nil }
      return JSONNode(
        .object(JSONObject(object.members.filter { $0.name != "version" } + [version])), at: root.position)
    }
    var members = left.members
    if !members.contains(where: { $0.name == "version" }) { members.append(version) }
    let gone = names(in: object).subtracting(names(in: left))
    if !gone.isEmpty, let index = members.firstIndex(where: { $0.name == "routes" }) {
      let routes = members[index]
      members[index] = JSONObject.Member(
        name: routes.name, position: routes.position, value: routes.value.without(gone))
    }
    return JSONNode(.object(JSONObject(members)), at: root.position)
  }

  private static func names(in root: JSONObject) -> Set<String> {
    Set(root["registries"]?.object?.members.map(\.name) ?? [])
  }

  /// A node without the member or element that stands at a place; nil if none does.
  private static func cut(_ node: JSONNode, at position: SourcePosition) -> JSONNode? {
    switch node.value {
    case .object(let object):
      for (index, member) in object.members.enumerated() {
        var members = object.members
        if member.position == position || member.value.position == position {
          members.remove(at: index)
        } else if let value = cut(member.value, at: position) {
          members[index] = JSONObject.Member(name: member.name, position: member.position, value: value)
        } else {
          continue
        }
        return JSONNode(.object(JSONObject(members)), at: node.position)
      }
    case .array(let elements):
      for (index, element) in elements.enumerated() {
        var elements = elements
        if element.position == position {
          elements.remove(at: index)
        } else if let value = cut(element, at: position) {
          elements[index] = value
        } else {
          continue
        }
        return JSONNode(.array(elements), at: node.position)
      }
    default: break
    }
    return nil
  }
}

extension JSONNode {
  /// The lists of an object without these texts; lists that nothing is left of go.
  fileprivate func without(_ names: Set<String>) -> JSONNode {
    guard let object else { return self }
    let members = object.members.compactMap { member -> JSONObject.Member? in
      guard let elements = member.value.array else { return member }
      let left = elements.filter { $0.string.map { !names.contains($0) } ?? true }
      return left.isEmpty && !elements.isEmpty
        ? nil
        : JSONObject.Member(
          name: member.name, position: member.position, value: JSONNode(.array(left), at: member.value.position))
    }
    return JSONNode(.object(JSONObject(members)), at: position)
  }
}
