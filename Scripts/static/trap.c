// A module of the system's C library that must not be opened: ends whoever opens it, or asks it.

#include <signal.h>
#include <stdlib.h>

__attribute__((constructor)) static void opened(void) { raise(SIGSEGV); }
int _nss_trap_gethostbyname4_r(void) { abort(); }
