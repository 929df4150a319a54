/* core/resolve.h: a write whose outcome is not known is read again, then decided. For documents of
 * the gateway's own; jobs have libs/jobs. Any thread, no state. */
#pragma once
#include "jw/error.h"
#include "jw/store.h"

G_BEGIN_DECLS

/* What the document shows about the write. */
typedef enum {
    GW_SEEN_POSSIBLE, /* it was not done, and may be */
    GW_SEEN_OURS,     /* it was done */
    GW_SEEN_LOST,     /* somebody else was first */
} GwSeen;

/* The first member of a struct with what the two need. */
typedef struct _GwWrite GwWrite;
struct _GwWrite {
    bool (*write)(GwWrite *self, JwCas *ret_cas, GError **error);
    bool (*read)(GwWrite *self, GwSeen *ret_seen, GError **error);
};

/* @ret_cas: (out): WON: it is done. @error: IN_DOUBT: it was read again and is still not known;
 * any other: nothing was done. */
bool gw_resolve(GwWrite *self, JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
