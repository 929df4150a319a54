/* exe_rows.c: see exe_rows.h.
 *
 * Batches go round between two queues: the reader takes an empty one, fills it and passes it on; the caller
 * uses it and gives it back. Whoever ends first closes the queue the other waits on. */
#include "exe_rows.h"

#include <string.h>

#include "jw/sync.h"

#define BATCHES    4
#define BATCH_ROWS 512
#define BATCH_BYTES                                                                                \
    ((size_t)256                                                                                   \
     * 1024) /* of text; a single longer record makes its batch larger for the time being */

typedef struct {
    JwValue *values; /* BATCH_ROWS × columns */
    size_t rows;
    GString *text; /* of all text values, one after the other; may move until the batch is sealed */
} Batch;

typedef struct {
    JwStore *store;
    const JwRecordScan *scan;
    size_t columns;
    JwQueue *empty, *full; /* of Batch */
    Batch *filling;        /* the reader's */
    GError *error;         /* the reader's, read after it was joined */
} Rows;

static void
batch_free(gpointer data)
{
    Batch *self = data;

    if (self != NULL) {
        g_free(self->values);
        g_string_free(self->text, TRUE);
        g_free(self);
    }
}

static Batch *
batch_new(size_t columns)
{
    Batch *self = g_new0(Batch, 1);

    self->values = g_new(JwValue, BATCH_ROWS * MAX(columns, 1));
    self->text = g_string_sized_new(4096);
    return self;
}

static void
batch_add(Batch *self, const JwValue *row, size_t columns)
{
    memcpy(self->values + self->rows * columns, row, columns * sizeof *row);
    for (size_t i = 0; i < columns; i++) {
        if (row[i].type == JW_VALUE_TEXT) {
            g_string_append_len(self->text, row[i].text, (gssize)row[i].length);
        }
    }
    self->rows++;
}

/* Points the texts to the batch's own copy, which stays where it is from now on. */
static void
batch_seal(Batch *self, size_t columns)
{
    const char *text = self->text->str;

    for (size_t i = 0; i < self->rows * columns; i++) {
        if (self->values[i].type == JW_VALUE_TEXT) {
            self->values[i].text = text;
            text += self->values[i].length;
        }
    }
}

static void
batch_reset(Batch *self)
{
    self->rows = 0;
    if (self->text->allocated_len > 2 * BATCH_BYTES) {
        g_string_free(self->text, TRUE);
        self->text = g_string_sized_new(4096);
    }
    g_string_truncate(self->text, 0);
}

/* A queue holds as many as there are batches, so only a closed one refuses: then the caller has ended. */
static bool
pass_on(Rows *self)
{
    Batch *batch = g_steal_pointer(&self->filling);

    if (batch == NULL) {
        return true;
    }
    batch_seal(batch, self->columns);
    if (jw_queue_try_push(self->full, 0, batch)) {
        return true;
    }
    batch_free(batch);
    return false;
}

static bool
read_row(const JwValue *row, gpointer data, GError **error)
{
    Rows *self = data;

    if (self->filling == NULL) {
        self->filling = jw_queue_pop(self->empty, -1);
        if (self->filling == NULL) {
            return jw_fail(error, JW_ERROR_CANCELLED, "the reader of the rows has stopped");
        }
        batch_reset(self->filling);
    }
    batch_add(self->filling, row, self->columns);
    if (self->filling->rows == BATCH_ROWS || self->filling->text->len >= BATCH_BYTES) {
        return pass_on(self)
               || jw_fail(error, JW_ERROR_CANCELLED, "the reader of the rows has stopped");
    }
    return true;
}

static gpointer
reader(gpointer data)
{
    Rows *self = data;

    if (jw_store_scan_records(self->store, self->scan, read_row, self, &self->error)) {
        (void)pass_on(self);
    }
    jw_queue_close(self->full);
    return NULL;
}

static bool
use_batch(const Batch *batch, size_t columns, JwRowFunc row, gpointer data, GError **error)
{
    for (size_t i = 0; i < batch->rows; i++) {
        if (!row(batch->values + i * columns, data, error)) {
            return false;
        }
    }
    return true;
}

static bool
use_all(Rows *self, JwRowFunc row, gpointer data, GError **error)
{
    Batch *batch = NULL;

    while ((batch = jw_queue_pop(self->full, -1)) != NULL) {
        bool ok = use_batch(batch, self->columns, row, data, error);

        if (!jw_queue_try_push(self->empty, 0, batch)) {
            batch_free(batch);
        }
        if (!ok) {
            return false;
        }
    }
    return true;
}

bool
exe_rows_scan(JwStore *store, const JwRecordScan *scan, JwRowFunc row, gpointer data,
              GError **error)
{
    Rows self = { .store = store, .scan = scan };
    bool ok = true;

    while (scan->fields[self.columns] != NULL) {
        self.columns++;
    }
    self.empty = jw_queue_new(BATCHES, 1, batch_free);
    self.full = jw_queue_new(BATCHES, 1, batch_free);
    for (int i = 0; i < BATCHES && ok; i++) {
        ok = jw_queue_try_push(self.empty, 0, batch_new(self.columns));
    }
    g_assert(ok);
    GThread *thread = g_thread_new("rows", reader, &self);
    ok = use_all(&self, row, data, error);
    jw_queue_close(self.empty);
    jw_queue_close(self.full);
    g_thread_join(thread);
    batch_free(self.filling);
    jw_queue_free(self.empty);
    jw_queue_free(self.full);
    if (ok && self.error != NULL) {
        g_propagate_error(error, self.error);
        return false;
    }
    g_clear_error(&self.error);
    return ok;
}
