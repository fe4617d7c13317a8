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

#include <malloc.h>
#include <stdint.h>
#include <string.h>

static void overwrite(void *start, size_t length) {
  memset(start, 0, length);
  // The compiler would leave out a write that nobody reads.
  __asm__ volatile("" : : "r"(start) : "memory");
}

#if defined(TOKEN_BROKER_STATIC)

// In a static program a second `free` is an error of the linker. It is told to put these two before the C library's own (--wrap), for
// the archives' calls too, and nobody else can come before it.

extern void __real_free(void *);
void __wrap_free(void *);
void *__wrap_realloc(void *, size_t);

#define TAKES_PLACE_OF(function) __wrap_##function
static void give_back(void *block) { __real_free(block); }

static int goes_to_foreign_free(void *block) {
  (void)block;
  return 0;
}

static int is_settled(void) { return 1; }

static int goes_to_foreign_realloc(void *block, size_t length, void **moved) {
  (void)block, (void)length, (void)moved;
  return 0;
}

#else

#include <dlfcn.h>
#include <link.h>

// The C library's own free, under its other name: the replacement below has the usual one.
extern void __libc_free(void *);

#if defined(__x86_64__)
#define FREE_VERSION "GLIBC_2.2.5"
#else
#define FREE_VERSION "GLIBC_2.17"
#endif

typedef void release(void *);
typedef void *resize(void *, size_t);

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
static void *if_foreign(void *function) {
  void *certain = dlsym(RTLD_NEXT, "gnu_get_libc_version");
  if (!function || !certain) return NULL;
  struct pair pair = {(uintptr_t)function, (uintptr_t)certain};
  return dl_iterate_phdr(holds_both, &pair) ? NULL : function;
}

// What comes after us, if a library was put before the C library: that gives its own blocks back, and alone knows how long
// they are.
static void *foreign_function(const char *name) {
  void *next = if_foreign(dlsym(RTLD_NEXT, name));
  // The C library's own library for debugging has it under its version alone.
  return next ? next : if_foreign(dlvsym(RTLD_NEXT, name, FREE_VERSION));
}

static release *foreign_free;
static resize *foreign_realloc;

// Whether the two above are known; while a thread asks, its own calls find that they are not.
static int is_settled(void) {
  // Which they are stays as it is; threads that find out at the same time find the same.
  static int is_known;
  static __thread int is_asking;
  if (is_asking) return 0;
  if (!__atomic_load_n(&is_known, __ATOMIC_ACQUIRE)) {
    is_asking = 1;
    __atomic_store_n(&foreign_free, foreign_function("free"), __ATOMIC_RELAXED);
    __atomic_store_n(&foreign_realloc, foreign_function("realloc"), __ATOMIC_RELAXED);
    is_asking = 0;
    __atomic_store_n(&is_known, 1, __ATOMIC_RELEASE);
  }
  return 1;
}

#define TAKES_PLACE_OF(function) function
static void give_back(void *block) { __libc_free(block); }

static int goes_to_foreign_free(void *block) {
  release *give = __atomic_load_n(&foreign_free, __ATOMIC_RELAXED);
  if (give) give(block);
  return give != NULL;
}

static int goes_to_foreign_realloc(void *block, size_t length, void **moved) {
  resize *foreign = __atomic_load_n(&foreign_realloc, __ATOMIC_RELAXED);
  if (foreign) *moved = foreign(block, length);
  return foreign != NULL;
}

#endif

void TAKES_PLACE_OF(free)(void *block) {
  // Asking may itself give back the text of an earlier error: too little to be missed.
  if (!block || !is_settled() || goes_to_foreign_free(block)) return;
  overwrite(block, malloc_usable_size(block));
  give_back(block);
}

// The C library's own leaves the old contents behind where it moves a block, and the end of it where it shortens one. A block
// that is long enough, and not twice as long, stays as it is.
void *TAKES_PLACE_OF(realloc)(void *block, size_t length) {
  if (!block) return malloc(length);
  int knows = is_settled();
  void *moved = NULL;
  if (knows && goes_to_foreign_realloc(block, length, &moved)) return moved;
  size_t before = malloc_usable_size(block);
  if (knows && length <= before && length > before / 2) {
    overwrite((char *)block + length, before - length);
    return block;
  }
  moved = length > 0 ? malloc(length) : NULL;
  if (moved) memcpy(moved, block, before < length ? before : length);
  if (moved || length == 0) TAKES_PLACE_OF(free)(block);
  return moved;
}

int broker_memory_is_wiped(void) { return 1; }

#else

int broker_memory_is_wiped(void) { return 0; }

#endif
