/* publish.h: publishes a file on disk as the artifact of a job. Worker threads. */
#pragma once
#include "attempt.h"

G_BEGIN_DECLS

typedef struct {
    const char *path;
    const char *file_name, *content_type; /* of the download */
    const char *advice;                   /* what helps when it is too large, or NULL */
    /* Reads the finished file, on a thread of its own while the file is uploaded; CORRUPT when it
     * is not what was written. NULL: nothing to check. */
    bool (*check)(gpointer data, GError **error);
    gpointer data;
} ExeFile;

/* Uploads the file under an id private to the attempt and reads it back; it is visible once the job
 * names it. Fills all of @artifact but rows, summary and duration. TOO_LARGE over JW_ARTIFACT_MAX;
 * CANCELLED when the attempt must stop; UNAVAILABLE, CORRUPT. */
bool exe_publish(ExeAttempt *attempt, const ExeFile *file, JwArtifact *artifact,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
