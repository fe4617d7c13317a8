// Linked into the tests and the tool for the Thread Sanitizer. The tests give the tool an environment of their own, so that
// options in variables would not reach it.

#include <stdint.h>

const char *__tsan_default_options(void) {
  // Waiting a second at the end of each of a thousand short processes finds nothing more.
  return "atexit_sleep_ms=20:log_path=" REPORTS "/report";
}

// A Swift mutex that is free is taken by an atomic operation in our code, which the sanitizer sees. One that is not free is
// taken and handed on by the kernel, in a library that is not instrumented. Without these two, everything that a contended
// mutex protects would be reported.

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *

SWIFT void lock_slow(uint32_t thread, SELF mutex) __asm__("__real_" LOCK_SLOW);
SWIFT void unlock_slow(SELF mutex) __asm__("__real_" UNLOCK_SLOW);
SWIFT void watched_lock_slow(uint32_t thread, SELF mutex) __asm__("__wrap_" LOCK_SLOW);
SWIFT void watched_unlock_slow(SELF mutex) __asm__("__wrap_" UNLOCK_SLOW);

SWIFT void watched_lock_slow(uint32_t thread, SELF mutex) {
  lock_slow(thread, mutex);
  __tsan_acquire(mutex);
}

SWIFT void watched_unlock_slow(SELF mutex) {
  __tsan_release(mutex);
  unlock_slow(mutex);
}
