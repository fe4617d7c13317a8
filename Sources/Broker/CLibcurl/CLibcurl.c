#include "CLibcurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// The library

typedef void CURL;
typedef void CURLM;
struct curl_slist;
typedef struct {
  int msg;
  CURL *easy;
  union {
    void *whatever;
    int result;
  } data;
} CURLMsg;

static struct {
  int (*global_init)(long);
  char *(*version)(void);
  CURL *(*easy_init)(void);
  int (*easy_setopt)(CURL *, int, ...);
  int (*easy_getinfo)(CURL *, int, ...);
  void (*easy_cleanup)(CURL *);
  const char *(*easy_strerror)(int);
  struct curl_slist *(*slist_append)(struct curl_slist *, const char *);
  void (*slist_free_all)(struct curl_slist *);
  CURLM *(*multi_init)(void);
  int (*multi_cleanup)(CURLM *);
  int (*multi_add_handle)(CURLM *, CURL *);
  int (*multi_remove_handle)(CURLM *, CURL *);
  int (*multi_perform)(CURLM *, int *);
  int (*multi_poll)(CURLM *, void *, unsigned, int, int *);
  int (*multi_wakeup)(CURLM *);
  CURLMsg *(*multi_info_read)(CURLM *, int *);
} curl;

#define FUNCTIONS(ROW) \
  ROW(global_init) ROW(version) ROW(easy_init) ROW(easy_setopt) ROW(easy_getinfo) ROW(easy_cleanup) \
  ROW(easy_strerror) ROW(slist_append) ROW(slist_free_all) ROW(multi_init) ROW(multi_cleanup) \
  ROW(multi_add_handle) ROW(multi_remove_handle) ROW(multi_perform) ROW(multi_poll) ROW(multi_wakeup) \
  ROW(multi_info_read)

#if defined(TOKEN_BROKER_LIBCURL_LINKED)
// A release has libcurl linked in; no shared library is looked for. Only the addresses of these are used.
#define DECLARATION(function) void curl_##function(void);
FUNCTIONS(DECLARATION)
#define LINKED(function) (void *)curl_##function
static const char *const libraries[] = {"linked in"};
int broker_curl_is_linked(void) { return 1; }
const char *broker_curl_linked_version(void) {
  // It needs nothing that is initialised.
  char *(*version)(void) = LINKED(version);
  return version();
}
static void *open_library(const char *name) { return (void *)name; }
#else
#define LINKED(function) NULL
int broker_curl_is_linked(void) { return 0; }
const char *broker_curl_linked_version(void) { return NULL; }
#if defined(__APPLE__)
static const char *const libraries[] = {"libcurl.4.dylib", "/usr/lib/libcurl.4.dylib"};
#else
static const char *const libraries[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
#endif
static void *open_library(const char *name) { return dlopen(name, RTLD_LAZY | RTLD_LOCAL); }
#endif

#define ROW(function) {"curl_" #function, &curl.function, LINKED(function)},
static const struct {
  const char *name;
  void *slot;
  void *linked;
} symbols[] = {FUNCTIONS(ROW)};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char load_error[256];
static const char *binding = "";

enum { GLOBAL_DEFAULT = 3 };

#if defined(TOKEN_BROKER_STATIC)
// <nss.h>, which not every glibc declares it in.
int __nss_configure_lookup(const char *database, const char *sources);

// A static program still opens the modules that /etc/nsswitch.conf names, of the system's C library, and crashes where that is
// another one (seen with libnss_resolve). What reads /etc/hosts and asks DNS is inside.
static void keep_to_own_name_sources(void) { __nss_configure_lookup("hosts", "files dns"); }
int broker_curl_asks_own_name_sources(void) { return 1; }
#else
static void keep_to_own_name_sources(void) {}
int broker_curl_asks_own_name_sources(void) { return 0; }
#endif

static void load(void) {
  keep_to_own_name_sources();
  size_t count = sizeof libraries / sizeof *libraries;
  for (size_t i = 0; i < count; i++) {
    void *library = open_library(libraries[i]);
    if (!library) {
      // The first reason stays: a library that is there and does not load says more than one that is not there.
      const char *reason = dlerror();
      if (!load_error[0]) snprintf(load_error, sizeof load_error, "%s", reason ? reason : libraries[i]);
      continue;
    }
    load_error[0] = 0;
    for (size_t s = 0; s < sizeof symbols / sizeof *symbols; s++) {
      void *address = symbols[s].linked ? symbols[s].linked : dlsym(library, symbols[s].name);
      if (!address) {
        snprintf(load_error, sizeof load_error, "%s is older than 7.68: it has no %s", libraries[i], symbols[s].name);
        return;
      }
      memcpy(symbols[s].slot, &address, sizeof address);
    }
    if (curl.global_init(GLOBAL_DEFAULT) != 0) {
      snprintf(load_error, sizeof load_error, "%s cannot be initialised", libraries[i]);
      return;
    }
    binding = libraries[i];
    return;
  }
}

const char *broker_curl_load(void) {
  pthread_once(&once, load);
  return load_error[0] ? load_error : NULL;
}

const char *broker_curl_binding(void) { return binding; }

const char *broker_curl_version(void) { return binding[0] ? curl.version() : ""; }

// Transfers

struct broker_transfer {
  CURL *easy;
  struct curl_slist *fields;
  struct curl_slist *resolve;
  uint64_t identifier;
  char *request_body;
  size_t request_length;
  size_t request_sent;
  uint8_t *body;
  size_t body_length, body_capacity, body_limit;
  char *answer_fields;
  size_t answer_fields_length, answer_fields_capacity, answer_fields_limit;
  int is_too_large;
  int has_all_fields;
  char error[256]; // CURL_ERROR_SIZE
};

// curl/curl.h: CURLoption
enum {
  OPT_WRITEDATA = 10001, OPT_URL = 10002, OPT_PROXY = 10004, OPT_READDATA = 10009, OPT_ERRORBUFFER = 10010,
  OPT_USERAGENT = 10018, OPT_HTTPHEADER = 10023, OPT_CUSTOMREQUEST = 10036, OPT_HEADERDATA = 10029, OPT_CAINFO = 10065, OPT_CAPATH = 10097,
  OPT_PRIVATE = 10103, OPT_NOPROXY = 10177, OPT_RESOLVE = 10203, OPT_PROXY_CAINFO = 10246, OPT_PROXY_CAPATH = 10247,
  OPT_WRITEFUNCTION = 20011, OPT_READFUNCTION = 20012, OPT_HEADERFUNCTION = 20079,
  OPT_POSTFIELDSIZE_LARGE = 30120,
  OPT_SSLVERSION = 32, OPT_NOBODY = 44, OPT_POST = 47, OPT_NETRC = 51, OPT_FOLLOWLOCATION = 52, OPT_SSL_VERIFYPEER = 64, OPT_FRESH_CONNECT = 74,
  OPT_HTTPGET = 80, OPT_SSL_VERIFYHOST = 81, OPT_HTTP_VERSION = 84, OPT_NOSIGNAL = 99, OPT_TIMEOUT_MS = 155,
  OPT_CONNECTTIMEOUT_MS = 156, OPT_CERTINFO = 172, OPT_PROTOCOLS = 181, OPT_PATH_AS_IS = 234, OPT_SUPPRESS_CONNECT_HEADERS = 265,
  OPT_BUFFERSIZE = 98, OPT_UPLOAD_BUFFERSIZE = 280, OPT_QUICK_EXIT = 322,
};
enum { PROTOCOL_HTTP = 1, PROTOCOL_HTTPS = 2, VERSION_2TLS = 4, TLS_1_2 = 6, VERIFY_NAME = 2 };
// curl/curl.h: CURLINFO
enum { INFO_RESPONSE_CODE = 0x200002, INFO_REQUEST_SIZE = 0x20000C, INFO_CONNECTCODE = 0x200016, INFO_PRIVATE = 0x100015, INFO_CERTINFO = 0x400022 };
// curl/curl.h: struct curl_certinfo
struct certificates {
  int count;
  struct curl_slist **texts;
};

// A memset before free(3) would be left out by the compiler.
static void wipe(void *bytes, size_t count) {
  volatile unsigned char *byte = bytes;
  while (count--) *byte++ = 0;
}

static int append(void *buffer, size_t *length, size_t *capacity, size_t limit, const void *bytes, size_t count) {
  if (count > limit - *length) return 0;
  if (*length + count > *capacity) {
    size_t wanted = *capacity ? *capacity * 2 : 4096;
    while (wanted < *length + count) wanted *= 2;
    void *grown = malloc(wanted);
    if (!grown) return 0;
    void *old;
    memcpy(&old, buffer, sizeof old);
    if (old) {
      memcpy(grown, old, *length);
      wipe(old, *length);
      free(old);
    }
    memcpy(buffer, &grown, sizeof grown);
    *capacity = wanted;
  }
  uint8_t *start;
  memcpy(&start, buffer, sizeof start);
  memcpy(start + *length, bytes, count);
  *length += count;
  return 1;
}

static size_t receive_body(char *bytes, size_t size, size_t count, void *context) {
  broker_transfer *t = context;
  size_t total = size * count;
  if (append(&t->body, &t->body_length, &t->body_capacity, t->body_limit, bytes, total)) return total;
  t->is_too_large = 1;
  return 0;
}

static size_t receive_field(char *bytes, size_t size, size_t count, void *context) {
  broker_transfer *t = context;
  size_t total = size * count;
  // A status line begins a new block: an interim answer's fields are not the answer's.
  if (total >= 5 && memcmp(bytes, "HTTP/", 5) == 0) t->answer_fields_length = t->has_all_fields = 0;
  // libcurl takes a connection that ends within the fields for a whole answer; the empty line tells that it is not.
  if (total > 0 && (bytes[0] == '\r' || bytes[0] == '\n')) t->has_all_fields = 1;
  if (append(&t->answer_fields, &t->answer_fields_length, &t->answer_fields_capacity, t->answer_fields_limit, bytes, total))
    return total;
  t->is_too_large = 1;
  return 0;
}

// The body is read through a callback without a way to rewind, because libcurl sends a request again by itself when a
// reused connection dies, and an identity token must not be sent twice.
static size_t send_body(char *buffer, size_t size, size_t count, void *context) {
  broker_transfer *t = context;
  size_t left = t->request_length - t->request_sent;
  size_t part = size * count < left ? size * count : left;
  if (part > 0) memcpy(buffer, t->request_body + t->request_sent, part);
  t->request_sent += part;
  return part;
}

static struct curl_slist *list(struct curl_slist *start, const char *text) {
  struct curl_slist *longer = curl.slist_append(start, text);
  return longer ? longer : start;
}

broker_transfer *broker_transfer_create(const broker_request *request, uint64_t identifier) {
  broker_transfer *t = calloc(1, sizeof *t);
  CURL *easy = t ? curl.easy_init() : NULL;
  if (!easy) {
    free(t);
    return NULL;
  }
  t->easy = easy;
  t->identifier = identifier;
  t->body_limit = request->body_limit;
  t->answer_fields_limit = request->field_limit;
  if (request->body) {
    t->request_body = malloc(request->body_length + 1);
    if (!t->request_body) {
      broker_transfer_destroy(t);
      return NULL;
    }
    memcpy(t->request_body, request->body, request->body_length);
    t->request_length = request->body_length;
    t->fields = list(t->fields, "Expect:");
  }
  int has_type = 0;
  for (const char *const *field = request->fields; field && *field; field++) {
    if (strncasecmp(*field, "Content-Type:", 13) == 0) has_type = 1;
    t->fields = list(t->fields, *field);
  }
  // libcurl would say that it is a form.
  if (!has_type) t->fields = list(t->fields, "Content-Type:");

  curl.easy_setopt(easy, OPT_PRIVATE, t);
  curl.easy_setopt(easy, OPT_ERRORBUFFER, t->error);
  curl.easy_setopt(easy, OPT_URL, request->url);
  curl.easy_setopt(easy, OPT_PATH_AS_IS, 1L);
  curl.easy_setopt(easy, OPT_PROTOCOLS, (long)(request->plain_http ? PROTOCOL_HTTP : PROTOCOL_HTTPS));
  curl.easy_setopt(easy, OPT_FOLLOWLOCATION, 0L);
  curl.easy_setopt(easy, OPT_NETRC, 0L);
  curl.easy_setopt(easy, OPT_NOSIGNAL, 1L);
  curl.easy_setopt(easy, OPT_QUICK_EXIT, 1L);
  // libcurl takes 16 and 64 KiB for each request, and all of a block is overwritten when it is given back (CMemory). Few answers are
  // longer than this; what is longer comes in pieces.
  curl.easy_setopt(easy, OPT_BUFFERSIZE, 4096L);
  curl.easy_setopt(easy, OPT_UPLOAD_BUFFERSIZE, 16384L);
  curl.easy_setopt(easy, OPT_TIMEOUT_MS, request->total_milliseconds);
  curl.easy_setopt(easy, OPT_CONNECTTIMEOUT_MS, request->connect_milliseconds);
  curl.easy_setopt(easy, OPT_USERAGENT, request->user_agent);
  curl.easy_setopt(easy, OPT_HTTPHEADER, t->fields);
  curl.easy_setopt(easy, OPT_WRITEFUNCTION, receive_body);
  curl.easy_setopt(easy, OPT_WRITEDATA, t);
  curl.easy_setopt(easy, OPT_HEADERFUNCTION, receive_field);
  curl.easy_setopt(easy, OPT_HEADERDATA, t);
  curl.easy_setopt(easy, OPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl.easy_setopt(easy, OPT_PROXY, request->proxy);
  curl.easy_setopt(easy, OPT_NOPROXY, request->no_proxy);
  if (request->resolve) {
    t->resolve = list(NULL, request->resolve);
    curl.easy_setopt(easy, OPT_RESOLVE, t->resolve);
  }
  curl.easy_setopt(easy, OPT_HTTP_VERSION, (long)VERSION_2TLS);
  curl.easy_setopt(easy, OPT_SSLVERSION, (long)TLS_1_2);
  curl.easy_setopt(easy, OPT_CERTINFO, 1L);
  curl.easy_setopt(easy, OPT_SSL_VERIFYPEER, 1L);
  curl.easy_setopt(easy, OPT_SSL_VERIFYHOST, (long)VERIFY_NAME);
  if (request->use_own_roots) {
    curl.easy_setopt(easy, OPT_CAINFO, request->root_file);
    curl.easy_setopt(easy, OPT_CAPATH, request->root_folder);
    curl.easy_setopt(easy, OPT_PROXY_CAINFO, request->root_file);
    curl.easy_setopt(easy, OPT_PROXY_CAPATH, request->root_folder);
  }
  if (strcmp(request->method, "HEAD") == 0) {
    curl.easy_setopt(easy, OPT_NOBODY, 1L);
  } else if (!request->is_safe || request->body) {
    // With a length of 0 where there is no body, as a server expects it of these methods.
    curl.easy_setopt(easy, OPT_POST, 1L);
    curl.easy_setopt(easy, OPT_POSTFIELDSIZE_LARGE, (int64_t)t->request_length);
    curl.easy_setopt(easy, OPT_READFUNCTION, send_body);
    curl.easy_setopt(easy, OPT_READDATA, t);
  } else {
    curl.easy_setopt(easy, OPT_HTTPGET, 1L);
  }
  // Without a body there is nothing to rewind, and libcurl would send this again after a reused connection died.
  if (!request->is_safe && t->request_length == 0) curl.easy_setopt(easy, OPT_FRESH_CONNECT, 1L);
  curl.easy_setopt(easy, OPT_CUSTOMREQUEST, request->method);
  return t;
}

struct curl_slist {
  char *data;
  struct curl_slist *next;
};

void broker_transfer_destroy(broker_transfer *t) {
  if (t->easy) curl.easy_cleanup(t->easy);
  for (struct curl_slist *field = t->fields; field; field = field->next) wipe(field->data, strlen(field->data));
  curl.slist_free_all(t->fields);
  curl.slist_free_all(t->resolve);
  if (t->request_body) wipe(t->request_body, t->request_length);
  if (t->body) wipe(t->body, t->body_length);
  free(t->request_body);
  free(t->body);
  free(t->answer_fields);
  free(t);
}

// Who issued the server's certificate; NULL where the connection was reused, or its handshake failed.
static const char *issuer(CURL *easy) {
  static const char label[] = "Issuer:";
  struct certificates *found = NULL;
  if (curl.easy_getinfo(easy, INFO_CERTINFO, &found) != 0 || !found || found->count < 1) return NULL;
  for (struct curl_slist *text = found->texts[0]; text; text = text->next)
    if (text->data && strncmp(text->data, label, sizeof label - 1) == 0) return text->data + sizeof label - 1;
  return NULL;
}

broker_outcome broker_transfer_outcome(broker_transfer *t, int result) {
  broker_outcome outcome = {.result = result, .is_too_large = t->is_too_large, .has_all_fields = t->has_all_fields};
  curl.easy_getinfo(t->easy, INFO_RESPONSE_CODE, &outcome.status);
  curl.easy_getinfo(t->easy, INFO_REQUEST_SIZE, &outcome.request_size);
  // That counts what was said to a proxy, too. What must not arrive twice is the body, and that is read to be sent.
  if (t->request_length > 0) outcome.request_size = (long)t->request_sent;
  curl.easy_getinfo(t->easy, INFO_CONNECTCODE, &outcome.connect_code);
  outcome.issuer = issuer(t->easy);
  outcome.error = t->error[0] || result == 0 ? t->error : curl.easy_strerror(result);
  outcome.body = t->body;
  outcome.body_length = t->body_length;
  outcome.fields = t->answer_fields;
  outcome.fields_length = t->answer_fields_length;
  return outcome;
}

// Multi handles

void *broker_multi_create(void) { return curl.multi_init(); }

void broker_multi_destroy(void *multi) { curl.multi_cleanup(multi); }

int broker_multi_add(void *multi, broker_transfer *t) { return curl.multi_add_handle(multi, t->easy); }

void broker_multi_remove(void *multi, broker_transfer *t) { curl.multi_remove_handle(multi, t->easy); }

void broker_multi_perform(void *multi) {
  int running = 0;
  curl.multi_perform(multi, &running);
}

void broker_multi_wait(void *multi, int milliseconds) {
  int ready = 0;
  curl.multi_poll(multi, NULL, 0, milliseconds, &ready);
}

void broker_multi_wake(void *multi) { curl.multi_wakeup(multi); }

uint64_t broker_multi_next(void *multi, int *result) {
  enum { DONE = 1 };
  int left = 0;
  for (CURLMsg *message; (message = curl.multi_info_read(multi, &left));) {
    if (message->msg != DONE) continue;
    broker_transfer *t = NULL;
    curl.easy_getinfo(message->easy, INFO_PRIVATE, (char **)&t);
    *result = message->data.result;
    return t->identifier;
  }
  return 0;
}
