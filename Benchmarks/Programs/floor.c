// The floor of a mint: the same three requests with the same concurrency and the same roots, in C with libcurl alone.
// Nothing is checked that could be left out; no mint over the same network can do with less.
//
// With --version it names its libcurl and ends. INDEX, ACTIONS_ID_TOKEN_REQUEST_URL and _TOKEN name the servers; SSL_CERT_DIR or SSL_CERT_FILE the roots.

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char bytes[65536];
  size_t length;
} answer;

static size_t receive(char *bytes, size_t size, size_t count, void *into) {
  answer *a = into;
  size_t total = size * count;
  if (a->length + total >= sizeof a->bytes) return 0;
  memcpy(a->bytes + a->length, bytes, total);
  a->length += total;
  a->bytes[a->length] = 0;
  return total;
}

static CURL *request(const char *url, struct curl_slist *fields, answer *into) {
  CURL *easy = curl_easy_init();
  const char *folder = getenv("SSL_CERT_DIR"), *file = getenv("SSL_CERT_FILE");
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_CAINFO, file);
  curl_easy_setopt(easy, CURLOPT_CAPATH, folder);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, into);
  return easy;
}

static void run(CURLM *multi) {
  int running = 0;
  do {
    curl_multi_perform(multi, &running);
    if (running) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  } while (running);
}

static char *text_of(answer *a, const char *name) {
  char *start = strstr(a->bytes, name);
  char *end = start ? strchr(start += strlen(name), '"') : NULL;
  if (!end) exit(1);
  *end = 0;
  return start;
}

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "--version") == 0) return puts(curl_version()) < 0;
  const char *index = getenv("INDEX"), *issuer = getenv("ACTIONS_ID_TOKEN_REQUEST_URL");
  const char *secret = getenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN");
  if (!index || !issuer || !secret) return 2;
  static char url[4096], bearer[4096], body[65536];
  static answer audience, identity, minted;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  CURLM *multi = curl_multi_init();

  snprintf(url, sizeof url, "%s/_/oidc/audience", index);
  CURL *first = request(url, curl_slist_append(NULL, "Accept: application/json"), &audience);
  snprintf(url, sizeof url, "%s&audience=pypi", issuer);
  snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", secret);
  CURL *second = request(url, curl_slist_append(NULL, bearer), &identity);
  curl_multi_add_handle(multi, first);
  curl_multi_add_handle(multi, second);
  run(multi);
  if (strcmp(text_of(&audience, "\"audience\":\""), "pypi") != 0) return 1;

  snprintf(body, sizeof body, "{\"token\":\"%s\"}", text_of(&identity, "\"value\":\""));
  snprintf(url, sizeof url, "%s/_/oidc/mint-token", index);
  struct curl_slist *fields = curl_slist_append(NULL, "Content-Type: application/json");
  fields = curl_slist_append(fields, "Expect:");
  CURL *third = request(url, fields, &minted);
  curl_easy_setopt(third, CURLOPT_POSTFIELDS, body);
  curl_multi_add_handle(multi, third);
  run(multi);
  puts(text_of(&minted, "\"token\":\""));
  fflush(stdout);
  _Exit(0);
}
