import CProcess

/// How this process takes memory.
public enum ProcessMemory {
  /// Makes a short run with several threads cheaper; to be called before the first other thread starts.
  public static func shareAmongThreads() { broker_process_share_memory() }
}
