/// Work on several items at the same time.
package enum SideBySide {
  /// A value and the place of its item.
  ///
  /// Not a tuple: tuples that closures with typed throws made were lost in half of the runs of an optimised build (seen with
  /// Swift 6.3.1).
  private struct Placed<Value: Sendable>: Sendable {
    let place: Int
    let value: Value
  }

  /// Does `work` on each item; the values are in the order of the items, one for each.
  package static func values<Item: Sendable, Value: Sendable>(
    of items: [Item], _ work: @escaping @Sendable (Item) async -> Value
  ) async -> [Value] {
    await withTaskGroup(of: Placed<Value>.self) { group in
      for (place, item) in items.enumerated() {
        group.addTask { Placed(place: place, value: await work(item)) }
      }
      var values = [Value?](repeating: nil, count: items.count)
      while let placed = await group.next() { values[placed.place] = placed.value }
      return values.map { value in
        // Without this, a question that got no answer would count as answered.
        guard let value else { preconditionFailure("an item was left out") }
        return value
      }
    }
  }
}
