#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A thread of the system for work that blocks: a server's accept, a child's end, libcurl's loop.
///
/// Dispatch lends its threads from a pool of limited size, and work that blocks in all of them stops everything else.
package enum DedicatedThread {
  /// The stack of a thread in bytes.
  private static let stackBytes = 1024 * 1024

  /// What the thread is handed.
  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Starts a thread that ends with `body`; nobody waits for it.
  package static func start(_ body: @escaping @Sendable () -> Void) {
    // A thread is refused only when the system has none left; what calls this could not go on without it.
    precondition(startIfPossible(body), "the system has no more threads")
  }

  /// The same; false if the system has no thread left.
  package static func startIfPossible(_ body: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    // The C library fills and reads these within each call.
    _ = unsafe pthread_attr_init(&attributes)
    defer { _ = unsafe pthread_attr_destroy(&attributes) }
    _ = unsafe pthread_attr_setstacksize(&attributes, stackBytes)
    // The thread takes over the reference that is kept for it here, exactly once.
    let work = unsafe Unmanaged.passRetained(Work(body))
    #if canImport(Darwin)
      var thread: pthread_t?
    #else
      var thread = pthread_t()
    #endif
    let result = unsafe pthread_create(&thread, &attributes, enterThread, work.toOpaque())
    guard result == 0 else {
      unsafe work.release()
      return false
    }
    #if canImport(Darwin)
      if let thread { _ = pthread_detach(thread) }
    #else
      _ = pthread_detach(thread)
    #endif
    return true
  }

  fileprivate static func run(_ argument: UnsafeMutableRawPointer) {
    unsafe Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
  }
}

#if canImport(Darwin)
  private func enterThread(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    unsafe DedicatedThread.run(argument)
    return nil
  }
#else
  private func enterThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let argument = unsafe argument { unsafe DedicatedThread.run(argument) }
    return nil
  }
#endif
