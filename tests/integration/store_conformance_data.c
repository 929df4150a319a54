/* store_conformance_data.c: files of critical sizes, the sweep of abandoned uploads, records. */
#include "store_conformance.h"
#include "db/db.h"
#include "jw/ident.h"
#include "jw/wanted.h"
#include "records/row.h"

#include <math.h>
#include <string.h>

#define CHUNK (255 * 1024)

static GBytes *
pattern(size_t length)
{
    guint8 *bytes = g_malloc(length + 1);
    guint32 state = 12345;

    for (size_t i = 0; i < length; i++) {
        state = state * 1664525u + 1013904223u;
        bytes[i] = (guint8)(state >> 24);
    }
    return g_bytes_new_take(bytes, length);
}

static JwFileWriter *
new_writer(JwStore *store, const char *file_id, const char *job_id)
{
    JwFileWriter *writer = jw_file_writer_new(store, file_id, "Gr\xc3\xbc\xc3\x9f-1.xlsx",
                                              "application/x-test", job_id, SC_NOW);
    assert_non_null(writer);
    return writer;
}

static void
write_file(JwStore *store, const char *file_id, const char *job_id, GBytes *content, size_t step)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwFileWriter) writer = new_writer(store, file_id, job_id);
    g_autofree char *sha256 = NULL;
    gsize length;
    const guint8 *bytes = g_bytes_get_data(content, &length);
    g_autofree char *expected = jw_sha256_hex(bytes, length);
    int64_t size = -1;

    for (size_t at = 0; at < length; at += step) {
        assert_ok(jw_file_writer_write(writer, bytes + at, MIN(step, length - at), &error), error);
    }
    assert_ok(jw_file_writer_finish(writer, &size, &sha256, &error), error);
    assert_int_equal(size, length);
    assert_string_equal(sha256, expected);
}

static void
assert_reads(JwStore *store, const char *file_id, GBytes *content, size_t step)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwFileReader) reader = jw_file_reader_new(store, file_id, &error);
    gsize length;
    const guint8 *bytes = g_bytes_get_data(content, &length);
    g_autofree guint8 *buffer = g_malloc(step);
    size_t got = 1;

    assert_ok(reader, error);
    assert_int_equal(jw_file_reader_size(reader), length);
    for (size_t at = 0; at < length; at += step) {
        assert_ok(jw_file_reader_read(reader, (int64_t)at, buffer, step, &got, &error), error);
        assert_int_equal(got, MIN(step, length - at));
        assert_memory_equal(buffer, bytes + at, got);
    }
    assert_ok(jw_file_reader_read(reader, (int64_t)length, buffer, step, &got, &error), error);
    assert_int_equal(got, 0);
    if (length > 10) { /* backwards, as a Range request may */
        assert_ok(jw_file_reader_read(reader, 5, buffer, 5, &got, &error), error);
        assert_int_equal(got, 5);
        assert_memory_equal(buffer, bytes + 5, 5);
    }
}

static void
assert_no_file(JwStore *store, const char *file_id)
{
    g_autoptr(GError) error = NULL;

    assert_null(jw_file_reader_new(store, file_id, &error));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "*");
}

static void
keeps_files_of_all_sizes(JwStore *store)
{
    const size_t sizes[] = { 0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * 1024 * 1024 };
    const size_t steps[] = { 1, 4096, CHUNK - 1, CHUNK, CHUNK + 1, 5000000, 100000 };

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GBytes) content = pattern(sizes[i]);
        g_autofree char *file_id = g_strdup_printf("0190a5d0-0000-7000-8000-%012d", (int)i);
        assert_no_file(store, file_id);
        write_file(store, file_id, "job", content, steps[i]);
        assert_reads(store, file_id, content, steps[i] == 1 ? 3 : steps[i]);
        assert_reads(store, file_id, content, 1000003);
    }
}

static void
deletes_files(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = pattern(CHUNK + 5);
    g_autoptr(GBytes) other = pattern(CHUNK + 9);

    write_file(store, "f1", "job", content, 4096);
    assert_ok(jw_store_delete_file(store, "f1", &error), error);
    assert_no_file(store, "f1");
    assert_ok(jw_store_delete_file(store, "f1", &error), error);
    write_file(store, "f1", "job", other, 4096); /* nothing of the old one is left */
    assert_reads(store, "f1", other, 4096);
}

static void
leaves_nothing_visible_when_aborted(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = pattern(3 * CHUNK);
    g_autoptr(GPtrArray) orphans = NULL;
    JwFileWriter *writer = new_writer(store, "f1", "job");

    assert_ok(jw_file_writer_write(writer, g_bytes_get_data(content, NULL), 3 * CHUNK, &error),
              error);
    assert_no_file(store, "f1");
    jw_file_writer_free(writer);
    assert_no_file(store, "f1");
    assert_ok(jw_store_find_orphan_files(store, SC_NOW + 1, 10, &orphans, &error), error);
    assert_int_equal(orphans->len, 0); /* the chunks went with the writer */
    write_file(store, "f1", "job", content, CHUNK);
    assert_reads(store, "f1", content, CHUNK);
    jw_file_writer_free(new_writer(store, "f2", NULL)); /* never begun */
}

static void
refuses_another_file_of_the_same_id(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = pattern(2 * CHUNK);
    g_autofree guint8 *zeros = g_malloc0(CHUNK);

    write_file(store, "f1", "job", content, CHUNK);
    write_file(store, "f1", "job", content, CHUNK); /* the same again, as after a lost reply */
    JwFileWriter *writer = new_writer(store, "f1", "job");
    assert_false(jw_file_writer_write(writer, zeros, CHUNK, &error));
    assert_jw_error(error, JW_ERROR_CONFLICT, "*f1*");
    assert_false(jw_file_writer_write(writer, zeros, CHUNK, &error));
    assert_jw_error(error, JW_ERROR_INTERNAL, "*earlier*");
    jw_file_writer_free(writer);
}

static void
finish_job(JwStore *store, const JwJob *job, const char *file_id)
{
    g_autoptr(GError) error = NULL;
    char id[40];
    JwArtifact artifact = { .file_id = id };
    JwJobChange finish = { .job_id = job->id,
                           .transition = JW_CHANGE_FINISH,
                           .now_ms = SC_NOW,
                           .token = 7,
                           .artifact = &artifact };
    JwCas cas = JW_CAS_LOST;

    g_strlcpy(id, file_id, sizeof(id));
    assert_ok(jw_store_change_job(store, &finish, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
}

static void
assert_orphans(JwStore *store, int64_t before_ms, size_t limit, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) orphans = NULL;
    g_autoptr(GString) found = g_string_new(NULL);

    assert_ok(jw_store_find_orphan_files(store, before_ms, limit, &orphans, &error), error);
    for (guint i = 0; i < orphans->len; i++) {
        g_string_append_printf(found, "%s ", (const char *)g_ptr_array_index(orphans, i));
    }
    assert_string_equal(found->str, expected);
}

static void
sweeps_what_no_job_names(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = pattern(CHUNK + 1);
    g_autoptr(JwJob) done = sc_job(JW_JOB_RUNNING);
    g_autoptr(JwJob) busy = sc_job(JW_JOB_RUNNING);
    g_autoptr(JwJob) leaving = sc_job(JW_JOB_CANCELLING);
    g_autoptr(JwJob) lost = sc_job(JW_JOB_PENDING);

    sc_create(store, done);
    sc_create(store, busy);
    sc_create(store, leaving);
    sc_create(store, lost);
    write_file(store, "a-named", done->id, content, CHUNK);
    write_file(store, "b-stale", done->id, content, CHUNK);
    write_file(store, "c-busy", busy->id, content, CHUNK);
    write_file(store, "cc-leaving", leaving->id, content, CHUNK); /* its attempt is not over */
    write_file(store, "d-lost", lost->id, content, CHUNK);
    write_file(store, "e-nobody", "no such job", content, CHUNK);
    write_file(store, "f-jobless", NULL, content, CHUNK);
    JwFileWriter *left = new_writer(store, "g-left", lost->id); /* as a killed process leaves it */
    assert_ok(jw_file_writer_write(left, g_bytes_get_data(content, NULL), CHUNK, &error), error);
    finish_job(store, done, "a-named");

    assert_orphans(store, SC_NOW, 10, ""); /* within the grace time */
    assert_orphans(store, SC_NOW + 1, 2, "b-stale d-lost ");
    assert_orphans(store, SC_NOW + 1, 10, "b-stale d-lost e-nobody f-jobless g-left ");
    assert_orphans(store, SC_NOW + 1, 10, "b-stale d-lost e-nobody f-jobless g-left ");
    const char *const swept[] = { "b-stale", "d-lost", "e-nobody", "f-jobless", "g-left" };
    for (size_t i = 0; i < G_N_ELEMENTS(swept); i++) {
        assert_ok(jw_store_delete_file(store, swept[i], &error), error);
    }
    assert_orphans(store, SC_NOW + 1, 10, "");
    assert_reads(store, "a-named", content, 4096);
    assert_reads(store, "c-busy", content, 4096);
    finish_job(store, busy, "elsewhere");
    assert_orphans(store, SC_NOW + 1, 10, "c-busy ");
    jw_file_writer_free(left);
}

const ScCase sc_file_cases[] = {
    { "keeps_files_of_all_sizes", keeps_files_of_all_sizes },
    { "deletes_files", deletes_files },
    { "leaves_nothing_visible_when_aborted", leaves_nothing_visible_when_aborted },
    { "refuses_another_file_of_the_same_id", refuses_another_file_of_the_same_id },
    { "sweeps_what_no_job_names", sweeps_what_no_job_names },
    { NULL, NULL },
};

static const char *const record_fields[] = { "at", "who",     "n",      "cost",
                                             "ok", "in.side", "in.out", NULL };

static JwValue
text_value(const char *text)
{
    return (JwValue){ .type = JW_VALUE_TEXT, .text = text, .length = strlen(text) };
}

/* Record i: at SC_NOW + (i * 37 % n) s, who = w<i % 3>; every 5th has no date. */
static void
fill_records(JwStore *store, size_t n)
{
    g_autoptr(GError) error = NULL;
    const char *const names[] = { "ann", "bob", "c\xc3\xa9z" };
    size_t inserted = 0;

    for (size_t i = 0; i < n; i++) {
        g_autofree char *id = g_strdup_printf("r%06d", (int)i);
        const char *const ids[] = { id };
        JwValue row[] = {
            { .type = i % 5 == 4 ? JW_VALUE_NULL : JW_VALUE_TIME,
              .time_ms = SC_NOW + (int64_t)(i * 37 % n) * 1000 },
            text_value(names[i % 3]),
            { .type = JW_VALUE_INT, .integer = (int64_t)i - 2 },
            { .type = JW_VALUE_REAL, .real = (double)i / 4 },
            { .type = JW_VALUE_BOOL, .boolean = i % 2 == 0 },
            text_value("deep"),
            { .type = JW_VALUE_INT, .integer = INT64_C(5000000000) },
        };
        const JwValue *const rows[] = { row };
        assert_ok(
            jw_store_insert_records(store, "calls", record_fields, ids, rows, 1, &inserted, &error),
            error);
        assert_int_equal(inserted, 1);
    }
}

static bool
note_row(const JwValue *row, gpointer data, GError **error)
{
    GString *seen = data;

    (void)error;
    for (int i = 0; i < 3; i++) {
        switch (row[i].type) {
        case JW_VALUE_NULL:
            g_string_append(seen, "-");
            break;
        case JW_VALUE_BOOL:
            g_string_append(seen, row[i].boolean ? "yes" : "no");
            break;
        case JW_VALUE_INT:
            g_string_append_printf(seen, "%d", (int)row[i].integer);
            break;
        case JW_VALUE_REAL:
            g_string_append_printf(seen, "%.2f", row[i].real);
            break;
        case JW_VALUE_TEXT:
            g_string_append_len(seen, row[i].text, (gssize)row[i].length);
            break;
        case JW_VALUE_TIME:
            g_string_append_printf(seen, "+%d", (int)((row[i].time_ms - SC_NOW) / 1000));
            break;
        }
        g_string_append_c(seen, i == 2 ? ';' : ' ');
    }
    return true;
}

static void
assert_scan(JwStore *store, JwRecordScan scan, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) seen = g_string_new(NULL);

    scan.collection = "calls";
    scan.date_field = "at";
    scan.ordered = true;
    scan.time_limit_ms = 60000;
    assert_ok(jw_store_scan_records(store, &scan, note_row, seen, &error), error);
    assert_string_equal(seen->str, expected);
}

static void
scans_records_by_period_and_filter(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    const char *const plain[] = { "at", "who", "n", NULL };
    const char *const mixed[] = { "ok", "in.side", "cost", NULL };
    const char *const odd[] = { "in", "nothing", "who.deeper", NULL };
    const char *const bob[] = { "bob", NULL };
    const char *const two[] = { "bob", "c\xc3\xa9z", NULL };
    const JwRecordFilter is_bob = { .field = "who", .values = bob };
    const JwRecordFilter not_two = { .field = "who", .values = two, .negate = true };
    const JwRecordFilter deep_two[] = {
        { .field = "in.side", .values = (const char *const[]){ "deep", NULL } },
        { .field = "who", .values = two },
    };

    fill_records(store, 10); /* dates by record: 0 7 4 1 - 5 2 9 6 - */
    assert_ok(jw_store_index_records(store, "calls", "at", &error), error);
    assert_ok(jw_store_index_records(store, "calls", "at", &error), error);
    assert_scan(store, (JwRecordScan){ .fields = plain },
                "- bob 2;- ann 7;+0 ann -2;+1 ann 1;+2 ann 4;+4 c\xc3\xa9z 0;+5 c\xc3\xa9z 3;+6 "
                "c\xc3\xa9z 6;+7 bob -1;+9 bob 5;");
    assert_scan(
        store,
        (JwRecordScan){ .fields = plain, .start_ms = SC_NOW + 1000, .end_ms = SC_NOW + 5000 },
        "+1 ann 1;+2 ann 4;+4 c\xc3\xa9z 0;");
    assert_scan(store,
                (JwRecordScan){ .fields = plain,
                                .start_ms = SC_NOW - 90 * INT64_C(86400000),
                                .end_ms = SC_NOW + 90 * INT64_C(86400000),
                                .filters = &is_bob,
                                .n_filters = 1 },
                "+7 bob -1;+9 bob 5;");
    assert_scan(store, (JwRecordScan){ .fields = plain, .filters = &not_two, .n_filters = 1 },
                "- ann 7;+0 ann -2;+1 ann 1;+2 ann 4;");
    assert_scan(store,
                (JwRecordScan){ .fields = plain,
                                .start_ms = SC_NOW,
                                .end_ms = SC_NOW + 5000,
                                .filters = deep_two,
                                .n_filters = 2 },
                "+4 c\xc3\xa9z 0;");
    assert_scan(store,
                (JwRecordScan){ .fields = mixed, .start_ms = SC_NOW, .end_ms = SC_NOW + 2000 },
                "yes deep 0.00;no deep 0.75;");
    assert_scan(store, (JwRecordScan){ .fields = odd, .start_ms = SC_NOW, .end_ms = SC_NOW + 1 },
                "- - -;");
    assert_scan(store,
                (JwRecordScan){ .fields = plain, .start_ms = SC_NOW + 5000, .end_ms = SC_NOW }, "");
}

/* Records as other programs write them: a value of each type that a text may mean. */
static const char *const typed_values[] = {
    "\"3\"",
    "3",
    "{\"$numberLong\":\"3\"}",
    "3.0",
    "{\"$numberDecimal\":\"3.00\"}",
    "3.5",
    "{\"$numberDecimal\":\"3.50\"}",
    "0.1",
    "{\"$numberDecimal\":\"0.1\"}",
    "{\"$numberLong\":\"9007199254740993\"}",
    "9007199254740992.0",
    "true",
    "false",
    "\"true\"",
    "{\"$date\":1000}",
    "{\"$oid\":\"65a1b2c3d4e5f60718293a4b\"}",
    "\"65a1b2c3d4e5f60718293a4b\"",
    "null",
    NULL, /* the field is not there */
    "\"\"",
    "{\"$date\":{\"$numberLong\":\"-312768000000\"}}", /* before 1970 */
};

static void
insert_typed(JwStore *store)
{
    for (size_t i = 0; i < G_N_ELEMENTS(typed_values); i++) {
        g_autofree char *member =
            typed_values[i] == NULL ? g_strdup("") : g_strdup_printf(",\"v\":%s", typed_values[i]);
        g_autofree char *json = g_strdup_printf("{\"_id\":\"%c\"%s}", (char)('a' + i), member);
        g_autoptr(GError) error = NULL;
        bson_error_t cause = { 0 };
        JwCreate create = JW_CREATE_EXISTS;
        bson_t *document = bson_new_from_json((const uint8_t *)json, -1, &cause);

        assert_non_null(document);
        assert_ok(jw_db_insert_one(store, "calls", document, &create, &error), error);
    }
}

/* What of the records the filter lets pass, and what a condition of a measure does. */
typedef struct {
    const char *text;
    GString *passed, *meant;
} Typed;

static bool
note_typed(const JwValue *row, gpointer data, GError **error)
{
    Typed *typed = data;
    JwWanted wanted;

    (void)error;
    jw_wanted_init(&wanted, typed->text);
    g_string_append_len(typed->passed, row[0].text, (gssize)row[0].length);
    if (jw_wanted_is(&wanted, &row[1])) {
        g_string_append_len(typed->meant, row[0].text, (gssize)row[0].length);
    }
    return true;
}

static void
assert_typed(JwStore *store, const char *text, const JwRecordFilter *filter, const char *passed,
             const char *meant)
{
    const char *const fields[] = { "_id", "v", NULL };
    const JwRecordScan scan = { .collection = "calls",
                                .date_field = "at",
                                .ordered = true,
                                .fields = fields,
                                .filters = filter,
                                .n_filters = filter != NULL ? 1 : 0 };
    g_autoptr(GString) all = g_string_new(NULL), some = g_string_new(NULL);
    Typed typed = { text, all, some };
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_scan_records(store, &scan, note_typed, &typed, &error), error);
    assert_string_equal(all->str, passed);
    assert_string_equal(some->str, meant);
}

static void
filters_values_of_all_types(JwStore *store)
{
    static const struct {
        const char *text, *ids;
    } cases[] = {
        { "3", "abcde" },
        { "3.0", "bcde" },
        { "3.5", "fg" },
        { "0.1", "hi" },
        { "0.10", "hi" },
        { "9007199254740993", "j" },
        { "9007199254740992", "k" },
        { "true", "ln" },
        { "false", "m" },
        { "1970-01-01T00:00:01Z", "o" },
        { "1970-01-01T03:00:01.000+03:00", "o" },
        { "1970-01-01T00:00:02Z", "" },
        { "1960-02-03T00:00:00Z", "u" },
        { "1960-02-03T02:00:00+02:00", "u" },
        { "65a1b2c3d4e5f60718293a4b", "pq" },
        { "65A1B2C3D4E5F60718293A4B", "" },
        { "", "t" },
        { "null", "" },
        { "007", "" },
    };

    insert_typed(store);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *const texts[] = { cases[i].text, NULL };
        const JwRecordFilter wanted = { .field = "v", .values = texts };
        const JwRecordFilter others = { .field = "v", .values = texts, .negate = true };
        g_autoptr(GString) rest = g_string_new(NULL);

        for (char id = 'a'; id < 'a' + (char)G_N_ELEMENTS(typed_values); id++) {
            if (strchr(cases[i].ids, id) == NULL) {
                g_string_append_c(rest, id);
            }
        }
        assert_typed(store, cases[i].text, &wanted, cases[i].ids, cases[i].ids);
        assert_typed(store, cases[i].text, &others, rest->str, "");
        assert_typed(store, cases[i].text, NULL, "abcdefghijklmnopqrstu", cases[i].ids);
    }
}

/* Records of texts and numbers, each by the one letter of its id. */
static const char *const ranged_values[] = {
    "9",
    "10",
    "{\"$numberLong\":\"15\"}",
    "19.99",
    "20.0",
    "{\"$numberDecimal\":\"20.00\"}",
    "20.01",
    "{\"$numberDecimal\":\"0.1\"}",
    "0.1",
    "\"10\"",
    "\"15\"",
    "\"100\"",
    "\"Bill (50 %) *.*\"",
    "\"a BILLing\"",
    "\"\u00c4rger\"",
    "{\"$date\":1000}",
    "{\"$date\":2000}",
    "null",
    NULL,
    "{\"$numberDouble\":\"NaN\"}",
    "true",
    "\"\"",
    "[\"bill\",16]",
};

static bool
note_id(const JwValue *row, gpointer data, GError **error)
{
    (void)error;
    g_string_append_len(data, row[0].text, (gssize)row[0].length);
    return true;
}

static void
insert_ranged(JwStore *store)
{
    for (size_t i = 0; i < G_N_ELEMENTS(ranged_values); i++) {
        g_autofree char *member = ranged_values[i] == NULL
                                      ? g_strdup("")
                                      : g_strdup_printf(",\"v\":%s", ranged_values[i]);
        g_autofree char *json = g_strdup_printf("{\"_id\":\"%c\"%s}", (char)('a' + i), member);
        g_autoptr(GError) error = NULL;
        JwCreate create = JW_CREATE_EXISTS;
        bson_t *document = bson_new_from_json((const uint8_t *)json, -1, NULL);

        assert_non_null(document);
        assert_ok(jw_db_insert_one(store, "calls", document, &create, &error), error);
    }
}

static void
filters_by_every_operator(JwStore *store)
{
    static const struct {
        JwRange range; /* without ends: none */
        const char *contains;
        JwPresence presence;
        const char *ids;
    } cases[] = {
        { { JW_RANGE_NUMBER, "10", "20", 0, 0 }, NULL, 0, "bcdefw" },
        { { JW_RANGE_NUMBER, "10", NULL, 0, 0 }, NULL, 0, "bcdefgw" },
        { { JW_RANGE_NUMBER, NULL, "10", 0, 0 }, NULL, 0, "abhi" },
        { { JW_RANGE_NUMBER, "0.1", "0.1", 0, 0 }, NULL, 0, "hi" },
        { { JW_RANGE_NUMBER, "19.99", "20", 0, 0 }, NULL, 0, "def" },
        { { JW_RANGE_NUMBER, "1e9", NULL, 0, 0 }, NULL, 0, "" },
        { { JW_RANGE_TEXT, "10", "100", 0, 0 }, NULL, 0, "jl" },
        { { JW_RANGE_TEXT, "1", "2", 0, 0 }, NULL, 0, "jkl" },
        { { JW_RANGE_TEXT, NULL, "B", 0, 0 }, NULL, 0, "jklv" },
        { { JW_RANGE_TIME, "x", "x", 1000, 1999 }, NULL, 0, "p" },
        { { JW_RANGE_TIME, "x", NULL, 1000, INT64_MAX }, NULL, 0, "pq" },
        { { 0 }, "bill", 0, "mnw" },
        { { 0 }, "BILL", 0, "mnw" },
        { { 0 }, "(50 %) *.*", 0, "m" },
        { { 0 }, ".*", 0, "m" },
        { { 0 }, ".", 0, "m" },
        { { 0 }, "$ne", 0, "" },
        { { 0 }, "^a", 0, "" },
        { { 0 }, "\\E", 0, "" },
        { { 0 }, "\xc3\xa4RG", 0, "o" },
        { { 0 }, "15", 0, "k" },
        { { 0 }, NULL, JW_PRESENCE_ABSENT, "rs" },
        { { 0 }, NULL, JW_PRESENCE_PRESENT, "abcdefghijklmnopqtuvw" },
        { { 0 }, "bill", JW_PRESENCE_PRESENT, "mnw" },
        { { JW_RANGE_NUMBER, "10", "20", 0, 0 }, "bill", 0, "w" },
    };
    const char *const fields[] = { "_id", NULL };

    insert_ranged(store);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const bool ranged = cases[i].range.from != NULL || cases[i].range.to != NULL;
        const JwRecordFilter filter = { .field = "v",
                                        .range = ranged ? &cases[i].range : NULL,
                                        .contains = cases[i].contains,
                                        .presence = cases[i].presence };
        const JwRecordScan scan = { .collection = "calls",
                                    .date_field = "at",
                                    .ordered = true,
                                    .fields = fields,
                                    .filters = &filter,
                                    .n_filters = 1 };
        g_autoptr(GString) found = g_string_new(NULL);
        g_autoptr(GError) error = NULL;

        assert_ok(jw_store_scan_records(store, &scan, note_id, found, &error), error);
        if (strcmp(found->str, cases[i].ids) != 0) {
            fail_msg("case %zu: expected '%s', got '%s'", i, cases[i].ids, found->str);
        }
    }
}

/* The longest text that a request may have, of the characters that make patterns slow elsewhere. */
static void
takes_any_text_as_it_is(JwStore *store)
{
    const char *const fields[] = { "_id", NULL };
    g_autoptr(GString) hostile = g_string_new(NULL);
    g_autoptr(GString) many = g_string_new(NULL);
    JwRecordFilter filter = { .field = "v" };
    const JwRecordScan scan = {
        .collection = "calls", .fields = fields, .filters = &filter, .n_filters = 1
    };
    g_autoptr(GString) found = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    for (int i = 0; i < 50; i++) {
        g_string_append(hostile, "(a+");
    }
    g_string_append(hostile, ")+$\xc3\x9f\xf0\x9f\x98\x80");
    for (int i = 0; i < 1000; i++) {
        g_string_append(many, "aA");
    }
    bson_t *same = BCON_NEW("_id", BCON_UTF8("a"), "v", BCON_UTF8(hostile->str));
    bson_t *long_one = BCON_NEW("_id", BCON_UTF8("b"), "v", BCON_UTF8(many->str));
    assert_ok(jw_db_insert_one(store, "calls", same, &create, &error), error);
    assert_ok(jw_db_insert_one(store, "calls", long_one, &create, &error), error);
    filter.contains = hostile->str;
    assert_ok(jw_store_scan_records(store, &scan, note_id, found, &error), error);
    assert_string_equal(found->str, "a");
    g_string_truncate(found, 0);
    g_string_truncate(many, 200);
    filter.contains = many->str;
    assert_ok(jw_store_scan_records(store, &scan, note_id, found, &error), error);
    assert_string_equal(found->str, "b");
    const JwRecordScan one = { .collection = "calls", .fields = fields, .limit = 1 };
    g_string_truncate(found, 0);
    assert_ok(jw_store_scan_records(store, &one, note_id, found, &error), error);
    assert_int_equal(found->len, 1);
}

/* A Decimal128 that an int64 holds is one: its digits are all there. */
static void
reads_whole_decimals_as_integers(JwStore *store)
{
    static const struct {
        const char *decimal;
        bool whole;
        int64_t integer;
        double real;
    } cases[] = {
        { "9007199254740993", true, INT64_C(9007199254740993), 0 },
        { "-9007199254740993.00", true, INT64_C(-9007199254740993), 0 },
        { "9.007199254740993E+15", true, INT64_C(9007199254740993), 0 },
        { "9223372036854775807", true, INT64_MAX, 0 },
        { "-9223372036854775808", true, INT64_MIN, 0 },
        { "1E+3", true, 1000, 0 },
        { "-0", true, 0, 0 },
        { "0E+6000", true, 0, 0 },
        { "0E-6000", true, 0, 0 },
        { "9223372036854775808", false, 0, 9223372036854775808.0 },
        { "1E+30", false, 0, 1e30 },
        { "1E-30", false, 0, 1e-30 },
        { "12345678901234.56", false, 0, 12345678901234.56 },
        { "-0.5", false, 0, -0.5 },
    };
    const char *const fields[] = { "v", NULL };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwRecordRow) row = jw_store_record_row_new(fields);
        g_auto(bson_t) document = BSON_INITIALIZER;
        bson_decimal128_t decimal;

        (void)store;
        assert_true(bson_decimal128_from_string(cases[i].decimal, &decimal));
        BSON_APPEND_DECIMAL128(&document, "v", &decimal);
        const JwValue *value = jw_store_record_row_read(row, &document);
        assert_int_equal(value->type, cases[i].whole ? JW_VALUE_INT : JW_VALUE_REAL);
        assert_true(cases[i].whole ? value->integer == cases[i].integer
                                   : value->real == cases[i].real);
        assert_true(cases[i].whole || fabs(value->rest) <= fabs(value->real) * 1e-15);
    }
}

#define SEEN(sort) (JW_SEEN_VALUE | JW_SEEN_##sort)

static void
assert_sample(JwStore *store, bool rare, bool deep, bool lost, int64_t records)
{
    static const char *const fields[] = { "who", "rare", "in.side", "in.lost", "whom", "at", NULL };
    g_autoptr(GError) error = NULL;
    JwSeen seen[6] = { 0 };
    int64_t looked_at = -1;

    assert_ok(jw_store_sample_fields(store, "calls", fields, seen, &looked_at, &error), error);
    assert_int_equal(looked_at, records);
    assert_int_equal(seen[0], records > 0 ? SEEN(TEXT) : JW_SEEN_NOTHING);
    assert_int_equal(seen[1], rare ? SEEN(TEXT) : JW_SEEN_NOTHING);
    assert_int_equal(seen[2], deep ? SEEN(TEXT) : JW_SEEN_NOTHING);
    assert_int_equal(seen[3], lost ? SEEN(TEXT) : JW_SEEN_NOTHING);
    assert_int_equal(seen[4], JW_SEEN_NOTHING);
    assert_int_equal(seen[5], deep ? SEEN(DATE) : JW_SEEN_NOTHING);
}

/* Records of one field: the first and the last 500 are looked at, whatever is between. */
static void
samples_the_fields_of_records(JwStore *store)
{
    const char *const who[] = { "who", NULL };
    const JwValue value = text_value("x");
    const JwValue *const row[] = { &value };
    g_autoptr(GError) error = NULL;
    size_t inserted = 0;

    assert_sample(store, false, false, false, 0);
    fill_records(store, 3); /* r000000, r000001, r000002 */
    assert_sample(store, false, true, false, 3);
    for (int i = 0; i < 1200; i++) {
        g_autofree char *id = g_strdup_printf("s%06d", i);
        const char *const ids[] = { id }, *const rare[] = { "rare", NULL };
        assert_ok(jw_store_insert_records(store, "calls", i == 600 ? rare : who, ids, row, 1,
                                          &inserted, &error),
                  error);
    }
    assert_sample(store, false, true, false, 1000);
    const char *const last[] = { "t" }, *const list[] = { "rare", NULL };
    assert_ok(jw_store_insert_records(store, "calls", list, last, row, 1, &inserted, &error),
              error);
    assert_sample(store, true, true, false, 1000);
}

/* Filters look into arrays, rows have none of their values. Of what there is all sorts are told. */
static void
samples_the_sorts_of_values(JwStore *store)
{
    static const struct {
        const char *json;
        int seen[3]; /* of "tags", "in.side", "in" */
    } cases[] = {
        { "{\"_id\":\"0\",\"tags\":null,\"in\":{\"side\":{\"$oid\":\"0123456789abcdef01234567\"}}}",
          { JW_SEEN_VALUE, JW_SEEN_VALUE, JW_SEEN_VALUE } },
        { "{\"_id\":\"a\",\"tags\":\"x\",\"in\":{\"side\":1}}",
          { SEEN(TEXT), SEEN(NUMBER), JW_SEEN_VALUE } },
        { "{\"_id\":\"b\",\"tags\":[],\"in\":{\"side\":2.5}}",
          { SEEN(TEXT) | JW_SEEN_ARRAY, SEEN(NUMBER), JW_SEEN_VALUE } },
        { "{\"_id\":\"c\",\"tags\":{\"$date\":0},\"in\":{\"side\":[1]}}",
          { SEEN(TEXT) | JW_SEEN_ARRAY | JW_SEEN_DATE, SEEN(NUMBER) | JW_SEEN_ARRAY,
            JW_SEEN_VALUE } },
        { "{\"_id\":\"d\",\"tags\":true,\"in\":[{\"side\":1}]}",
          { SEEN(TEXT) | JW_SEEN_ARRAY | JW_SEEN_DATE | JW_SEEN_NUMBER,
            SEEN(NUMBER) | JW_SEEN_ARRAY, JW_SEEN_VALUE | JW_SEEN_ARRAY } },
    };
    static const char *const fields[] = { "tags", "in.side", "in", NULL };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        bson_t *document = bson_new_from_json((const uint8_t *)cases[i].json, -1, NULL);
        g_autoptr(GError) error = NULL;
        JwCreate create = JW_CREATE_EXISTS;
        JwSeen seen[3] = { 0 };
        int64_t records = 0;

        assert_non_null(document);
        assert_ok(jw_db_insert_one(store, "calls", document, &create, &error), error);
        assert_ok(jw_store_sample_fields(store, "calls", fields, seen, &records, &error), error);
        assert_int_equal(records, i + 1);
        for (size_t k = 0; k < 3; k++) {
            assert_int_equal(seen[k], cases[i].seen[k]);
        }
    }
}

#define YEAR_1_MS (-INT64_C(62135596800000))

static bool
put_dated(JwStore *store, const char *id, int64_t time_ms, GError **error)
{
    const char *const fields[] = { "at", "who", NULL };
    const char *const ids[] = { id };
    const JwValue row[] = { { .type = JW_VALUE_TIME, .time_ms = time_ms }, text_value(id) };
    const JwValue *const rows[] = { row };
    size_t inserted = 0;

    return jw_store_insert_records(store, "calls", fields, ids, rows, 1, &inserted, error);
}

static void
scans_records_of_early_dates(JwStore *store)
{
    const char *const fields[] = { "who", "n", "n", NULL };
    const JwRecordScan all = { .fields = fields };
    g_autoptr(GError) error = NULL;

    assert_ok(put_dated(store, "now", SC_NOW, &error), error);
    assert_ok(put_dated(store, "dawn", YEAR_1_MS, &error), error);
    assert_scan(store, all, "dawn - -;now - -;");
    assert_scan(store, (JwRecordScan){ .fields = fields, .start_ms = SC_NOW, .end_ms = SC_NOW + 1 },
                "now - -;");
    assert_scan(store, (JwRecordScan){ .fields = fields, .start_ms = SC_NOW - 1, .end_ms = SC_NOW },
                "");
}

/* Some programs use the largest time for "never". */
static void
scans_records_of_the_last_date(JwStore *store)
{
    const char *const fields[] = { "who", "n", "n", NULL };
    const JwRecordScan all = { .fields = fields };
    g_autoptr(GError) error = NULL;

    assert_ok(put_dated(store, "now", SC_NOW, &error), error);
    if (!put_dated(store, "never", INT64_MAX, &error)) {
        assert_jw_error(error, JW_ERROR_INVALID, "*out of range*"); /* a server's own limit */
        return;
    }
    assert_scan(store, all, "now - -;never - -;");
    assert_ok(put_dated(store, "hardly ever", INT64_MAX - 1, &error), error);
    assert_ok(put_dated(store, "dawn", YEAR_1_MS, &error), error);
    assert_scan(store, all, "dawn - -;now - -;hardly ever - -;never - -;");
}

static bool
count_row(const JwValue *row, gpointer data, GError **error)
{
    int *left = data;

    assert_int_equal(row[0].type, JW_VALUE_TEXT);
    (*left)--;
    return *left > 0 || jw_fail(error, JW_ERROR_CANCELLED, "enough");
}

static void
stops_with_the_error_of_the_reader(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    const char *const fields[] = { "who", NULL };
    const JwRecordScan scan = { .collection = "calls", .fields = fields };
    int left = 3;

    fill_records(store, 7);
    assert_false(jw_store_scan_records(store, &scan, count_row, &left, &error));
    assert_jw_error(error, JW_ERROR_CANCELLED, "enough");
    assert_int_equal(left, 0);
    left = 100;
    assert_ok(jw_store_scan_records(store, &scan, count_row, &left, &error), error);
    assert_int_equal(left, 93);
}

static bool
tally_row(const JwValue *row, gpointer count, GError **error)
{
    (void)row;
    (void)error;
    (*(int *)count)++;
    return true;
}

static void
assert_count(JwStore *store, int expected)
{
    const char *const fields[] = { "who", NULL };
    const JwRecordScan scan = { .collection = "calls", .fields = fields };
    g_autoptr(GError) error = NULL;
    int count = 0;

    assert_ok(jw_store_scan_records(store, &scan, tally_row, &count, &error), error);
    assert_int_equal(count, expected);
}

static void
loads_records_once_and_drops_them(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    const char *const fields[] = { "who", NULL };
    const char *const ids[] = { "a", "b", "c" };
    const JwValue value = text_value("x");
    const JwValue *const rows[] = { &value, &value, &value };
    size_t inserted = 9;

    assert_ok(jw_store_insert_records(store, "calls", fields, ids + 1, rows, 1, &inserted, &error),
              error);
    assert_int_equal(inserted, 1);
    assert_ok(jw_store_insert_records(store, "calls", fields, ids, rows, 3, &inserted, &error),
              error);
    assert_int_equal(inserted, 2);
    assert_ok(jw_store_insert_records(store, "calls", fields, NULL, NULL, 0, &inserted, &error),
              error);
    assert_int_equal(inserted, 0);
    assert_count(store, 3);
    assert_ok(jw_store_drop_records(store, "calls", &error), error);
    assert_ok(jw_store_drop_records(store, "calls", &error), error);
    assert_count(store, 0);
}

static bool
note_found(const JwValue *row, gpointer data, GError **error)
{
    (void)error;
    g_string_append_printf(data, "%.*s:%.*s/%d/", (int)row[0].length, row[0].text,
                           (int)row[1].length, row[1].type == JW_VALUE_TEXT ? row[1].text : "",
                           row[2].type == JW_VALUE_INT ? (int)row[2].integer : -1);
    return true;
}

/* By id and at any depth; an update leaves the fields that it does not name. */
static void
finds_and_updates_records(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) seen = g_string_new(NULL);
    const char *const fields[] = { "in.side", "in.deep.er", "in.deep.st", NULL };
    const char *const some[] = { "in.side", "in.deep.er", NULL };
    const char *const ids[] = { "a", "b", "zz" };
    const char *const wanted[] = { "b", "zz" };
    const JwValue row[] = { text_value("x"),
                            { .type = JW_VALUE_INT, .integer = 3 },
                            { .type = JW_VALUE_INT, .integer = 4 } };
    const JwValue other[] = { { .type = JW_VALUE_NULL }, { .type = JW_VALUE_INT, .integer = 5 } };
    const JwValue *const rows[] = { row, row };
    size_t inserted = 0;
    JwCas cas = JW_CAS_WON;

    assert_ok(jw_store_find_records(store, "calls", fields, ids, 3, note_found, seen, &error),
              error);
    assert_string_equal(seen->str, "");
    assert_ok(jw_store_insert_records(store, "calls", fields, ids, rows, 2, &inserted, &error),
              error);
    assert_ok(jw_store_update_record(store, "calls", some, "b", other, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_ok(jw_store_update_record(store, "calls", some, "zz", other, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    assert_ok(jw_store_find_records(store, "calls", fields, wanted, 2, note_found, seen, &error),
              error);
    assert_string_equal(seen->str, "b:/5/");
    g_string_truncate(seen, 0);
    assert_ok(jw_store_find_records(store, "calls", fields + 1, ids, 1, note_found, seen, &error),
              error);
    assert_string_equal(seen->str, "a:/4/");
    g_string_truncate(seen, 0);
    assert_ok(
        jw_store_find_records(store, "calls", fields + 1, wanted, 1, note_found, seen, &error),
        error);
    assert_string_equal(seen->str, "b:/4/");
}

static void
keeps_records_out_of_our_own_collections(JwStore *store)
{
    const char *const names[] = { "jobs",     "deliveries", "schedules",  "occurrences",
                                  "fs.files", "fs.chunks",  "fs.uploads", "system.users",
                                  "",         "a$b" };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        assert_false(jw_store_drop_records(store, names[i], &error));
        assert_jw_error(error, JW_ERROR_INVALID, "*collection*");
    }
}

const ScCase sc_record_cases[] = {
    { "scans_records_by_period_and_filter", scans_records_by_period_and_filter },
    { "samples_the_fields_of_records", samples_the_fields_of_records },
    { "samples_the_sorts_of_values", samples_the_sorts_of_values },
    { "filters_values_of_all_types", filters_values_of_all_types },
    { "filters_by_every_operator", filters_by_every_operator },
    { "takes_any_text_as_it_is", takes_any_text_as_it_is },
    { "reads_whole_decimals_as_integers", reads_whole_decimals_as_integers },
    { "scans_records_of_early_dates", scans_records_of_early_dates },
    { "scans_records_of_the_last_date", scans_records_of_the_last_date },
    { "stops_with_the_error_of_the_reader", stops_with_the_error_of_the_reader },
    { "loads_records_once_and_drops_them", loads_records_once_and_drops_them },
    { "finds_and_updates_records", finds_and_updates_records },
    { "keeps_records_out_of_our_own_collections", keeps_records_out_of_our_own_collections },
    { NULL, NULL },
};
