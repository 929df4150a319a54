/* scan.c: reading the users' records in one pass. Any thread; a scan reads on a thread of its
 * own, which ends with the call (read_ahead.c). An ordered scan is cut into slices of time, each
 * sorted on its own: real mongod walks the index, servers that cannot sort by an index hold one
 * slice and not the whole period. The width of a slice depends on the size of the last one
 * (slice.h). A projection is used only where it saves much: picking most fields of a document
 * costs the server more than sending all of it (measured: a tenth of the speed). The sizes of
 * the first documents decide: those of the first slice of a period, because some servers scan
 * the whole collection for any few of it. */
#include "codec/doc.h"
#include "filter.h"
#include "read_ahead.h"
#include "row.h"
#include "slice.h"
#include "jw/store_records.h"
#include <string.h>

#define NO_LIMIT_MS  INT64_C(86400000)
#define BATCH_ROWS   4000
#define PROBE_ROWS   50
#define DENSITY_ROWS 5000

typedef struct {
    const JwRecordScan *scan;
    int64_t rows;
    size_t whole_bytes, wanted_bytes;
} Probe;

/* The share of the documents that is wanted; nested fields count as their whole parent. */
static bool
weigh_document(const bson_t *document, gpointer data, GError **error)
{
    Probe *probe = data;
    bson_iter_t iter;

    if (!bson_iter_init(&iter, document)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "a stored record is cut");
    }
    probe->rows++;
    probe->whole_bytes += document->len;
    for (uint32_t start = 4; bson_iter_next(&iter); start = iter.next_off) {
        const char *key = bson_iter_key(&iter);
        bool wanted = false;
        for (size_t i = 0; probe->scan->fields[i] != NULL && !wanted; i++) {
            const char *field = probe->scan->fields[i];
            const size_t head = strcspn(field, ".");
            wanted = strncmp(field, key, head) == 0 && key[head] == '\0';
        }
        probe->wanted_bytes += wanted ? iter.next_off - start : 0;
    }
    return true;
}

/* A projection pays only when little of each document is wanted. */
static bool
saves_much(const Probe *probe)
{
    return probe->wanted_bytes < probe->whole_bytes / 4;
}

/* The server's side: one scan that passes documents to @put. */
typedef struct {
    JwStore *store;
    const JwRecordScan *scan;
    JwDocFunc put;
    gpointer put_data;
    bool project, in_storage_order;
    int64_t count;              /* of the slice being read */
    int64_t asked_ms, first_ms; /* monotonic; until its first record, or its end */
    int64_t seen, total;        /* of the period, of the collection */
    int64_t begun_ms;           /* monotonic: of the whole scan */
    bool dated;                 /* the slice is one of time, with both its ends: */
    int64_t at_ms, until_ms;
    Probe probe; /* of the first documents of a period */
} Reading;

static int64_t
mono_ms(void)
{
    return jw_clock_mono_ms(jw_clock_system());
}

/* The first (@way 1) or last (-1) of the dates that an array holds, from the year 1 on. */
static bool
date_in_array(const bson_iter_t *array, int way, int64_t *ret_ms)
{
    bson_iter_t item;
    bool found = false;

    for (bool ok = bson_iter_recurse(array, &item); ok && bson_iter_next(&item);) {
        const int64_t ms = BSON_ITER_HOLDS_DATE_TIME(&item) ? bson_iter_date_time(&item) : 0;
        if (BSON_ITER_HOLDS_DATE_TIME(&item) && ms >= JW_DOC_FIRST_DATE_MS
            && (!found || (way > 0 ? ms < *ret_ms : ms > *ret_ms))) {
            *ret_ms = ms;
            found = true;
        }
    }
    return found;
}

/* An array of dates is found in every slice between its first and its last: it counts in that of
 * its first. */
static bool
is_of_slice(const Reading *reading, const bson_t *document)
{
    bson_iter_t iter, found;
    int64_t ms = 0;

    return !reading->dated || !bson_iter_init(&iter, document)
           || !bson_iter_find_descendant(&iter, reading->scan->date_field, &found)
           || !BSON_ITER_HOLDS_ARRAY(&found)
           || (date_in_array(&found, 1, &ms) && ms >= reading->at_ms && ms <= reading->until_ms);
}

static bool
pass_on(const bson_t *document, gpointer data, GError **error)
{
    Reading *reading = data;

    if (reading->probe.rows < PROBE_ROWS && !weigh_document(document, &reading->probe, error)) {
        return false;
    }
    if (reading->count++ == 0) {
        reading->first_ms = mono_ms() - reading->asked_ms;
    }
    reading->seen++;
    return !is_of_slice(reading, document) || reading->put(document, reading->put_data, error);
}

/* The caller's side. */
typedef struct {
    JwRecordRow *row;
    JwRowFunc visit;
    gpointer data;
} RowVisit;

static bool
visit_row(const bson_t *document, gpointer data, GError **error)
{
    RowVisit *rows = data;
    const JwValue *values = jw_store_record_row_read(rows->row, document);

    if (values == NULL) {
        return jw_fail(error, JW_ERROR_CORRUPT, "a stored record is cut");
    }
    return rows->visit(values, rows->data, error);
}

static void
append_period(bson_t *filter, const char *date_field, int64_t first_ms, int64_t last_ms)
{
    BCON_APPEND(filter, date_field, "{", "$gte", BCON_DATE_TIME(first_ms), "$lte",
                BCON_DATE_TIME(last_ms), "}");
}

static bool
decide_projection(Reading *reading, GError **error)
{
    const JwRecordScan *scan = reading->scan;
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts = BCON_NEW("limit", BCON_INT64(PROBE_ROWS));
    Probe probe = { .scan = scan };

    if (!jw_db_find(reading->store, scan->collection, &filter, opts, weigh_document, &probe,
                    error)) {
        return false;
    }
    reading->project = saves_much(&probe);
    return true;
}

static void
append_projection(bson_t *opts, const JwRecordScan *scan)
{
    bson_t projection;
    bool wants_id = false;

    BSON_APPEND_DOCUMENT_BEGIN(opts, "projection", &projection);
    for (size_t i = 0; scan->fields[i] != NULL; i++) {
        BSON_APPEND_INT32(&projection, scan->fields[i], 1);
        wants_id = wants_id || strcmp(scan->fields[i], "_id") == 0;
    }
    if (!wants_id) {
        BSON_APPEND_INT32(&projection, "_id", 0);
    }
    bson_append_document_end(opts, &projection);
}

/* A query has what is left of the scan's time limit. That of a scan without one is told as well,
 * for a query without is taken for one that is answered at once. */
static bool
append_limit(bson_t *opts, const Reading *reading, GError **error)
{
    const int64_t limit_ms =
        reading->scan->time_limit_ms != 0 ? reading->scan->time_limit_ms : NO_LIMIT_MS;
    int64_t left_ms = reading->begun_ms + limit_ms - mono_ms();

    BSON_APPEND_INT64(opts, "maxTimeMS", MAX(left_ms, 1));
    return left_ms > 0
           || jw_fail(error, JW_ERROR_UNAVAILABLE, "reading the records took longer than it may");
}

static void
append_opts(bson_t *opts, const Reading *reading)
{
    const JwRecordScan *scan = reading->scan;

    BSON_APPEND_INT32(opts, "batchSize", BATCH_ROWS);
    if (reading->project) {
        append_projection(opts, scan);
    }
    if (reading->in_storage_order) {
        BCON_APPEND(opts, "hint", "{", "$natural", BCON_INT32(1), "}");
    }
    if (scan->limit > 0) {
        BSON_APPEND_INT64(opts, "limit", scan->limit);
    }
    if (scan->ordered) {
        BCON_APPEND(opts, "sort", "{", scan->date_field, BCON_INT32(1), "_id", BCON_INT32(1), "}");
    }
}

static bool
read_slice(Reading *reading, const bson_t *filter, GError **error)
{
    g_auto(bson_t) opts = BSON_INITIALIZER;

    append_opts(&opts, reading);
    if (!append_limit(&opts, reading, error)) {
        return false;
    }
    reading->count = 0;
    reading->asked_ms = mono_ms();
    if (!jw_db_find(reading->store, reading->scan->collection, filter, &opts, pass_on, reading,
                    error)) {
        return false;
    }
    if (reading->count == 0) {
        reading->first_ms = mono_ms() - reading->asked_ms;
    }
    return true;
}

typedef struct {
    const char *field;
    int way;
    int64_t time_ms;
    bool found;
} Edge;

static bool
take_edge(const bson_t *document, gpointer data, GError **error)
{
    Edge *edge = data;
    bson_iter_t iter, found;

    (void)error;
    if (!bson_iter_init(&iter, document)
        || !bson_iter_find_descendant(&iter, edge->field, &found)) {
        return true;
    }
    if (BSON_ITER_HOLDS_DATE_TIME(&found)) {
        edge->time_ms = bson_iter_date_time(&found);
        edge->found = true;
    } else if (BSON_ITER_HOLDS_ARRAY(&found)) {
        edge->found = date_in_array(&found, edge->way, &edge->time_ms);
        /* The server ordered it by all it holds, so by one before the year 1 as well. */
        edge->time_ms = edge->way > 0 ? JW_DOC_FIRST_DATE_MS : edge->time_ms;
    }
    return true;
}

/* The first (@way 1) or last (-1) date among all records of the scan. */
static bool
find_edge(const Reading *reading, int way, Edge *edge, GError **error)
{
    const JwRecordScan *scan = reading->scan;
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", scan->date_field, BCON_INT32(way), "}", "limit", BCON_INT64(1),
                 "projection", "{", scan->date_field, BCON_INT32(1), "}");

    BCON_APPEND(&filter, scan->date_field, "{", "$gte", BCON_DATE_TIME(JW_DOC_FIRST_DATE_MS), "}");
    jw_store_append_record_filters(&filter, scan);
    edge->field = scan->date_field;
    edge->way = way;
    edge->found = false;
    return append_limit(opts, reading, error)
           && jw_db_find(reading->store, scan->collection, &filter, opts, take_edge, edge, error);
}

/* A period that holds much of the collection is read in storage order: fetching each document by
 * way of the index costs several times as much, on every server. Counting would cost as much
 * again, so the density of the slices so far says how many are to be expected. */
static bool
better_in_storage_order(const Reading *reading, double covered_ms, double left_ms)
{
    const double expected = (double)reading->seen / covered_ms * left_ms;

    return !reading->scan->ordered && reading->seen >= DENSITY_ROWS
           && expected > (double)reading->total / 3;
}

/* Both ends are included: no time follows the largest one, which some programs use for "never". */
static bool
read_period(Reading *reading, int64_t first_ms, int64_t last_ms, GError **error)
{
    int64_t width_ms = JW_SLICE_FIRST_MS;
    int64_t at_ms = first_ms;

    for (bool more = true; more;) {
        g_auto(bson_t) filter = BSON_INITIALIZER;
        const uint64_t left_ms = (uint64_t)last_ms - (uint64_t)at_ms; /* may not fit an int64 */
        int64_t until_ms = last_ms;
        if (better_in_storage_order(reading, (double)at_ms - (double)first_ms, (double)left_ms)) {
            reading->in_storage_order = true;
        } else if (left_ms >= (uint64_t)width_ms) {
            until_ms = at_ms + width_ms - 1;
        }
        reading->dated = true;
        reading->at_ms = at_ms;
        reading->until_ms = until_ms;
        append_period(&filter, reading->scan->date_field, at_ms, until_ms);
        jw_store_append_record_filters(&filter, reading->scan);
        if (!read_slice(reading, &filter, error)) {
            return false;
        }
        more = until_ms < last_ms;
        at_ms = until_ms + (more ? 1 : 0);
        reading->project = reading->probe.rows > 0 && saves_much(&reading->probe);
        width_ms = jw_slice_next_width(width_ms, reading->count, reading->first_ms);
    }
    return true;
}

/* Everything, in order: what has no date first, as the server's sort has it, then from the first
 * date to the last. */
static bool
read_all_ordered(Reading *reading, GError **error)
{
    Edge first = { 0 }, last = { 0 };
    g_auto(bson_t) undated = BSON_INITIALIZER;

    BCON_APPEND(&undated, reading->scan->date_field, "{", "$not", "{", "$gte",
                BCON_DATE_TIME(JW_DOC_FIRST_DATE_MS), "}", "}");
    jw_store_append_record_filters(&undated, reading->scan);
    if (!read_slice(reading, &undated, error) || !find_edge(reading, 1, &first, error)) {
        return false;
    }
    if (!first.found) {
        return true;
    }
    return find_edge(reading, -1, &last, error)
           && (!last.found || read_period(reading, first.time_ms, last.time_ms, error));
}

static bool
read_all(Reading *reading, GError **error)
{
    g_auto(bson_t) filter = BSON_INITIALIZER;

    jw_store_append_record_filters(&filter, reading->scan);
    return read_slice(reading, &filter, error);
}

static bool
read_records(JwDocFunc put, gpointer put_data, gpointer user, GError **error)
{
    Reading *reading = user;
    const JwRecordScan *scan = reading->scan;
    const bool whole = scan->start_ms == 0 && scan->end_ms == 0;

    reading->put = put;
    reading->put_data = put_data;
    reading->probe.scan = scan;
    if (whole) {
        if (!decide_projection(reading, error)) {
            return false;
        }
        return scan->ordered ? read_all_ordered(reading, error) : read_all(reading, error);
    }
    /* Only when needed: some servers count a million documents for it. */
    return (scan->ordered
            || jw_db_count(reading->store, scan->collection, NULL, 0, &reading->total, error))
           && (scan->start_ms >= scan->end_ms
               || read_period(reading, scan->start_ms, scan->end_ms - 1, error));
}

static bool
check_scan(const JwRecordScan *scan, GError **error)
{
    const bool whole = scan->start_ms == 0 && scan->end_ms == 0;

    if (!jw_db_check_records(scan->collection, error)) {
        return false;
    }
    return (!scan->ordered && whole) || (scan->date_field != NULL && scan->date_field[0] != '\0')
           || jw_fail(error, JW_ERROR_INVALID, "a scan by time needs the name of the date field");
}

bool
jw_store_scan_records(JwStore *self, const JwRecordScan *scan, JwRowFunc row, gpointer data,
                      GError **error)
{
    g_return_val_if_fail(self != NULL && scan != NULL && scan->collection != NULL, false);
    g_return_val_if_fail(scan->fields != NULL && row != NULL, false);
    g_return_val_if_fail(
        scan->limit == 0 || (!scan->ordered && scan->start_ms == 0 && scan->end_ms == 0), false);
    g_autoptr(JwRecordRow) reader = jw_store_record_row_new(scan->fields);
    Reading reading = { .store = self, .scan = scan, .begun_ms = mono_ms() };
    RowVisit rows = { reader, row, data };

    return check_scan(scan, error)
           && jw_store_read_ahead(read_records, &reading, visit_row, &rows, error);
}
