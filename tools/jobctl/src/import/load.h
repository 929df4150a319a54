/* import/load.h: the import itself: files, a mapping, a store; what was read, refused and added.
 * One thread. */
#pragma once
#include "progress.h"
#include "import/batch.h"
#include "import/mapping.h"

G_BEGIN_DECLS

typedef struct {
    const char *const *paths; /* NULL-terminated */
    const JcMapping *mapping;
    JwStore *store; /* NULL: only checks */
    bool keep_going, drop;
    JcConflict conflict;
    FILE *err;        /* the first violations, and the bar */
    FILE *violations; /* all of them, or NULL */
    JwClock *clock;
} JcLoad;
typedef struct {
    int64_t rows, refused, added;
    int64_t same;       /* found there with the row's values */
    int64_t differing;  /* there with other values: refused or, with SKIP, left as they are */
    int64_t updated;    /* there with other values: now with the row's */
    int64_t violations; /* reasons; a row may have several */
    bool loaded;        /* false: only checked */
} JcLoadResult;
/* @ret: written in any case. Refused rows are no error: see the result. */
bool jc_load_run(const JcLoad *load, JcLoadResult *ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
