// A publishing tool for roots that hold nothing else: uploads one file, as twine does, to an index on this machine.
//
// twine upload --repository-url URL FILE   with TWINE_USERNAME and TWINE_PASSWORD

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void fail(const char *what) {
  fprintf(stderr, "publish: %s\n", what);
  exit(1);
}

static void encode(const char *text, char *to) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t length = strlen(text);
  for (size_t i = 0; i < length; i += 3) {
    unsigned group = 0;
    for (size_t j = 0; j < 3; j++) group = group << 8 | (i + j < length ? (unsigned char)text[i + j] : 0);
    for (size_t j = 0; j < 4; j++) *to++ = i + j <= length ? digits[group >> (18 - 6 * j) & 63] : '=';
  }
  *to = 0;
}

int main(int count, char **arguments) {
  const char *url = NULL, *path = NULL, *user = getenv("TWINE_USERNAME"), *password = getenv("TWINE_PASSWORD");
  for (int i = 1; i < count; i++) {
    if (strcmp(arguments[i], "--repository-url") == 0) url = arguments[++i];
    else if (arguments[i][0] != '-' && strcmp(arguments[i], "upload") != 0) path = arguments[i];
  }
  unsigned port;
  int end = 0;
  if (!url || !path || !user || !password) fail("an argument or a variable is missing");
  if (sscanf(url, "http://127.0.0.1:%u%n", &port, &end) != 1) fail("the index is not on this machine");

  static char content[65536], body[131072], request[200000], basic[8192], pair[4096], answer[4096];
  int file = open(path, O_RDONLY);
  ssize_t length = file < 0 ? -1 : read(file, content, sizeof content);
  if (length < 0) fail("the file cannot be read");
  const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
  int head = snprintf(body, sizeof body,
      "--x\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nsample\r\n"
      "--x\r\nContent-Disposition: form-data; name=\"version\"\r\n\r\n1.0\r\n"
      "--x\r\nContent-Disposition: form-data; name=\"content\"; filename=\"%s\"\r\n\r\n", name);
  memcpy(body + head, content, (size_t)length);
  memcpy(body + head + length, "\r\n--x--\r\n", 9);
  size_t total = (size_t)head + (size_t)length + 9;
  snprintf(pair, sizeof pair, "%s:%s", user, password);
  encode(pair, basic);
  int start = snprintf(request, sizeof request,
      "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAuthorization: Basic %s\r\nConnection: close\r\n"
      "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: %zu\r\n\r\n", url + end, port, basic, total);
  memcpy(request + start, body, total);

  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int index = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(index, (struct sockaddr *)&address, sizeof address) != 0) fail("the index cannot be connected to");
  for (size_t sent = 0; sent < (size_t)start + total;) {
    ssize_t part = write(index, request + sent, (size_t)start + total - sent);
    if (part <= 0) fail("the index went away");
    sent += (size_t)part;
  }
  if (read(index, answer, sizeof answer - 1) < 12 || strncmp(answer + 9, "200", 3) != 0) fail(answer);
  return 0;
}
