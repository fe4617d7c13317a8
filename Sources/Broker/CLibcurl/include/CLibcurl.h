#ifndef CLIBCURL_H
#define CLIBCURL_H

// The few functions of libcurl that the transport uses, found with dlopen so that a build needs no headers; with
// TOKEN_BROKER_LIBCURL_LINKED they are expected to be linked in, as Scripts/release does. Numbers are those of libcurl's
// stable ABI (curl/curl.h, soname 4); options that an older libcurl does not know are skipped.

#include <stddef.h>
#include <stdint.h>

#if __has_feature(nullability)
#pragma clang assume_nonnull begin
#endif

/// Opens libcurl and initialises it, once; NULL on success, else a text that says why not.
const char *_Nullable broker_curl_load(void);

/// Whether libcurl is linked in, so that opening it costs nothing.
int broker_curl_is_linked(void);

/// The version text of a libcurl that is linked in, without the time that its initialising takes; NULL for another.
const char *_Nullable broker_curl_linked_version(void);

/// Whether names are looked up in /etc/hosts and DNS alone, whatever /etc/nsswitch.conf names: in a static program.
int broker_curl_asks_own_name_sources(void);

/// The library as it was found, such as "libcurl.so.4" or "linked in"; empty before it was loaded.
const char *broker_curl_binding(void);

/// The library's own version text; empty before it was loaded.
const char *broker_curl_version(void);

// Transfers

typedef struct broker_transfer broker_transfer;

/// What a request is made of; every text is copied.
typedef struct {
  const char *url;
  const char *method;
  int is_safe; // whether libcurl may send it again when a reused connection dies
  const char *_Nullable body;
  size_t body_length;
  const char *_Nullable const *_Nullable fields; // "Name: value", ended by NULL
  const char *user_agent;
  const char *_Nullable root_file;
  const char *_Nullable root_folder;
  int use_own_roots; // 0: libcurl's defaults
  const char *proxy; // "" for none
  const char *no_proxy;
  const char *_Nullable resolve; // "localhost:PORT:127.0.0.1"
  long connect_milliseconds;
  long total_milliseconds;
  size_t body_limit;
  size_t field_limit;
  int plain_http;
} broker_request;

/// A transfer that is ready to be added to a multi handle; NULL if there is no memory.
broker_transfer *_Nullable broker_transfer_create(const broker_request *request, uint64_t identifier);

/// Ends a transfer and overwrites its copies of the request.
void broker_transfer_destroy(broker_transfer *transfer);

/// How a transfer ended.
typedef struct {
  int result; // CURLcode
  long status;
  long request_size;  // bytes of the request that were sent; of its body alone if it has one
  long connect_code;  // a proxy's answer to CONNECT
  int is_too_large;
  int has_all_fields; // the empty line behind the fields was there
  const char *error;
  const char *_Nullable issuer; // of the server's certificate, as libcurl's TLS library writes it
  const uint8_t *_Nullable body;
  size_t body_length;
  const char *_Nullable fields; // the field lines of the last header block
  size_t fields_length;
} broker_outcome;

/// Reads how a transfer ended; the pointers are valid until it is destroyed.
broker_outcome broker_transfer_outcome(broker_transfer *transfer, int result);

// Multi handles; all functions but broker_multi_wake are called by one thread

void *_Nullable broker_multi_create(void);
void broker_multi_destroy(void *multi);
int broker_multi_add(void *multi, broker_transfer *transfer);
void broker_multi_remove(void *multi, broker_transfer *transfer);
/// Does what can be done without waiting.
void broker_multi_perform(void *multi);
/// Waits for sockets, timers or a wake-up, at most so long.
void broker_multi_wait(void *multi, int milliseconds);
/// Ends broker_multi_wait early, from any thread.
void broker_multi_wake(void *multi);
/// The identifier of a transfer that has ended, and its result; 0 if there is none.
uint64_t broker_multi_next(void *multi, int *result);

#if __has_feature(nullability)
#pragma clang assume_nonnull end
#endif

#endif
