/* exekit.h: an executor on ports in memory, without workers: the test's thread does what they
 * would. */
#pragma once
#include "attempt.h"
#include "service_ports.h"

G_BEGIN_DECLS

#define KIT_WEEK    INT64_C(1609718400000) /* the Monday before KIT_NOW */
#define KIT_RECORDS 30                     /* one an hour from KIT_WEEK on; every third is missed */

typedef struct {
    Exe exe;
    KitPorts *ports;
    char *temp; /* JW_TEMP_DIR is a folder in it */
    /* Of the messages that kit_consume() gives: */
    const int32_t *partitions; /* NULL: all of one */
    const char *content_type;  /* NULL: none */
    const char *content_name;  /* of its header: "content-type" */
    const char *specversion;   /* of those with a type: "1.0"; NULL: none */
} ExeKit;

/* @idle: how many workers seem to have nothing to do: so many commands lead to a claim at once. */
ExeKit *kit_new_idle(int idle);
void kit_free(ExeKit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExeKit, kit_free)
/* For cmocka: *state is an ExeKit. */
int kit_setup(void **state);
int kit_teardown(void **state);

/* A report job from a command, as the executor's own intake creates it, pending and no longer in
 * the queue that wakes workers. @parameters: "{…}"; @output: the members of it; @extra: further
 * members of the body, ",\"priority\":\"high\"", or "". (transfer full) */
char *kit_make_report(ExeKit *self, const char *parameters, const char *output, const char *extra);
/* The same of last week, as CSV. (transfer full) */
char *kit_make(ExeKit *self, const char *extra);

/* The artifact is there, whole, with the size and hash that the job names. (transfer full) its
 * content
 */
char *kit_artifact(ExeKit *self, const JwJob *job);
/* Files and uploads that no job names. */
size_t kit_orphans(ExeKit *self);
/* Takes the folder JW_TEMP_DIR away, and puts it back: attempts fail for want of it. */
void kit_temp_away(ExeKit *self);
void kit_temp_back(ExeKit *self);
/* Nothing is left of an attempt in the folder of this process under JW_TEMP_DIR. */
void kit_assert_clean(ExeKit *self);

/* One message to exe_consume(); NULL headers are left out. */
typedef struct {
    const char *type, *source, *id, *body;
} KitMessage;
void kit_consume(ExeKit *self, const KitMessage *messages, size_t n, JwAnswer *answers);
void kit_answers_clear(JwAnswer *answers, size_t n);

G_END_DECLS
