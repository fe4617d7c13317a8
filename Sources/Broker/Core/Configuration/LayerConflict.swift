/// The errors about a lower layer that widens what a higher one allows.
enum LayerConflict {
  /// A widening; `text` is the rest of the sentence after the key path, and ends with the place in the higher layer.
  static func widening(at origin: Setting.Origin, _ path: String, _ text: Message, remedy: Message? = nil)
    -> BrokerError
  {
    BrokerError(
      .configurationWidens, "\(origin): \(Neutralized(path, limit: 160)) \(text).",
      remedy: remedy ?? "Narrow it or leave it out: a lower layer may not widen what a higher one allows.")
  }
}
