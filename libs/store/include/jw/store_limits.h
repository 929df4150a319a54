/* jw/store_limits.h: how many calls of one sort a caller may make in a period, counted for all
 * processes together. Errors: jw/store.h.
 *
 * It is the exact sliding window: in no period of that length, wherever it begins, pass more calls
 * than the limit. A caller's document of one sort holds the times of the calls in it, at most as
 * many as the limit; one conditional update counts a call, so of many at once exactly as many pass
 * as there are left. What is out of the window is taken out only when a call finds the document
 * full. The server deletes a document a period after its last call. */
#pragma once
#include "jw/store.h"

G_BEGIN_DECLS

#define JW_LIMIT_CALLS_MAX 1000 /* of a limit: its document stays small */

typedef struct {
    const char *name;    /* of the sort, "report-generate" */
    const char *subject; /* whose calls */
    int64_t limit;       /* at least 1, at most JW_LIMIT_CALLS_MAX */
    int64_t window_ms;   /* at least 1 */
} JwLimit;

typedef struct {
    bool passed;       /* the call was counted; false: it is one too many */
    int64_t remaining; /* calls that may follow at once */
    int64_t reset_ms;  /* until there is one more than now; of one that passed: until it counts no
                        * more when it is the only one */
} JwLimitState;

/* Counts a call, or says that it is one too many. @ticket: tells it from others of this caller.
 * @now_ms: by the store's clock. IN_DOUBT: it may be counted. */
bool jw_store_take_limit(JwStore *self, const JwLimit *limit, int64_t ticket, int64_t now_ms,
                         JwLimitState *ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Counts it no longer. @ret_cas: (out): LOST: it was not counted, or not any more. IN_DOUBT: it may
 * have been taken out. */
bool jw_store_return_limit(JwStore *self, const JwLimit *limit, int64_t ticket, JwCas *ret_cas,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
