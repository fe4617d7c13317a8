// A provider of the protocol token-broker.plugin/1 that does no more than hand over the token in a variable.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
  static char request[65537];
  size_t length = 0;
  ssize_t count;
  while (length < sizeof request - 1 && (count = read(0, request + length, sizeof request - 1 - length)) > 0) length += (size_t)count;
  const char *id = strstr(request, "\"id\":\""), *token = getenv("OWN_ID_TOKEN");
  if (!id || !token || !strstr(request, "\"operation\":\"identity-token\"")) return 1;
  id += 6;
  printf("{\"protocol\":\"token-broker.plugin/1\",\"id\":\"%.*s\",\"result\":{\"token\":\"%s\",\"supply\":\"fixed\",\"left\":0}}\n",
         (int)strcspn(id, "\""), id, token);
  return 0;
}
