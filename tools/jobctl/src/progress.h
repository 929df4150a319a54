/* progress.h: a progress bar on a terminal, nothing elsewhere. One thread. */
#pragma once
#include <stdio.h>

#include "jw/clock.h"

G_BEGIN_DECLS

typedef struct {
    FILE *file;
    JwClock *clock;
    const char *label;
    int64_t started_ms, drawn_ms; /* monotonic */
    bool terminal, drawn;
} JcProgress;

/* @label: (transfer none), what is being done */
void jc_progress_init(JcProgress *self, FILE *file, JwClock *clock, const char *label);
/* At most ten times a second. @done of @total in any unit; @rows for the rate, negative: none. */
void jc_progress_update(JcProgress *self, int64_t done, int64_t total, int64_t rows);
void jc_progress_clear(JcProgress *self); /* takes the bar away */

/* "[#####.....]  50%", 24 wide. (transfer full) */
char *jc_progress_bar(int64_t done, int64_t total);
/* The line as it is drawn. (transfer full) */
char *jc_progress_text(const char *label, int64_t done, int64_t total, int64_t rows,
                       int64_t elapsed_ms);

G_END_DECLS
