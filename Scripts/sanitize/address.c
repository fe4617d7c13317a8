// Linked into the tests and the tool for the Address Sanitizer. The tests give the tool an environment of their own, so that
// options in variables would not reach it.

// Leaks are looked for where a process ends by exit(3), as the tests' does; the tool ends by _exit(2) while its threads wait.
const char *__asan_default_options(void) { return "detect_leaks=1:print_suppressions=0:log_path=" REPORTS "/report"; }

const char *__lsan_default_suppressions(void) {
  return
      // The initialiser of a global value runs once, and nothing frees what it made. What is reported are texts: the runtime
      // keeps the kind of a text in the upper bits of its pointer, which hides it from the search.
      "leak:_WZ$\n"
      // Foundation loses a buffer of 4096 bytes with each empty file (and each of /proc) that it reads. Only tests read
      // files with it.
      "leak:FoundationEssentials17readBytesFromFile\n";
}
