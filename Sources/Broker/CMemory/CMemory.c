#include "CMemory.h"

#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define IS_SANITIZED 1
#endif
#endif

#if defined(__linux__)
#include <features.h>
#endif

#if defined(__GLIBC__) && !defined(IS_SANITIZED)

#include <malloc.h>
#include <string.h>

// The C library's own, under the name that it keeps for those who put another before it.
extern void __libc_free(void *);

void free(void *block) {
  if (!block) return;
  memset(block, 0, malloc_usable_size(block));
  // The compiler would leave out a write that nobody reads.
  __asm__ volatile("" : : "r"(block) : "memory");
  __libc_free(block);
}

int broker_memory_is_wiped(void) { return 1; }

#else

int broker_memory_is_wiped(void) { return 0; }

#endif
