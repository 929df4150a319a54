/* jw/ident.h: identifiers and digests. Any thread. Randomness is getrandom(2), never g_random_*. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

#define JW_UUID_LEN 36

/* Fills @ret (37 bytes with NUL) with a lower-case UUIDv7 (RFC 9562 section 5.7). Ids that one
 * process creates in a row for the same millisecond ascend. */
void jw_uuid_v7(int64_t now_ms, char ret[JW_UUID_LEN + 1]);

/* UUIDv5 (RFC 9562 section 5.5) of Jobwire's own name space and the parts, the kind first, each
 * written with its length in front ("3:job5:hello") so that ("ab","c") and ("a","bc") differ.
 * Ends with NULL. */
void jw_uuid_derive(char ret[JW_UUID_LEN + 1], const char *kind, ...) G_GNUC_NULL_TERMINATED;

/* True for 36 characters 8-4-4-4-12 in hex, either case. */
bool jw_uuid_valid(const char *text);

/* Fills @ret from getrandom(2); waits at most for the kernel to have gathered entropy at boot. */
void jw_random_bytes(void *ret, size_t length);

/* A number in [0,1), evenly spread: the jitter of a wait. */
double jw_random_unit(void);

/* Hex SHA-256 of a buffer. (transfer full) */
char *jw_sha256_hex(const void *data, size_t length);

#define JW_PROCESS_NAME_SIZE 64

/* Fills @ret with "<host>/<pid>", which names this process among all that own claims; a long host
 * name is cut. */
void jw_process_name(char ret[JW_PROCESS_NAME_SIZE]);

G_END_DECLS
