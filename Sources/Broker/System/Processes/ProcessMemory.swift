import CProcess

/// The memory of this process.
public enum ProcessMemory {
  /// Has all threads share one heap: each of ours does little and ends soon, and a heap of its own is asked for, filled with
  /// pages and given back for that.
  ///
  /// To be called before other threads start.
  public static func keepOneHeap() { broker_process_keep_one_heap() }
}
