/* job.h: following one job from the outside until it and its mails are done. One thread. */
#pragma once
#include "api.h"
#include "command.h"

G_BEGIN_DECLS

typedef struct {
    int64_t interval_ms, timeout_s; /* 0: 300 ms; without end */
    bool no_mail;                   /* do not wait for the mails */
    bool json;                      /* the last answer as JSON instead of sentences */
    bool quiet;                     /* nothing before the end */
    bool events;                    /* a line for each change, and no outcome but a failure's */
    bool posted; /* the gateway has answered before: it may be away from the start */
} JcWatch;

/* Options of what follows a job, of a struct with a JcWatch of that name. @when: "with --wait: " */
#define JC_WATCH_OPTIONS(given, when)                                                              \
    { .name = "no-mail",                                                                           \
      .type = JC_OPTION_FLAG,                                                                      \
      .offset = offsetof(given, watch.no_mail),                                                    \
      .help = when "does not wait for the mails" },                                                \
        { .name = "interval",                                                                      \
          .letter = 'i',                                                                           \
          .type = JC_OPTION_INT,                                                                   \
          .offset = offsetof(given, watch.interval_ms),                                            \
          .value = "MS",                                                                           \
          .help = when "time between two questions; default 300",                                  \
          .min = 20,                                                                               \
          .max = 60000 },                                                                          \
    {                                                                                              \
        .name = "timeout", .type = JC_OPTION_INT, .offset = offsetof(given, watch.timeout_s),      \
        .value = "S", .help = when "gives up after that", .min = 1, .max = 86400                   \
    }

/* Shows what happens as it happens. 0: completed; 1: failed, cancelled, or not seen to the end,
 * with an error. */
JcExit jc_job_watch(const JcCall *call, const char *job_id, const JcWatch *watch, GError **error);

G_END_DECLS
