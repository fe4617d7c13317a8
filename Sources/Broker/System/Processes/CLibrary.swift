import CProcess

/// The C library that this process uses.
public enum CLibrary {
  /// Its name, such as `glibc 2.36`, where it is linked in; nil where the machine's is used.
  public static var linked: String? {
    // The text is static.
    unsafe broker_process_linked_c_library().map { unsafe "glibc \(String(cString: $0))" }
  }
}
