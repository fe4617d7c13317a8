#define _GNU_SOURCE
#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

#if defined(__linux__)
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

// Closes every descriptor from `first` on but `kept`. Only async-signal-safe calls.
static void close_from(int first, int kept) {
#if defined(__linux__) && defined(SYS_close_range)
  if ((kept <= first || syscall(SYS_close_range, first, kept - 1, 0) == 0) &&
      syscall(SYS_close_range, kept + 1, ~0U, 0) == 0)
    return;
#endif
  long limit = sysconf(_SC_OPEN_MAX);
  if (limit < 0 || limit > 65536) limit = 65536;
  for (int descriptor = first; descriptor < limit; descriptor++)
    if (descriptor != kept) close(descriptor);
}

// Becomes what an open file holds, whatever its path leads to by now. The kernel hands a script to its interpreter as
// /dev/fd/N, which must be there then; of a program of machine code nothing stays open.
static int become_file(int file, char *const *arguments, char *const *environment) {
#if defined(__linux__) && defined(SYS_execveat)
  char mark[2];
  if (pread(file, mark, sizeof mark, 0) != sizeof mark) return errno ? errno : ENOEXEC;
  int is_script = mark[0] == '#' && mark[1] == '!';
  if (fcntl(file, F_SETFD, is_script ? 0 : FD_CLOEXEC) != 0) return errno;
  syscall(SYS_execveat, file, "", arguments, environment, AT_EMPTY_PATH);
  return errno;
#else
  (void)file;
  (void)arguments;
  (void)environment;
  return ENOSYS;
#endif
}

// Runs in the child; only async-signal-safe calls. Never returns.
static void become(
    const char *const *paths, int file, char *const *arguments, char *const *environment, int input, int output,
    int error, const char *folder, int report, pid_t parent) {
  int failure = 0;
#if defined(__linux__)
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have ended before the line above.
  if (getppid() != parent) _exit(127);
#else
  (void)parent;
#endif
  for (int number = 1; number < NSIG; number++) {
#if defined(__linux__)
    // The C library refuses the signals that it keeps for itself, and a parent may have left them ignored. All zero is
    // the kernel's form of the default action.
    static const unsigned long defaults[8];
    syscall(SYS_rt_sigaction, number, defaults, NULL, 8);
#else
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(number, &action, NULL);
#endif
  }
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);

  // Copies above 3 first, so that no descriptor is overwritten before it is used.
  int from[4] = {fcntl(input, F_DUPFD, 4), fcntl(output, F_DUPFD, 4), fcntl(error, F_DUPFD, 4), -1};
  int streams = 3;
  if (file >= 0) from[streams++] = fcntl(file, F_DUPFD, 4);
  int kept = fcntl(report, F_DUPFD_CLOEXEC, 4);
  if (kept < 0) {
    failure = errno;
    kept = report;
  }
  for (int stream = 0; stream < streams; stream++)
    if (from[stream] < 0 || dup2(from[stream], stream) < 0) failure = errno;
  if (folder) {
    struct rlimit none = {0, 0};
    umask(077);
    if (setsid() < 0 || chdir(folder) != 0 || setrlimit(RLIMIT_CORE, &none) != 0) failure = errno;
  }
  if (!failure) {
    close_from(streams, kept);
    failure = file >= 0 ? become_file(3, arguments, environment) : ENOENT;
    for (; file < 0 && *paths; paths++) {
      execve(*paths, arguments, environment);
      if (errno == ENOENT || errno == ENOTDIR) continue;
      failure = errno;
      if (errno != EACCES) break;
    }
  }
  ssize_t ignored = write(kept, &failure, sizeof failure);
  (void)ignored;
  _exit(127);
}

pid_t broker_process_start(
    const char *const *paths, int file, char *const *arguments, char *const *environment, int input, int output,
    int error, const char *folder, int *failure) {
  int report[2];
#if defined(__linux__)
  int made = pipe2(report, O_CLOEXEC);
#else
  int made = pipe(report);
  if (made == 0) {
    fcntl(report[0], F_SETFD, FD_CLOEXEC);
    fcntl(report[1], F_SETFD, FD_CLOEXEC);
  }
#endif
  if (made != 0) {
    *failure = errno;
    return -1;
  }
  // No signal is handled in the child before its handlers are reset.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pid_t parent = getpid();
#if defined(__linux__)
  // The child has this process's memory, which may hold secrets, until it is another program: no copy of it is made. This thread
  // waits until then, so that what `become` writes on its stack disturbs nobody.
  pid_t child = vfork();
#else
  pid_t child = fork();
#endif
  if (child == 0) become(paths, file, arguments, environment, input, output, error, folder, report[1], parent);
  int fork_failure = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(report[1]);
  if (child < 0) {
    close(report[0]);
    *failure = fork_failure;
    return -1;
  }
  ssize_t count;
  do count = read(report[0], failure, sizeof *failure);
  while (count < 0 && errno == EINTR);
  close(report[0]);
  if (count != sizeof *failure) return child;
  int status;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return -1;
}

int broker_memory_file(void) {
#if defined(__linux__) && defined(SYS_memfd_create)
  // MFD_CLOEXEC, MFD_ALLOW_SEALING, and MFD_EXEC, which kernels before 6.3 do not know.
  int file = (int)syscall(SYS_memfd_create, "token-broker", 1U | 2U | 0x10U);
  if (file < 0 && errno == EINVAL) file = (int)syscall(SYS_memfd_create, "token-broker", 1U | 2U);
  return file;
#else
  errno = ENOSYS;
  return -1;
#endif
}

int broker_memory_seal(int file) {
#if defined(__linux__)
  // F_ADD_SEALS: no other seals, no shrinking, no growing, no writing.
  return fcntl(file, 1033, 1 | 2 | 4 | 8);
#else
  (void)file;
  errno = ENOSYS;
  return -1;
#endif
}

int broker_process_wait(pid_t child, int *is_signal, int *value) {
  int status;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return errno;
  *is_signal = WIFSIGNALED(status);
  *value = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  return 0;
}

int broker_signal_is_ignored(int number) {
  struct sigaction action;
  return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int broker_terminal_columns(int descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

void broker_terminal_copy_size(int source, int target) {
  struct winsize size;
  if (ioctl(source, TIOCGWINSZ, &size) == 0) ioctl(target, TIOCSWINSZ, &size);
}

int broker_terminal_open(int like, int *reading, int *writing) {
  *reading = posix_openpt(O_RDWR | O_NOCTTY);
  if (*reading < 0) return -1;
  fcntl(*reading, F_SETFD, FD_CLOEXEC);
  const char *name = NULL;
  if (grantpt(*reading) == 0 && unlockpt(*reading) == 0) name = ptsname(*reading);
  *writing = name ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
  if (*writing < 0) {
    int failure = errno;
    close(*reading);
    errno = failure;
    return -1;
  }
  struct termios settings;
  if (tcgetattr(like, &settings) == 0) {
    // The outer terminal adds the carriage returns.
    settings.c_oflag &= ~(tcflag_t)OPOST;
    tcsetattr(*writing, TCSANOW, &settings);
  }
  broker_terminal_copy_size(like, *reading);
  return 0;
}

void broker_process_keep_one_heap(void) {
#if defined(__GLIBC__)
  mallopt(M_ARENA_MAX, 1);
#endif
}

void broker_process_harden(void) {
  // A file that is opened while a standard stream is closed would become that stream. Opened for reading alone, what is
  // written to it still fails, so that nothing counts as delivered.
  for (int stream = 0; stream < 3; stream++)
    if (fcntl(stream, F_GETFD) < 0 && errno == EBADF) open("/dev/null", O_RDONLY);
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
#if defined(__linux__)
  prctl(PR_SET_DUMPABLE, 0);
#endif
#if !defined(__has_feature) || !(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
  // Where the Swift runtime explains crashes, it prints what memory the registers point to.
  static const int crashes[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
  for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) signal(crashes[i], SIG_DFL);
#endif
}

#if defined(__GLIBC__)
// The C library hands a constructor what the kernel gave the program. The Swift runtime of a static program reads /proc for it,
// which a bare root need not have.
static char *const *given_arguments;

__attribute__((constructor)) static void keep_arguments(int count, char **arguments) {
  (void)count;
  given_arguments = arguments;
}

char *const *broker_process_arguments(void) { return given_arguments; }
#else
char *const *broker_process_arguments(void) { return NULL; }
#endif

#if defined(TOKEN_BROKER_STATIC)
const char *broker_process_linked_c_library(void) { return gnu_get_libc_version(); }

// Before the first line of a program, the Swift runtime looks for a program beside itself that explains crashes, and ends where
// /proc does not tell it its own place. Here is none, and none is to be run: Scripts/release puts this before the runtime's own.
char *__wrap_swift_copyAuxiliaryExecutablePath(const char *name);
char *__wrap_swift_copyAuxiliaryExecutablePath(const char *name) {
  (void)name;
  return NULL;
}

// The tables behind these two are 560 KB. No text is made of a character's name (Unicode.Scalar.Properties.name, nameAlias): both
// say that there is none.
intptr_t __wrap__swift_stdlib_getScalarName(uint32_t scalar, uint8_t *buffer, intptr_t capacity);
intptr_t __wrap__swift_stdlib_getScalarName(uint32_t scalar, uint8_t *buffer, intptr_t capacity) {
  (void)scalar, (void)buffer, (void)capacity;
  return 0;
}

const char *__wrap__swift_stdlib_getNameAlias(uint32_t scalar);
const char *__wrap__swift_stdlib_getNameAlias(uint32_t scalar) {
  (void)scalar;
  return NULL;
}
#else
const char *broker_process_linked_c_library(void) { return NULL; }
#endif

extern char **environ;

void broker_process_hide_environment(void) {
  static char *none[] = {NULL};
  environ = none;
}

char *const *broker_process_environment(void) {
  return environ;
}
