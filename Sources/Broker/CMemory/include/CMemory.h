#ifndef CMEMORY_H
#define CMEMORY_H

// Takes the place of free(3) and realloc(3) in the program that this is linked into (with the GNU C library, and no sanitizer): memory is
// overwritten as it is given back or moved, so that no secret outlives the string, the array or the library's buffer that held it.
// Memory of another library that was put before the C library (LD_PRELOAD) goes back to that as it is. With TOKEN_BROKER_STATIC it is for
// a static program, whose linker has to be told of it: Scripts/release says how.

#if defined(__clang__)
#pragma clang assume_nonnull begin
#endif

/// Whether memory is overwritten as it is given back; 1 if so.
int broker_memory_is_wiped(void);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
