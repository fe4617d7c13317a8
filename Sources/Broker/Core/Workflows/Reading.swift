/// What a file says about something: a value, nothing, or something that the file alone does not tell.
public enum Reading<Value: Sendable>: Sendable {
  /// The value stands there.
  case known(Value, FilePlace)
  /// Nothing stands there.
  case absent
  /// What stands there is decided elsewhere; says by what, as a noun: `an expression`.
  case unknown(Message, FilePlace)

  /// The value, if it stands there.
  public var value: Value? {
    if case .known(let value, _) = self { value } else { nil }
  }

  /// Where it stands; nil if nothing does.
  public var place: FilePlace? {
    switch self {
    case .known(_, let place), .unknown(_, let place): place
    case .absent: nil
    }
  }

  /// Whether the file does not tell.
  public var isUnknown: Bool {
    if case .unknown = self { true } else { false }
  }
}

extension Reading: Equatable where Value: Equatable {}

/// Whether something holds, as far as a file tells.
public enum Truth: Sendable, Equatable {
  /// It does not hold.
  case no
  /// Something decides about it that is not in the file.
  case maybe
  /// It holds.
  case yes

  /// A truth that is known.
  public init(_ value: Bool) { self = value ? .yes : .no }

  /// Whether both hold.
  public func and(_ other: Truth) -> Truth {
    self == .no || other == .no ? .no : self == .yes && other == .yes ? .yes : .maybe
  }

  /// Whether one of them holds.
  public func or(_ other: Truth) -> Truth { negated.and(other.negated).negated }

  /// The opposite.
  public var negated: Truth {
    switch self {
    case .no: .yes
    case .maybe: .maybe
    case .yes: .no
    }
  }
}
