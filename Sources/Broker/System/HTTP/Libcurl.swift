public import BrokerCore
import CLibcurl

/// The libcurl that this process uses.
public enum Libcurl {
  /// How it is bound and what it calls itself, such as `libcurl.so.4: libcurl/7.88.1 OpenSSL/3.0.19`; nil with no usable
  /// one.
  public static var description: String? {
    // The text is static.
    if let linked = unsafe broker_curl_linked_version() { return unsafe "linked in: \(String(cString: linked))" }
    guard loadError == nil else { return nil }
    // Both texts are constants of the library.
    return unsafe "\(String(cString: broker_curl_binding())): \(String(cString: broker_curl_version()))"
  }

  /// Whether it is linked in; a shared one is opened with the first request, which takes some milliseconds.
  public static var isLinked: Bool { broker_curl_is_linked() != 0 }

  /// Opens and initialises the library, once.
  ///
  /// Nil on success, else why it cannot be used.
  public static var loadError: Message? {
    // The text is static. It may name files of the machine's choosing.
    unsafe broker_curl_load().map { unsafe Message(Neutralized(String(cString: $0))) }
  }
}
