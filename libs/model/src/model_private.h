/* model_private.h: small helpers shared by the files of this room. */
#pragma once
#include "jw/job.h"
#include <stddef.h>

G_BEGIN_DECLS

/* Place of @text in a table of names; false for NULL or an unknown one. */
bool jw_name_find(const char *const *names, size_t n_names, const char *text, size_t *ret_index);
/* @first_ms · 2^(attempts-1), at most @most_ms, then ± 20 % by @jitter. */
int64_t jw_backoff_ms(int64_t first_ms, int64_t most_ms, int attempts, double jitter);

GPtrArray *jw_outbox_new(void);
GPtrArray *jw_outbox_copy(const GPtrArray *outbox); /* NULL: a new empty one */

/* Texts of a struct named by their offsets, so that copy and free cannot disagree about them. */
void jw_texts_dup(gpointer object, const size_t *offsets, size_t n_offsets);
void jw_texts_clear(gpointer object, const size_t *offsets, size_t n_offsets);

G_END_DECLS
