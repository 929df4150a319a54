/* test_api.c: two APIs on one server, each with its own authenticators, error form and limiter;
 * the order of checks; and query strings by tables. */
#include "http_client.h"

#include "jw/json.h"

typedef struct {
    HcServer server;
    int asked, handled; /* atomic: calls of the limiter and of a handler */
    JwHttpLimit limit;
    char *limited;    /* the caller and route that the limiter was asked about */
    int64_t returned; /* the ticket that does not count, of the last that does not */
    int status;       /* what the handler of /status answers */
    bool replayed;
} Fixture;

static JwPrincipal *
principal_new(const char *subject, const char *permission)
{
    const char *const permissions[] = { permission, NULL };
    JwPrincipal *self = g_new0(JwPrincipal, 1);

    self->subject = g_strdup(subject);
    self->roles = g_new0(char *, 1);
    self->permissions = g_strdupv((char **)(gintptr)permissions);
    self->departments = g_new0(char *, 1);
    return self;
}

/* "ann" may make things, "bob" may not; for "down" the directory is unavailable. */
static JwPrincipal *
verify_name(gpointer context, const char *credentials, GError **error)
{
    (void)context;
    if (strcmp(credentials, "down") == 0) {
        return jw_fail_null(error, JW_ERROR_UNAVAILABLE, "directory away");
    }
    if (strcmp(credentials, "ann") != 0 && strcmp(credentials, "bob") != 0) {
        return jw_fail_null(error, JW_ERROR_DENIED, "nobody of that name");
    }
    return principal_new(credentials, strcmp(credentials, "ann") == 0 ? "things:make" : NULL);
}

static JwPrincipal *
verify_key(gpointer context, const char *credentials, GError **error)
{
    (void)context;
    if (strcmp(credentials, "k-1") != 0) {
        return jw_fail_null(error, JW_ERROR_DENIED, "no such key");
    }
    return principal_new("machine", "things:make");
}

/* As tokens are: why one was refused is told. */
static JwPrincipal *
verify_told(gpointer context, const char *credentials, GError **error)
{
    (void)context;
    return jw_fail_null(error, JW_ERROR_DENIED, "the \"%s\" is sp\xc3\xa4t", credentials);
}

static const JwAuthenticator told = {
    .header = "Authorization",
    .scheme = "Told",
    .challenge = "Told",
    .refusal = "Told error=\"invalid_token\"",
    .advice = "send another",
    .explains = true,
    .verify = verify_told,
};
static const JwAuthenticator bearer = {
    .header = "Authorization",
    .scheme = "Bearer",
    .challenge = "Bearer realm=\"t\"",
    .refusal = "Bearer realm=\"t\", error=\"invalid_token\"",
    .advice = "send a token",
    .verify = verify_name,
};
static const JwAuthenticator key = {
    .header = "X-API-Key",
    .advice = "send a key",
    .verify = verify_key,
};
static const JwAuthenticator *const token_only[] = { &bearer, NULL };
static const JwAuthenticator *const token_or_key[] = { &bearer, &key, &told, NULL };

static json_t *
render_problem(const JwHttpProblem *problem, const char **ret_content_type)
{
    if (problem->status == 401 || problem->status == 403) {
        *ret_content_type = "application/problem+json";
        return json_pack("{s:s, s:i}", "title", problem->code, "status", problem->status);
    }
    return json_pack("{s:s, s:o}", "code", problem->code, "details",
                     jw_http_problem_details(problem));
}

static json_t *
render_detail(const JwHttpProblem *problem, const char **ret_content_type)
{
    (void)ret_content_type;
    return json_pack("{s:{s:s, s:s}}", "detail", "code", problem->code, "message",
                     problem->message);
}

static JwHttpLimit
limit(const JwHttpRequest *request, const JwHttpRoute *route, gpointer context)
{
    Fixture *self = context;

    g_atomic_int_inc(&self->asked);
    g_free(self->limited);
    self->limited = g_strdup_printf("%s %s %s", jw_http_principal(request)->subject, route->method,
                                    route->pattern);
    return self->limit;
}

static void
uncount(const JwHttpRequest *request, const JwHttpRoute *route, int64_t ticket, gpointer context)
{
    Fixture *self = context;

    assert_non_null(jw_http_principal(request));
    assert_non_null(route->pattern);
    self->returned = ticket;
}

static void
answer_status(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;

    (void)request;
    if (self->replayed) {
        jw_http_reply_header(reply, "Idempotent-Replayed", "true");
    }
    jw_http_reply_text(reply, self->status, "text/plain", "x");
}

static void
answer_subject(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;

    g_atomic_int_inc(&self->handled);
    jw_http_reply_text(reply, 200, "text/plain", jw_http_principal(request)->subject);
}

static void
answer_query(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const char *colour = jw_http_query(request, "colour");
    g_autofree char *text =
        g_strdup_printf("%" G_GINT64_FORMAT " %s", jw_http_query_int(request, "count", 7),
                        colour != NULL ? colour : "none");

    (void)context;
    jw_http_reply_text(reply, 200, "text/plain", text);
}

static const char *const colours[] = { "red", "green", NULL };
static const JwField search_query[] = {
    { .name = "count", .type = JW_FIELD_INT, .min = 1, .max = 100 },
    { .name = "offset", .type = JW_FIELD_INT },
    { .name = "all", .type = JW_FIELD_BOOL },
    { .name = "colour", .type = JW_FIELD_STRING, .values = colours, .prefix = "colour." },
    { .name = "from", .type = JW_FIELD_STRING, .check = jw_check_date_or_time },
    { .name = "who", .type = JW_FIELD_STRING, .min = 2, .max = 4 },
    { 0 },
};
static const JwField needed_query[] = {
    { .name = "id", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED },
    { 0 },
};

static const JwHttpRoute one_routes[] = {
    { "GET", "/things", answer_subject, NULL, NULL },
    { "POST", "/things", answer_subject, "things:make", NULL },
    { "GET", "/status", answer_status, NULL, NULL },
    { 0 },
};
static const JwHttpApi one = {
    .name = "one",
    .prefix = "/one",
    .authenticators = token_only,
    .errors = render_problem,
    .limiter = limit,
    .uncount = uncount,
    .routes = one_routes,
};
static const JwHttpRoute two_routes[] = {
    { "POST", "/things/:id", answer_subject, "things:make", NULL },
    { 0 },
};
static const JwHttpApi two = {
    .name = "two",
    .prefix = "/two",
    .authenticators = token_or_key,
    .errors = render_detail,
    .routes = two_routes,
};
static const JwHttpRoute inner_routes[] = {
    { "GET", "/search", answer_query, NULL, search_query },
    { "GET", "/needed", answer_query, NULL, needed_query },
    { "GET", "", answer_query, NULL, &jw_http_any_query },
    { 0 },
};
static const JwHttpApi inner = {
    .name = "inner", .prefix = "/one/open", .errors = render_problem, .routes = inner_routes
};

static void
answer_tagged(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)context;
    jw_http_reply_tagged(reply, request, 200, json_pack("{s:i}", "version", 3), "3");
}

static void
change_tagged(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;

    if (jw_http_may_change(request, reply, "3")) {
        g_atomic_int_inc(&self->handled);
        jw_http_reply_tagged(reply, request, 200, json_pack("{s:i}", "version", 4), "4");
    }
}

static const JwHttpRoute tagged_routes[] = {
    { "GET", "/:id", answer_tagged, NULL, NULL },
    { "PUT", "/:id", change_tagged, NULL, NULL },
    { "POST", "/:id/run", answer_subject, NULL, NULL },
    { 0 },
};
static const char *const tagged_patterns[] = { "/:id", NULL };
static const JwHttpApi tagged = {
    .name = "tagged",
    .prefix = "/tagged",
    .errors = render_problem,
    .routes = tagged_routes,
    .tagged = tagged_patterns,
};
static const JwHttpApi *const apis[] = { &one, &two, &inner, &tagged, NULL };

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    hc_server_init(&self->server);
    hc_server_start(&self->server, apis, self);
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    hc_server_clear(&self->server);
    g_free(self->limited);
    g_free(self);
    return 0;
}

#define BODY  "Content-Type: application/json\r\nContent-Length: 2\r\n"
#define PLAIN "Content-Type: text/plain\r\nContent-Length: 2\r\n"
#define LONG  "Content-Length: 2000\r\n"

static char *
ask(const Fixture *self, const char *method, const char *target, const char *headers,
    const char *body)
{
    g_autofree char *request =
        g_strdup_printf("%s %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\n%s\r\n%s", method,
                        target, headers, body);

    return hc_exchange(self->server.port, request);
}

/* Every refusal has the form of the API whose prefix the path has. */
static void
test_forms(void **state)
{
    static const struct {
        const char *method, *target, *headers, *body;
        int status;
        const char *answer;
    } cases[] = {
        { "GET", "/one/things", "", "", 401, "{\"title\":\"UNAUTHORIZED\",\"status\":401}" },
        { "POST", "/one/things", "Authorization: Bearer bob\r\n", "", 403,
          "{\"title\":\"FORBIDDEN\",\"status\":403}" },
        { "GET", "/one/nothing", "", "", 404, "{\"code\":\"NOT_FOUND\",\"details\":[]}" },
        { "PUT", "/one/things", "", "", 405, "{\"code\":\"METHOD_NOT_ALLOWED\",\"details\":[]}" },
        { "POST", "/one/things", "Authorization: Bearer ann\r\n" PLAIN, "{}", 415,
          "{\"code\":\"UNSUPPORTED_MEDIA_TYPE\",\"details\":[]}" },
        { "GET", "/one/%00", "", "", 400, "{\"code\":\"BAD_REQUEST\",\"details\":[]}" },
        { "GET", "/one/things", "Content-Length: 0\r\nContent-Length: 1\r\n", "", 400,
          "{\"code\":\"BAD_REQUEST\",\"details\":[]}" },
        { "POST", "/two/things/1", "", "", 401,
          "{\"detail\":{\"code\":\"UNAUTHORIZED\",\"message\":\"send a token; or: send a key; or: "
          "send "
          "another\"}}" },
        { "POST", "/two/things/1", "Authorization: Bearer bob\r\n", "", 403,
          "{\"detail\":{\"code\":\"FORBIDDEN\",\"message\":\"this needs the permission "
          "'things:make'\"}}" },
        { "GET", "/two", "", "", 404,
          "{\"detail\":{\"code\":\"NOT_FOUND\",\"message\":\"there is nothing at this path\"}}" },
        { "GET", "/two/things/1", "", "", 405,
          "{\"detail\":{\"code\":\"METHOD_NOT_ALLOWED\",\"message\":\"this path answers POST, "
          "OPTIONS only\"}}" },
        { "POST", "/two/things/1", "X-API-Key: k-1\r\n" PLAIN, "{}", 415,
          "{\"detail\":{\"code\":\"UNSUPPORTED_MEDIA_TYPE\",*" },
        { "POST", "/two/things/1?x=1", "X-API-Key: k-1\r\n", "", 400,
          "{\"detail\":{\"code\":\"VALIDATION_ERROR\",\"message\":\"/x: is not a query parameter "
          "here: none may be given; leave it out\"}}" },
        { "GET", "/one/openly", "", "", 404, "{\"code\":\"NOT_FOUND\",*" },
        { "GET", "/oneself", "", "", 404, "{\"error\":{\"code\":\"NOT_FOUND\",*" },
        { "GET", "/", "", "", 404, "{\"error\":{\"code\":\"NOT_FOUND\",*" },
        { "GET", "/one/open", "", "", 200, "7 none" },
        { "GET", "/one/open?whatever=1", "", "", 200, "7 none" },
    };
    const Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer =
            ask(self, cases[i].method, cases[i].target, cases[i].headers, cases[i].body);
        g_autofree char *type = hc_header(answer, "Content-Type");
        bool problem = g_str_has_prefix(cases[i].answer, "{\"title\"");

        if (hc_status(answer) != cases[i].status
            || !g_pattern_match_simple(cases[i].answer, hc_body(answer))
            || (cases[i].status >= 400
                && strcmp(type, problem ? "application/problem+json" : "application/json") != 0)) {
            fail_msg("%s %s answered:\n%s", cases[i].method, cases[i].target, answer);
        }
    }
}

/* What has no entity tag matches none; nothing is done then. */
static void
test_if_match(void **state)
{
    static const struct {
        const char *method, *match;
        int status;
    } cases[] = {
        { "POST", "*", 200 },
        { "POST", "\"e1\"", 412 },
        { "GET", "*", 200 },
        { "GET", "\"e1\"", 412 },
    };
    Fixture *self = *state;
    int handled = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *headers =
            g_strdup_printf("Authorization: Bearer ann\r\nIf-Match: %s\r\n", cases[i].match);
        g_autofree char *answer = ask(self, cases[i].method, "/one/things", headers, "");
        assert_int_equal(hc_status(answer), cases[i].status);
        handled += cases[i].status == 200 || strcmp(cases[i].method, "GET") == 0 ? 1 : 0;
        assert_int_equal(self->handled, handled);
    }
}

/* What has an entity tag: a read is answered by its conditions, a change is refused by them. */
static void
test_tagged(void **state)
{
    static const struct {
        const char *method, *headers;
        int status, handled;
        const char *body; /* NULL: whatever */
    } cases[] = {
        { "GET", "", 200, 0, "{\"version\":3}" },
        { "GET", "If-Match: \"3\"\r\n", 200, 0, "{\"version\":3}" },
        { "GET", "If-Match: \"2\"\r\n", 412, 0, NULL },
        { "GET", "If-None-Match: \"2\"\r\n", 200, 0, "{\"version\":3}" },
        { "GET", "If-None-Match: \"2\", W/\"3\"\r\n", 304, 0, "" },
        { "GET", "If-None-Match: *\r\n", 304, 0, "" },
        { "HEAD", "If-None-Match: \"3\"\r\n", 304, 0, "" },
        { "PUT", "", 200, 1, "{\"version\":4}" },
        { "PUT", "If-Match: *\r\n", 200, 1, "{\"version\":4}" },
        { "PUT", "If-Match: \"1\", \"3\"\r\n", 200, 1, "{\"version\":4}" },
        { "PUT", "If-Match: \"2\"\r\n", 412, 0, NULL },
        { "PUT", "If-Match: W/\"3\"\r\n", 412, 0, NULL },
        { "PUT", "If-None-Match: *\r\n", 412, 0, NULL },
        { "PUT", "If-None-Match: \"4\"\r\n", 200, 1, "{\"version\":4}" },
    };
    Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        self->handled = 0;
        g_autofree char *answer = ask(self, cases[i].method, "/tagged/7", cases[i].headers, "");
        if (hc_status(answer) != cases[i].status || self->handled != cases[i].handled
            || (cases[i].body != NULL && strcmp(hc_body(answer), cases[i].body) != 0)) {
            fail_msg("case %zu gave:\n%s", i, answer);
        }
        if (cases[i].status == 200 || cases[i].status == 304) {
            assert_non_null(strstr(answer, strcmp(cases[i].method, "PUT") == 0
                                               ? "ETag: \"4\"\r\n"
                                               : "ETag: \"3\"\r\n"));
        }
    }
    /* another route of the same API has none */
    g_autofree char *other = ask(self, "POST", "/tagged/7/run", "If-Match: \"3\"\r\n", "");
    assert_int_equal(hc_status(other), 412);
}

static void
test_body_too_large(void **state)
{
    const Fixture *self = *state;
    g_autofree char *body = g_strnfill(2000, '1');
    g_autofree char *first = ask(self, "POST", "/one/things", LONG, body);
    g_autofree char *second = ask(self, "POST", "/two/things/1", LONG, body);
    assert_int_equal(hc_status(first), 413);
    assert_string_equal(hc_body(first), "{\"code\":\"PAYLOAD_TOO_LARGE\",\"details\":[]}");
    assert_int_equal(hc_status(second), 413);
    assert_true(g_str_has_prefix(hc_body(second), "{\"detail\":{\"code\":\"PAYLOAD_TOO_LARGE\","));
}

/* The first authenticator whose credentials are there decides; one more is one row. */
static void
test_authenticators(void **state)
{
    static const struct {
        const char *target, *headers;
        int status;
        const char *text, *challenge; /* NULL: none */
    } cases[] = {
        { "/two/things/1", "X-API-Key: k-1\r\n", 200, "machine", NULL },
        { "/two/things/1", "x-api-key: k-1\r\nAuthorization: bearer ann\r\n", 200, "ann", NULL },
        { "/two/things/1", "X-API-Key: k-1\r\nAuthorization: Bearer eve\r\n", 401,
          "*send a token\"*", "Bearer realm=\"t\", error=\"invalid_token\"" },
        { "/two/things/1", "X-API-Key: k-1\r\nAuthorization: Basic eve\r\n", 200, "machine", NULL },
        { "/two/things/1", "X-API-Key: k-2\r\n", 401, "*\"send a key\"*", NULL },
        { "/two/things/1", "", 401, "*", "Bearer realm=\"t\", Told" },
        { "/two/things/1", "Authorization: told bus\\stop\r\n", 401,
          "*is sp\xc3\xa4t; send another\"*",
          "Told error=\"invalid_token\", error_description=\"the 'bus'stop' is spat\"" },
        { "/one/things", "X-API-Key: k-1\r\n", 401, "*", "Bearer realm=\"t\"" },
        { "/one/things", "Authorization: Bearer down\r\n", 503,
          "{\"code\":\"SERVICE_UNAVAILABLE\",*", NULL },
    };
    const Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *answer = ask(self, "POST", cases[i].target, cases[i].headers, "");
        g_autofree char *challenge = hc_header(answer, "WWW-Authenticate");

        if (hc_status(answer) != cases[i].status
            || !g_pattern_match_simple(cases[i].text, hc_body(answer))
            || g_strcmp0(challenge, cases[i].challenge) != 0) {
            fail_msg("case %zu gave:\n%s", i, answer);
        }
    }
}

static void
assert_limit_headers(const char *answer, const char *limit, const char *remaining,
                     const char *reset, const char *retry_after)
{
    g_autofree char *a = hc_header(answer, "RateLimit-Limit");
    g_autofree char *b = hc_header(answer, "RateLimit-Remaining");
    g_autofree char *c = hc_header(answer, "RateLimit-Reset");
    g_autofree char *d = hc_header(answer, "Retry-After");

    if (g_strcmp0(a, limit) != 0 || g_strcmp0(b, remaining) != 0 || g_strcmp0(c, reset) != 0
        || g_strcmp0(d, retry_after) != 0) {
        fail_msg("expected %s %s %s %s in:\n%s", limit, remaining, reset, retry_after, answer);
    }
}

/* An unknown caller is not counted; a limit comes before all further checks. */
static void
test_limiter(void **state)
{
    Fixture *self = *state;

    g_autofree char *unknown = ask(self, "GET", "/one/things", "", "");
    g_autofree char *refused = ask(self, "GET", "/one/things", "Authorization: Bearer eve\r\n", "");
    assert_int_equal(hc_status(unknown), 401);
    assert_int_equal(hc_status(refused), 401);
    assert_int_equal(self->asked, 0);
    assert_limit_headers(unknown, NULL, NULL, NULL, NULL);

    self->limit = (JwHttpLimit){ .limit = 10, .remaining = 9, .reset_s = 1 };
    g_autofree char *allowed =
        ask(self, "POST", "/one/things", "Authorization: Bearer ann\r\n" BODY, "{}");
    assert_int_equal(hc_status(allowed), 200);
    assert_limit_headers(allowed, "10", "9", "1", NULL);
    assert_string_equal(self->limited, "ann POST /things");
    assert_int_equal(self->asked, 1);
    assert_int_equal(self->handled, 1);

    self->limit = (JwHttpLimit){ .limit = 10, .reset_s = 30, .exceeded = true };
    static const char *const targets[] = { "/one/things", "/one/things?unknown=1" };
    static const char *const headers[] = {
        "Authorization: Bearer ann\r\n" BODY,
        "Authorization: Bearer ann\r\n" PLAIN, /* not reached: 415 */
        "Authorization: Bearer bob\r\n" BODY,  /* nor 403 */
    };
    for (size_t i = 0; i < G_N_ELEMENTS(targets) * G_N_ELEMENTS(headers); i++) {
        g_autofree char *answer = ask(self, "POST", targets[i % 2], headers[i / 2], "{}");
        assert_int_equal(hc_status(answer), 429);
        assert_string_equal(hc_body(answer), "{\"code\":\"RATE_LIMIT_EXCEEDED\",\"details\":[]}");
        assert_limit_headers(answer, "10", "0", "30", "30");
    }
    assert_int_equal(self->asked, 7);
    assert_int_equal(self->handled, 1);

    self->limit = (JwHttpLimit){ 0 };
    g_autofree char *unlimited =
        ask(self, "GET", "/one/things", "Authorization: Bearer ann\r\n", "");
    assert_int_equal(hc_status(unlimited), 200);
    assert_limit_headers(unlimited, NULL, NULL, NULL, NULL);
    g_autofree char *free_api = ask(self, "GET", "/one/open", "", "");
    assert_int_equal(hc_status(free_api), 200);
    assert_int_equal(self->asked, 8);
}

/* Refusals and what was answered before do not count, what was begun does; one that is exceeded was
 * never counted. */
static void
test_what_counts(void **state)
{
    static const struct {
        int status;
        bool replayed, counts;
    } cases[] = {
        { 200, false, true },  { 201, true, false },  { 202, false, true }, { 304, false, true },
        { 400, false, false }, { 404, false, false }, { 408, false, true }, { 409, false, false },
        { 410, false, false }, { 422, false, false }, { 500, false, true }, { 503, false, false },
        { 504, false, true },
    };
    Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        self->limit = (JwHttpLimit){
            .limit = 10, .window_s = 3600, .remaining = 4, .reset_s = 7, .ticket = 100 + (int64_t)i
        };
        self->status = cases[i].status;
        self->replayed = cases[i].replayed;
        self->returned = 0;
        g_autofree char *answer =
            ask(self, "GET", "/one/status", "Authorization: Bearer ann\r\n", "");
        g_autofree char *policy = hc_header(answer, "RateLimit-Policy");
        assert_int_equal(hc_status(answer), cases[i].status);
        assert_limit_headers(answer, "10", cases[i].counts ? "4" : "5", "7", NULL);
        assert_string_equal(policy, "10;w=3600");
        assert_int_equal(self->returned, cases[i].counts ? 0 : self->limit.ticket);
    }
    self->returned = 0;
    self->limit.ticket = 7;
    g_autofree char *forbidden =
        ask(self, "POST", "/one/things", "Authorization: Bearer bob\r\n" BODY, "{}");
    assert_int_equal(hc_status(forbidden), 403); /* refused before the handler */
    assert_int_equal(self->returned, 7);
    self->returned = 0;
    self->limit.remaining = 0;
    self->limit.exceeded = true;
    g_autofree char *exceeded =
        ask(self, "GET", "/one/status", "Authorization: Bearer ann\r\n", "");
    assert_int_equal(hc_status(exceeded), 429);
    assert_limit_headers(exceeded, "10", "0", "7", "7");
    assert_int_equal(self->returned, 0);
}

static void
test_queries(void **state)
{
    static const struct {
        const char *query;
        int status;
        const char *answer;
    } cases[] = {
        { "/search", 200, "7 none" },
        { "/search?count=42&colour=red", 200, "42 red" },
        { "/search?colour=colour.green&all=true&from=2026-01-06&who=%C3%A4%C3%B6%C3%BC&offset=-5",
          200, "7 colour.green" },
        { "/search?from=2026-01-06T00:00:00Z&count=100", 200, "100 none" },
        { "/search?count=0", 400, "*\"/count\"*must be a whole number from 1 to 100\"*" },
        { "/search?count=101", 400, "*\"/count\"*from 1 to 100*" },
        { "/search?count=", 400, "*\"/count\"*from 1 to 100*" },
        { "/search?count=1.0", 400, "*\"/count\"*from 1 to 100*" },
        { "/search?count=%201", 400, "*\"/count\"*from 1 to 100*" },
        { "/search?offset=x", 400, "*\"/offset\"*must be a whole number\"*" },
        { "/search?offset=9223372036854775808", 400, "*\"/offset\"*must be a whole number\"*" },
        { "/search?all=1", 400, "*\"/all\"*must be true or false\"*" },
        { "/search?colour=blue", 400, "*\"/colour\"*must be one of red, green, not 'blue'\"*" },
        { "/search?from=today", 400, "*\"/from\"*must be a date such as*" },
        { "/search?from=2026-01-06T00:00:00+02:00", 400, "*\"/from\"*write %2B for +*" },
        { "/search?from=2026-01-06T00:00:00%2B02:00", 200, "7 none" },
        { "/search?from=2026-01-06+00:00:00", 400, "*\"/from\"*date such as*" },
        { "/search?who=a", 400, "*\"/who\"*must have at least 2 characters\"*" },
        { "/search?who=abcde", 400, "*\"/who\"*must have at most 4 characters, not 5\"*" },
        { "/search?who=ab&who=cd", 400, "*\"/who\"*is given more than once; give it once\"*" },
        { "/search?colours=red", 400, "*\"/colours\"*did you mean 'colour'?\"*" },
        { "/search?z=1", 400, "*\"/z\"*known are: count, offset, all, colour, from, who\"*" },
        { "/search?z=1&count=0&all=maybe", 400, "*\"/z\"*\"/count\"*\"/all\"*" },
        { "/needed?id=", 200, "7 none" },
        { "/needed", 400, "*\"/id\"*is required\"*" },
    };
    const Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *target = g_strconcat("/one/open", cases[i].query, NULL);
        g_autofree char *answer = ask(self, "GET", target, "", "");

        if (hc_status(answer) != cases[i].status
            || !g_pattern_match_simple(cases[i].answer, hc_body(answer))) {
            fail_msg("%s gave:\n%s", target, answer);
        }
    }
}

int
main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH(test_forms),    WITH(test_body_too_large), WITH(test_authenticators),
        WITH(test_limiter),  WITH(test_what_counts),    WITH(test_queries),
        WITH(test_if_match), WITH(test_tagged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
