// Linked into a release so that it needs glibc 2.34 instead of 2.35, which is the version of Enterprise Linux 9 and Amazon
// Linux 2023. Both functions have a version of 2.35.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <math.h>
#include <stdint.h>

// The square of a float is exact enough in a double: no overflow, and one rounding.
float hypotf(float x, float y) {
  if (__builtin_isinf(x) || __builtin_isinf(y)) return __builtin_inff();
  return (float)sqrt((double)x * x + (double)y * y);
}

// The static libgcc looks for unwind tables through this.
struct search {
  uintptr_t address;
  struct dl_find_object *found;
};

static int visit(struct dl_phdr_info *module, size_t size, void *context) {
  (void)size;
  struct search *search = context;
  int is_here = 0;
  uintptr_t tables = 0;
  for (int i = 0; i < module->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &module->dlpi_phdr[i];
    uintptr_t start = module->dlpi_addr + part->p_vaddr;
    if (part->p_type == PT_GNU_EH_FRAME) tables = start;
    if (part->p_type != PT_LOAD || search->address < start || search->address - start >= part->p_memsz) continue;
    is_here = 1;
    search->found->dlfo_map_start = (void *)start;
    search->found->dlfo_map_end = (void *)(start + part->p_memsz);
  }
  if (!is_here || !tables) return 0;
  search->found->dlfo_flags = 0;
  search->found->dlfo_link_map = 0;
  search->found->dlfo_eh_frame = (void *)tables;
  return 1;
}

int _dl_find_object(void *address, struct dl_find_object *found) {
  struct search search = {(uintptr_t)address, found};
  return dl_iterate_phdr(visit, &search) == 1 ? 0 : -1;
}
