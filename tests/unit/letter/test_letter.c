/* test_compose.c: the report mail, read back as a mail program would. */
#include "drawing.h"
#include "jw/links.h"
#include "jw/report_words.h"
#include "jw/letter.h"
#include "testkit.h"

#include <gmime/gmime.h>
#include <string.h>

#define JOB_ID "0190b6a2-7c1e-7d4f-8a7b-2f1e0c9d8e7f"
#define SHA    "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"

static const char weekly[] =
    "{\"title\":\"Call records\",\"reportType\":\"call-records\",\"period\":{\"type\":\"weekly\","
    "\"start\":\"2021-01-04T00:00:00Z\",\"end\":\"2021-01-11T00:00:00Z\",\"timeZone\":\"UTC\","
    "\"label\":\"4 Jan 2021 \xe2\x80\x93 10 Jan 2021\"},\"rows\":420,\"figures\":["
    "{\"name\":\"totalCalls\",\"label\":\"Total calls\",\"format\":\"integer\",\"value\":420,"
    "\"text\":\"420\"},"
    "{\"name\":\"answerRate\",\"label\":\"Answer rate\",\"format\":\"percent\",\"value\":81.19,"
    "\"text\":\"81.19 %\"},"
    "{\"name\":\"wait\",\"label\":\"Average wait\",\"format\":\"seconds\",\"value\":null,"
    "\"text\":\"\"}],"
    "\"chart\":{\"title\":\"Calls by hour\",\"labels\":[\"00:00\",\"01:00\",\"02:00\"],"
    "\"values\":[3,57,null],\"measure\":\"Calls\"}}";

static const char compared[] =
    "{\"title\":\"Call "
    "records\",\"reportType\":\"call-records\",\"period\":{\"type\":\"weekly\",\"start\":\"2021-01-"
    "04T00:00:00Z\",\"end\":\"2021-01-11T00:00:00Z\",\"timeZone\":\"UTC\",\"label\":\"4 Jan "
    "2021\"},\"rows\":420,"
    "\"compared\":{\"start\":\"2020-12-28T00:00:00Z\",\"end\":\"2021-01-04T00:00:00Z\","
    "\"label\":\"28 Dec 2020 – 3 Jan 2021\"},\"notes\":[\"A <note>.\"],\"figures\":["
    "{\"name\":\"totalCalls\",\"label\":\"Total calls\",\"format\":\"integer\",\"value\":420,"
    "\"text\":\"420\",\"comparison\":{\"previous\":407,\"previousText\":\"407\","
    "\"difference\":13,\"differenceText\":\"+13\",\"percent\":3.2,\"percentText\":\"+3.2 %\"}},"
    "{\"name\":\"rate\",\"label\":\"Rate\",\"format\":\"percent\",\"value\":81.0,\"text\":\"81 "
    "%\",\"level\":\"bad\","
    "\"comparison\":{\"previous\":82.0,\"previousText\":\"82 %\",\"difference\":-1.0,"
    "\"differenceText\":\"-1 pp\",\"percent\":null,\"percentText\":\"n/a\"}},"
    "{\"name\":\"peak\",\"label\":\"Peak\",\"format\":\"hour\",\"value\":9,\"text\":\"09:00\","
    "\"comparison\":{\"previous\":10,\"previousText\":\"10:00\",\"difference\":null,"
    "\"differenceText\":\"n/a\",\"percent\":null,\"percentText\":\"n/a\"}}]}";

typedef struct {
    JwArtifact artifact;
    JwJob job;
    GBytes *file;
    JwLetterInput input;
} Fixture;

static void
set(char **field, const char *text)
{
    g_free(*field);
    *field = g_strdup(text);
}

static int
set_up(void **state)
{
    Fixture *self = g_new0(Fixture, 1);
    set(&self->artifact.file_name, "CDR_Weekly_Report_2021-01-04_2021-01-10.xlsx");
    set(&self->artifact.content_type,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    set(&self->artifact.sha256, SHA);
    set(&self->artifact.summary, weekly);
    self->artifact.size_bytes = 48211;
    self->artifact.rows = 420;
    set(&self->job.id, JOB_ID);
    set(&self->job.name, "Weekly call report");
    self->job.artifact = &self->artifact;
    self->file = g_bytes_new_static("PK\3\4 a workbook", 15);
    self->input = (JwLetterInput){
        .job = &self->job,
        .delivery_id = "d-1",
        .recipient = "ann@example.org",
        .from = "Jobwire <reports@example.org>",
        .message_id = "m1@jobwire.example",
        .date_ms = INT64_C(1610323200000),
        .attachment = self->file,
    };
    *state = self;
    return 0;
}

static int
tear_down(void **state)
{
    Fixture *self = *state;
    g_free(self->artifact.file_name);
    g_free(self->artifact.content_type);
    g_free(self->artifact.sha256);
    g_free(self->artifact.summary);
    g_free(self->job.id);
    g_free(self->job.name);
    g_free(self->job.requested_by.id);
    g_free(self->job.requested_by.name);
    g_bytes_unref(self->file);
    g_free(self);
    return 0;
}

typedef struct {
    GMimeMessage *message;
    char *text, *html;
    GByteArray *image, *file; /* NULL: none */
    char *file_name, *image_id;
} Read;

static GByteArray *
content(GMimeObject *part)
{
    GMimeStream *stream = g_mime_stream_mem_new();
    g_mime_data_wrapper_write_to_stream(g_mime_part_get_content(GMIME_PART(part)), stream);
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    GByteArray *copy = g_byte_array_append(g_byte_array_new(), bytes->data, bytes->len);
    g_object_unref(stream);
    return copy;
}

static char *
content_text(GMimeObject *part)
{
    g_autoptr(GByteArray) bytes = content(part);
    char *text = g_strndup((const char *)bytes->data, bytes->len);
    assert_true(g_utf8_validate(text, -1, NULL));
    return text;
}

static void
on_part(GMimeObject *parent, GMimeObject *part, gpointer data)
{
    (void)parent;
    Read *self = data;
    GMimeContentType *type = g_mime_object_get_content_type(part);
    if (g_mime_content_type_is_type(type, "text", "plain")) {
        self->text = content_text(part);
    } else if (g_mime_content_type_is_type(type, "text", "html")) {
        self->html = content_text(part);
    } else if (g_mime_content_type_is_type(type, "image", "png")) {
        self->image = content(part);
        self->image_id = g_strdup(g_mime_object_get_content_id(part));
    } else if (GMIME_IS_PART(part)) {
        self->file = content(part);
        self->file_name = g_strdup(g_mime_part_get_filename(GMIME_PART(part)));
    }
}

static void
read_init(Read *self, const JwLetterInput *input)
{
    memset(self, 0, sizeof *self);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = jw_letter_report(input, &error);
    assert_ok(bytes, error);
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(data, length);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    self->message = g_mime_parser_construct_message(parser, NULL);
    assert_non_null(self->message);
    g_object_unref(parser);
    g_object_unref(stream);
    g_mime_message_foreach(self->message, on_part, self);
    assert_non_null(self->text);
    assert_non_null(self->html);
}

static void
read_clear(Read *self)
{
    g_object_unref(self->message);
    g_free(self->text);
    g_free(self->html);
    g_clear_pointer(&self->image, g_byte_array_unref);
    g_clear_pointer(&self->file, g_byte_array_unref);
    g_free(self->file_name);
    g_free(self->image_id);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Read, read_clear)

static void
assert_holds(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("\"%s\" is missing in:\n%s", part, text);
    }
}

static void
assert_lacks(const char *text, const char *part)
{
    if (strstr(text, part) != NULL) {
        fail_msg("\"%s\" should not be in:\n%s", part, text);
    }
}

static void
test_weekly(void **state)
{
    Fixture *self = *state;
    g_auto(Read) mail = { 0 };
    read_init(&mail, &self->input);
    GMimeObject *top = GMIME_OBJECT(mail.message);
    assert_string_equal(g_mime_message_get_subject(mail.message),
                        "Weekly call report · Call records: Weekly report, 4 Jan 2021 "
                        "\xe2\x80\x93 10 Jan 2021");
    assert_string_equal(g_mime_object_get_header(top, "Auto-Submitted"), "auto-generated");
    assert_string_equal(g_mime_object_get_header(top, "X-Jobwire-Job-Id"), JOB_ID);
    assert_string_equal(g_mime_object_get_header(top, "X-Jobwire-Delivery-Id"), "d-1");
    assert_string_equal(g_mime_message_get_message_id(mail.message), "m1@jobwire.example");
    assert_holds(mail.text, "Weekly call report\r\nCall records\r\nWeekly report, 4 Jan 2021 "
                            "\xe2\x80\x93 10 Jan 2021 (UTC)");
    assert_holds(mail.text, "  Total calls       420\r\n"
                            "  Answer rate   81.19 %\r\n"
                            "  Average wait        \xe2\x80\x93\r\n");
    assert_holds(mail.text, "Calls by hour: most at 01:00 (57)");
    assert_holds(mail.text,
                 "Attached file: CDR_Weekly_Report_2021-01-04_2021-01-10.xlsx (47.1 KiB)");
    assert_holds(mail.text, SHA);
    assert_holds(mail.text, JOB_ID);
    assert_holds(mail.html, "Total calls</div>");
    assert_holds(mail.html, ">81.19 %</div>");
    assert_holds(mail.html, "420 records");
    assert_holds(mail.html, SHA);
    assert_holds(mail.html, "sent automatically by Jobwire");
    assert_holds(mail.html, "alt=\"Calls by hour: most at 01:00 (57)\"");
    assert_lacks(mail.html, "Download");
    g_autofree char *cid = g_strconcat("\"cid:", mail.image_id, "\"", NULL);
    assert_holds(mail.html, cid);
    assert_memory_equal(mail.image->data, "\x89PNG", 4);
    assert_int_equal(mail.file->len, 15);
    assert_memory_equal(mail.file->data, "PK\3\4 a workbook", 15);
    assert_string_equal(mail.file_name, self->artifact.file_name);
}

/* Of one type there are many reports: the name of the job leads, and the type's title is behind it
 * where it is another and there is room. */
static void
test_names(void **state)
{
    Fixture *self = *state;
#define PERIOD "Weekly report, 4 Jan 2021 \xe2\x80\x93 10 Jan 2021"
#define LONG   "The calls of all the teams of the north and of the south"
    static const struct {
        const char *name, *subject, *text, *kind, *title;
    } cases[] = {
        { "October calls", "October calls · Call records: " PERIOD,
          "October calls\r\nCall records\r\n" PERIOD, ">Weekly report · Call records</div>",
          ">October calls</h1>" },
        { "Call records", "Call records: " PERIOD, "Call records\r\n" PERIOD,
          ">Weekly report</div>", ">Call records</h1>" },
        { "", "Call records: " PERIOD, "Call records\r\n" PERIOD, ">Weekly report</div>",
          ">Call records</h1>" },
        { NULL, "Call records: " PERIOD, "Call records\r\n" PERIOD, ">Weekly report</div>",
          ">Call records</h1>" },
        { LONG " 1", LONG " 1 · Call records: " PERIOD, LONG " 1\r\nCall records\r\n" PERIOD,
          ">Weekly report · Call records</div>", ">" LONG " 1</h1>" },
        { LONG " 123", LONG " 123: " PERIOD, LONG " 123\r\nCall records\r\n" PERIOD,
          ">Weekly report · Call records</div>", ">" LONG " 123</h1>" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        set(&self->job.name, cases[i].name);
        g_auto(Read) mail = { 0 };
        read_init(&mail, &self->input);
        assert_string_equal(g_mime_message_get_subject(mail.message), cases[i].subject);
        assert_true(g_str_has_prefix(mail.text, cases[i].text));
        assert_holds(mail.html, cases[i].kind);
        assert_holds(mail.html, cases[i].title);
    }
}

/* A report on a part says so wherever it is looked at first. */
static void
test_part(void **state)
{
    Fixture *self = *state;
    set(&self->artifact.summary,
        "{\"title\":\"Call records\",\"period\":{\"type\":\"weekly\",\"label\":\"last week\"},"
        "\"filters\":[{\"name\":\"departmentIds\",\"label\":\"Departments\",\"text\":\"support, "
        "sales\"},{\"name\":\"statuses\",\"label\":\"Statuses\",\"text\":\"<b>missed</b>\"}],"
        "\"inactiveIncluded\":true}");
    set(&self->job.requested_by.id, "u-1");
    g_auto(Read) mail = { 0 };
    read_init(&mail, &self->input);
    assert_string_equal(g_mime_message_get_subject(mail.message),
                        "Weekly call report · Call records: Weekly report, last week (support, "
                        "sales, <b>missed</b>)");
    assert_holds(mail.text, "Weekly report, last week\r\n"
                            "Only a part of the records:\r\n"
                            "  Departments: support, sales\r\n"
                            "  Statuses: <b>missed</b>\r\n"
                            "Inactive records are included.\r\n"
                            "Requested by u-1\r\n");
    assert_holds(mail.html, "<strong>Only a part of the records</strong><br>"
                            "Departments: support, sales<br>"
                            "Statuses: &lt;b&gt;missed&lt;/b&gt;");
    assert_holds(mail.html, "Inactive records are included.");
    assert_holds(mail.html, ">Requested by u-1</div>");
    set(&self->job.requested_by.name, "Ann <Example>");
    g_auto(Read) named = { 0 };
    read_init(&named, &self->input);
    assert_holds(named.html, ">Requested by Ann &lt;Example&gt;</div>");
    assert_lacks(named.html, "u-1");
}

/* Too much for a subject. */
static void
test_long_part(void **state)
{
    Fixture *self = *state;
    set(&self->artifact.summary,
        "{\"title\":\"Call records\",\"filters\":[{\"name\":\"agents\",\"label\":\"Agents\","
        "\"text\":\"ada, bob, cem, dan, eve, fay, gus, hal, ida and 7 more\"}]}");
    g_auto(Read) mail = { 0 };
    read_init(&mail, &self->input);
    assert_string_equal(g_mime_message_get_subject(mail.message),
                        "Weekly call report · Call records: Report (part of the records)");
    assert_holds(mail.text, "  Agents: ada, bob, cem, dan, eve, fay, gus, hal, ida and 7 more\r\n");
}

static void
test_link(void **state)
{
    Fixture *self = *state;
    self->input.attachment = NULL;
    self->input.link = "https://reports.example.org/d?id=1&token=a%20b";
    self->input.link_expires_ms = INT64_C(1610409600000);
    g_auto(Read) mail = { 0 };
    read_init(&mail, &self->input);
    assert_null(mail.file);
    assert_holds(mail.html, "href=\"https://reports.example.org/d?id=1&amp;token=a%20b\"");
    assert_holds(mail.html, "Download the report");
    assert_holds(mail.html, "The link works until 12 Jan 2021, 00:00 UTC.");
    assert_holds(mail.text, "\r\nhttps://reports.example.org/d?id=1&token=a%20b\r\n");
    assert_holds(mail.text, "The link works until 12 Jan 2021, 00:00 UTC.");
    assert_holds(mail.text, SHA);
}

static void
test_links_that_are_none(void **state)
{
    Fixture *self = *state;
    static const char *const links[] = {
        "javascript:alert(1)", "https://a b",         "ftp://x",         "//x", "",
        "https://x\r\n",       "https://x\"onclick=", "data:text/html,x"
    };
    for (size_t i = 0; i < G_N_ELEMENTS(links); i++) {
        self->input.link = links[i];
        g_autoptr(GError) error = NULL;
        assert_null(jw_letter_report(&self->input, &error));
        assert_jw_error(error, JW_ERROR_INVALID, "*link*");
    }
}

/* What the check of the settings takes can stand in a mail. */
static void
test_links_of_every_base(void **state)
{
    Fixture *self = *state;
    static const struct {
        const char *base;
        bool good;
    } cases[] = {
        { "https://jobs.example.com", true },
        { "HTTPS://jobs.example.com", true },
        { "http://127.0.0.1:8080/", true },
        { "https://[::1]/jobs//", true },
        { "https://jobs.example/a%7Cb", true },
        { "https://xn--jbs-sna.example", true },
        { "https://j\xc3\xb6"
          "bs.example",
          false },
        { "https://jobs.example/a|b", false },
        { "https://jobs.example/a{b}", false },
        { "https://jobs.example/a\\b", false },
        { "https://jobs.example/a^b", false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *base = g_strdup(cases[i].base);
        g_autoptr(GError) error = NULL;
        if (!jw_link_base_check(base, &error)) {
            assert_false(cases[i].good);
            assert_jw_error(error, JW_ERROR_INVALID, "JW_PUBLIC_URL is *");
            continue;
        }
        g_autofree char *link = jw_link_mailed(base, "token");
        self->input.link = link;
        g_autoptr(GBytes) mail = jw_letter_report(&self->input, &error);
        assert_ok(mail != NULL, error);
        assert_true(cases[i].good);
    }
}

static void
test_kinds(void **state)
{
    Fixture *self = *state;
    static const struct {
        const char *summary, *subject;
    } cases[] = {
        { "{\"title\":\"T\",\"period\":{\"type\":\"monthly\",\"label\":\"January 2021\"}}",
          "Weekly call report · T: Monthly report, January 2021" },
        { "{\"title\":\"T\",\"period\":{\"type\":\"custom\",\"label\":\"1 to 2\"}}",
          "Weekly call report · T: Report, 1 to 2" },
        { "{\"title\":\"T\",\"period\":{\"type\":\"custom\",\"start\":null,\"label\":null}}",
          "Weekly call report · T: Report" },
        { "{}", "Weekly call report: Report" },
        { "[1]", "Weekly call report: Report" },
        { "not JSON", "Weekly call report: Report" },
        { "{\"title\":7,\"figures\":{},\"chart\":[]}", "Weekly call report: Report" },
        { "{\"title\":\"A\\r\\nBcc: x@y.example\"}",
          "Weekly call report · A Bcc: x@y.example: Report" },
        { "{\"title\":\"=?utf-8?q?=0d=0aBcc:_x?=\"}",
          "Weekly call report · =?utf-8?q?=0d=0aBcc:_x?=: Report" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        set(&self->artifact.summary, cases[i].summary);
        g_auto(Read) mail = { 0 };
        read_init(&mail, &self->input);
        assert_string_equal(g_mime_message_get_subject(mail.message), cases[i].subject);
        assert_null(mail.image);
        assert_lacks(mail.html, "<img");
    }
    g_clear_pointer(&self->artifact.summary, g_free);
    g_auto(Read) mail = { 0 };
    read_init(&mail, &self->input);
    assert_string_equal(g_mime_message_get_subject(mail.message), "Weekly call report: Report");
}

static void
test_everything_is_escaped(void **state)
{
    Fixture *self = *state;
#define EVIL "<script>alert(1)</script>\\\"'&amp;<img src=x>"
    set(&self->artifact.summary,
        "{\"title\":\"" EVIL "\",\"period\":{\"type\":\"weekly\",\"label\":\"" EVIL
        "\",\"timeZone\":\"" EVIL "\"},\"figures\":[{\"label\":\"" EVIL "\",\"text\":\"" EVIL
        "\"}],\"chart\":{\"title\":\"" EVIL "\",\"measure\":\"" EVIL "\",\"labels\":[\"" EVIL
        "\"],\"values\":[1]}}");
    set(&self->job.name, "<b>\"job\"</b>");
    set(&self->artifact.sha256, "<i>sha</i>");
    set(&self->artifact.file_name, "<b>evil</b>.xlsx");
    g_auto(Read) mail = { 0 };
    read_init(&mail, &self->input);
    assert_lacks(mail.html, "<script");
    assert_lacks(mail.html, "src=x>");
    assert_lacks(mail.html, "<b>");
    assert_lacks(mail.html, "<i>");
    assert_holds(mail.html, "&lt;script&gt;");
    assert_holds(mail.html, "&lt;b&gt;&quot;job&quot;&lt;/b&gt;");
    /* The one picture is the chart, whose description stays inside its quotes. */
    const char *image = strstr(mail.html, "<img ");
    assert_non_null(image);
    assert_null(strstr(image + 1, "<img"));
    assert_holds(image, "alt=\"&lt;script");
}

static void
test_odd_figures_and_charts(void **state)
{
    Fixture *self = *state;
    g_autoptr(GString) many = g_string_new("{\"title\":\"T\",\"figures\":[1,null,{\"text\":\"x\"}");
    for (int i = 0; i < 60; i++) {
        g_string_append_printf(many, ",{\"label\":\"L%d\",\"text\":\"V%d\"}", i, i);
    }
    g_string_append(many, "],\"chart\":{\"labels\":[");
    for (int i = 0; i < 900; i++) {
        g_string_append_printf(many, "%s%s", i > 0 ? "," : "", i % 3 == 0 ? "7" : "\"x\"");
    }
    g_string_append(many, "],\"values\":[");
    for (int i = 0; i < 800; i++) {
        g_string_append_printf(many, "%s%s", i > 0 ? "," : "", i % 5 == 0 ? "\"no\"" : "1e308");
    }
    g_string_append(many, "]}}");
    set(&self->artifact.summary, many->str);
    g_auto(Read) mail = { 0 };
    read_init(&mail, &self->input);
    assert_holds(mail.html, ">V49</div>");
    assert_lacks(mail.html, ">V50</div>");
    assert_holds(mail.text, "  L49  V49\r\n");
    assert_holds(mail.text, "Chart: No data in this period");
    assert_non_null(mail.image);
}

/* As many figures and filters as a definition may have are in the mail. */
static void
test_many_figures_and_limits(void **state)
{
    Fixture *self = *state;
    g_autoptr(GString) many = g_string_new("{\"title\":\"T\",\"figures\":[");

    for (int i = 0; i < 50; i++) {
        g_string_append_printf(many, "%s{\"label\":\"L%d\",\"text\":\"V%d\"}", i > 0 ? "," : "", i,
                               i);
    }
    g_string_append(many, "],\"filters\":[");
    for (int i = 0; i < 50; i++) {
        g_string_append_printf(many, "%s{\"label\":\"F%d\",\"text\":\"W%d\"}", i > 0 ? "," : "", i,
                               i);
    }
    g_string_append(many, "]}");
    set(&self->artifact.summary, many->str);
    g_auto(Read) mail = { 0 };
    read_init(&mail, &self->input);
    for (int i = 0; i < 50; i++) {
        g_autofree char *figure = g_strdup_printf(">V%d</div>", i);
        g_autofree char *line = g_strdup_printf("V%d\r\n", i);
        g_autofree char *limit = g_strdup_printf("F%d: W%d", i, i);
        assert_holds(mail.html, figure);
        assert_holds(mail.text, line);
        assert_holds(mail.text, limit);
    }
    assert_holds(mail.html, "W49");
}

/* What the chart says is what table and workbook say: all decimals, and values below zero. */
static void
test_chart_in_words(void **state)
{
    static const struct {
        const char *chart, *text;
    } rows[] = {
        { "\"decimals\":2,\"values\":[2.68,0.13]", "Chart: most at a (2.68)" },
        { "\"decimals\":3,\"values\":[0.125,-9]", "Chart: most at a (0.125)" },
        { "\"decimals\":0,\"values\":[-7,-3]", "Chart: least at a (-7)" },
        { "\"decimals\":1,\"values\":[-0.5,0]", "Chart: least at a (-0.5)" },
        { "\"decimals\":2,\"values\":[3400000,1]", "Chart: most at a (3.4M)" },
        { "\"values\":[82.91,1]", "Chart: most at a (82.9)" },
        { "\"decimals\":2,\"values\":[0,0]", "Chart: No data in this period" },
        { "\"format\":\"percent\",\"decimals\":1,\"values\":[100,5]",
          "Chart: most at a (100.0 %)" },
        { "\"kind\":\"stacked\",\"measure\":\"Calls\",\"values\":[1,2],\"more\":[{\"measure\":"
          "\"Missed\",\"values\":[1]}]",
          "Chart: Calls most at b (2)" },
        { "\"format\":\"seconds\",\"decimals\":0,\"values\":[7,30]", "Chart: most at b (30 s)" },
        { "\"decimals\":0,\"values\":[5,5]", "Chart: most at a and 1 more (5)" },
    };
    Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *summary = g_strdup_printf(
            "{\"title\":\"T\",\"chart\":{\"labels\":[\"a\",\"b\"],%s}}", rows[i].chart);
        g_auto(Read) mail = { 0 };

        set(&self->artifact.summary, summary);
        read_init(&mail, &self->input);
        assert_holds(mail.text, rows[i].text);
    }
}

static void
unref_bytes(gpointer bytes)
{
    g_bytes_unref(bytes);
}

/* The picture is of the kind and of the series that the report has. */
static void
test_kinds_of_charts_have_pictures_of_their_own(void **state)
{
    static const char *const charts[] = {
        "\"kind\":\"column\",\"values\":[1,2]",
        "\"kind\":\"line\",\"values\":[1,2]",
        "\"kind\":\"bar\",\"values\":[1,2]",
        "\"kind\":\"pie\",\"values\":[1,2]",
        "\"kind\":\"stacked\",\"values\":[1,2],\"more\":[{\"values\":[2,2]}]",
        "\"kind\":\"stacked\",\"values\":[1,2],\"more\":[{\"values\":[2,3]}]",
        "\"kind\":\"column\",\"values\":[1,2],\"more\":[{\"values\":[2,2]}]",
    };
    Fixture *self = *state;
    g_autoptr(GHashTable) images =
        g_hash_table_new_full(g_bytes_hash, g_bytes_equal, unref_bytes, NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(charts); i++) {
        g_autofree char *summary =
            g_strdup_printf("{\"title\":\"T\",\"chart\":{\"labels\":[\"a\",\"b\"],%s}}", charts[i]);
        g_auto(Read) mail = { 0 };

        set(&self->artifact.summary, summary);
        read_init(&mail, &self->input);
        assert_non_null(mail.image);
        g_hash_table_add(images, g_bytes_new(mail.image->data, mail.image->len));
    }
    assert_int_equal(g_hash_table_size(images), G_N_ELEMENTS(charts));
}

static void
test_long_texts(void **state)
{
    Fixture *self = *state;
    g_autofree char *word = g_strnfill(5000, 'x');
    g_autofree char *summary =
        g_strdup_printf("{\"title\":\"%s\",\"period\":{\"label\":\"%s\"},\"figures\":[{\"label\":"
                        "\"%s\",\"text\":\"%s\"}]}",
                        word, word, word, word);
    set(&self->artifact.summary, summary);
    set(&self->job.name, word);
    set(&self->artifact.file_name, word);
    g_auto(Read) mail = { 0 };
    read_init(&mail, &self->input);
    assert_in_range(strlen(g_mime_message_get_subject(mail.message)), 300, 450);
    assert_in_range(strlen(mail.html), 1000, 12000);
}

static void
test_bad_file_names(void **state)
{
    Fixture *self = *state;
    static const struct {
        const char *name, *seen;
    } cases[] = {
        { "../../etc/passwd", "passwd" },
        { "a\r\nBcc: x.xlsx", "aBcc_ x.xlsx" },
        { NULL, "report" },
        { "M\xc3\xa4rz.xlsx", "M\xc3\xa4rz.xlsx" },
        { "=?utf-8?b?DQo=?=.xlsx", "=_utf-8_b_DQo=_=.xlsx" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        set(&self->artifact.file_name, cases[i].name);
        g_auto(Read) mail = { 0 };
        read_init(&mail, &self->input);
        assert_string_equal(mail.file_name, cases[i].seen);
    }
}

static void
test_deterministic(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) first = jw_letter_report(&self->input, &error);
    assert_ok(first, error);
    g_autoptr(GBytes) second = jw_letter_report(&self->input, &error);
    assert_ok(second, error);
    assert_true(g_bytes_equal(first, second));
}

static void
test_bad_addresses(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;
    self->input.recipient = "a@b.example\r\nBcc: c@d.example";
    assert_null(jw_letter_report(&self->input, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "to*");
    self->input.recipient = "a@b.example";
    self->input.from = "nobody";
    assert_null(jw_letter_report(&self->input, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "from*");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* What a figure was before stands below it, in both bodies. */
static void
test_compared(void **state)
{
    Fixture *self = *state;
    g_auto(Read) read = { 0 };

    set(&self->artifact.summary, compared);
    read_init(&read, &self->input);
    assert_holds(read.html, "▲ +13 <span style=\"white-space:nowrap\">(+3.2 %)</span>");
    assert_holds(read.html, "▼ -1 pp<");
    assert_holds(read.html, "10:00 before");
    assert_holds(read.html, "vs 28 Dec – 3 Jan<");
    assert_holds(read.html, "A &lt;note&gt;.");
    assert_lacks(read.html, "(n/a)");
    assert_holds(read.html, "<td class=\"cell card bad\" width=\"33%\" valign=\"top\" bgcolor=");
    assert_holds(read.html, ">✗ bad<");
    assert_holds(read.text, "81 %   ✗ bad   ▼ -1 pp");
    assert_holds(read.text, "Total calls    420   ▲ +13 (+3.2 %)");
    assert_holds(read.text, "  (Compared with 28 Dec 2020 – 3 Jan 2021)");
    assert_holds(read.text, "  A <note>.");
}

/* @mail: the definition's, in the summary. */
static void
set_texts(Fixture *self, const char *mail)
{
    g_autofree char *rest = g_strdup(compared + 1);

    g_free(self->artifact.summary);
    self->artifact.summary = g_strdup_printf("{\"mail\":%s,%s", mail, rest);
}

/* Of the definition, unless the job says otherwise, text by text. */
static void
test_texts(void **state)
{
    Fixture *self = *state;
    JwMailTexts of_job = { .subject = NULL };
    char *departments[] = { (char[]){ "support" }, (char[]){ "sales" }, NULL };

    set_texts(self,
              "{\"subject\":\"{{report}} {{period}}: {{figures.totalCalls}} "
              "({{changes.totalCalls}}), {{figures.rate}}{{changes.nothing}}\","
              "\"intro\":\"Good morning,\\n\\n{{start}} to {{end}}: {{records}} <b>records</b> "
              "of {{departments}}.\",\"senderName\":\"Calls of {{departments}}\"}");
    self->job.departments = departments;
    {
        g_auto(Read) read = { 0 };
        read_init(&read, &self->input);
        assert_string_equal(g_mime_message_get_subject(read.message),
                            "Call records 4 Jan 2021: 420 (▲ +13 (+3.2 %)), 81 %");
        const char *from = g_mime_object_get_header(GMIME_OBJECT(read.message), "From");
        assert_string_equal(from, "\"Calls of support, sales\" <reports@example.org>");
        assert_holds(read.text, "\r\nGood morning,\r\n\r\n4 Jan 2021 to 10 Jan 2021: 420 "
                                "<b>records</b> of support, sales.\r\n\r\n");
        assert_holds(read.html, "Good morning,<br>\r\n<br>\r\n4 Jan 2021 to 10 Jan 2021: 420 "
                                "&lt;b&gt;records&lt;/b&gt; of support, sales.");
        assert_holds(read.html, "overflow:hidden\">Good morning,</div>"); /* of lists of mails */
    }
    of_job.subject = (char *)(uintptr_t) "Mine: {{figures.other}}";
    self->job.mail = &of_job;
    {
        g_auto(Read) read = { 0 };
        read_init(&read, &self->input);
        assert_string_equal(g_mime_message_get_subject(read.message), "Mine: \xe2\x80\x93");
        assert_holds(read.text, "Good morning,");
    }
    self->job.mail = NULL;
    self->job.departments = NULL;
}

/* Whatever the values are: one header line, no second sender, and never an empty subject. */
static void
test_odd_texts(void **state)
{
    Fixture *self = *state;
    static const struct {
        const char *subject, *name, *read;
    } cases[] = {
        { "{{name}}", "a\r\nBcc: x@example.org", "a Bcc: x@example.org" },
        { "{{name}}", "=?UTF-8?B?DQpCY2M6?=", "=?UTF-8?B?DQpCY2M6?=" },
        { "{{name}}!", "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xf0\x9f\x93\x88",
          "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d \xf0\x9f\x93\x88!" },
        { "{{requester}} {{filters}}", "a", "a · Call records: Weekly report, 4 Jan 2021" },
        { "{{name}}", "{{period}}", "{{period}}" },
    };

    set(&self->artifact.summary, compared);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        JwMailTexts texts = { .subject = (char *)(uintptr_t)cases[i].subject,
                              .sender_name = (char *)(uintptr_t) "{{name}} <{{name}}@x>" };
        g_auto(Read) read = { 0 };
        set(&self->job.name, cases[i].name);
        self->job.mail = &texts;
        read_init(&read, &self->input);
        assert_string_equal(g_mime_message_get_subject(read.message), cases[i].read);
        InternetAddressList *from = g_mime_message_get_from(read.message);
        assert_int_equal(internet_address_list_length(from), 1);
        const char *address = internet_address_mailbox_get_addr(
            INTERNET_ADDRESS_MAILBOX(internet_address_list_get_address(from, 0)));
        assert_string_equal(address, "reports@example.org");
        assert_null(g_mime_object_get_header(GMIME_OBJECT(read.message), "Bcc"));
        self->job.mail = NULL;
    }
    g_autofree char *huge = g_strnfill(100000, 'x');
    JwMailTexts texts = { .subject = (char *)(uintptr_t) "{{name}}{{name}}",
                          .sender_name = (char *)(uintptr_t) "{{name}}" };
    set(&self->job.name, huge);
    self->job.mail = &texts;
    g_auto(Read) read = { 0 };
    read_init(&read, &self->input);
    assert_int_equal(strlen(g_mime_message_get_subject(read.message)), 200);
    self->job.mail = NULL;
}

/* In both bodies, in the language of the report, and in headers only where one click may work. */
static void
test_unsubscribe(void **state)
{
    Fixture *self = *state;
    static const struct {
        const char *language, *url, *why, *word;
        bool one_click;
    } cases[] = {
        { "en", "https://jobs.example.org/unsubscribe/t",
          "You get this mail because this report is sent to ann@example.org.", "Unsubscribe",
          true },
        { "tr", "https://jobs.example.org/unsubscribe/t",
          "Bu e-postay\xc4\xb1, bu rapor ann@example.org adresine g\xc3\xb6nderildi\xc4\x9fi "
          "i\xc3\xa7in al\xc4\xb1yorsunuz.",
          "Abonelikten \xc3\xa7\xc4\xb1k", true },
        { "de", "http://127.0.0.1:8080/unsubscribe/t",
          "Sie erhalten diese E-Mail, weil dieser Bericht an ann@example.org geschickt wird.",
          "Abbestellen", false },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Read) read = { 0 };
        g_autofree char *header = g_strdup_printf("<%s>", cases[i].url);
        g_autofree char *line = g_strdup_printf("%s: %s\r\n", cases[i].word, cases[i].url);
        g_autofree char *anchor = g_strdup_printf("href=\"%s\"", cases[i].url);
        g_autofree char *rest = g_strdup(weekly + 1);
        g_free(self->artifact.summary);
        self->artifact.summary =
            g_strdup_printf("{\"language\":\"%s\",%s", cases[i].language, rest);
        self->input.unsubscribe = cases[i].url;
        read_init(&read, &self->input);
        GMimeObject *top = GMIME_OBJECT(read.message);
        assert_string_equal(g_mime_object_get_header(top, "List-Unsubscribe"), header);
        assert_int_equal(g_mime_object_get_header(top, "List-Unsubscribe-Post") != NULL,
                         cases[i].one_click);
        assert_holds(read.text, cases[i].why);
        assert_holds(read.text, line);
        assert_holds(read.html, cases[i].why);
        assert_holds(read.html, anchor);
        assert_holds(read.html, cases[i].word);
    }
    self->input.unsubscribe = "javascript:alert(1)";
    g_autoptr(GError) error = NULL;
    assert_null(jw_letter_report(&self->input, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*unsubscribe*");
    self->input.unsubscribe = NULL;
    g_auto(Read) read = { 0 };
    read_init(&read, &self->input);
    assert_null(g_mime_object_get_header(GMIME_OBJECT(read.message), "List-Unsubscribe"));
    assert_lacks(read.text, "nsubscribe");
}

/* What is shown of a mail is what the message has, with the chart in the page itself. */
static void
test_shown(void **state)
{
    Fixture *self = *state;
    g_auto(JwLetterShown) shown = { 0 };
    g_auto(Read) read = { 0 };
    g_autoptr(GError) error = NULL;

    assert_ok(jw_letter_show(&self->input, &shown, &error), error);
    read_init(&read, &self->input);
    assert_string_equal(shown.subject, g_mime_message_get_subject(read.message));
    assert_string_equal(shown.sender, "Jobwire <reports@example.org>");
    assert_holds(shown.html, "src=\"data:image/png;base64,iVBORw0KGgo");
    assert_lacks(shown.html, "cid:");
    g_auto(GStrv) lines = g_strsplit(read.text, "\r\n", -1);
    g_autofree char *text = g_strjoinv("\n", lines);
    assert_string_equal(shown.text, text);
}

/* Every definition that ships has an example, in each language. */
static void
test_examples(void **state)
{
    Fixture *self = *state;
    static const char *const languages[] = { NULL, "en", "tr", "de" };
    g_autofree char *dir = g_build_filename(JW_SOURCE_DIR, "schemas", "reports", NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(JwCatalog) catalog = jw_catalog_load(dir, &error);
    assert_ok(catalog != NULL, error);

    for (size_t i = 0; i < jw_catalog_size(catalog) * G_N_ELEMENTS(languages); i++) {
        const JwReportDef *def = jw_catalog_get(catalog, i / G_N_ELEMENTS(languages));
        const char *language = languages[i % G_N_ELEMENTS(languages)];
        g_autoptr(JwJob) job =
            jw_letter_example(catalog, def->report_type, language, INT64_C(1768269600000), &error);
        assert_ok(job != NULL, error);
        JwLetterInput input = self->input;
        g_auto(JwLetterShown) shown = { 0 };
        input.job = job;
        assert_ok(jw_letter_show(&input, &shown, &error), error);
        assert_holds(shown.html, jw_report_word(JW_WORD_WEEKLY_REPORT, language));
        assert_lacks(shown.text, "n/a");
    }
    assert_null(jw_letter_example(catalog, "nonesuch", NULL, 1, &error));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "*'nonesuch'*call-records*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_texts),
        TEST(test_odd_texts),
        TEST(test_unsubscribe),
        TEST(test_shown),
        TEST(test_examples),
        TEST(test_compared),
        TEST(test_weekly),
        TEST(test_part),
        TEST(test_long_part),
        TEST(test_link),
        TEST(test_links_that_are_none),
        TEST(test_links_of_every_base),
        TEST(test_kinds),
        TEST(test_everything_is_escaped),
        TEST(test_odd_figures_and_charts),
        TEST(test_many_figures_and_limits),
        TEST(test_chart_in_words),
        TEST(test_kinds_of_charts_have_pictures_of_their_own),
        TEST(test_long_texts),
        TEST(test_names),
        TEST(test_bad_file_names),
        TEST(test_deterministic),
        TEST(test_bad_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, release_fonts);
}
