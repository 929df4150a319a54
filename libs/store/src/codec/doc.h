/* doc.h: structs to BSON documents and back, by tables of fields. A NULL string, an empty table
 * entry or a zero time is left out unless the field is ALWAYS (filters compare it). Unknown
 * fields are skipped: a newer writer may add some. */
#pragma once
#include "db/bson_auto.h"
#include "jw/delivery.h"
#include "jw/error.h"
#include "jw/schedule.h"

G_BEGIN_DECLS

typedef enum {
    JW_DOC_FIELD_STRING,  /* char * */
    JW_DOC_FIELD_STRINGS, /* char **, NULL-terminated */
    JW_DOC_FIELD_TIME,    /* int64_t ms, a BSON date */
    JW_DOC_FIELD_TIMES,   /* GArray of int64_t, an array of dates */
    JW_DOC_FIELD_INT64,   /* int64_t */
    JW_DOC_FIELD_INT32,   /* int32_t, int and enums kept by rank */
    JW_DOC_FIELD_BOOL,    /* bool */
    JW_DOC_FIELD_ENUM,    /* enum kept by name */
    JW_DOC_FIELD_STRUCT,  /* embedded struct: a document */
    JW_DOC_FIELD_OWNED,   /* pointer to a struct on the heap: a document, absent when NULL */
    JW_DOC_FIELD_LIST,    /* GPtrArray of structs, never NULL: an array of documents */
} JwDocFieldType;

typedef struct _JwDocTable JwDocTable;
typedef struct {
    const char *name;
    JwDocFieldType type;
    size_t offset;
    bool always;
    const JwDocTable *table;       /* STRUCT, OWNED, LIST */
    const char *(*enum_name)(int); /* ENUM: NULL past the last value */
} JwDocField;
struct _JwDocTable {
    const char *what; /* "job", for messages */
    size_t size;      /* of the struct */
    const JwDocField *fields;
    size_t n_fields;
};

/* Year 1: some servers refuse dates that they cannot print. */
#define JW_DOC_FIRST_DATE_MS (-INT64_C(62135596800000))

/* fields.c: the stored form. The first field of each is the _id, a string. */
extern const JwDocTable jw_doc_job_table, jw_doc_delivery_table, jw_doc_schedule_table,
    jw_doc_occurrence_table, jw_doc_template_table, jw_doc_share_table, jw_doc_api_key_table;
/* Parts of those. */
extern const JwDocTable jw_doc_artifact_table, jw_doc_progress_table, jw_doc_counts_table,
    jw_doc_outbox_table, jw_doc_fire_table, jw_doc_mark_table, jw_doc_past_table;

void jw_doc_append(bson_t *document, const JwDocTable *table, const void *from);

/* As a document under the name @as. */
void jw_doc_append_as(bson_t *document, const char *as, const JwDocTable *table, const void *from);

/* An array of structs under the name @as. */
void jw_doc_append_list(bson_t *document, const char *as, const JwDocTable *table,
                        const void *const *structs, size_t n);
void jw_doc_append_outbox(bson_t *document, const char *as, const JwOutboxEntry *const *entries,
                          size_t n_entries);

/* An array of strings or of dates, under the name @as. */
void jw_doc_append_strings(bson_t *document, const char *as, const char *const *strings);
void jw_doc_append_times(bson_t *document, const char *as, const int64_t *times_ms, size_t n);

/* A string from outside that must not fail a change (an SMTP reply, an error message): broken
 * bytes are replaced. NULL is left out. */
void jw_doc_append_valid(bson_t *document, const char *key, const char *string);

/* CORRUPT when a field has another type than the table says; what was read before it stays in
 * @to, for its free function. */
bool jw_doc_read(const bson_t *document, const JwDocTable *table, void *to,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* An occurrence whose strings are its own. */
typedef struct {
    char *id, *schedule_id, *reason, *job_id, *end_state;
    int64_t due_ms, decided_ms, ended_ms;
    JwOccurrenceKind kind;
} JwOccurrenceDoc;

/* As stored; NULL past the last state. */
const char *jw_doc_job_state(int state);
const char *jw_doc_delivery_state(int state);

G_END_DECLS
