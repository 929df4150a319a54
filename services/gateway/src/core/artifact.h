/* core/artifact.h: the file of a completed job as an answer, for every API that has downloads. Any
 * thread, no state. */
#pragma once
#include "gw.h"

#include "jw/store_shares.h"

G_BEGIN_DECLS

/* Whether @job has a file that is not over yet. */
bool gw_artifact_available(const Gw *self, const JwJob *job);

/* How an API says that a report is over, or its file gone. */
typedef struct {
    int status;
    const char *code;
    const char *message; /* NULL: which of the two, and @advice */
    const char *advice;  /* what the reader may do then */
} GwGone;

/* Answers with the file of @job, which has one, or as @gone says; 503 when it cannot be had now: a
 * file that is the answer has a place among the downloads, and can be read.
 * @limited: (nullable): the link, with a limit, that it is had by: no part of it is served, and it
 * gets a download back that breaks off because the file cannot be read on */
void gw_reply_artifact(const Gw *self, const JwHttpRequest *request, JwHttpReply *reply,
                       const JwJob *job, const GwGone *gone, const JwShare *limited);

G_END_DECLS
