/// A value that is made each time it is read: knowledge that few runs ask for costs the others nothing.
@propertyWrapper
public struct Deferred<Value: Sendable>: Sendable {
  private var make: @Sendable () -> Value

  /// The value that an expression gives.
  public init(wrappedValue: @autoclosure @escaping @Sendable () -> Value) { make = wrappedValue }

  /// The value, made now.
  public var wrappedValue: Value {
    get { make() }
    set { make = { newValue } }
  }
}
