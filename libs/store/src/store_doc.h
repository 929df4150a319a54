/* store_doc.h: structs to BSON documents and back, by tables of fields. A NULL text, an empty
 * table entry or a zero time is left out of the document unless the field is ALWAYS there
 * (filters compare it). Unknown fields are passed over: a newer writer may add some. */
#pragma once
#include "mongoc_auto.h"
#include "store_private.h"

G_BEGIN_DECLS

typedef enum {
    JW_FIELD_TEXT,   /* char * */
    JW_FIELD_TEXTS,  /* char **, NULL-terminated */
    JW_FIELD_TIME,   /* int64_t ms, a BSON date */
    JW_FIELD_TIMES,  /* GArray of int64_t, an array of dates */
    JW_FIELD_INT64,  /* int64_t */
    JW_FIELD_INT32,  /* int32_t, int and enums kept by rank */
    JW_FIELD_BOOL,   /* bool */
    JW_FIELD_ENUM,   /* enum kept by name */
    JW_FIELD_STRUCT, /* embedded struct: a document */
    JW_FIELD_OWNED,  /* pointer to a struct on the heap: a document, absent when NULL */
    JW_FIELD_OUTBOX, /* GPtrArray of JwOutboxEntry: an array of documents */
} JwFieldType;

typedef struct _JwDocTable JwDocTable;
typedef struct {
    const char *name;
    JwFieldType type;
    size_t offset;
    bool always;
    const JwDocTable *table;       /* STRUCT, OWNED */
    const char *(*enum_name)(int); /* ENUM: NULL past the last value */
} JwDocField;
struct _JwDocTable {
    const char *what; /* "job", for messages */
    size_t size;      /* of the struct */
    const JwDocField *fields;
    size_t n_fields;
};

extern const JwDocTable jw_store_job_table, jw_store_delivery_table, jw_store_schedule_table,
    jw_store_occurrence_table, jw_store_artifact_table, jw_store_progress_table,
    jw_store_counts_table, jw_store_outbox_table;

void jw_store_doc_append(bson_t *document, const JwDocTable *table, const void *from);
/* One field of @table under the name @as. */
void jw_store_doc_append_as(bson_t *document, const char *as, const JwDocTable *table,
                            const void *from);
void jw_store_doc_append_outbox(bson_t *document, const char *as,
                                const JwOutboxEntry *const *entries, size_t n_entries);
/* A text from outside that must not stop a change (an SMTP reply, a message of an error): broken
 * bytes are replaced. Nothing for NULL. */
void jw_store_doc_append_text(bson_t *document, const char *key, const char *text);
/* CORRUPT when a field has another type than the table says. */
bool jw_store_doc_read(const bson_t *document, const JwDocTable *table, void *to,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* An occurrence whose texts are its own. */
typedef struct {
    char *id, *schedule_id, *reason;
    int64_t due_ms, decided_ms;
    JwOccurrenceKind kind;
} JwOccurrenceDoc;

/* JwDocFunc's: append what the document says to a GPtrArray of the struct, or set a pointer to
 * it. */
bool jw_store_add_job(const bson_t *document, gpointer ptr_array, GError **error);
bool jw_store_take_job(const bson_t *document, gpointer job_pointer, GError **error);
bool jw_store_add_delivery(const bson_t *document, gpointer ptr_array, GError **error);
bool jw_store_take_delivery(const bson_t *document, gpointer delivery_pointer, GError **error);
bool jw_store_add_schedule(const bson_t *document, gpointer ptr_array, GError **error);
bool jw_store_take_schedule(const bson_t *document, gpointer schedule_pointer, GError **error);

/* The time is not after @last_ms or, unless that is 0, lies behind @ahead_ms. */
void jw_store_append_past(bson_t *filter, const char *field, int64_t last_ms, int64_t ahead_ms);
/* Names of the states in a bit set, as the condition `key: name` or `key: {$in: [...]}`. */
void jw_store_append_states(bson_t *filter, const char *key, unsigned states,
                            const char *(*name)(int));
const char *jw_store_job_state_name(int state);
const char *jw_store_delivery_state_name(int state);

G_END_DECLS
