/* tuples.h: the combinations of groups that records fall into, each numbered when it is first seen.
 * Private to libs/report. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* The most combinations of one table: what is held while records are read. */
#define JW_TUPLES_MAX 100000
/* The key of what is in "(other)" by its number (aggregate.c). */
#define JW_TUPLES_OTHER UINT32_MAX

typedef struct _JwTuples JwTuples;

JwTuples *jw_tuples_new(size_t n_keys);
void jw_tuples_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwTuples, jw_tuples_free)
/* Number of the combination, and so many rows more in it. False: it is a new one, and there are
 * JW_TUPLES_MAX. */
bool jw_tuples_take(JwTuples *self, const uint32_t *keys, int64_t rows, size_t *ret_index);
size_t jw_tuples_count(const JwTuples *self);
/* The keys of a combination. (transfer none), until the next is taken */
const uint32_t *jw_tuples_keys(const JwTuples *self, size_t index);
int64_t jw_tuples_rows(const JwTuples *self, size_t index);

G_END_DECLS
