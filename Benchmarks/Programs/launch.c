// Runs a command and says on descriptor 3 what it took: status, wall and CPU microseconds, peak KiB, and the Unix time of
// its start in microseconds. A small process of its own, because the peak that the kernel counts includes the parent's.

#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static int64_t microseconds(struct timeval time) { return (int64_t)time.tv_sec * 1000000 + time.tv_usec; }

int main(int count, char **arguments) {
  if (count < 2) return 2;
  int64_t start = now(CLOCK_REALTIME), first = now(CLOCK_MONOTONIC);
  pid_t child = vfork();
  if (child == 0) {
    close(3);
    execv(arguments[1], arguments + 1);
    _exit(127);
  }
  int status;
  struct rusage used;
  if (child < 0 || wait4(child, &status, 0, &used) != child) return 1;
  dprintf(
      3, "%d %lld %lld %ld %lld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
      (long long)(now(CLOCK_MONOTONIC) - first), (long long)(microseconds(used.ru_utime) + microseconds(used.ru_stime)),
      used.ru_maxrss, (long long)start);
  return 0;
}
