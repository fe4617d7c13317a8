/// What to do about a failed upload, by what the tool printed.
enum UploadHints {
  /// The hints for the output of a tool that failed, in the order they matter.
  ///
  /// - Parameters:
  ///   - output: The last bytes that it printed on both streams; empty where these are terminals.
  ///   - target: The registry's name.
  /// - Returns: A sentence for each.
  static func hints(for output: [UInt8], target: String) -> [String] { [] }
}
