/* test_message.c: messages as CloudEvents, in both modes: what is taken, and what is refused how.
 */
#include "jw/wire_message.h"
#include "testkit.h"

#include "jw/json.h"

#include <string.h>

#define ATTRIBUTES   "\"specversion\":\"1.0\",\"type\":\"t.v1\",\"source\":\"/crm\",\"id\":\"e-1\""
#define HEADER_TRACE "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
#define OWN_TRACE    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
#define EVENT(rest)  "{" ATTRIBUTES "," rest "}"

static bool
read_event(const char *content_type, const char *body, JwWireEvent *ret_event, GError **error)
{
    const JwWireMessage message = {
        .content_type = content_type,
        .ce_type = "header.v1",
        .ce_specversion = "1.0",
        .ce_source = "/header",
        .ce_id = "h-1",
        .traceparent = HEADER_TRACE,
        .body = body,
        .body_length = body != NULL ? strlen(body) : 0,
    };

    return jw_wire_message_read(&message, ret_event, error);
}

/* Which mode it is the content type says alone. */
static void
test_modes(void **state)
{
    static const struct {
        const char *content_type;
        bool structured;
    } cases[] = {
        { NULL, false },
        { "", false },
        { "application/json", false },
        { "application/json; charset=utf-8", false },
        { "application/cloudevents+json", true },
        { "application/cloudevents+json; charset=UTF-8", true },
        { "Application/CloudEvents+JSON ;charset=utf-8", true },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwWireEvent) event = { 0 };
        g_autoptr(GError) error = NULL;

        assert_ok(read_event(cases[i].content_type, EVENT("\"data\":{\"a\":1}"), &event, &error),
                  error);
        assert_int_equal(event.structured, cases[i].structured);
        assert_string_equal(event.type, cases[i].structured ? "t.v1" : "header.v1");
        assert_string_equal(event.source, cases[i].structured ? "/crm" : "/header");
        assert_string_equal(event.id, cases[i].structured ? "e-1" : "h-1");
        assert_string_equal(event.traceparent, HEADER_TRACE);
        g_autofree char *data = jw_json_print(event.data);
        assert_int_equal(strcmp(data, "{\"a\":1}") == 0, cases[i].structured);
    }
}

static void
test_taken(void **state)
{
    static const struct {
        const char *body, *data, *traceparent;
    } cases[] = {
        { EVENT("\"data\":{}"), "{}", HEADER_TRACE },
        { EVENT("\"data\":[1]"), "[1]", HEADER_TRACE },
        { EVENT("\"data\":\"text\""), "\"text\"", HEADER_TRACE },
        { EVENT("\"data\":{},\"subject\":\"s\",\"time\":\"2026-01-02T03:04:05.678Z\","
                "\"datacontenttype\":\"application/json; charset=utf-8\",\"dataschema\":\"x:y\""),
          "{}", HEADER_TRACE },
        { EVENT("\"data\":{},\"datacontenttype\":\"application/vnd.crm+json\""), "{}",
          HEADER_TRACE },
        { EVENT("\"data\":{},\"subject\":null,\"time\":null,\"data_base64\":null"), "{}",
          HEADER_TRACE },
        { EVENT("\"data\":{},\"traceparent\":\"" OWN_TRACE
                "\",\"tracestate\":\"a=b\",\"sequence\":7,"
                "\"sampled\":true"),
          "{}", OWN_TRACE },
        { EVENT("\"data\":{},\"traceparent\":\"mine\""), "{}", HEADER_TRACE },
        { EVENT("\"data_base64\":\"eyJhIjoxfQ==\""), "{\"a\":1}", HEADER_TRACE },
        { EVENT("\"data_base64\":\"eyJhIjoxfQ==\",\"data\":null"), "{\"a\":1}", HEADER_TRACE },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwWireEvent) event = { 0 };
        g_autoptr(GError) error = NULL;

        assert_ok(read_event(JW_CONTENT_TYPE_EVENT, cases[i].body, &event, &error), error);
        g_autofree char *data = json_dumps(event.data, JSON_ENCODE_ANY | JSON_COMPACT);
        assert_string_equal(data, cases[i].data);
        assert_string_equal(event.traceparent, cases[i].traceparent);
    }
}

/* In binary mode the attributes are headers: they may be what members of a structured one may be.
 */
static void
test_headers(void **state)
{
    g_autofree char *longest = g_strnfill(1000, 'x'), *longer = g_strnfill(1001, 'x');
    const struct {
        const char *type, *source, *id, *broken, *reason; /* NULL: it is taken */
    } cases[] = {
        { "t", longest, longest, NULL, NULL },
        { "t", "/Zürich", "1", NULL, NULL },
        { "t", "", NULL, NULL, NULL }, /* which the caller sees */
        { NULL, "/crm", "1", NULL, NULL },
        { "t", longer, "1", NULL, "header ce_source has more than 1000 characters*" },
        { "t", "/crm", longer, NULL, "header ce_id has more than 1000 characters*" },
        { longer, "/crm", "1", NULL, "header ce_type has more than 1000 characters*" },
        { "t", "/c\033[31m", "1", NULL, "header ce_source must be one line*" },
        { "t", "/c\nrm", "1", NULL, "header ce_source must be one line*" },
        { "t", "/crm", "1\t2", NULL, "header ce_id must be one line*" },
        { "t", "/crm", "\302\205", NULL, "header ce_id must be one line*" },
        { "t", NULL, "1", "ce_source", "header ce_source is not UTF-8*" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const JwWireMessage message = { .ce_specversion = "1.0",
                                        .ce_type = cases[i].type,
                                        .ce_source = cases[i].source,
                                        .ce_id = cases[i].id,
                                        .broken = cases[i].broken,
                                        .body = "{}",
                                        .body_length = 2 };
        g_auto(JwWireEvent) event = { 0 };
        g_autoptr(GError) error = NULL;
        const bool ok = jw_wire_message_read(&message, &event, &error);
        if (cases[i].reason == NULL) {
            assert_ok(ok, error);
            assert_int_equal(g_strcmp0(event.source, cases[i].source), 0);
        } else {
            assert_false(ok);
            assert_jw_error(error, JW_ERROR_INVALID, cases[i].reason);
        }
    }
}

/* What is carried on is what it is called, and of a bounded length; else there is none. */
static void
test_carried_on(void **state)
{
    g_autofree char *big = g_strnfill(200000, 'z');
    g_autofree char *longest = g_strnfill(128, 'r'), *longer = g_strnfill(129, 'r');
    g_autofree char *newer = g_strconcat("0a", &HEADER_TRACE[2], "-", big, NULL);
    g_autofree char *more = g_strconcat(HEADER_TRACE, "-0", NULL);
    const struct {
        const char *trace, *id, *expected_trace, *expected_id;
    } cases[] = {
        { HEADER_TRACE, "req-1", HEADER_TRACE, "req-1" },
        { NULL, longest, NULL, longest },
        { big, longer, NULL, NULL },
        { more, "a b", NULL, NULL },
        { newer, "\033[31m", HEADER_TRACE, NULL },
        { "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "", NULL, NULL },
        { "", "a_b.c-9", NULL, "a_b.c-9" },
    };

    (void)state;
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        const bool structured = i % 2 == 1;
        const char *body = structured ? EVENT("\"data\":{}") : "{}";
        const JwWireMessage message = { .content_type = structured ? JW_CONTENT_TYPE_EVENT : NULL,
                                        .ce_specversion = "1.0",
                                        .ce_type = "t",
                                        .ce_source = "/crm",
                                        .ce_id = "1",
                                        .traceparent = cases[i / 2].trace,
                                        .request_id = cases[i / 2].id,
                                        .body = body,
                                        .body_length = strlen(body) };
        g_auto(JwWireEvent) event = { 0 };
        g_autoptr(GError) error = NULL;

        assert_ok(jw_wire_message_read(&message, &event, &error), error);
        assert_int_equal(g_strcmp0(event.traceparent, cases[i / 2].expected_trace), 0);
        assert_int_equal(g_strcmp0(event.request_id, cases[i / 2].expected_id), 0);
    }
}

static const struct {
    const char *content_type, *body, *reason;
} refused[] = {
    { NULL, NULL, "the message has no value" },
    { NULL, "{", "the value is not acceptable JSON: *" },
    { "application/cloudevents-batch+json", "[]",
      "header content-type is \"application/cloudevents-batch+json\"; send "
      "application/cloudevents+json, or the attributes as headers" },
    { "application/cloudevents+avro", "x", "header content-type is *" },
    { "application/cloudevents", "{}", "header content-type is *" },
    { JW_CONTENT_TYPE_EVENT, NULL, "the message has no value" },
    { JW_CONTENT_TYPE_EVENT, "{", "the value is not acceptable JSON: *" },
    { JW_CONTENT_TYPE_EVENT, "[" EVENT("\"data\":{}") "]", "the value is no JSON object*" },
    { JW_CONTENT_TYPE_EVENT, "{}", "*/specversion: *; /type: *; /source: *; /id: *" },
    { JW_CONTENT_TYPE_EVENT,
      "{\"specversion\":\"0.3\",\"type\":\"\",\"source\":\"\","
      "\"id\":\"\",\"data\":{}}",
      "*/specversion: *1.0*; /type: *; /source: *; /id: *" },
    { JW_CONTENT_TYPE_EVENT,
      "{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"/a\","
      "\"id\":null,\"data\":{}}",
      "/id: is required*" },
    { JW_CONTENT_TYPE_EVENT,
      "{\"specversion\":\"1.0\",\"type\":\"t\",\"source\":\"/a\","
      "\"id\":7,\"data\":{}}",
      "/id: *string*" },
    { JW_CONTENT_TYPE_EVENT, "{" ATTRIBUTES "}", "/data: is required*" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data\":null"), "/data: is required*" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data\":{},\"data_base64\":\"e30=\""),
      "/data_base64: must not stand beside data" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data_base64\":\"e30\""), "/data_base64: is no base64*" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data_base64\":\"e30=!\""), "/data_base64: is no base64*" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data_base64\":\"\""),
      "/data_base64: does not hold acceptable JSON*" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data_base64\":\"aGVsbG8=\""),
      "/data_base64: does not hold acceptable JSON*" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data_base64\":{}"), "/data_base64: *string*" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data\":{},\"time\":\"yesterday\""), "/time: *" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data\":\"<a/>\",\"datacontenttype\":\"text/xml\""),
      "/datacontenttype: must be application/json*" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data\":{},\"jobType\":\"report\""),
      "/jobType: is no member of a CloudEvent*" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data\":{},\"spec\":{}"), "/spec: must be a string*data" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data\":{},\"share\":0.5"), "/share: *whole number*" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data\":{},\"\":\"x\""), "/: is no member*" },
    { JW_CONTENT_TYPE_EVENT, EVENT("\"data\":{},\"data\":{}"),
      "the value is not acceptable JSON: *" },
};

static void
test_refused(void **state)
{

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_auto(JwWireEvent) event = { 0 };
        g_autoptr(GError) error = NULL;

        assert_false(read_event(refused[i].content_type, refused[i].body, &event, &error));
        assert_jw_error(error, JW_ERROR_INVALID, refused[i].reason);
        assert_null(event.data);
    }
}

/* What costs a hundred times its bytes is refused before anything is made of it. */
static void
test_too_many(void **state)
{
    GString *text = g_string_new("[{}");
    g_auto(JwWireEvent) event = { 0 };
    g_autoptr(GError) error = NULL;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        g_string_append(text, ",{}");
    }
    g_string_append_c(text, ']');
    assert_false(read_event(NULL, text->str, &event, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*acceptable JSON: *more than 5000 objects*");
    g_autofree char *encoded = g_base64_encode((const guchar *)text->str, text->len);
    g_autofree char *whole = g_strdup_printf(EVENT("\"data_base64\":\"%s\""), encoded);
    g_clear_error(&error);
    assert_false(read_event(JW_CONTENT_TYPE_EVENT, whole, &event, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "/data_base64: *more than 5000 objects*");
    g_string_free(text, TRUE);
}

/* Pointers lead from the value of the message, whose data is the command. */
static void
test_violations(void **state)
{
    g_auto(JwViolations) violations = { 0 };
    JwWireEvent event = { .structured = true };

    (void)state;
    (void)jw_violations_add(&violations, "/spec/a", "is 100%% wrong");
    (void)jw_violations_add(&violations, "", "is too large");
    g_autofree char *whole = jw_wire_event_violations(&event, &violations);
    assert_string_equal(whole, "/data/spec/a: is 100% wrong; /data: is too large");
    event.structured = false;
    g_autofree char *plain = jw_wire_event_violations(&event, &violations);
    assert_true(g_str_has_prefix(plain, "/spec/a: is 100% wrong; "));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_modes),      cmocka_unit_test(test_taken),
        cmocka_unit_test(test_headers),    cmocka_unit_test(test_carried_on),
        cmocka_unit_test(test_refused),    cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_violations),
    };

    return cmocka_run_group_tests_name("wire_message", tests, NULL, NULL);
}
