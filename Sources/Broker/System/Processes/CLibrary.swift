import CProcess

/// The C library that this process uses.
public enum CLibrary {
  /// What it calls itself, such as `glibc 2.36`, where it is linked in; nil where it is the machine's.
  public static var linked: String? {
    // The text is static.
    unsafe broker_process_linked_c_library().map { unsafe "glibc \(String(cString: $0))" }
  }
}
