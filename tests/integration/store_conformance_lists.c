/* store_conformance_lists.c: scans, counts, lists with their visibility, outboxes, delivery
 * counts. */
#include "store_conformance.h"
#include "db/db.h"
#include "jw/ident.h"

static JwJob *
new_job(JwStore *store, int n, JwJobState state)
{
    JwJob *job = sc_job(state);

    g_free(job->id);
    job->id = g_strdup_printf("0190a5d0-0000-7000-8000-%012d", n);
    job->created_at_ms = SC_NOW + n;
    job->updated_at_ms = SC_NOW + 100 - n;
    job->not_before_ms = SC_NOW + n;
    sc_create(store, job);
    return job;
}

static void
assert_ids(const GPtrArray *jobs, const char *expected)
{
    g_autoptr(GString) found = g_string_new(NULL);

    for (guint i = 0; i < jobs->len; i++) {
        const JwJob *job = g_ptr_array_index(jobs, i);
        g_string_append_printf(found, "%s%d", i == 0 ? "" : " ",
                               (int)g_ascii_strtoll(job->id + 24, NULL, 10));
    }
    assert_string_equal(found->str, expected);
}

static void
assert_scan(JwStore *store, JwJobScan scan, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) jobs = NULL;

    assert_ok(jw_store_scan_jobs(store, &scan, &jobs, &error), error);
    assert_ids(jobs, expected);
}

static void
scans_by_state_due_and_age(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    const JwJobState states[] = { JW_JOB_PENDING,   JW_JOB_RUNNING, JW_JOB_PENDING,
                                  JW_JOB_SCHEDULED, JW_JOB_RUNNING, JW_JOB_PENDING };
    const unsigned pending = JW_JOB_BIT(JW_JOB_PENDING), running = JW_JOB_BIT(JW_JOB_RUNNING);
    int64_t count = -1;

    for (int i = 0; i < 6; i++) {
        g_autoptr(JwJob) job = new_job(store, i + 1, states[i]);
        assert_non_null(job);
    }
    assert_scan(store, (JwJobScan){ .limit = 10 }, "6 5 4 3 2 1"); /* oldest updatedAt first */
    assert_scan(store, (JwJobScan){ .states = pending, .limit = 10 }, "6 3 1");
    assert_scan(store, (JwJobScan){ .states = pending | running, .limit = 3 }, "6 5 3");
    assert_scan(store, (JwJobScan){ .due_before_ms = SC_NOW + 3, .limit = 10 }, "3 2 1");
    assert_scan(store, (JwJobScan){ .updated_before_ms = SC_NOW + 96, .limit = 10 }, "6 5");
    assert_scan(store,
                (JwJobScan){ .states = pending,
                             .due_before_ms = SC_NOW + 5,
                             .updated_before_ms = SC_NOW + 99,
                             .limit = 10 },
                "3");
    /* Times as far ahead were written by a clock that has been set back since. */
    assert_scan(store,
                (JwJobScan){ .due_before_ms = SC_NOW + 2, .ahead_ms = SC_NOW + 5, .limit = 10 },
                "6 2 1");
    assert_scan(
        store,
        (JwJobScan){ .updated_before_ms = SC_NOW + 96, .ahead_ms = SC_NOW + 98, .limit = 10 },
        "6 5 1");
    /* Going on behind the third of them, 4, which was changed at SC_NOW + 96. */
    assert_scan(store,
                (JwJobScan){ .limit = 2,
                             .after_id = "0190a5d0-0000-7000-8000-000000000004",
                             .after_updated_ms = SC_NOW + 96 },
                "3 2");
    /* Among those of one moment the id decides. */
    assert_scan(store,
                (JwJobScan){ .limit = 9,
                             .after_id = "0190a5d0-0000-7000-8000-000000000003",
                             .after_updated_ms = SC_NOW + 96 },
                "4 3 2 1");
    assert_ok(jw_store_count_jobs(store, pending, 0, &count, &error), error);
    assert_int_equal(count, 3);
    assert_ok(jw_store_count_jobs(store, pending | running, 2, &count, &error), error);
    assert_int_equal(count, 2);
    assert_ok(jw_store_count_jobs(store, 0, 0, &count, &error), error);
    assert_int_equal(count, 6);
    assert_ok(jw_store_count_jobs(store, JW_JOB_BIT(JW_JOB_FAILED), 5, &count, &error), error);
    assert_int_equal(count, 0);
}

static void
assert_list(JwStore *store, JwJobQuery query, const char *expected, int64_t total)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) jobs = NULL;
    int64_t found = -1;

    query.type = "report";
    query.limit = query.limit == 0 ? 100 : query.limit;
    assert_ok(jw_store_list_jobs(store, &query, &jobs, &found, &error), error);
    assert_ids(jobs, expected);
    assert_int_equal(found, total);
}

static void
fill_list(JwStore *store)
{
    const struct {
        JwJobState state;
        JwPriority priority;
        const char *who, *departments, *subtype, *type;
    } rows[] = {
        { JW_JOB_PENDING, JW_PRIORITY_LOW, "ann", "north", "a", "report" },
        { JW_JOB_RUNNING, JW_PRIORITY_HIGH, "bob", "north south", "a", "report" },
        { JW_JOB_FAILED, JW_PRIORITY_NORMAL, "ann", NULL, "b", "report" },
        { JW_JOB_PENDING, JW_PRIORITY_HIGH, "cyd", "south", "b", "report" },
        { JW_JOB_PENDING, JW_PRIORITY_LOW, "ann", "north", "a", "export" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(JwJob) job = sc_job(rows[i].state);
        g_free(job->id);
        job->id = g_strdup_printf("0190a5d0-0000-7000-8000-%012d", (int)i + 1);
        job->created_at_ms = SC_NOW + (int64_t)i;
        job->priority = rows[i].priority;
        g_free(job->requested_by.id);
        job->requested_by.id = g_strdup(rows[i].who);
        g_strfreev(job->departments);
        job->departments =
            rows[i].departments == NULL ? NULL : g_strsplit(rows[i].departments, " ", -1);
        g_free(job->subtype);
        job->subtype = g_strdup(rows[i].subtype);
        g_free(job->type);
        job->type = g_strdup(rows[i].type);
        job->visibility = JW_VISIBLE_DEPARTMENT;
        sc_create(store, job);
    }
}

static void
lists_by_filter_and_order(JwStore *store)
{
    fill_list(store);
    assert_list(store, (JwJobQuery){ 0 }, "4 3 2 1", 4); /* newest first */
    assert_list(store, (JwJobQuery){ .ascending = true }, "1 2 3 4", 4);
    assert_list(store, (JwJobQuery){ .sort = JW_SORT_PRIORITY }, "4 2 3 1", 4);
    assert_list(store, (JwJobQuery){ .sort = JW_SORT_PRIORITY, .ascending = true }, "1 3 2 4", 4);
    assert_list(store, (JwJobQuery){ .sort = JW_SORT_STATUS, .ascending = true }, "3 1 4 2", 4);
    assert_list(store, (JwJobQuery){ .states = JW_JOB_BIT(JW_JOB_PENDING) }, "4 1", 2);
    assert_list(store, (JwJobQuery){ .subtype = "b" }, "4 3", 2);
    assert_list(store, (JwJobQuery){ .requested_by = "ann" }, "3 1", 2);
    assert_list(store, (JwJobQuery){ .department = "north" }, "2 1", 2);
    assert_list(store, (JwJobQuery){ .created_from_ms = SC_NOW + 1, .created_to_ms = SC_NOW + 2 },
                "3 2", 2);
    assert_list(store, (JwJobQuery){ .created_from_ms = SC_NOW + 3 }, "4", 1);
    assert_list(store, (JwJobQuery){ .created_to_ms = SC_NOW }, "1", 1);
}

static void
shows_what_the_caller_may_see(JwStore *store)
{
    const char *const north[] = { "north", NULL };
    const char *const both[] = { "south", "north", NULL };
    const char *const none[] = { NULL };

    fill_list(store);
    assert_list(store, (JwJobQuery){ .viewer = { "ann", NULL, false } }, "3 1", 2);
    assert_list(store, (JwJobQuery){ .viewer = { "eve", NULL, false } }, "", 0);
    assert_list(store, (JwJobQuery){ .viewer = { "eve", north, false } }, "1", 1);
    assert_list(store, (JwJobQuery){ .viewer = { "eve", both, false } }, "4 2 1", 3);
    assert_list(store, (JwJobQuery){ .viewer = { "eve", none, false } }, "", 0);
    assert_list(store, (JwJobQuery){ .viewer = { "cyd", north, false } }, "4 1", 2);
    assert_list(store, (JwJobQuery){ .viewer = { "cyd", both, false }, .department = "south" },
                "4 2", 2);
}

static void
hides_what_is_private_and_shows_what_is_everyones(JwStore *store)
{
    const char *const north[] = { "north", NULL };
    static const struct {
        JwVisibility visibility;
        const char *departments;
    } rows[] = {
        { JW_VISIBLE_PRIVATE, "north" },  { JW_VISIBLE_DEPARTMENT, "north" },
        { JW_VISIBLE_EVERYONE, "north" }, { JW_VISIBLE_EVERYONE, "south" },
        { JW_VISIBLE_PRIVATE, "south" },  { JW_VISIBLE_EVERYONE, NULL },
    };
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);
        g_free(job->id);
        job->id = g_strdup_printf("0190a5d0-0000-7000-8000-%012d", (int)i + 1);
        job->created_at_ms = SC_NOW + (int64_t)i;
        job->visibility = rows[i].visibility;
        g_strfreev(job->departments);
        job->departments =
            rows[i].departments == NULL ? NULL : g_strsplit(rows[i].departments, " ", -1);
        sc_create(store, job);
    }
    assert_list(store, (JwJobQuery){ .viewer = { "ann", NULL, false } }, "6 5 4 3 2 1", 6);
    assert_list(store, (JwJobQuery){ .viewer = { "eve", NULL, false } }, "6 4 3", 3);
    assert_list(store, (JwJobQuery){ .viewer = { "eve", north, false } }, "6 4 3 2", 4);
    assert_list(store, (JwJobQuery){ .viewer = { "adam", north, true } }, "6 4 3 2 1", 5);
    assert_list(store, (JwJobQuery){ .limit = 10 }, "6 5 4 3 2 1", 6);
    /* of a version that knew no visibility */
    g_autoptr(bson_t) second = BCON_NEW("_id", BCON_UTF8("0190a5d0-0000-7000-8000-000000000002"));
    g_autoptr(bson_t) unset = BCON_NEW("$unset", "{", "visibility", BCON_INT32(1), "}");
    assert_ok(jw_db_update(store, "jobs", second, unset, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_list(store, (JwJobQuery){ .viewer = { "eve", north, false } }, "6 4 3 2", 4);
}

static void
pages_neither_overlap_nor_skip(JwStore *store)
{
    for (int i = 1; i <= 25; i++) {
        g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING); /* all of one creation time: ties */
        g_free(job->id);
        job->id = g_strdup_printf("0190a5d0-0000-7000-8000-%012d", (i * 7) % 25 + 1);
        sc_create(store, job);
    }
    assert_list(store, (JwJobQuery){ .limit = 10 }, "25 24 23 22 21 20 19 18 17 16", 25);
    assert_list(store, (JwJobQuery){ .skip = 10, .limit = 10 }, "15 14 13 12 11 10 9 8 7 6", 25);
    assert_list(store, (JwJobQuery){ .skip = 20, .limit = 10 }, "5 4 3 2 1", 25);
    assert_list(store, (JwJobQuery){ .skip = 30, .limit = 10 }, "", 25);
}

/* Of one status or priority the younger come first or last, as the order goes; ids do not decide.
 */
static void
orders_ties_by_age(JwStore *store)
{
    static const int ages[] = { 3, 1, 2 };

    for (int i = 0; i < 3; i++) {
        g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);
        g_free(job->id);
        job->id = g_strdup_printf("0190a5d0-0000-7000-8000-%012d", i + 1);
        job->created_at_ms = SC_NOW + ages[i];
        sc_create(store, job);
    }
    assert_list(store, (JwJobQuery){ .sort = JW_SORT_PRIORITY }, "1 3 2", 3);
    assert_list(store, (JwJobQuery){ .sort = JW_SORT_PRIORITY, .ascending = true }, "2 3 1", 3);
    assert_list(store, (JwJobQuery){ .sort = JW_SORT_STATUS }, "1 3 2", 3);
    assert_list(store, (JwJobQuery){ .sort = JW_SORT_STATUS, .ascending = true }, "2 3 1", 3);
}

/* What a list shows is read, and what makes a job large is not. */
static void
lists_without_what_is_large(JwStore *store)
{
    const JwArtifact artifact = { .file_id = (char[]){ "f-1" },
                                  .rows = 7,
                                  .summary = (char[]){ "{}" },
                                  .sha256 = (char[]){ "00ff" },
                                  .expires_at_ms = SC_NOW + 9 };
    g_autoptr(JwJob) job = sc_job(JW_JOB_RUNNING);
    const JwJobChange finish = { .job_id = job->id,
                                 .transition = JW_CHANGE_FINISH,
                                 .now_ms = SC_NOW,
                                 .token = job->token,
                                 .result = "{\"a\":1}",
                                 .artifact = &artifact };
    const JwJobQuery query = { .type = "report", .limit = 10 };
    g_autoptr(GPtrArray) jobs = NULL;
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;
    int64_t total = 0;

    g_ptr_array_add(job->outbox, sc_event("k", SC_NOW));
    sc_create(store, job);
    assert_ok(jw_store_change_job(store, &finish, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_ok(jw_store_list_jobs(store, &query, &jobs, &total, &error), error);
    assert_int_equal(jobs->len, 1);
    const JwJob *listed = g_ptr_array_index(jobs, 0);
    assert_null(listed->spec);
    assert_string_equal(listed->format, "csv");
    assert_null(listed->departments);
    assert_null(listed->retry_keys);
    assert_int_equal(listed->resends->len, 0);
    assert_string_equal(listed->requested_by.id, job->requested_by.id);
    assert_int_equal(listed->state, JW_JOB_COMPLETED);
    assert_int_equal(listed->artifact->rows, 7);
    assert_list(store, (JwJobQuery){ .sha256 = "00fe" }, "", 0);
    assert_list(store, (JwJobQuery){ .sha256 = "00ff", .subtype = "none" }, "", 0);
    g_autofree char *number = g_strdup_printf("%d", (int)g_ascii_strtoll(job->id + 24, NULL, 10));
    assert_list(store, (JwJobQuery){ .sha256 = "00ff" }, number, 1);
    assert_int_equal(listed->artifact->expires_at_ms, SC_NOW + 9);
    assert_null(listed->artifact->summary);
    assert_null(listed->result);
    assert_null(listed->recipients);
    assert_int_equal(listed->outbox->len, 0);
}

/* A job without a format is of before there were any: the spec, which has it, comes with it. */
static void
lists_old_jobs_with_their_specs(JwStore *store)
{
    const JwJobQuery query = { .type = "report", .ascending = true, .limit = 10 };
    g_autoptr(GPtrArray) jobs = NULL;
    g_autoptr(GError) error = NULL;
    const char *ids[4] = { NULL };
    int64_t total = 0;

    for (int i = 0; i < 3; i++) {
        g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);
        job->created_at_ms = SC_NOW + i;
        g_free(job->spec);
        job->spec = g_strdup_printf("{\"n\":%d}", i);
        if (i != 1) {
            g_clear_pointer(&job->format, g_free);
        }
        sc_create(store, job);
    }
    assert_ok(jw_store_list_jobs(store, &query, &jobs, &total, &error), error);
    assert_int_equal(jobs->len, 3);
    for (guint i = 0; i < jobs->len; i++) {
        const JwJob *job = g_ptr_array_index(jobs, i);
        g_autofree char *spec = i != 1 ? g_strdup_printf("{\"n\":%u}", i) : NULL;
        sc_assert_text(job->spec, spec);
        ids[i] = job->id;
    }
    g_autoptr(GPtrArray) again = NULL;
    assert_ok(jw_store_get_jobs(store, ids, &again, &error), error);
    assert_int_equal(again->len, 3);
    for (guint i = 0; i < again->len; i++) {
        const JwJob *job = g_ptr_array_index(again, i);
        assert_int_equal(job->spec == NULL, strcmp(job->id, ids[1]) == 0);
    }
}

static void
clears_outboxes(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) one = sc_job(JW_JOB_PENDING);
    g_autoptr(JwJob) two = sc_job(JW_JOB_PENDING);
    g_autoptr(JwDelivery) delivery = jw_delivery_new(one->id, "a@example.org", SC_NOW);
    const JwDelivery *const deliveries[] = { delivery };
    JwCreate create;
    g_autoptr(GPtrArray) docs = NULL;

    g_ptr_array_add(one->outbox, sc_event("second", SC_NOW + 50));
    g_ptr_array_add(delivery->outbox, sc_event("mail", SC_NOW));
    sc_create(store, one);
    sc_create(store, two);
    assert_ok(jw_store_create_deliveries(store, deliveries, 1, &create, &error), error);

    assert_ok(jw_store_find_outbox(store, JW_DOC_JOB, SC_NOW, 10, &docs, &error), error);
    assert_int_equal(docs->len, 2);
    g_clear_pointer(&docs, g_ptr_array_unref);
    assert_ok(jw_store_find_outbox(store, JW_DOC_JOB, SC_NOW - 1000, 10, &docs, &error), error);
    assert_int_equal(docs->len, 0); /* older than, not as old as */
    g_clear_pointer(&docs, g_ptr_array_unref);
    assert_ok(jw_store_find_outbox(store, JW_DOC_JOB, SC_NOW, 1, &docs, &error), error);
    assert_int_equal(docs->len, 1);
    g_clear_pointer(&docs, g_ptr_array_unref);

    const JwOutboxEntry *first = g_ptr_array_index(one->outbox, 0);
    const JwOutboxEntry *other = g_ptr_array_index(two->outbox, 0);
    const JwOutboxEntry *mail = g_ptr_array_index(delivery->outbox, 0);
    const JwOutboxRef refs[] = {
        { JW_DOC_JOB, one->id, first->id }, { JW_DOC_DELIVERY, delivery->id, mail->id },
        { JW_DOC_JOB, two->id, other->id }, { JW_DOC_JOB, two->id, "gone already" },
        { JW_DOC_JOB, "no such job", "x" },
    };
    assert_ok(jw_store_pull_outbox(store, refs, G_N_ELEMENTS(refs), &error), error);
    assert_ok(jw_store_pull_outbox(store, refs, G_N_ELEMENTS(refs), &error), error);
    assert_ok(jw_store_pull_outbox(store, NULL, 0, &error), error);

    assert_ok(jw_store_find_outbox(store, JW_DOC_JOB, SC_NOW + 51, 10, &docs, &error), error);
    assert_int_equal(docs->len, 1);
    const JwOutboxDoc *left = g_ptr_array_index(docs, 0);
    assert_string_equal(left->doc_id, one->id);
    assert_int_equal(left->kind, JW_DOC_JOB);
    assert_int_equal(left->entries->len, 1);
    const JwOutboxEntry *entry = g_ptr_array_index(left->entries, 0);
    assert_string_equal(entry->key, "second");
    assert_string_equal(entry->body, "{\"a\":\"\xc3\xa4\"}");
    g_clear_pointer(&docs, g_ptr_array_unref);
    assert_ok(jw_store_find_outbox(store, JW_DOC_DELIVERY, SC_NOW + 51, 10, &docs, &error), error);
    assert_int_equal(docs->len, 0);
}

static void
rolls_up_delivery_counts(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = sc_job(JW_JOB_COMPLETED);
    const JwDeliveryCounts counts = { 5, 1, 1, 1, 1 };

    sc_create(store, job);
    assert_ok(jw_store_set_delivery_counts(store, job->id, &counts, SC_NOW + 5, &error), error);
    g_autoptr(JwJob) read = sc_get(store, job->id);
    assert_memory_equal(&read->deliveries, &counts, sizeof(counts));
    assert_int_equal(read->updated_at_ms, SC_NOW + 5);
    assert_ok(jw_store_set_delivery_counts(store, job->id, &counts, SC_NOW + 6, &error), error);
    g_autoptr(JwJob) again = sc_get(store, job->id);
    assert_int_equal(again->updated_at_ms, SC_NOW + 5); /* it was so already */
    assert_ok(jw_store_set_delivery_counts(store, "nobody", &counts, SC_NOW, &error), error);
}

static void
assert_pending(JwStore *store, const char *id, bool pending)
{
    g_autoptr(JwJob) job = sc_get(store, id);

    assert_int_equal(job->mail_pending, pending);
    assert_scan(
        store,
        (JwJobScan){ .states = JW_JOB_BIT(JW_JOB_COMPLETED), .mail_pending = true, .limit = 9 },
        pending ? "1" : "");
}

/* From create to the moment at which all deliveries have ended, whatever happens between. */
static void
keeps_whose_mail_is_pending(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = new_job(store, 1, JW_JOB_RUNNING);
    g_autoptr(JwJob) nobody = sc_job(JW_JOB_COMPLETED);
    g_autoptr(JwJob) empty = sc_job(JW_JOB_COMPLETED);
    const JwArtifact artifact = { .rows = 1 };
    const JwJobChange finish = { .job_id = job->id,
                                 .transition = JW_CHANGE_FINISH,
                                 .now_ms = SC_NOW,
                                 .token = job->token,
                                 .artifact = &artifact };
    const JwDeliveryCounts half = { 1, 1, 0, 0, 0 }, all = { 2, 1, 0, 1, 0 };
    JwCas cas = JW_CAS_LOST;

    assert_non_null(job->recipients);
    g_clear_pointer(&nobody->recipients, g_strfreev);
    nobody->mail_pending = true; /* the caller's value is ignored */
    g_clear_pointer(&empty->recipients, g_strfreev);
    empty->recipients = g_new0(char *, 1);
    sc_create(store, nobody);
    sc_create(store, empty);
    assert_scan(
        store,
        (JwJobScan){ .states = JW_JOB_BIT(JW_JOB_COMPLETED), .mail_pending = true, .limit = 9 },
        "");
    assert_ok(jw_store_change_job(store, &finish, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_pending(store, job->id, true);
    assert_ok(jw_store_set_delivery_counts(store, job->id, &half, SC_NOW, &error), error);
    assert_ok(jw_store_set_delivery_counts(store, job->id, &all, SC_NOW, &error), error);
    assert_pending(store, job->id, true);
    g_autoptr(JwJob) completed = sc_get(store, job->id);
    assert_ok(jw_store_end_mail(store, completed, SC_NOW + 7, &error), error);
    assert_pending(store, job->id, false);
    assert_ok(jw_store_end_mail(store, completed, SC_NOW + 8, &error), error);
    assert_pending(store, job->id, false);
    g_autoptr(JwJob) read = sc_get(store, job->id);
    assert_memory_equal(&read->deliveries, &all, sizeof all);
    assert_int_equal(read->updated_at_ms, SC_NOW + 7); /* the last one is NULL */
}

/* A failure makes it pending, whoever is to be told, and so does a retry; it ends only as it was
 * read. */
static void
failures_have_mail(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = sc_job(JW_JOB_RUNNING);
    JwJobChange change = { .job_id = job->id,
                           .transition = JW_CHANGE_FAIL_FINAL,
                           .now_ms = SC_NOW,
                           .token = job->token,
                           .error_code = "TIMEOUT" };
    JwCas cas = JW_CAS_LOST;

    g_clear_pointer(&job->recipients, g_strfreev);
    sc_create(store, job);
    assert_ok(jw_store_change_job(store, &change, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    g_autoptr(JwJob) failed = sc_get(store, job->id);
    assert_true(failed->mail_pending);
    assert_ok(jw_store_end_mail(store, failed, SC_NOW + 1, &error), error);
    g_autoptr(JwJob) told = sc_get(store, job->id);
    assert_false(told->mail_pending);
    assert_int_equal(told->updated_at_ms, SC_NOW + 1);
    change.transition = JW_CHANGE_RETRY;
    change.error_code = NULL;
    assert_ok(jw_store_change_job(store, &change, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_ok(jw_store_end_mail(store, failed, SC_NOW + 2, &error), error);
    g_autoptr(JwJob) retried = sc_get(store, job->id);
    assert_true(retried->mail_pending);
    failed->state = JW_JOB_PENDING;
    assert_ok(jw_store_end_mail(store, failed, SC_NOW + 3, &error), error); /* another retryCount */
    g_autoptr(JwJob) still = sc_get(store, job->id);
    assert_true(still->mail_pending);
}

static void
assert_mail(JwStore *store, const char *id, bool pending)
{
    g_autoptr(JwJob) job = sc_get(store, id);

    assert_int_equal(job->mail_pending, pending);
}

/* A round for a completed job that was sent again as often as the caller saw; it makes mail
 * pending, which ends only as it was then. */
static void
sends_again(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = sc_job(JW_JOB_COMPLETED);
    g_autoptr(JwJob) running = sc_job(JW_JOB_RUNNING);
    g_autoptr(JwJob) first = NULL;
    char *to[] = { (char[]){ "a@example.org" }, (char[]){ "n@example.org" }, NULL };
    char *skipped[] = { (char[]){ "b@example.org" }, NULL };
    JwResend resend = {
        (char[]){ "r-1" }, (char[]){ "abc" }, (char[]){ "ann" }, SC_NOW + 5, to, skipped
    };
    JwCas cas = JW_CAS_LOST;

    sc_create(store, job);
    sc_create(store, running);
    g_autoptr(JwJob) before = sc_get(store, job->id);
    assert_ok(jw_store_end_mail(store, before, SC_NOW, &error), error);
    assert_ok(jw_store_add_resend(store, before, &resend, &cas, &first, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    g_autoptr(JwJob) read = sc_get(store, job->id);
    for (int i = 0; i < 2; i++) {
        const JwJob *after = i == 0 ? first : read;
        const JwResend *kept = g_ptr_array_index(after->resends, 0);

        assert_int_equal(after->resends->len, 1);
        assert_int_equal(after->resend_count, 1);
        assert_int_equal(after->updated_at_ms, SC_NOW + 5);
        assert_true(after->mail_pending);
        sc_assert_text(kept->id, "r-1");
        sc_assert_text(kept->request_hash, "abc");
        sc_assert_text(kept->by, "ann");
        assert_int_equal(kept->at_ms, SC_NOW + 5);
        sc_assert_same_texts(kept->recipients, to);
        sc_assert_same_texts(kept->skipped, skipped);
    }
    resend = (JwResend){ .id = (char[]){ "r-2" }, .at_ms = SC_NOW + 6, .recipients = to };
    assert_ok(jw_store_add_resend(store, before, &resend, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_LOST); /* another came first */
    assert_ok(jw_store_add_resend(store, running, &resend, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_LOST); /* it has not completed */
    assert_ok(jw_store_end_mail(store, before, SC_NOW + 7, &error), error);
    assert_mail(store, job->id, true);
    assert_ok(jw_store_add_resend(store, first, &resend, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_ok(jw_store_end_mail(store, first, SC_NOW + 7, &error), error);
    assert_mail(store, job->id, true);
    g_autoptr(JwJob) second = sc_get(store, job->id);
    assert_int_equal(second->resends->len, 2);
    assert_string_equal(((JwResend *)g_ptr_array_index(second->resends, 1))->id, "r-2");
    assert_ok(jw_store_end_mail(store, second, SC_NOW + 8, &error), error);
    assert_mail(store, job->id, false);
}

const ScCase sc_list_cases[] = {
    { "scans_by_state_due_and_age", scans_by_state_due_and_age },
    { "lists_by_filter_and_order", lists_by_filter_and_order },
    { "shows_what_the_caller_may_see", shows_what_the_caller_may_see },
    { "hides_what_is_private_and_shows_what_is_everyones",
      hides_what_is_private_and_shows_what_is_everyones },
    { "orders_ties_by_age", orders_ties_by_age },
    { "lists_without_what_is_large", lists_without_what_is_large },
    { "lists_old_jobs_with_their_specs", lists_old_jobs_with_their_specs },
    { "pages_neither_overlap_nor_skip", pages_neither_overlap_nor_skip },
    { "clears_outboxes", clears_outboxes },
    { "rolls_up_delivery_counts", rolls_up_delivery_counts },
    { "keeps_whose_mail_is_pending", keeps_whose_mail_is_pending },
    { "failures_have_mail", failures_have_mail },
    { "sends_again", sends_again },
    { NULL, NULL },
};
