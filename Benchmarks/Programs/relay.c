// A delay line: relays TCP connections between two addresses of this machine and makes each pay a round-trip time.
//
//   relay RTT_MILLISECONDS ADDRESS TARGET_ADDRESS PORT
//
// Bytes are passed on half a round trip after they came, in both directions. The kernel makes the connection to the relay
// at once, so that the round trip of the TCP handshake is added to the first bytes of the client.

#define _GNU_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PAIRS = 256 };

typedef struct chunk {
  struct chunk *next;
  int64_t due;
  size_t length, sent; // a length of 0 is the end of the stream
  char bytes[];
} chunk;

typedef struct {
  int from, to, is_ended;
  int64_t extra, last_due;
  chunk *first, *last;
} line;

typedef struct {
  int is_used;
  line lines[2];
} pair;

static pair pairs[PAIRS];

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

static int stream(const char *host, int port, int is_listener) {
  int on = 1, number = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = inet_addr(host)};
  setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  int result = is_listener ? bind(number, (void *)&address, sizeof address) || listen(number, 128)
                           : connect(number, (void *)&address, sizeof address);
  if (result != 0) {
    close(number);
    return -1;
  }
  setsockopt(number, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(number, F_SETFL, O_NONBLOCK);
  return number;
}

static void take(line *l, int64_t half) {
  char bytes[65536];
  ssize_t count = read(l->from, bytes, sizeof bytes);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count < 0) count = 0;
  chunk *c = malloc(sizeof *c + count);
  if (!c) abort();
  *c = (chunk){.due = now() + half + l->extra, .length = count};
  memcpy(c->bytes, bytes, count);
  l->extra = 0;
  if (c->due < l->last_due) c->due = l->last_due;
  l->last_due = c->due;
  if (l->last) l->last->next = c; else l->first = c;
  l->last = c;
  if (count == 0) l->is_ended = 1;
}

static void pass(line *l, int64_t time) {
  while (l->first && l->first->due <= time) {
    chunk *c = l->first;
    if (c->length == 0) shutdown(l->to, SHUT_WR);
    while (c->sent < c->length) {
      ssize_t count = send(l->to, c->bytes + c->sent, c->length - c->sent, MSG_NOSIGNAL);
      if (count < 0 && errno == EAGAIN) return;
      if (count <= 0) break;
      c->sent += count;
    }
    l->first = c->next;
    if (!l->first) l->last = NULL;
    free(c);
  }
}

int main(int count, char **arguments) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (count != 5) return 2;
  int64_t half = atoll(arguments[1]) * 500;
  int port = atoi(arguments[4]), listener = stream(arguments[2], port, 1);
  if (listener < 0) {
    perror(arguments[2]);
    return 1;
  }
  for (;;) {
    struct pollfd polled[1 + 2 * PAIRS] = {{listener, POLLIN, 0}};
    line *lines[1 + 2 * PAIRS];
    int polled_count = 1;
    int64_t next = INT64_MAX;
    for (int p = 0; p < PAIRS; p++) {
      if (!pairs[p].is_used) continue;
      for (int d = 0; d < 2; d++) {
        line *l = &pairs[p].lines[d];
        if (l->first && l->first->due < next) next = l->first->due;
        if (l->is_ended) continue;
        lines[polled_count] = l;
        polled[polled_count++] = (struct pollfd){l->from, POLLIN, 0};
      }
    }
    int64_t wait = next == INT64_MAX ? 1000000 : next - now();
    struct timespec limit = {wait > 0 ? wait / 1000000 : 0, wait > 0 ? wait % 1000000 * 1000 : 0};
    if (ppoll(polled, polled_count, &limit, NULL) > 0) {
      for (int i = 1; i < polled_count; i++)
        if (polled[i].revents) take(lines[i], half);
      if (polled[0].revents) {
        int on = 1, client = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
        int server = client < 0 ? -1 : stream(arguments[3], port, 0);
        int free_pair = 0;
        while (free_pair < PAIRS && pairs[free_pair].is_used) free_pair++;
        if (server < 0 || free_pair == PAIRS) {
          if (client >= 0) close(client);
          if (server >= 0) close(server);
          continue;
        }
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        pairs[free_pair] = (pair){1, {{.from = client, .to = server, .extra = 2 * half}, {.from = server, .to = client}}};
      }
    }
    int64_t time = now();
    for (int p = 0; p < PAIRS; p++) {
      if (!pairs[p].is_used) continue;
      line *l = pairs[p].lines;
      pass(&l[0], time);
      pass(&l[1], time);
      if (l[0].is_ended && l[1].is_ended && !l[0].first && !l[1].first) {
        close(l[0].from);
        close(l[0].to);
        pairs[p].is_used = 0;
      }
    }
  }
}
