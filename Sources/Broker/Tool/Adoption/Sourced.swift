import BrokerCore

/// A value and where it came from, in words.
struct Sourced<Value: Sendable & Equatable>: Sendable, Equatable {
  let value: Value
  /// Such as `pyproject.toml, line 3`; neutralised, because files have any name.
  let origin: Message

  init(_ value: Value, _ origin: Message) {
    self.value = value
    self.origin = origin
  }

  /// The value changed, of the same origin.
  func map<Other>(_ change: (Value) -> Other) -> Sourced<Other> { Sourced<Other>(change(value), origin) }
}
