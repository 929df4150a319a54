/* test_file.c: a file as an answer: ranges, conditions, names, and what happens when it cannot be
 * read to its end. */
#include "http_client.h"

#include "jw/metrics.h"
#include "jw/sync.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIZE     200000
#define MODIFIED "Sun, 06 Nov 1994 08:49:37 GMT"
#define EARLIER  "Sun, 06 Nov 1994 08:49:36 GMT"

static HcServer server;
static int freed;  /* atomic */
static int begun;  /* atomic: waiting sources that are read */
static JwStop *go; /* lets the reading of waiting sources end */

typedef struct {
    int64_t size, fails_at; /* reading fails from this offset on; -1: never */
    bool waits;
} Source;

static bool
read_source(gpointer data, int64_t offset, void *buffer, size_t length, size_t *ret_length)
{
    const Source *source = data;
    char *out = buffer;
    size_t n = MIN(length, 7000); /* pieces smaller than asked for */

    if (source->waits) {
        g_atomic_int_inc(&begun);
        (void)jw_stop_wait(go, 60000);
    }
    if (source->fails_at >= 0 && offset >= source->fails_at) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        out[i] = (char)('a' + (offset + (int64_t)i) % 23);
    }
    *ret_length = n;
    return true;
}

static void
free_source(gpointer data)
{
    g_free(data);
    g_atomic_int_inc(&freed);
}

static void
get_file(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Source *source = g_new0(Source, 1);
    const char *fails_at = jw_http_query(request, "fails_at");
    const char *name = jw_http_query(request, "name");
    (void)context;
    source->size = g_ascii_strtoll(jw_http_param(request, "size"), NULL, 10);
    source->fails_at = fails_at != NULL ? g_ascii_strtoll(fails_at, NULL, 10) : -1;
    source->waits = jw_http_query(request, "waits") != NULL;
    const JwHttpFile file = {
        .content_type = "text/csv",
        .file_name = name != NULL ? name : "report.csv",
        .etag = "e1",
        .whole = jw_http_query(request, "whole") != NULL,
        .modified_ms = INT64_C(784111777500),
        .size_bytes = source->size,
        .read = read_source,
        .data = source,
        .data_free = free_source,
    };
    jw_http_reply_header(reply, "X-Of-Handler", "yes");
    jw_http_reply_file(reply, request, &file);
    jw_http_reply_header(reply, "X-Starts", jw_http_reply_starts_file(reply) ? "yes" : "no");
    if (jw_http_query(request, "refused") != NULL) {
        jw_http_reply_drop_file(reply);
        jw_http_reply_problem(reply, 410, "GONE", NULL, 0, "no more");
    }
}

static const JwHttpRoute routes[] = {
    { .method = "GET",
      .pattern = "/files/:size",
      .handler = get_file,
      .query = &jw_http_any_query },
    { 0 },
};
static const JwHttpHeader headers[] = { { "X-Of-Api", "yes" }, { 0 } };
static const JwHttpApi api = { .name = "test", .prefix = "", .routes = routes, .headers = headers };
static const JwHttpApi *const apis[] = { &api, NULL };

static int
setup(void **state)
{
    hc_server_init(&server);
    hc_server_start(&server, apis, NULL);
    *state = &server;
    return 0;
}

static bool
is_part(const char *body, int64_t from, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (body[i] != (char)('a' + (from + (int64_t)i) % 23)) {
            return false;
        }
    }
    return true;
}

static void
test_ranges(void **state)
{
    static const struct {
        const char *header;
        int status;
        int64_t from, length; /* of the body that must come */
        const char *content_range;
    } cases[] = {
        { "", 200, 0, SIZE, NULL },
        { "Range: bytes=0-0\r\n", 206, 0, 1, "bytes 0-0/200000" },
        { "Range: bytes=0-99\r\n", 206, 0, 100, "bytes 0-99/200000" },
        { "Range: bytes=1000-\r\n", 206, 1000, SIZE - 1000, "bytes 1000-199999/200000" },
        { "Range: bytes=-5\r\n", 206, SIZE - 5, 5, "bytes 199995-199999/200000" },
        { "Range: bytes=-999999\r\n", 206, 0, SIZE, "bytes 0-199999/200000" },
        { "Range: bytes=199999-\r\n", 206, SIZE - 1, 1, "bytes 199999-199999/200000" },
        { "Range: bytes=10-999999999\r\n", 206, 10, SIZE - 10, "bytes 10-199999/200000" },
        { "Range: bytes=10-99999999999999999999999\r\n", 206, 10, SIZE - 10,
          "bytes 10-199999/200000" },
        { "Range: BYTES=5-6\r\n", 206, 5, 2, "bytes 5-6/200000" },
        { "Range: bytes=200000-\r\n", 416, 0, -1, "bytes */200000" },
        { "Range: bytes=99999999999999999999999-\r\n", 416, 0, -1, "bytes */200000" },
        { "Range: bytes=-0\r\n", 416, 0, -1, "bytes */200000" },
        { "Range: bytes=5-2\r\n", 200, 0, SIZE, NULL },
        { "Range: bytes=-\r\n", 200, 0, SIZE, NULL },
        { "Range: bytes=\r\n", 200, 0, SIZE, NULL },
        { "Range: bytes=a-b\r\n", 200, 0, SIZE, NULL },
        { "Range: bytes=1-x\r\n", 200, 0, SIZE, NULL },
        { "Range: bytes=+1-2\r\n", 200, 0, SIZE, NULL },
        { "Range: bytes=--5\r\n", 200, 0, SIZE, NULL },
        { "Range: bytes=0-1,5-6\r\n", 200, 0, SIZE, NULL },
        { "Range: lines=0-1\r\n", 200, 0, SIZE, NULL },
        { "Range: bytes=0-1\r\nIf-Range: \"e1\"\r\n", 206, 0, 2, "bytes 0-1/200000" },
        { "Range: bytes=0-1\r\nIf-Range: \"e2\"\r\n", 200, 0, SIZE, NULL },
        { "Range: bytes=0-1\r\nIf-Range: W/\"e1\"\r\n", 200, 0, SIZE, NULL },
        { "Range: bytes=0-1\r\nIf-Range: Sat, 21 Nov 2026 00:00:00 GMT\r\n", 200, 0, SIZE, NULL },
        { "Range: bytes=0-1\r\nIf-Range: " MODIFIED "\r\n", 206, 0, 2, "bytes 0-1/200000" },
        { "If-None-Match: \"e1\"\r\n", 304, 0, 0, NULL },
        { "If-None-Match: \"a\", W/\"e1\"\r\n", 304, 0, 0, NULL },
        { "If-None-Match: *\r\n", 304, 0, 0, NULL },
        { "If-None-Match: \"e1\"\r\nRange: bytes=0-1\r\n", 304, 0, 0, NULL },
        { "If-None-Match: \"e2\"\r\n", 200, 0, SIZE, NULL },
        { "If-None-Match: e1\r\n", 200, 0, SIZE, NULL },
        { "If-Match: \"e1\"\r\n", 200, 0, SIZE, NULL },
        { "If-Match: \"a\", \"e1\"\r\n", 200, 0, SIZE, NULL },
        { "If-Match: *\r\n", 200, 0, SIZE, NULL },
        { "If-Match: \"e1\"\r\nIf-None-Match: \"e1\"\r\n", 304, 0, 0, NULL },
        { "If-Match: \"e2\"\r\n", 412, 0, -1, NULL },
        { "If-Match: W/\"e1\"\r\n", 412, 0, -1, NULL },
        { "If-Match: \"e2\"\r\nRange: bytes=0-1\r\n", 412, 0, -1, NULL },
        { "If-Match: \"e2\"\r\nIf-None-Match: \"e1\"\r\n", 412, 0, -1, NULL },
        { "If-Match: \"e1\"\r\nIf-Unmodified-Since: " EARLIER "\r\n", 200, 0, SIZE, NULL },
        { "If-Unmodified-Since: " EARLIER "\r\n", 412, 0, -1, NULL },
        { "If-Unmodified-Since: " MODIFIED "\r\n", 200, 0, SIZE, NULL },
        { "If-Unmodified-Since: Sunday, 06-Nov-94 08:49:36 GMT\r\n", 412, 0, -1, NULL },
        { "If-Unmodified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n", 200, 0, SIZE, NULL },
        { "If-Unmodified-Since: Sun Nov  6 08:49:36 1994\r\n", 412, 0, -1, NULL },
        { "If-Unmodified-Since: Sun Nov  6 08:49:37 1994\r\n", 200, 0, SIZE, NULL },
        { "If-Unmodified-Since: 1994-11-06T00:00:00Z\r\n", 200, 0, SIZE, NULL }, /* no date */
        { "If-Unmodified-Since: Sun, 31 Feb 1994 00:00:00 GMT\r\n", 200, 0, SIZE, NULL },
        { "If-Modified-Since: " MODIFIED "\r\n", 304, 0, 0, NULL },
        { "If-Modified-Since: " EARLIER "\r\n", 200, 0, SIZE, NULL },
        { "If-Modified-Since: " MODIFIED "\r\nIf-None-Match: \"e2\"\r\n", 200, 0, SIZE, NULL },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t length = 0;
        g_autofree char *answer =
            hc_ask(server.port, "GET", "/files/200000", cases[i].header, &length);
        g_autofree char *range = hc_header(answer, "Content-Range");
        g_autofree char *etag = hc_header(answer, "ETag");
        bool right = hc_status(answer) == cases[i].status
                     && g_strcmp0(range, cases[i].content_range) == 0
                     && (cases[i].length < 0
                         || ((int64_t)length == cases[i].length
                             && is_part(hc_body(answer), cases[i].from, length)));
        if (!right) {
            fail_msg("%s: status %d, %zu bytes, Content-Range %s", cases[i].header,
                     hc_status(answer), length, range);
        }
        assert_string_equal(etag, "\"e1\"");
        g_autofree char *modified = hc_header(answer, "Last-Modified");
        assert_string_equal(modified, MODIFIED);
        if (cases[i].status == 304) { /* the length of what was not sent, never 0 */
            g_autofree char *size = hc_header(answer, "Content-Length");
            assert_string_equal(size, "200000");
        }
    }
}

/* A client that knows a 304 has no body goes on with the connection. */
static void
test_kept_after_304(void **state)
{
    int fd = hc_connect(server.port);
    const char *request = "GET /files/200000 HTTP/1.1\r\nHost: t\r\nIf-None-Match: *\r\n\r\n"
                          "GET /files/5 HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n";
    (void)state;
    hc_send(fd, request, strlen(request));
    g_autofree char *both = hc_read_all(fd, NULL);
    assert_int_equal(hc_status(both), 304);
    assert_true(g_str_has_prefix(hc_body(both), "HTTP/1.1 200 OK\r\n"));
    assert_string_equal(hc_body(hc_body(both)), "abcde");
}

static void
test_head(void **state)
{
    size_t length = 1;
    (void)state;
    g_autofree char *answer =
        hc_ask(server.port, "HEAD", "/files/200000", "Range: bytes=0-1\r\n", &length);
    g_autofree char *size = hc_header(answer, "Content-Length");
    g_autofree char *ranges = hc_header(answer, "Accept-Ranges");
    g_autofree char *cache = hc_header(answer, "Cache-Control");
    assert_int_equal(hc_status(answer), 200);
    assert_int_equal(length, 0);
    assert_string_equal(size, "200000");
    assert_string_equal(ranges, "bytes");
    assert_string_equal(cache, "private, no-cache");
}

static void
test_empty_file(void **state)
{
    size_t length = 1;
    (void)state;
    g_autofree char *whole = hc_ask(server.port, "GET", "/files/0", "", &length);
    g_autofree char *size = hc_header(whole, "Content-Length");
    assert_int_equal(hc_status(whole), 200);
    assert_int_equal(length, 0);
    assert_string_equal(size, "0");
    g_autofree char *first =
        hc_ask(server.port, "GET", "/files/0", "Range: bytes=0-0\r\n", &length);
    assert_int_equal(hc_status(first), 416);
    g_autofree char *last = hc_ask(server.port, "GET", "/files/0", "Range: bytes=-1\r\n", &length);
    assert_int_equal(hc_status(last), 416);
}

/* A part must never look like the whole: the body ends before its length. */
static void
test_read_fails(void **state)
{
    size_t length = 0;
    (void)state;
    g_autofree char *answer =
        hc_ask(server.port, "GET", "/files/200000?fails_at=70000", "", &length);
    g_autofree char *size = hc_header(answer, "Content-Length");
    assert_string_equal(size, "200000");
    assert_true(length < 200000);
}

static void
test_names(void **state)
{
    static const struct {
        const char *query, *disposition;
    } cases[] = {
        { "report.csv", "attachment; filename=\"report.csv\"; filename*=UTF-8''report.csv" },
        { "a%20b.csv", "attachment; filename=\"a b.csv\"; filename*=UTF-8''a%20b.csv" },
        { "z%C3%BCrich.csv",
          "attachment; filename=\"z_rich.csv\"; filename*=UTF-8''z%C3%BCrich.csv" },
        { "%E2%82%AC.csv", "attachment; filename=\"_.csv\"; filename*=UTF-8''%E2%82%AC.csv" },
    };
    static const char *const hostile[] = {
        "..%2F..%2Fetc%2Fpasswd", "a%22%3B%20filename%3Devil.exe", "a%5Cb", "%2E%2E",
        "%E2%80%AEgpj.exe",
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        size_t length = 0;
        g_autofree char *target = g_strconcat("/files/3?name=", cases[i].query, NULL);
        g_autofree char *answer = hc_ask(server.port, "GET", target, "", &length);
        g_autofree char *disposition = hc_header(answer, "Content-Disposition");
        assert_string_equal(disposition, cases[i].disposition);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
        size_t length = 0;
        g_autofree char *target = g_strconcat("/files/3?name=", hostile[i], NULL);
        g_autofree char *answer = hc_ask(server.port, "GET", target, "", &length);
        g_autofree char *disposition = hc_header(answer, "Content-Disposition");
        g_auto(GStrv) quotes = g_strsplit(disposition, "\"", -1);
        assert_int_equal(g_strv_length(quotes), 3); /* one quoted string */
        assert_null(strpbrk(quotes[1], "/\\;"));
        assert_null(strstr(disposition, "/"));
    }
}

static gpointer
download(gpointer data)
{
    (void)data;
    return hc_ask(server.port, "GET", "/files/200000?waits=1", "", NULL);
}

/* Downloads that wait for the store take turns, and no worker waits with them. */
static void
test_turns(void **state)
{
    GThread *threads[12];
    size_t length = 0;
    (void)state;
    go = jw_stop_new();
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) { /* more than workers and readers */
        threads[i] = g_thread_new("download", download, NULL);
    }
    for (size_t i = 0; i < 5; i++) {
        g_autofree char *known =
            hc_ask(server.port, "GET", "/files/10", "If-None-Match: *\r\n", &length);
        assert_int_equal(hc_status(known), 304);
    }
    jw_stop_set(go);
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_autofree char *answer = g_thread_join(threads[i]);
        assert_int_equal(hc_status(answer), 200);
        assert_true(is_part(hc_body(answer), 0, SIZE));
    }
    g_clear_pointer(&go, jw_stop_free);
}

static void
assert_header(const char *answer, const char *name, const char *value)
{
    g_autofree char *found = hc_header(answer, name);

    if (g_strcmp0(found, value) != 0) {
        fail_msg("%s is %s in:\n%s", name, found != NULL ? found : "not there", answer);
    }
}

/* Whatever is answered has them, also what no handler has seen. */
static void
test_headers_of_api(void **state)
{
    static const struct {
        const char *method, *target, *headers;
        int status;
    } cases[] = {
        { "GET", "/files/10", "", 200 },
        { "HEAD", "/files/10", "", 200 },
        { "GET", "/files/10", "Range: bytes=1-2\r\n", 206 },
        { "GET", "/files/10", "If-None-Match: *\r\n", 304 },
        { "GET", "/files/10", "Transfer-Encoding: x\r\n", 400 },
        { "GET", "/files/%2F", "", 400 },
        { "GET", "/nothing", "", 404 },
        { "DELETE", "/files/10", "", 405 },
        { "OPTIONS", "/files/10", "", 204 },
        { "GET", "/files/10", "If-Match: \"x\"\r\n", 412 },
        { "POST", "/files/10", "Expect: 100-continue\r\nContent-Length: 5000\r\n", 413 },
        { "GET", "/files/10", "Range: bytes=99-\r\n", 416 },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer =
            hc_ask(server.port, cases[i].method, cases[i].target, cases[i].headers, NULL);
        assert_int_equal(hc_status(answer), cases[i].status);
        assert_header(answer, "X-Of-Api", "yes");
    }
}

static bool
is_whole(void *data)
{
    size_t length = 0;
    (void)data;
    g_autofree char *answer = hc_ask(server.port, "GET", "/files/10", "", &length);

    return hc_status(answer) == 200;
}

/* One download too many is answered 503, without a header of the file but with all others; a HEAD
 * and a 304 are none, and a place that is left is free again. */
static void
test_too_many(void **state)
{
    static const char *const of_file[] = {
        "ETag", "Last-Modified", "Content-Disposition", "Accept-Ranges", "Content-Range",
    };
    HcServer few;
    int fds[2];
    size_t length = 0;
    const char *request = HC_GET("/files/900000000");
    (void)state;
    hc_server_init(&few);
    few.config.downloads_max = G_N_ELEMENTS(fds);
    hc_server_start(&few, apis, NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(fds); i++) {
        char byte;
        fds[i] = hc_connect(few.port);
        hc_send(fds[i], request, strlen(request));
        assert_int_equal(recv(fds[i], &byte, 1, 0), 1);
    }
    g_autofree char *refused =
        hc_ask(few.port, "GET", "/files/10", "Range: bytes=1-2\r\n", &length);
    assert_int_equal(hc_status(refused), 503);
    assert_non_null(strstr(hc_body(refused), "\"TOO_MANY_DOWNLOADS\""));
    for (size_t i = 0; i < G_N_ELEMENTS(of_file); i++) {
        assert_header(refused, of_file[i], NULL);
    }
    assert_header(refused, "Retry-After", "5");
    assert_header(refused, "Content-Type", "application/json");
    assert_header(refused, "Cache-Control", "no-store");
    assert_header(refused, "X-Of-Handler", "yes");
    assert_header(refused, "X-Of-Api", "yes");
    g_autofree char *head = hc_ask(few.port, "HEAD", "/files/10", "", &length);
    assert_int_equal(hc_status(head), 200);
    g_autofree char *known = hc_ask(few.port, "GET", "/files/10", "If-None-Match: *\r\n", &length);
    assert_int_equal(hc_status(known), 304);
    assert_int_equal(close(fds[0]), 0);
    int port = server.port;
    server.port = few.port;
    tk_wait_until(is_whole, NULL, 20000, "the place of a download to be free");
    server.port = port;
    assert_int_equal(close(fds[1]), 0);
    hc_server_clear(&few);
}

/* The server's end of the connection whose client's end is @fd: both are of this process. */
static int
other_end(int fd)
{
    struct sockaddr_in mine = { 0 };
    socklen_t length = sizeof(mine);

    assert_int_equal(getsockname(fd, (struct sockaddr *)&mine, &length), 0);
    for (int other = 0; other < 1024; other++) {
        struct sockaddr_in peer = { 0 };
        length = sizeof(peer);
        if (getpeername(other, (struct sockaddr *)&peer, &length) == 0 && peer.sin_family == AF_INET
            && peer.sin_port == mine.sin_port) {
            return other;
        }
    }
    fail_msg("the server has no end of the connection");
    return -1;
}

/* A reader that is slow but moves must be seen to move: the kernel keeps little of an answer, so
 * that it asks for more within the time that an idle connection has. */
static void
test_little_is_buffered(void **state)
{
    const char *request = HC_GET("/files/900000000");
    int fd = hc_connect(server.port), bytes = 0;
    socklen_t length = sizeof(bytes);
    char byte;
    (void)state;

    hc_send(fd, request, strlen(request));
    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    assert_int_equal(getsockopt(other_end(fd), SOL_SOCKET, SO_SNDBUF, &bytes, &length), 0);
    assert_in_range(bytes, 65536, 262144);
    assert_int_equal(close(fd), 0);
}

static char *
ask_from(int port, const char *source)
{
    const char *request = HC_GET("/files/10");
    int fd = hc_connect_from(port, source);

    assert_true(fd >= 0);
    hc_send(fd, request, strlen(request));
    return hc_read_all(fd, NULL);
}

static bool
downloads_are(void *data)
{
    const double *n = data;

    return jw_metric_value(jw_metric_gauge("jobwire_http_downloads", "", NULL), NULL) == *n;
}

static void
wait_downloads(double n)
{
    tk_wait_until(downloads_are, &n, 20000, "the number of downloads under way");
}

static bool
has_begun(void *data)
{
    return g_atomic_int_get(&begun) > *(const int *)data;
}

/* A download that is under way until go is set. */
static int
open_download(int port, const char *source)
{
    const char *request = HC_GET("/files/10?waits=1");
    int fd = hc_connect_from(port, source);
    int before = g_atomic_int_get(&begun);

    assert_true(fd >= 0);
    hc_send(fd, request, strlen(request));
    tk_wait_until(has_begun, &before, 20000, "the download to begin");
    return fd;
}

/* With all places taken, who has most of them gives one to who has less; nobody is shut out by one
 * client, and nobody with its share alone is cut. */
static void
test_share_of_downloads(void **state)
{
    static const struct {
        const char *source;
        bool stays; /* its download takes a place until the end */
        int status, cut;
    } cases[] = {
        { "127.0.0.3", false, 200, 0 }, /* 3 and 1: the oldest of the three */
        { "127.0.0.1", true, 200, -1 }, /* the place that is left */
        { "127.0.0.1", false, 503, -1 }, { "127.0.0.2", true, 200, 1 }, /* 2 and 2 */
        { "127.0.0.2", false, 503, -1 }, { "127.0.0.1", false, 503, -1 },
        { "127.0.0.3", true, 200, 2 }, /* 1, 2 and 1 */
        { "127.0.0.3", false, 503, -1 }, { "127.0.0.1", false, 503, -1 },
    };
    HcServer few;
    int fds[4 + G_N_ELEMENTS(cases)], n = 0;
    (void)state;
    go = jw_stop_new();
    hc_server_init(&few);
    few.config.downloads_max = 4;
    few.config.download_readers = 100;
    hc_server_start(&few, apis, NULL);
    for (n = 0; n < 4; n++) {
        fds[n] = open_download(few.port, n == 3 ? "127.0.0.2" : "127.0.0.1");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (cases[i].stays) {
            fds[n++] = open_download(few.port, cases[i].source);
        } else {
            g_autofree char *answer = ask_from(few.port, cases[i].source);
            if (hc_status(answer) != cases[i].status) {
                fail_msg("case %zu gave:\n%s", i, answer);
            }
        }
        if (cases[i].cut >= 0) {
            g_autofree char *part = hc_read_all(fds[cases[i].cut], NULL);
            assert_string_equal(hc_body(part), "");
            fds[cases[i].cut] = -1;
        }
        wait_downloads(i == 0 ? 3 : 4);
    }
    jw_stop_set(go);
    for (int i = 0; i < n; i++) {
        if (fds[i] >= 0) {
            g_autofree char *whole = hc_read_all(fds[i], NULL);
            assert_int_equal(strlen(hc_body(whole)), 10);
        }
    }
    hc_server_clear(&few);
    wait_downloads(0);
    g_clear_pointer(&go, jw_stop_free);
}

static bool
all_freed(void *data)
{
    return g_atomic_int_get(&freed) == *(const int *)data;
}

/* The source is freed once for each answer, also when the client goes away in the middle. */
static void
test_freed(void **state)
{
    size_t length = 0;
    (void)state;
    int wanted = g_atomic_int_get(&freed) + 4;
    g_autofree char *whole = hc_ask(server.port, "GET", "/files/10", "", &length);
    assert_int_equal(hc_status(whole), 200);
    g_autofree char *same =
        hc_ask(server.port, "GET", "/files/10", "If-None-Match: *\r\n", &length);
    assert_int_equal(hc_status(same), 304);
    g_autofree char *out = hc_ask(server.port, "GET", "/files/10", "Range: bytes=10-\r\n", &length);
    assert_int_equal(hc_status(out), 416);
    int fd = hc_connect(server.port);
    const char *request = HC_GET("/files/900000000");
    hc_send(fd, request, strlen(request));
    char byte;
    assert_int_equal(recv(fd, &byte, 1, 0), 1);
    assert_int_equal(close(fd), 0);
    tk_wait_until(all_freed, &wanted, 20000, "every source to be freed");
}

/* Of all that is asked of a file, what begins to send it: the first byte, to a GET. */
static void
test_starts(void **state)
{
    static const struct {
        const char *method, *query, *header;
        int status;
        bool starts;
    } cases[] = {
        { "GET", "", "", 200, true },
        { "HEAD", "", "", 200, false },
        { "GET", "", "Range: bytes=0-4\r\n", 206, true },
        { "GET", "", "Range: bytes=5-\r\n", 206, false },
        { "GET", "", "Range: bytes=-5\r\n", 206, false },
        { "GET", "", "Range: bytes=0-1,5-6\r\n", 200, true }, /* several: the whole */
        { "GET", "", "Range: bytes=5-\r\nIf-Range: \"e2\"\r\n", 200, true },
        { "GET", "", "Range: bytes=5-\r\nIf-Range: \"e1\"\r\n", 206, false },
        { "GET", "", "If-None-Match: \"e1\"\r\n", 304, false },
        { "GET", "", "If-Match: \"e2\"\r\n", 412, false },
        { "GET", "", "Range: bytes=99-\r\n", 416, false },
        { "GET", "?whole", "Range: bytes=5-\r\n", 200, true },
        { "GET", "?whole", "Range: bytes=99-\r\n", 200, true },
        { "GET", "?refused", "", 410, true },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *request =
            g_strdup_printf("%s /files/20%s HTTP/1.1\r\nHost: t\r\n%sConnection: close\r\n\r\n",
                            cases[i].method, cases[i].query, cases[i].header);
        g_autofree char *answer = hc_exchange(server.port, request);
        const char *wanted = cases[i].starts ? "X-Starts: yes" : "X-Starts: no";
        const bool whole = strcmp(cases[i].query, "?whole") == 0;
        if (hc_status(answer) != cases[i].status || strstr(answer, wanted) == NULL
            || (whole && strstr(answer, "Accept-Ranges: none") == NULL)
            || (cases[i].status == 410 && strstr(answer, "attachment") != NULL)) {
            fail_msg("case %zu gave:\n%s", i, answer);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_head),
        cmocka_unit_test(test_empty_file),
        cmocka_unit_test(test_read_fails),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_freed),
        cmocka_unit_test(test_kept_after_304),
        cmocka_unit_test(test_headers_of_api),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_turns),
        cmocka_unit_test(test_share_of_downloads),
        cmocka_unit_test(test_little_is_buffered),
        cmocka_unit_test(test_starts),
    };
    return cmocka_run_group_tests(tests, setup, hc_teardown);
}
