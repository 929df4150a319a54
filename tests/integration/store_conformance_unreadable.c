/* store_conformance_unreadable.c: documents that cannot be read block nothing: pages skip them
 * and are filled up, and only reading one by its id is an error. */
#include "store_conformance.h"

#define N_JOBS 9

static char *
job_id(int n)
{
    return g_strdup_printf("0190a5d0-0000-7000-8000-%012d", n);
}

/* Jobs 1 to N_JOBS, created and changed in this order, of which those in @corrupted cannot be
 * read. */
static void
new_jobs(JwStore *store, const char *corrupted)
{
    for (int n = 1; n <= N_JOBS; n++) {
        g_autoptr(JwJob) job = sc_job(JW_JOB_RUNNING);

        g_free(job->id);
        job->id = job_id(n);
        job->created_at_ms = SC_NOW + n;
        job->updated_at_ms = SC_NOW + n;
        ((JwOutboxEntry *)g_ptr_array_index(job->outbox, 0))->at_ms = SC_NOW + n;
        sc_create(store, job);
        if (strchr(corrupted, '0' + n) != NULL) {
            sc_corrupt(store, "jobs", job->id);
        }
    }
}

static void
append_number(GString *found, const char *id)
{
    g_string_append_c(found, id[strlen(id) - 1]);
}

static void
assert_scan(JwStore *store, size_t limit, const char *after_id, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) jobs = NULL;
    g_autoptr(GString) found = g_string_new(NULL);
    const JwJobScan scan = {
        .states = JW_JOB_BIT(JW_JOB_RUNNING),
        .limit = limit,
        .after_id = after_id,
        .after_updated_ms = after_id == NULL ? 0 : SC_NOW + (after_id[strlen(after_id) - 1] - '0'),
    };

    assert_ok(jw_store_scan_jobs(store, &scan, &jobs, &error), error);
    for (guint i = 0; i < jobs->len; i++) {
        append_number(found, ((JwJob *)g_ptr_array_index(jobs, i))->id);
    }
    assert_string_equal(found->str, expected);
}

static void
a_scan_goes_on_without_what_it_cannot_read(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) none = NULL;
    g_autofree char *first = job_id(1), *fourth = job_id(4);

    new_jobs(store, "123578");
    assert_scan(store, 100, NULL, "469");
    assert_scan(store, 3, NULL, "469");
    assert_scan(store, 2, NULL, "46"); /* the first page by itself would be empty */
    assert_scan(store, 1, NULL, "4");
    assert_scan(store, 1, fourth, "6");
    assert_scan(store, 2, fourth, "69");
    assert_false(jw_store_get_job(store, first, &none, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*");
    assert_null(none);
}

static void
a_scan_of_nothing_readable_ends(JwStore *store)
{
    new_jobs(store, "123456789");
    for (size_t limit = 1; limit <= N_JOBS + 1; limit++) {
        assert_scan(store, limit, NULL, "");
    }
}

/* People page by number: each job keeps its place, readable or not. */
static void
a_list_keeps_the_place_of_what_it_cannot_read(JwStore *store)
{
    static const char *const pages[] = { "12", "4", "6", "8", "9" };

    new_jobs(store, "357");
    for (size_t i = 0; i < G_N_ELEMENTS(pages); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) jobs = NULL;
        g_autoptr(GString) found = g_string_new(NULL);
        const JwJobQuery query = {
            .type = "report", .ascending = true, .skip = (int64_t)i * 2, .limit = 2
        };
        int64_t total = 0;

        assert_ok(jw_store_list_jobs(store, &query, &jobs, &total, &error), error);
        for (guint k = 0; k < jobs->len; k++) {
            append_number(found, ((JwJob *)g_ptr_array_index(jobs, k))->id);
        }
        assert_string_equal(found->str, pages[i]);
        assert_int_equal(total, N_JOBS);
    }
}

static void
an_outbox_that_cannot_be_read_holds_up_no_other(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) docs = NULL;
    g_autoptr(GString) found = g_string_new(NULL);

    new_jobs(store, "124");
    assert_ok(jw_store_find_outbox(store, JW_DOC_JOB, SC_NOW + 99, 2, &docs, &error), error);
    for (guint i = 0; i < docs->len; i++) {
        append_number(found, ((JwOutboxDoc *)g_ptr_array_index(docs, i))->doc_id);
    }
    assert_string_equal(found->str, "35");
}

/* Its job may name it: that is not known. */
static void
a_file_of_an_unreadable_job_is_no_orphan(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) ids = NULL;

    new_jobs(store, "6");
    for (int n = 6; n <= 7; n++) {
        g_autofree char *id = job_id(n);
        g_autofree char *file_id = g_strdup_printf("file%d", n);
        g_autofree char *sha256 = NULL;
        int64_t size = 0;
        const JwJobChange fail = {
            .job_id = id, .transition = JW_CHANGE_FAIL_FINAL, .now_ms = SC_NOW, .token = 7
        };
        JwCas cas = JW_CAS_LOST;
        g_autoptr(JwFileWriter) writer =
            jw_file_writer_new(store, file_id, "a", "b", id, SC_NOW - 10);

        assert_ok(jw_file_writer_write(writer, "x", 1, &error), error);
        assert_ok(jw_file_writer_finish(writer, &size, &sha256, &error), error);
        assert_ok(jw_store_change_job(store, &fail, &cas, NULL, &error), error);
    }
    assert_ok(jw_store_find_orphan_files(store, SC_NOW, 9, &ids, &error), error);
    assert_int_equal(ids->len, 1);
    assert_string_equal(g_ptr_array_index(ids, 0), "file7");
}

static void
deliveries_go_on_without_one(JwStore *store)
{
    static const char *const recipients[] = { "a@example.org", "b@example.org", "c@example.org" };
    g_autoptr(GError) error = NULL;
    g_autofree char *corrupted = NULL;
    g_autoptr(GPtrArray) listed = NULL;
    g_autoptr(GPtrArray) scanned = NULL;
    g_autoptr(JwDelivery) none = NULL;

    for (int i = 0; i < 3; i++) {
        g_autoptr(JwDelivery) delivery = jw_delivery_new("job", recipients[i], SC_NOW);
        const JwDelivery *const deliveries[] = { delivery };
        JwCreate create = JW_CREATE_EXISTS;

        delivery->not_before_ms = SC_NOW + i;
        assert_ok(jw_store_create_deliveries(store, deliveries, 1, &create, &error), error);
        if (i == 0) {
            corrupted = g_strdup(delivery->id);
            sc_corrupt(store, "deliveries", corrupted);
        }
    }
    assert_ok(jw_store_list_deliveries(store, "job", &listed, &error), error);
    assert_int_equal(listed->len, 2);
    assert_string_equal(((JwDelivery *)g_ptr_array_index(listed, 0))->recipient, recipients[1]);
    assert_ok(jw_store_scan_deliveries(store, 0, 0, 0, 1, &scanned, &error), error);
    assert_int_equal(scanned->len, 1);
    assert_string_equal(((JwDelivery *)g_ptr_array_index(scanned, 0))->recipient, recipients[1]);
    assert_false(jw_store_get_delivery(store, corrupted, &none, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*");
    assert_null(none);
}

static void
note_id(const JwOccurrence *occurrence, gpointer found)
{
    append_number(found, occurrence->id);
}

static void
schedules_go_on_without_one(JwStore *store)
{
    static const char *const ids[] = { "s1", "s2", "s3" };
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) due = NULL;
    g_autoptr(JwSchedule) none = NULL;
    g_autoptr(GString) found = g_string_new(NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autoptr(JwSchedule) schedule = jw_schedule_new();
        JwOccurrence row = { .schedule_id = "s9", .due_ms = SC_NOW - (int64_t)i };
        JwCreate create = JW_CREATE_EXISTS;

        schedule->id = g_strdup(ids[i]);
        schedule->next_fire_ms = SC_NOW + (int64_t)i;
        assert_ok(jw_store_put_schedule(store, schedule, &error), error);
        g_strlcpy(row.id, ids[i], sizeof(row.id));
        assert_ok(jw_store_put_occurrence(store, &row, &create, &error), error);
    }
    sc_corrupt(store, "occurrences", "s1");
    sc_corrupt(store, "schedules", "s1");
    assert_ok(jw_store_due_schedules(store, SC_NOW + 9, NULL, 1, &due, &error), error);
    assert_int_equal(due->len, 1);
    assert_string_equal(((JwSchedule *)g_ptr_array_index(due, 0))->id, "s2");
    assert_ok(jw_store_list_occurrences(store,
                                        &(JwOccurrenceQuery){ .schedule_id = "s9", .limit = 2 },
                                        note_id, found, &error),
              error);
    assert_string_equal(found->str, "23");
    assert_false(jw_store_get_schedule(store, "s1", &none, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*");
    assert_null(none);
}

const ScCase sc_unreadable_cases[] = {
    { "a_scan_goes_on_without_what_it_cannot_read", a_scan_goes_on_without_what_it_cannot_read },
    { "a_scan_of_nothing_readable_ends", a_scan_of_nothing_readable_ends },
    { "a_list_keeps_the_place_of_what_it_cannot_read",
      a_list_keeps_the_place_of_what_it_cannot_read },
    { "an_outbox_that_cannot_be_read_holds_up_no_other",
      an_outbox_that_cannot_be_read_holds_up_no_other },
    { "a_file_of_an_unreadable_job_is_no_orphan", a_file_of_an_unreadable_job_is_no_orphan },
    { "deliveries_go_on_without_one", deliveries_go_on_without_one },
    { "schedules_go_on_without_one", schedules_go_on_without_one },
    { NULL, NULL },
};
