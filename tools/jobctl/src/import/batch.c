/* import/batch.c: rows into the store, a thousand at a time, in constant memory. One thread.
 * Inserting again what is there adds nothing, so an answer that was lost is met by inserting again.
 * Rows that were there already are read and compared: the ordinary import, of new rows, pays
 * nothing for it. */
#include "import/batch.h"

#include <string.h>

#include "import/cell.h"
#include "jw/civil.h"
#include "jw/text.h"

#define TRIES 4

/* A row that differs from its record. */
typedef struct {
    size_t row;
    char *what;
} Difference;

struct _JcBatch {
    JcBatchConfig config;
    size_t n_fields, n_rows, n_skipped;
    JwValue *values;
    const JwValue **rows;
    const char **ids;
    int64_t *lines;
    GStringChunk *strings;
    GArray *differences; /* of Difference */
    GHashTable *by_id;   /* id → row + 1, while records are compared */
    size_t inserted;     /* of this batch */
    size_t found;        /* of this batch, when it was compared */
    JcBatchCounts counts;
};

static void
difference_clear(gpointer data)
{
    g_clear_pointer(&((Difference *)data)->what, g_free);
}

JcBatch *
jc_batch_new(const JcBatchConfig *config)
{
    JcBatch *self = g_new0(JcBatch, 1);

    self->config = *config;
    while (config->fields[self->n_fields] != NULL) {
        self->n_fields++;
    }
    self->values = g_new0(JwValue, (JC_BATCH_ROWS + 1) * self->n_fields);
    self->rows = g_new0(const JwValue *, JC_BATCH_ROWS);
    self->ids = g_new0(const char *, JC_BATCH_ROWS);
    self->lines = g_new0(int64_t, JC_BATCH_ROWS);
    self->strings = g_string_chunk_new(65536);
    self->differences = g_array_new(FALSE, TRUE, sizeof(Difference));
    g_array_set_clear_func(self->differences, difference_clear);
    self->by_id = g_hash_table_new(g_str_hash, g_str_equal);
    return self;
}

void
jc_batch_free(gpointer self)
{
    JcBatch *batch = self;

    if (batch == NULL) {
        return;
    }
    g_free(batch->values);
    g_free(batch->rows);
    g_free(batch->ids);
    g_free(batch->lines);
    g_string_chunk_free(batch->strings);
    g_array_unref(batch->differences);
    g_hash_table_unref(batch->by_id);
    g_free(batch);
}

JwValue *
jc_batch_row(JcBatch *self)
{
    return self->values + self->n_rows * self->n_fields;
}

GStringChunk *
jc_batch_strings(JcBatch *self)
{
    return self->strings;
}

const JcBatchCounts *
jc_batch_counts(const JcBatch *self)
{
    return &self->counts;
}

/* Until the store answers, or says that it never will. */
static bool
persist(JcBatch *self, bool (*step)(JcBatch *self, GError **error), GError **error)
{
    for (int try = 1;; try++) {
        g_autoptr(GError) cause = NULL;
        if (step(self, &cause)) {
            return true;
        }
        if (try == TRIES || jw_error_retry(cause) == JW_RETRY_NEVER) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return jw_prefix(error, "%s %s (run it again: nothing is added twice)",
                             self->config.insert ? "inserting into" : "reading from",
                             self->config.collection);
        }
    }
}

static bool
insert_rows(JcBatch *self, GError **error)
{
    return jw_store_insert_records(self->config.store, self->config.collection, self->config.fields,
                                   self->ids, self->rows, self->n_rows, &self->inserted, error);
}

static bool
same_value(const JwValue *a, const JwValue *b)
{
    if (a->type != b->type) {
        return false;
    }
    switch (a->type) {
    case JW_VALUE_NULL:
        return true;
    case JW_VALUE_BOOL:
        return a->boolean == b->boolean;
    case JW_VALUE_INT:
        return a->integer == b->integer;
    case JW_VALUE_REAL:
        return !(a->real < b->real) && !(a->real > b->real);
    case JW_VALUE_TIME:
        return a->time_ms == b->time_ms;
    case JW_VALUE_TEXT:
        return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
    }
    return false;
}

/* For a message; a text in quotes, so that it is told from a number. */
static char *
show_value(const JwValue *value)
{
    char number[JW_TEXT_REAL_MAX];

    switch (value->type) {
    case JW_VALUE_NULL:
        return g_strdup("nothing");
    case JW_VALUE_BOOL:
        return g_strdup(value->boolean ? "true" : "false");
    case JW_VALUE_INT:
        return g_strdup_printf("%" G_GINT64_FORMAT, value->integer);
    case JW_VALUE_REAL:
        return g_strdup(jw_text_real(value->real, number));
    case JW_VALUE_TIME:
        return jw_time_format(value->time_ms);
    case JW_VALUE_TEXT: {
        g_autofree char *shown = jc_cell_show(value->text, value->length);
        return g_strdup_printf("'%s'", shown);
    }
    }
    return g_strdup("");
}

/* "id 'a' is there with other values: n is 1 there, 2 here, and 3 fields more". NULL: the same. */
static char *
compare(const JcBatch *self, const char *id, const JwValue *there, const JwValue *here)
{
    g_autoptr(GString) what = NULL;
    size_t more = 0;

    for (size_t i = 0; i < self->n_fields; i++) {
        if (strcmp(self->config.fields[i], "_id") == 0 || same_value(&there[i], &here[i])) {
            continue;
        }
        if (what != NULL) {
            more++;
            continue;
        }
        g_autofree char *shown = jc_cell_show(id, strlen(id));
        g_autofree char *old = show_value(&there[i]);
        g_autofree char *new = show_value(&here[i]);
        what = g_string_new(NULL);
        g_string_append_printf(what, "id '%s' is there with other values: %s is %s there, %s here",
                               shown, self->config.fields[i], old, new);
    }
    if (more > 0) {
        g_string_append_printf(what, ", and %zu field%s more", more, more == 1 ? "" : "s");
    }
    return what != NULL ? g_strdup(what->str) : NULL;
}

/* A record of the store: its _id, then its values. */
static bool
take_record(const JwValue *record, gpointer data, GError **error G_GNUC_UNUSED)
{
    JcBatch *self = data;
    g_autofree char *id = g_strndup(record[0].text, record[0].length);
    const size_t row = GPOINTER_TO_SIZE(g_hash_table_lookup(self->by_id, id));

    if (row > 0) {
        const Difference difference = { row - 1,
                                        compare(self, id, record + 1, self->rows[row - 1]) };
        if (difference.what != NULL) {
            g_array_append_val(self->differences, difference);
        }
        self->found++;
    }
    return true;
}

static bool
compare_rows(JcBatch *self, GError **error)
{
    g_array_set_size(self->differences, 0);
    self->found = 0;
    return jw_store_find_records(self->config.store, self->config.collection, self->config.fields,
                                 self->ids, self->n_rows, take_record, self, error);
}

static bool
update_rows(JcBatch *self, GError **error)
{
    for (guint i = 0; i < self->differences->len; i++) {
        const size_t row = g_array_index(self->differences, Difference, i).row;
        JwCas cas = JW_CAS_LOST;
        if (!jw_store_update_record(self->config.store, self->config.collection,
                                    self->config.fields, self->ids[row], self->rows[row], &cas,
                                    error)) {
            return false;
        }
        if (cas == JW_CAS_LOST) {
            return jw_fail(error, JW_ERROR_CONFLICT,
                           "the record '%s' was removed while it was updated", self->ids[row]);
        }
    }
    return true;
}

static int
compare_difference(gconstpointer a, gconstpointer b)
{
    const size_t left = ((const Difference *)a)->row, right = ((const Difference *)b)->row;

    return left < right ? -1 : (left > right ? 1 : 0);
}

/* The rows whose ids were there before. */
static bool
resolve_existing(JcBatch *self, GError **error)
{
    g_hash_table_remove_all(self->by_id);
    for (size_t i = 0; i < self->n_rows; i++) {
        g_hash_table_insert(self->by_id, (gpointer)(uintptr_t)self->ids[i],
                            GSIZE_TO_POINTER(i + 1));
    }
    if (!persist(self, compare_rows, error)) {
        return false;
    }
    self->counts.same += (int64_t)(self->found - self->differences->len);
    if (self->config.insert && self->config.conflict == JC_CONFLICT_UPDATE) {
        self->counts.updated += self->differences->len;
        return persist(self, update_rows, error);
    }
    self->counts.differing += self->differences->len;
    g_array_sort(self->differences, compare_difference);
    for (guint i = 0; self->config.differs != NULL && i < self->differences->len; i++) {
        const Difference *one = &g_array_index(self->differences, Difference, i);
        self->config.differs(self->lines[one->row], one->what, self->config.data);
    }
    return true;
}

bool
jc_batch_flush(JcBatch *self, GError **error)
{
    const JcBatchConfig *config = &self->config;

    self->inserted = 0;
    if (self->n_rows > 0 && config->store != NULL) {
        if (config->insert && !persist(self, insert_rows, error)) {
            return false;
        }
        self->counts.added += (int64_t)self->inserted;
        if (self->inserted < self->n_rows && !resolve_existing(self, error)) {
            return false;
        }
    }
    self->n_rows = 0;
    self->n_skipped = 0;
    g_string_chunk_clear(self->strings);
    return true;
}

bool
jc_batch_add(JcBatch *self, const char *id, int64_t line, GError **error)
{
    self->ids[self->n_rows] = id;
    self->rows[self->n_rows] = jc_batch_row(self);
    self->lines[self->n_rows] = line;
    self->n_rows++;
    return self->n_rows < JC_BATCH_ROWS || jc_batch_flush(self, error);
}

bool
jc_batch_skip(JcBatch *self, GError **error)
{
    self->n_skipped++;
    return self->n_skipped < JC_BATCH_ROWS || jc_batch_flush(self, error);
}
