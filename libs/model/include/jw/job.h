/* jw/job.h: the job document as a struct. An absent string is NULL, an absent time 0; times are UTC
 * ms. Pure data: changes happen in the store, by jw/job_state.h. */
#pragma once
#include "jw/job_mail.h"
#include "jw/job_state.h"
#include "jw/mail_texts.h"
#include "jw/visibility.h"
#include <stdint.h>

G_BEGIN_DECLS

/* An event or command that was decided together with a change of its document and must reach
 * Kafka. */
typedef struct {
    char *id;    /* UUID, unique in its document; CloudEvents ce_id */
    char *topic; /* full topic name */
    char *key;   /* message key; partition order */
    char *type;  /* ce_type, "jobwire.job.completed.v1" */
    char *body;  /* JSON */
    int64_t at_ms;
    char *request_id, *traceparent, *causation_id; /* headers; the last: what it answers; NULL */
} JwOutboxEntry;

/* With a new id, without request_id and traceparent; takes @take_body. (transfer full) */
JwOutboxEntry *jw_outbox_entry_new(const char *topic, const char *key, const char *type,
                                   char *take_body, int64_t at_ms);
void jw_outbox_entry_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwOutboxEntry, jw_outbox_entry_free)

/* Tests only: a deep copy. (transfer full) */
JwOutboxEntry *jw_outbox_entry_copy(const JwOutboxEntry *self);

typedef struct {
    char *id, *name, *email;
} JwActor;

/* An actor as people know it: its name, else its id. (transfer none) (nullable) */
const char *jw_actor_name(const JwActor *self);

typedef struct {
    char *file_id;   /* GridFS file id, private to the attempt that wrote it */
    char *file_name; /* display name for the download */
    char *content_type;
    int64_t size_bytes;
    char *sha256;  /* hex */
    int64_t rows;  /* records in the report */
    char *summary; /* JSON: figures and small tables for the mail and the API; NULL: none */
    int64_t duration_ms;
    int64_t expires_at_ms; /* 0: never */
    /* how it came about; NULL and 0 of a file without a definition */
    int64_t rows_written;    /* records that the file lists */
    int64_t as_of_ms;        /* when reading the records began */
    char *definition_sha256; /* hex, of the definition's canonical JSON */
    char *program;           /* "jobwire-executor 1.0.0" */
} JwArtifact;

/* Tests only: a deep copy; NULL of NULL. (transfer full) */
JwArtifact *jw_artifact_copy(const JwArtifact *self);

/* NULL-safe. */
void jw_artifact_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwArtifact, jw_artifact_free)

/* What an attempt leaves behind; each may be NULL. */
typedef struct {
    JwArtifact *artifact; /* its file */
    char *json;           /* what it did, with its counts */
    char *warnings;       /* what its owner should look at, as JwJob.warnings */
    const char *failure;  /* of one that failed: a code that says more than that of its error */
} JwJobResult;

/* Frees its members. */
void jw_job_result_clear(JwJobResult *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwJobResult, jw_job_result_clear)

typedef struct {
    int percent;         /* 0-100, never falls within an attempt */
    char *step;          /* "Reading records" */
    int64_t done, total; /* records; total -1: not known yet */
} JwProgress;

typedef struct {
    /* asked for */
    char *id;   /* UUID */
    char *type; /* handler: "report" */
    char *name, *description;
    char *subtype, *format; /* report type, "call-records"; of its file, for lists, "csv" */
    char *spec;             /* JSON, canonical, checked by the rules of its type (jw/kinds.h) */
    JwPriority priority;
    int64_t not_before_ms, scheduled_for_ms, created_at_ms, updated_at_ms;
    JwActor requested_by;
    char **departments; /* NULL-terminated scope of the job; NULL: none */
    char *caller;       /* the store's: jw_job_caller(), whose turn a pending job waits for */
    char *source;       /* "api:reports", "kafka", "schedule:<id>" */
    char *schedule_id;  /* whose due time or run it is; NULL: nobody's */
    char *request_id, *traceparent;
    char *template_id; /* whose settings it was asked with, as they were then; NULL: none */
    int64_t template_version;
    char *request_hash; /* SHA-256 of the request body, distinguishes a replay from a clash */
    char **recipients;  /* NULL-terminated mail addresses; NULL: no mail */
    JwOnFailure on_failure;
    JwMailTexts *mail;  /* in the place of the report type's; NULL: none */
    JwInDoubt in_doubt; /* of its mails */
    JwVisibility visibility;
    int32_t max_attempts, max_retries;
    int64_t timeout_ms; /* of one attempt; 0: none */
    /* what happened */
    JwJobState state;
    int64_t token, heartbeat;
    int32_t attempts, retry_count;
    char **retry_keys; /* "1:<key>" of the first retry …, where they had one; NULL: none */
    char *owner;
    int64_t started_at_ms, finished_at_ms;
    JwProgress progress;
    char *error_code, *error_message; /* of the last failed attempt */
    int64_t cancelled_at_ms;
    char *cancelled_by, *cancel_reason;
    JwArtifact *artifact; /* only when completed, of a kind with a file */
    char *result;         /* JSON; only when completed, of a kind that has one */
    /* [{"code", "message"}] as JSON: completed, and yet something is not as it should be; NULL */
    char *warnings;
    JwDeliveryCounts deliveries;       /* of its report, or its messages */
    bool mail_pending, ledger_pending; /* the store's: until all deliveries, the row, have ended */
    GPtrArray *resends;                /* of JwResend, the first round first; never NULL */
    int32_t resend_count;              /* how many those are, also where they were not read */
    GPtrArray *outbox;                 /* of JwOutboxEntry; never NULL */
} JwJob;

/* Zeroed, NORMAL, PENDING, max_attempts 5, max_retries 3, empty lists. (transfer full) */
JwJob *jw_job_new(void);
void jw_job_free(gpointer self);

/* Among whom workers take turns: "department:<id>", the first by letter of those that the job is
 * for, else "subject:<id>" of who asked. (transfer full) */
char *jw_job_caller(const JwJob *self);

/* Which retry was asked for with that key; 0: none. @key: (nullable) */
int jw_job_retry_of(const JwJob *self, const char *key);

/* Which resend was asked for by that id, from 1; 0: none. @id: (nullable) */
int jw_job_resend_of(const JwJob *self, const char *id);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwJob, jw_job_free)

G_END_DECLS
