/// Workflows and pipelines.
enum YAMLTarget {
  static func run(_ bytes: [UInt8]) {
    let lines = bytes.count { $0 == 0x0A || $0 == 0x0D } + 1
    func check(_ node: YAMLNode, _ depth: Int) {
      require(depth <= 64, "\(depth) levels")
      require((1...lines).contains(node.position.line) && node.position.column >= 1, "\(node.position)")
      require(node.isNull || node.scalar == nil || node.text != nil || node.tag != nil, "a text without text")
      for element in node.sequence ?? [] { check(element, depth + 1) }
      for member in node.mapping?.members ?? [] { check(member.value, depth + 1) }
      guard let mapping = node.mapping, mapping.merges else { return }
      for merging in [YAMLMapping.Merging.ownFirst, .laterFirst] {
        let merged = mapping.merged(merging)
        require(Set(merged.members.map(\.name)).count == merged.members.count, "a key twice")
      }
    }
    do throws(SyntaxError) {
      for document in try YAMLReader(maximumNodes: 5_000).read(bytes) { check(document, 0) }
    } catch {
      require((1...lines).contains(error.position.line), "\(error.position) of \(lines)")
      requirePlain(error.summary)
    }
  }
}
