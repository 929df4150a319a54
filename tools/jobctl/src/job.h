/* job.h: following one job from the outside until it and its mails are done. One thread. */
#pragma once
#include "api.h"

G_BEGIN_DECLS

typedef struct {
    int64_t interval_ms, timeout_ms; /* timeout 0: none */
    bool json;                       /* the last answer as JSON instead of sentences */
    bool no_mail;                    /* do not wait for the mails */
    bool quiet;                      /* nothing before the end */
    bool events;                     /* a line for each change, and no outcome but a failure's */
    /* the gateway has answered before: it may be away from the start */
    bool posted;
} JcWatch;
/* Shows what happens as it happens. 0: completed; 1: failed, cancelled, or not seen to the end. */
JcExit jc_job_watch(const JcContext *context, const JcCommand *command, JcApi *api,
                    const char *job_id, const JcWatch *watch);

G_END_DECLS
