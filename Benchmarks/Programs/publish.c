/* A publishing tool that does nothing but have the index list its file: it creates the file that TOOL_LISTED names, with the
   host of TWINE_REPOSITORY_URL behind it. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
  const char *listed = getenv("TOOL_LISTED"), *address = getenv("TWINE_REPOSITORY_URL");
  const char *host = address ? strstr(address, "://") : NULL;
  char path[4096];
  if (!listed || !host) return 2;
  host += 3;
  snprintf(path, sizeof path, "%s/%.*s", listed, (int)strcspn(host, "/"), host);
  return open(path, O_CREAT | O_WRONLY, 0644) < 0;
}
