import BrokerCore

/// A project's name in an address.
enum PathSegment {
  /// The name, percent-encoded and at most 255 characters long.
  static func encode(_ name: String) -> String { PercentEncoding.encode(String(name.prefix(255))) }
}
