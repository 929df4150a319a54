/* test_download.c: GET /jobs/:jobId/download. */
#include "gwkit.h"

#include <string.h>

#include "jw/ident.h"
#include "jw/store_files.h"

#define CONTENT "a,b\r\n1,2\r\n"

static Answer
fetch(GwKit *kit, const char *method, const char *id, const char *header)
{
    g_autofree char *path = kit_path(id, "/download");
    const char *headers[] = { header, NULL };

    return kit_ask(kit, "alice", method, path, NULL, headers);
}

static void
assert_body(const Answer *answer, const char *text)
{
    assert_int_equal(answer->body->len, strlen(text));
    assert_memory_equal(answer->body->data, text, strlen(text));
}

static void
test_whole(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    g_autofree char *sha256 = jw_sha256_hex(CONTENT, strlen(CONTENT));
    g_autofree char *etag = g_strdup_printf("\"%s\"", sha256);

    kit_complete(kit->ports, id, CONTENT, "Anrufe K\xc3\xb6ln.csv", 0);
    g_auto(Answer) answer = fetch(kit, "GET", id, NULL);
    assert_int_equal(answer.status, 200);
    assert_body(&answer, CONTENT);
    assert_string_equal(answer_header(&answer, "content-type"), "text/csv; charset=utf-8");
    assert_string_equal(answer_header(&answer, "etag"), etag);
    const char *disposition = answer_header(&answer, "content-disposition");
    assert_true(g_str_has_prefix(disposition, "attachment"));
    assert_string_equal(answer_header(&answer, "x-content-type-options"), "nosniff");
    assert_true(g_str_has_prefix(answer_header(&answer, "content-security-policy"),
                                 "sandbox; default-src 'none'; "));
    assert_non_null(strstr(disposition, "filename*=UTF-8''Anrufe%20K%C3%B6ln.csv"));
    g_auto(Answer) head = fetch(kit, "HEAD", id, NULL);
    assert_int_equal(head.status, 200);
    assert_string_equal(answer_header(&head, "etag"), etag);
    assert_body(&head, "");
}

static void
test_parts(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    g_autofree char *sha256 = jw_sha256_hex(CONTENT, strlen(CONTENT));
    g_autofree char *none_match = g_strdup_printf("If-None-Match: \"%s\"", sha256);

    kit_complete(kit->ports, id, CONTENT, "x.csv", 0);
    g_auto(Answer) part = fetch(kit, "GET", id, "Range: bytes=2-4");
    assert_int_equal(part.status, 206);
    assert_body(&part, "b\r\n");
    assert_string_equal(answer_header(&part, "content-range"), "bytes 2-4/10");
    g_auto(Answer) tail = fetch(kit, "GET", id, "Range: bytes=-2");
    assert_body(&tail, "\r\n");
    g_auto(Answer) beyond = fetch(kit, "GET", id, "Range: bytes=10-");
    assert_int_equal(beyond.status, 416);
    g_auto(Answer) known = fetch(kit, "GET", id, none_match);
    assert_int_equal(known.status, 304);
    assert_body(&known, "");
}

/* It completed, for want of records, without a file: everything says so. */
static void
test_empty(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make_from(
        kit, "alice",
        "{\"reportType\":\"call-records\",\"name\":\"Calls\",\"parameters\":{\"onEmpty\":\"skip\"},"
        "\"output\":{\"format\":\"csv\"},\"delivery\":{\"recipients\":[\"a@example.com\"]}}");
    g_autofree char *path = kit_path(id, "");
    g_autofree char *revoke = kit_path(id, "/links");

    kit_change(kit->ports, (JwJobChange){ .job_id = id,
                                          .transition = JW_CHANGE_FINISH,
                                          .token = kit_claim(kit->ports, id),
                                          .result = "{\"empty\":true,\"message\":\"none\","
                                                    "\"records\":0}" });
    g_auto(Answer) download = fetch(kit, "GET", id, NULL);
    assert_answer(download, 409, "REPORT_EMPTY");
    g_auto(Answer) links = kit_ask(kit, "alice", "DELETE", revoke, NULL, NULL);
    assert_answer(links, 409, "NO_LINKS");
    g_auto(Answer) link = kit_post(kit, "alice", revoke, "{}");
    assert_answer(link, 409, "REPORT_EMPTY");
    assert_string_equal(answer_text(&link, "error.message"),
                        answer_text(&download, "error.message"));
    g_auto(Answer) answer = kit_get(kit, "alice", path);
    assert_answer(answer, 200, NULL);
    assert_string_equal(answer_text(&answer, "data.status"), "completed");
    assert_true(json_is_true(answer_at(&answer, "data.result.empty")));
    assert_string_equal(answer_text(&answer, "data.result.message"), "none");
    assert_null(answer_at(&answer, "data.result.downloadUrl"));
    assert_int_equal(answer_int(&answer, "data.progress.percentage"), 100);
    assert_int_equal(answer_int(&answer, "data.progress.recordsProcessed"), 0);
    assert_int_equal(answer_int(&answer, "data.delivery.total"), 0);
    assert_int_equal(json_array_size(answer_at(&answer, "data.delivery.recipients")), 0);
    g_auto(Answer) list = kit_get(kit, "alice", KIT_JOBS);
    assert_true(json_is_true(answer_at(&list, "data.0.output.empty")));
    assert_null(answer_at(&list, "data.0.output.downloadUrl"));
}

static void
test_not_completed(void **state)
{
    GwKit *kit = *state;
    g_autofree char *pending = kit_make(kit, "alice");
    g_autofree char *failed = kit_make(kit, "alice");

    kit_fail(kit, failed);
    g_auto(Answer) a = fetch(kit, "GET", pending, NULL);
    assert_answer(a, 409, "JOB_NOT_COMPLETED");
    assert_non_null(strstr(answer_text(&a, "error.message"), "pending"));
    g_auto(Answer) b = fetch(kit, "GET", failed, NULL);
    assert_answer(b, 409, "JOB_NOT_COMPLETED");
}

static void
test_gone(void **state)
{
    GwKit *kit = *state;
    g_autofree char *expiring = kit_make(kit, "alice");
    g_autofree char *removed = kit_make(kit, "alice");
    g_autoptr(GError) error = NULL;

    kit_complete(kit->ports, expiring, CONTENT, "x.csv", GW_NOW + 1000);
    kit_complete(kit->ports, removed, CONTENT, "y.csv", 0);
    g_auto(Answer) before = fetch(kit, "GET", expiring, NULL);
    assert_int_equal(before.status, 200);
    tk_clock_advance(&kit->ports->clock.fake, 1000);
    g_auto(Answer) expired = fetch(kit, "GET", expiring, NULL);
    assert_answer(expired, 410, "REPORT_EXPIRED");
    g_autoptr(GPtrArray) over = NULL; /* what the scheduler does in the end */
    assert_ok(jw_store_find_expired_files(kit->gw.store, GW_NOW + 1001, 9, &over, &error), error);
    assert_int_equal(over->len, 1);
    const JwExpiredFile *file = g_ptr_array_index(over, 0);
    assert_ok(jw_store_delete_file(kit->gw.store, file->file_id, &error), error);
    assert_ok(jw_store_mark_file_removed(kit->gw.store, file, GW_NOW + 1001, &error), error);
    g_auto(Answer) swept = fetch(kit, "GET", expiring, NULL);
    assert_answer(swept, 410, "REPORT_EXPIRED");
    g_autoptr(JwJob) job = kit_job(kit->ports, removed);
    assert_ok(jw_store_delete_file(kit->gw.store, job->artifact->file_id, &error), error);
    g_auto(Answer) gone = fetch(kit, "GET", removed, NULL);
    assert_answer(gone, 410, "REPORT_EXPIRED");
}

/* Several chunks, byte for byte. */
static void
test_large(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    g_autofree char *content = g_malloc(700001);

    for (size_t i = 0; i < 700000; i++) {
        content[i] = (char)('a' + (i * 7 + i / 26) % 26);
    }
    content[700000] = '\0';
    kit_complete(kit->ports, id, content, "x.csv", 0);
    g_auto(Answer) answer = fetch(kit, "GET", id, NULL);
    assert_int_equal(answer.status, 200);
    assert_body(&answer, content);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_whole), TEST(test_parts), TEST(test_not_completed),
        TEST(test_gone),  TEST(test_large), TEST(test_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
