/* core/artifact.h: the file of a completed job as an answer, for every API that has downloads. Any
 * thread, no state. */
#pragma once
#include "gw.h"

#include "jw/job.h"

G_BEGIN_DECLS

/* Whether @job has a file that is not over yet. */
bool gw_artifact_available(const Gw *self, const JwJob *job);

/* Answers with the file of @job, which has one; 410 REPORT_EXPIRED when it is over or gone.
 * @advice: what the reader may do then. @whole: no part of it is served. */
void gw_reply_artifact(const Gw *self, const JwHttpRequest *request, JwHttpReply *reply,
                       const JwJob *job, const char *advice, bool whole);

G_END_DECLS
