/// A place in a text, for error messages.
public struct SourcePosition: Sendable, Hashable, MessageValue {
  /// The line, from 1.
  public let line: Int
  /// The column, from 1, counted in Unicode scalars as editors do.
  public let column: Int

  /// The place at `line` and `column`.
  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  /// `line 3, column 7`.
  public var description: String { "line \(line), column \(column)" }
}
