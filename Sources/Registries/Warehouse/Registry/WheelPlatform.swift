/// Which platform tags of wheels PyPI takes (Warehouse 6b62157, forklift/legacy.py).
enum WheelPlatform {
  /// Tags that it takes as they are.
  private static let known: Set<String> = [
    "any", "win32", "win_arm64", "win_amd64", "win_ia64", "manylinux1_x86_64", "manylinux1_i686",
    "manylinux2010_x86_64", "manylinux2010_i686", "manylinux2014_x86_64", "manylinux2014_i686",
    "manylinux2014_aarch64", "manylinux2014_armv7l", "manylinux2014_ppc64", "manylinux2014_ppc64le",
    "manylinux2014_s390x", "linux_armv6l", "linux_armv7l",
  ]
  private static let macArchitectures: Set<String> = [
    "ppc", "ppc64", "i386", "x86_64", "arm64", "intel", "fat", "fat3", "fat64", "universal", "universal2",
  ]
  private static let macMajors: Set<String> = ["11", "12", "13", "14", "15", "26"]
  private static let linuxArchitectures: Set<String> = [
    "x86_64", "i686", "aarch64", "armv7l", "ppc64le", "s390x", "riscv64",
  ]

  /// Whether it takes a tag.
  static func isTaken(_ tag: String) -> Bool {
    if known.contains(tag) { return true }
    let parts = tag.split(separator: "_", maxSplits: 3, omittingEmptySubsequences: false).map(String.init)
    guard let system = parts.first else { return false }
    switch system {
    case "macosx":
      guard parts.count == 4, isNumber(parts[1]), isNumber(parts[2]) else { return false }
      return macArchitectures.contains(parts[3])
        && (parts[1] == "10" || (parts[2] == "0" && (macMajors.contains(parts[1]) || isLater(parts[1]))))
    case "manylinux", "musllinux":
      guard parts.count == 4, isNumber(parts[1]), isNumber(parts[2]) else { return false }
      return linuxArchitectures.contains(parts[3]) || (system == "manylinux" && parts[3] == "ppc64")
    case "ios":
      guard parts.count == 4, isNumber(parts[1]), isNumber(parts[2]) else { return false }
      return ["arm64", "x86_64"].contains { architecture in
        ["iphoneos", "iphonesimulator"].contains { parts[3].hasPrefix("\(architecture)_\($0)") }
      }
    case "android":
      guard parts.count >= 3, isNumber(parts[1]) else { return false }
      return ["armeabi_v7a", "arm64_v8a", "x86", "x86_64"].contains(parts[2...].joined(separator: "_"))
    case "pyemscripten":
      return parts.count == 4 && isNumber(parts[1]) && isNumber(parts[2]) && parts[3].hasPrefix("wasm32")
    default: return false
    }
  }

  private static func isNumber(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// Apple names a system after the year that follows: PyPI will take those to come.
  private static func isLater(_ major: String) -> Bool { (Int(major) ?? 0) > 26 }
}
