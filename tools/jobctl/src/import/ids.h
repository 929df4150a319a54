/* import/ids.h: the ids that a file's rows have so far, to find one that is there twice. Keeps 128
 * bits of each and its line: some 50 bytes a row. One thread. */
#pragma once
#include "jw/error.h"

#include <stdbool.h>

G_BEGIN_DECLS

#define JC_IDS_MAX (64u * 1024u * 1024u)

typedef struct _JcIds JcIds;
JcIds *jc_ids_new(void);
void jc_ids_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JcIds, jc_ids_free)
/* Forgets all: another file begins. */
void jc_ids_reset(JcIds *self);
/* Notes the id of a row. @ret_earlier: (out): the line of the row that had it before, or 0.
 * TOO_LARGE: JC_IDS_MAX are noted. */
bool jc_ids_add(JcIds *self, const char *id, int64_t line, int64_t *ret_earlier,
                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
