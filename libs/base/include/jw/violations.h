/* jw/violations.h: all that is wrong with one input, each with its JSON pointer, so that a caller
 * learns everything at once. One thread at a time. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
    char *pointer; /* RFC 6901, "" is the whole input */
    char *message; /* what is wrong and what to do */
} JwViolation;

#define JW_VIOLATIONS_MAX 50u

typedef struct {
    GPtrArray *list; /* of JwViolation; NULL while there is none */
} JwViolations;

/* Adds a violation; those after the first JW_VIOLATIONS_MAX are dropped. Returns false, for `return
 * jw_violations_add(…)`. */
bool jw_violations_add(JwViolations *self, const char *pointer, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* How many were added, at most JW_VIOLATIONS_MAX. */
size_t jw_violations_count(const JwViolations *self);

/* The one at @index, which must be below the count. (transfer none) */
const JwViolation *jw_violations_get(const JwViolations *self, size_t index);

/* "/name: is required; /output/format: …". (transfer full) */
char *jw_violations_text(const JwViolations *self);

/* Frees what it holds; it is empty afterwards. */
void jw_violations_clear(JwViolations *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwViolations, jw_violations_clear)

G_END_DECLS
