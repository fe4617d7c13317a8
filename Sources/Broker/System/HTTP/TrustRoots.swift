import BrokerCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where the root certificates are.
///
/// A folder hashed by OpenSSL is preferred to a bundle: it is read one certificate at a time, while a bundle is parsed
/// whole for each host.
struct TrustRoots: Sendable, Equatable {
  /// A bundle; nil for none.
  let file: String?
  /// A hashed folder; nil for none.
  let folder: String?

  /// Whether libcurl's own defaults are used.
  var areDefaults: Bool { file == nil && folder == nil }

  init(_ environment: Environment) {
    let file = environment.nonEmpty("SSL_CERT_FILE")
    let folder = environment.nonEmpty("SSL_CERT_DIR")
    if file != nil || folder != nil {
      self.file = file
      self.folder = folder
      return
    }
    #if canImport(Darwin)
      self.file = nil
      self.folder = nil
    #else
      self.folder = Self.folders.first(where: Self.isHashed)
      self.file = self.folder == nil ? Self.bundles.first { FileReader.isFile($0) } : nil
    #endif
  }

  /// Debian and its like, Alpine, SUSE; Enterprise Linux.
  private static let folders = ["/etc/ssl/certs", "/etc/pki/tls/certs"]
  /// Debian and its like, Alpine, distroless; Enterprise Linux, by both of its names; SUSE, by both; Alpine without that
  /// package, OpenBSD and its like; Nix.
  private static let bundles = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", "/etc/ssl/ca-bundle.pem",
    "/var/lib/ca-certificates/ca-bundle.pem", "/etc/ssl/cert.pem", "/etc/ssl/certs/ca-bundle.crt",
  ]

  /// The usual places, which count where no variable names one, as a list in words.
  static var places: String { (folders + bundles).joined(separator: ", ") }

  /// Whether a folder has an entry named as `openssl rehash` names them: eight hexadecimal digits and `.0`.
  private static func isHashed(_ path: String) -> Bool {
    // The C library's directory stream is used and closed within this function.
    guard let stream = unsafe opendir(path.systemBytes) else { return false }
    defer { unsafe closedir(stream) }
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe Array(bytes.prefix { $0 != 0 }.prefix(11))
      }
      let isHash = name.prefix(8).allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
      if name.count == 10, isHash, name.suffix(2).elementsEqual(".0".utf8) { return true }
    }
    return false
  }
}
