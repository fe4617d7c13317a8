#define _GNU_SOURCE
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

#include <dlfcn.h>
#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <string.h>

// The C library's own, under the name that it keeps for those who put another before it.
extern void __libc_free(void *);

#if defined(__x86_64__)
#define FREE_VERSION "GLIBC_2.2.5"
#else
#define FREE_VERSION "GLIBC_2.17"
#endif

typedef void release(void *);

// Two addresses.
struct pair {
  uintptr_t first, second;
};

// Whether both lie in this object. dladdr tells the object of an address too, but looks through all its symbols for a name.
static int holds_both(struct dl_phdr_info *object, size_t size, void *addresses) {
  (void)size;
  const struct pair *pair = addresses;
  int holds_first = 0, holds_second = 0;
  for (int index = 0; index < object->dlpi_phnum; index++) {
    if (object->dlpi_phdr[index].p_type != PT_LOAD) continue;
    uintptr_t start = object->dlpi_addr + object->dlpi_phdr[index].p_vaddr;
    size_t length = object->dlpi_phdr[index].p_memsz;
    holds_first |= pair->first - start < length;
    holds_second |= pair->second - start < length;
  }
  return holds_first && holds_second;
}

// The function, if it is there and not the C library's. Some libraries that take its place take the private name above, too:
// where the function lies tells them apart.
static release *if_foreign(void *function) {
  void *certain = dlsym(RTLD_NEXT, "gnu_get_libc_version");
  if (!function || !certain) return NULL;
  struct pair pair = {(uintptr_t)function, (uintptr_t)certain};
  return dl_iterate_phdr(holds_both, &pair) ? NULL : (release *)function;
}

// What comes after us, if a library was put before the C library: that gives its own blocks back, and alone knows how long
// they are.
static release *foreign_release(void) {
  release *next = if_foreign(dlsym(RTLD_NEXT, "free"));
  // The C library's own library for debugging has it under its version alone.
  return next ? next : if_foreign(dlvsym(RTLD_NEXT, "free", FREE_VERSION));
}

void free(void *block) {
  // Which one it is stays as it is; threads that find out at the same time find the same.
  static int is_known;
  static release *foreign;
  static __thread int is_asking;
  // Asking may itself give back the text of an earlier error: too little to be missed.
  if (!block || is_asking) return;
  if (!__atomic_load_n(&is_known, __ATOMIC_ACQUIRE)) {
    is_asking = 1;
    __atomic_store_n(&foreign, foreign_release(), __ATOMIC_RELAXED);
    is_asking = 0;
    __atomic_store_n(&is_known, 1, __ATOMIC_RELEASE);
  }
  release *give = __atomic_load_n(&foreign, __ATOMIC_RELAXED);
  if (give) return give(block);
  memset(block, 0, malloc_usable_size(block));
  // The compiler would leave out a write that nobody reads.
  __asm__ volatile("" : : "r"(block) : "memory");
  __libc_free(block);
}

int broker_memory_is_wiped(void) { return 1; }

#else

int broker_memory_is_wiped(void) { return 0; }

#endif
