/* kinds.c: which kinds of jobs there are. Constant; any thread. */
#include "jw/kinds.h"

extern const JwJobKind jw_kind_report; /* kind_report.c */

const JwJobKind *const jw_kinds[] = { &jw_kind_report };
const size_t jw_n_kinds = G_N_ELEMENTS(jw_kinds);
