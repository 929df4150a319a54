/* test_shares.c: /jobs/:jobId/links: links to a report that its owner makes: who may, how long they
 * work, how often they are used, and how they end. */
#include "gwkit.h"

#include <curl/curl.h>
#include <string.h>

#include "jw/store_shares.h"

#define CONTENT "a,b\r\n1,2\r\n"
#define DAY_MS  INT64_C(86400000)
/* of the store before a file is sent: a delivery, the link, the job, the file, its beginning, the
 * count */
#define FOLLOW_CALLS 6

/* A completed job. (transfer full) */
static char *
completed(GwKit *kit, const char *who, int64_t expires_at_ms)
{
    char *id = kit_make(kit, who);

    kit_complete(kit->ports, id, CONTENT, "calls.csv", expires_at_ms);
    return id;
}

static char *
links_of(const char *job_id)
{
    return kit_path(job_id, "/links");
}

typedef struct {
    char *id, *path; /* of the link: "/links/<token>" */
} Made;

static void
made_clear(Made *self)
{
    g_free(self->id);
    g_free(self->path);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Made, made_clear)

static Made
make(GwKit *kit, const char *job_id, const char *body)
{
    g_autofree char *links = links_of(job_id);
    g_auto(Answer) answer = kit_post(kit, "alice", links, body);

    assert_answer(answer, 201, NULL);
    assert_string_equal(answer_header(&answer, "cache-control"), "private, no-store");
    g_autofree char *location = g_strconcat(links, "/", answer_text(&answer, "data.id"), NULL);
    assert_string_equal(answer_header(&answer, "location"), location);
    return (Made){ g_strdup(answer_text(&answer, "data.id")),
                   g_strdup(answer_text(&answer, "data.url")) };
}

static void
assert_followed(GwKit *kit, const char *path, const char *header, long status, const char *part)
{
    const char *headers[] = { header, NULL };
    g_auto(Answer) answer = kit_ask(kit, NULL, "GET", path, NULL, headers);
    g_byte_array_append(answer.body, (const guint8 *)"", 1);
    const char *body = (const char *)answer.body->data;

    if (answer.status != status || strstr(body, part) == NULL
        || (status / 100 == 4 && answer_header(&answer, "content-disposition") != NULL)) {
        fail_msg("%ld instead of %ld: %s", answer.status, status, body);
    }
}

static Answer
listed(GwKit *kit, const char *job_id)
{
    g_autofree char *links = links_of(job_id);

    return kit_get(kit, "alice", links);
}

static void
assert_downloads(GwKit *kit, const char *job_id, int64_t downloads, const char *status)
{
    g_auto(Answer) list = listed(kit, job_id);

    assert_answer(list, 200, NULL);
    assert_int_equal(answer_int(&list, "data.0.downloads"), downloads);
    assert_string_equal(answer_text(&list, "data.0.status"), status);
}

static void
test_life(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = completed(kit, "alice", 0);
    g_auto(Made) link =
        make(kit, id, "{\"expiresIn\":\"24h\",\"description\":\"for the auditors\"}");
    g_autofree char *token = g_strdup(strrchr(link.path, '/') + 1);

    assert_followed(kit, link.path, NULL, 200, CONTENT);
    tk_clock_advance(&kit->ports->clock.fake, 60000);
    assert_followed(kit, link.path, NULL, 200, CONTENT);
    g_auto(Answer) list = listed(kit, id);
    assert_string_equal(answer_text(&list, "data.0.id"), link.id);
    assert_string_equal(answer_text(&list, "data.0.status"), "active");
    assert_string_equal(answer_text(&list, "data.0.description"), "for the auditors");
    assert_string_equal(answer_text(&list, "data.0.createdBy.id"), "alice");
    assert_string_equal(answer_text(&list, "data.0.createdAt"), "2026-01-13T02:00:15Z");
    assert_string_equal(answer_text(&list, "data.0.expiresAt"), "2026-01-14T02:00:15Z");
    assert_int_equal(answer_int(&list, "data.0.downloads"), 2);
    assert_string_equal(answer_text(&list, "data.0.lastUsedAt"), "2026-01-13T02:01:15Z");
    assert_null(answer_at(&list, "data.0.maxDownloads"));
    assert_null(answer_at(&list, "data.0.url"));
    assert_null(g_strstr_len((const char *)list.body->data, list.body->len, token)); /* no secret */
    tk_clock_advance(&kit->ports->clock.fake, DAY_MS);
    assert_followed(kit, link.path, NULL, 410, "This link has expired");
    assert_downloads(kit, id, 2, "expired");
}

/* A download is counted once, however it is cut; what sends no file is none. */
static void
test_counted(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = completed(kit, "alice", 0);
    g_auto(Made) link = make(kit, id, "");

    g_auto(Answer) head = kit_ask(kit, NULL, "HEAD", link.path, NULL, NULL);
    assert_int_equal(head.status, 200);
    assert_downloads(kit, id, 0, "active");
    assert_followed(kit, link.path, "Range: bytes=0-3", 206, "a,b");
    assert_followed(kit, link.path, "Range: bytes=4-", 206, "1,2");
    assert_followed(kit, link.path, "Range: bytes=-2", 206, "\r\n");
    assert_followed(kit, link.path, "Range: bytes=99-", 416, "The file has 10 bytes");
    assert_downloads(kit, id, 1, "active");
    assert_followed(kit, link.path, "If-None-Match: *", 304, "");
    assert_downloads(kit, id, 1, "active");
}

/* With a limit each download is the whole file: parts could be had uncounted. */
static void
test_limited(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = completed(kit, "alice", 0);
    g_auto(Made) link = make(kit, id, "{\"maxDownloads\":2}");

    assert_followed(kit, link.path, "Range: bytes=1-", 200, CONTENT);
    assert_followed(kit, link.path, NULL, 200, CONTENT);
    assert_followed(kit, link.path, NULL, 410, "good for 2 downloads, and has had them");
    assert_followed(kit, link.path, "Range: bytes=1-", 410, "This link has been used");
    g_auto(Answer) head = kit_ask(kit, NULL, "HEAD", link.path, NULL, NULL);
    assert_int_equal(head.status, 410);
    assert_downloads(kit, id, 2, "used");
    g_auto(Answer) list = listed(kit, id);
    assert_int_equal(answer_int(&list, "data.0.maxDownloads"), 2);
}

/* Only a download that begins is counted: not one that nothing came of. */
static void
test_not_served(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = completed(kit, "alice", 0);
    g_auto(Made) link = make(kit, id, "{\"maxDownloads\":1}");
    tk_clock_advance(&kit->ports->clock.fake, 1000);
    g_auto(Made) other = make(kit, id, "");

    kit->http_config.downloads_max = 0; /* as if all places were taken */
    assert_followed(kit, link.path, NULL, 503, "Please try again in a few minutes");
    assert_followed(kit, other.path, NULL, 503, "Please try again in a few minutes");
    kit->http_config.downloads_max = 100;
    kit_fault_at(kit->ports, FOLLOW_CALLS - 1, kit_faults[0]); /* the file's beginning */
    assert_followed(kit, link.path, NULL, 503, "");
    assert_true(kit_fault_met(kit->ports));
    assert_followed(kit, link.path, "If-Match: \"x\"", 412, "");
    assert_followed(kit, link.path, "If-None-Match: *", 304, "");
    g_auto(Answer) head = kit_ask(kit, NULL, "HEAD", link.path, NULL, NULL);
    assert_int_equal(head.status, 200);
    assert_downloads(kit, id, 0, "active");
    assert_followed(kit, link.path, "Range: bytes=99-", 200, CONTENT); /* no range is served */
    assert_downloads(kit, id, 1, "used");
    assert_followed(kit, link.path, NULL, 410, "This link has been used");
}

static size_t
count_bytes(char *data, size_t size, size_t n, void *user)
{
    size_t *count = user;

    (void)data;
    *count += size * n;
    return size * n;
}

/* The whole file or less of it. */
static CURLcode
fetch(GwKit *kit, const char *path, size_t *ret_bytes)
{
    g_autofree char *url = g_strconcat(kit->base_url, path, NULL);
    CURL *curl = curl_easy_init();

    *ret_bytes = 0;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, count_bytes);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, ret_bytes);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, 20000L);
    const CURLcode result = curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    return result;
}

/* A file that cannot be read on is no fault of who downloads it. */
static void
test_given_back(void **state)
{
    enum { BYTES = 600000 }; /* of three chunks */
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    g_autofree char *content = g_strnfill(BYTES, 'x');
    size_t got = 0;

    kit_complete(kit->ports, id, content, "calls.csv", 0);
    g_auto(Made) link = make(kit, id, "{\"maxDownloads\":1}");
    kit_fault_at(kit->ports, FOLLOW_CALLS + 1, kit_faults[0]); /* the second chunk */
    assert_int_not_equal(fetch(kit, link.path, &got), CURLE_OK);
    assert_true(kit_fault_met(kit->ports));
    assert_true(got < BYTES);
    assert_downloads(kit, id, 0, "active");
    assert_int_equal(fetch(kit, link.path, &got), CURLE_OK);
    assert_int_equal(got, BYTES);
    assert_downloads(kit, id, 1, "used");
}

static void
test_revoked(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = completed(kit, "alice", 0);
    g_autofree char *other = completed(kit, "alice", 0);
    g_autofree char *links = links_of(id);
    g_auto(Made) one = make(kit, id, "");
    tk_clock_advance(&kit->ports->clock.fake, 1000); /* the younger one stands behind */
    g_auto(Made) two = make(kit, id, "");
    g_autofree char *path = g_strconcat(links, "/", one.id, NULL);
    g_autofree char *below = g_strconcat("/links/", one.id, NULL);
    g_autofree char *elsewhere = kit_path(other, below);

    g_auto(Answer) wrong = kit_ask(kit, "alice", "DELETE", elsewhere, NULL, NULL);
    assert_answer(wrong, 404, "LINK_NOT_FOUND");
    g_auto(Answer) first = kit_ask(kit, "alice", "DELETE", path, NULL, NULL);
    assert_answer(first, 200, NULL);
    assert_string_equal(answer_text(&first, "data.revokedAt"), "2026-01-13T02:00:16Z");
    assert_followed(kit, one.path, NULL, 410, "withdrawn on 13 Jan 2026, 02:00 UTC");
    assert_followed(kit, two.path, NULL, 200, CONTENT);
    tk_clock_advance(&kit->ports->clock.fake, 60000);
    g_auto(Answer) again = kit_ask(kit, "admin", "DELETE", path, NULL, NULL);
    assert_true(json_equal(first.json, again.json));
    g_auto(Answer) all = kit_ask(kit, "alice", "DELETE", links, NULL, NULL);
    assert_answer(all, 200, NULL);
    assert_string_equal(answer_text(&all, "data.revoked.0.id"), one.id);
    assert_string_equal(answer_text(&all, "data.revoked.0.revokedAt"), "2026-01-13T02:00:16Z");
    assert_string_equal(answer_text(&all, "data.revoked.1.id"), two.id);
    assert_string_equal(answer_text(&all, "data.revoked.1.revokedAt"), "2026-01-13T02:01:16Z");
    assert_followed(kit, two.path, NULL, 410, "This link has been withdrawn");
    g_auto(Answer) list = listed(kit, id);
    assert_string_equal(answer_text(&list, "data.1.status"), "revoked");
    assert_string_equal(answer_text(&list, "data.1.revokedBy"), "alice");
    g_autofree char *none = links_of(other);
    g_auto(Answer) nothing = kit_ask(kit, "alice", "DELETE", none, NULL, NULL);
    assert_answer(nothing, 409, "NO_LINKS");
}

static void
test_ends(void **state)
{
    GwKit *kit = *state;
    g_autofree char *kept = completed(kit, "alice", GW_NOW + DAY_MS + 500);
    g_autofree char *forever = completed(kit, "alice", 0);
    static const struct {
        bool kept;
        const char *body, *expires; /* expires: or the pointer of what is wrong */
    } cases[] = {
        { false, "{}", "2026-01-20T02:00:15Z" }, /* a week */
        { false, "{\"expiresIn\":\"90s\"}", "2026-01-13T02:01:45Z" },
        { false, "{\"expiresAt\":\"2026-02-01T00:00:00.900Z\"}", "2026-02-01T00:00:00Z" },
        { false, "{\"expiresIn\":\"366d\"}", "2027-01-14T02:00:15Z" },
        { true, "{}", "2026-01-14T02:00:15Z" }, /* as long as the report is kept */
        { true, "{\"expiresAt\":\"2026-01-14T02:00:15Z\"}", "2026-01-14T02:00:15Z" },
        { true, "{\"expiresIn\":\"25h\"}", "/expiresIn" },
        { true, "{\"expiresAt\":\"2026-01-14T02:00:16Z\"}", "/expiresAt" },
        { false, "{\"expiresAt\":\"2026-01-13T02:00:15.900Z\"}", "/expiresAt" },
        { false, "{\"expiresAt\":\"2020-01-01T00:00:00Z\"}", "/expiresAt" },
        { false, "{\"expiresAt\":\"1970-01-01T00:00:00Z\"}", "/expiresAt" },
        { false, "{\"expiresAt\":\"2030-01-01T00:00:00Z\"}", "/expiresAt" },
        { false, "{\"expiresAt\":\"2026-02-01T00:00:00Z\",\"expiresIn\":\"1h\"}", "/expiresAt" },
        { false, "{\"expiresIn\":\"0s\"}", "/expiresIn" },
        { false, "{\"expiresIn\":\"367d\"}", "/expiresIn" },
        { false, "{\"expiresIn\":60}", "/expiresIn" },
        { false, "{\"expiresAt\":\"tomorrow\"}", "/expiresAt" },
        { false, "{\"maxDownloads\":0}", "/maxDownloads" },
        { false, "{\"maxDownloads\":\"1\"}", "/maxDownloads" },
        { false, "{\"maxDownloads\":1e3}", "/maxDownloads" },
        { false, "{\"description\":\"a\\nb\"}", "/description" },
        { false, "{\"password\":\"x\"}", "/password" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = links_of(cases[i].kept ? kept : forever);
        g_auto(Answer) answer = kit_post(kit, "alice", path, cases[i].body);
        const char *found =
            cases[i].expires[0] == '/' ? "error.details.0.pointer" : "data.expiresAt";
        if (g_strcmp0(answer_text(&answer, found), cases[i].expires) != 0) {
            fail_msg("case %zu: %.*s", i, (int)answer.body->len, (const char *)answer.body->data);
        }
    }
    g_autofree char *pending = kit_make(kit, "alice");
    g_autofree char *early = links_of(pending);
    g_auto(Answer) not_yet = kit_post(kit, "alice", early, "");
    assert_answer(not_yet, 409, "JOB_NOT_COMPLETED");
    tk_clock_advance(&kit->ports->clock.fake, DAY_MS + 500);
    g_autofree char *late = links_of(kept);
    g_auto(Answer) gone = kit_post(kit, "alice", late, "");
    assert_answer(gone, 410, "REPORT_EXPIRED");
}

static void
test_who(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "dave");
    g_autofree char *links = links_of(id);
    g_autofree char *one = g_strconcat(links, "/019480a4-5f00-7000-8000-000000000001", NULL);
    static const struct {
        const char *who;
        long made, listed, ended;
    } cases[] = {
        { NULL, 401, 401, 401 },     { "nobody", 403, 403, 404 }, { "bob", 404, 404, 404 },
        { "reader", 403, 403, 403 }, /* sees the job, and may download it */
        { "dana", 403, 403, 403 },   { "dave", 201, 200, 200 },   { "adam", 201, 200, 200 },
        { "admin", 201, 200, 200 },
    };

    kit_complete(kit->ports, id, CONTENT, "calls.csv", 0);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *who = cases[i].who;
        g_auto(Answer) made = kit_post(kit, who, links, "");
        assert_int_equal(made.status, cases[i].made);
        g_auto(Answer) list = kit_get(kit, who, links);
        assert_int_equal(list.status, cases[i].listed);
        g_auto(Answer) unknown = kit_ask(kit, who, "DELETE", one, NULL, NULL);
        assert_int_equal(unknown.status, cases[i].ended == 200 ? 404 : cases[i].ended);
        g_auto(Answer) all = kit_ask(kit, who, "DELETE", links, NULL, NULL);
        assert_int_equal(all.status, cases[i].ended);
    }
}

static void
test_keys(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = completed(kit, "alice", GW_NOW + 5000);
    g_autofree char *other = completed(kit, "alice", 0);
    g_autofree char *links = links_of(id);
    g_autofree char *others = links_of(other);
    const char *headers[] = { "Idempotency-Key: k", NULL };

    g_auto(Answer) first = kit_ask(kit, "alice", "POST", links, "{\"expiresIn\":\"4s\"}", headers);
    assert_answer(first, 201, NULL);
    g_auto(Answer) elsewhere = kit_ask(kit, "alice", "POST", others, "{}", headers);
    assert_answer(elsewhere, 201, NULL); /* a key is of one job's links */
    g_auto(Answer) clash = kit_ask(kit, "alice", "POST", links, "{\"expiresIn\":\"3s\"}", headers);
    assert_answer(clash, 422, "IDEMPOTENCY_KEY_REUSED");
    tk_clock_advance(&kit->ports->clock.fake, 6000);
    g_auto(Answer) again = kit_ask(kit, "alice", "POST", links, "{\"expiresIn\":\"4s\"}", headers);
    assert_answer(again, 201, NULL);
    assert_true(json_equal(first.json, again.json));
    assert_string_equal(answer_header(&again, "idempotent-replayed"), "true");
    const char *bad[] = { "Idempotency-Key: a\tb", NULL };
    g_auto(Answer) wrong = kit_ask(kit, "alice", "POST", others, "{\"x\":1}", bad);
    kit_assert_pointers(&wrong, (const char *const[]){ "/Idempotency-Key", "/x", NULL });
}

static void
test_public_url_and_most(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = completed(kit, "alice", 0);
    g_autofree char *links = links_of(id);

    kit->gw.config.public_url = (char[]){ "https://jobs.example.com" };
    g_auto(Answer) answer = kit_post(kit, "alice", links, "");
    kit->gw.config.public_url = NULL;
    assert_true(
        g_str_has_prefix(answer_text(&answer, "data.url"), "https://jobs.example.com/links/"));
    for (int i = 1; i < 200; i++) {
        JwShare share = { .job_id = id, .created_at_ms = GW_NOW };
        g_autofree char *own = g_strdup_printf("0190a5d0-0000-7000-8000-%012d", i);
        g_autoptr(GError) error = NULL;
        JwCreate create = JW_CREATE_EXISTS;
        share.id = own;
        share.created_by.id = own;
        assert_ok(jw_store_create_share(kit->gw.store, &share, &create, &error), error);
    }
    g_auto(Answer) most = kit_post(kit, "alice", links, "");
    assert_answer(most, 409, "LINK_LIMIT_REACHED");
}

/* The n-th store call of each request fails: with the same key there is one link, and what is
 * answered is true. Returns whether there was an n-th. */
static bool
live_with_fault(GwKit *kit, size_t fault, int n)
{
    g_autofree char *id = completed(kit, "alice", 0);
    g_autofree char *links = links_of(id);
    const char *headers[] = { "Idempotency-Key: k", NULL };

    kit_fault_at(kit->ports, n, kit_faults[fault]);
    g_auto(Answer) made = kit_ask(kit, "alice", "POST", links, "", headers);
    bool met = kit_fault_met(kit->ports);
    assert_true(made.status == 201 || made.status >= 500);
    g_auto(Answer) again = kit_ask(kit, "alice", "POST", links, "", headers);
    assert_answer(again, 201, NULL);
    g_auto(Answer) list = listed(kit, id);
    assert_int_equal(json_array_size(answer_at(&list, "data")), 1);
    if (n <= FOLLOW_CALLS) {
        kit_fault_at(kit->ports, n, kit_faults[fault]);
        g_auto(Answer) followed = kit_get(kit, NULL, answer_text(&again, "data.url"));
        assert_true(kit_fault_met(kit->ports));
        assert_true(followed.status == 200 || followed.status >= 500);
        g_auto(Answer) counted = listed(kit, id);
        assert_true(answer_int(&counted, "data.0.downloads")
                    >= (followed.status == 200 && n < FOLLOW_CALLS));
    }
    kit_fault_at(kit->ports, n, kit_faults[fault]);
    g_auto(Answer) ended = kit_ask(kit, "alice", "DELETE", links, NULL, NULL);
    met = kit_fault_met(kit->ports) || met;
    assert_true(ended.status == 200 || ended.status >= 500);
    g_auto(Answer) repeated = kit_ask(kit, "alice", "DELETE", links, NULL, NULL);
    assert_answer(repeated, 200, NULL);
    assert_followed(kit, answer_text(&again, "data.url"), NULL, 410, "withdrawn");
    return met || n < FOLLOW_CALLS;
}

static void
test_store_fails(void **state)
{
    for (size_t fault = 0; fault < kit_n_faults; fault++) {
        int n = 1;
        while (live_with_fault(*state, fault, n)) {
            assert_true(n++ < 20);
        }
        assert_true(n >= FOLLOW_CALLS);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_life),        TEST(test_counted),
        TEST(test_limited),     TEST(test_revoked),
        TEST(test_ends),        TEST(test_who),
        TEST(test_keys),        TEST(test_public_url_and_most),
        TEST(test_store_fails), TEST(test_not_served),
        TEST(test_given_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
