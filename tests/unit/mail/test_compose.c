/* test_compose.c: the composed message, read back with GMime, and what must not get into it. */
#include "testkit.h"

#include "jw/ident.h"
#include "jw/mail.h"

#include <gmime/gmime.h>
#include <string.h>

static JwMailMessage
plain(void)
{
    return (JwMailMessage){
        .from = "Jobwire <reports@example.org>",
        .to = "ann@example.org",
        .subject = "Weekly report",
        .text = "Hello\n",
        .message_id = "d1@jobwire.example",
        .date_ms = INT64_C(1767225600000), /* 2026-01-01 */
    };
}

static GBytes *
compose(const JwMailMessage *message)
{
    g_autoptr(GError) error = NULL;
    GBytes *bytes = jw_mail_compose(message, &error);
    assert_ok(bytes, error);
    return bytes;
}

static char *
as_text(GBytes *bytes)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    assert_null(memchr(data, 0, length));
    return g_strndup(data, length);
}

static GMimeMessage *
parse(GBytes *bytes)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    GMimeStream *stream = g_mime_stream_mem_new_with_buffer(data, length);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeMessage *message = g_mime_parser_construct_message(parser, NULL);
    g_object_unref(parser);
    g_object_unref(stream);
    assert_non_null(message);
    return message;
}

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

static void
assert_content(GMimeObject *part, const void *data, size_t length)
{
    g_autoptr(GByteArray) bytes = content(part);
    assert_int_equal(bytes->len, length);
    assert_memory_equal(bytes->data, data, length);
}

static void
assert_wire(GBytes *bytes, size_t longest)
{
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    size_t line = 0;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)data[i];
        assert_in_range(c, 1, 0x7e);
        if (c == '\n') {
            assert_true(i > 0 && data[i - 1] == '\r');
            line = 0;
        } else if (c == '\r') {
            assert_true(i + 1 < length && data[i + 1] == '\n');
        } else {
            line += 1;
            assert_in_range(line, 1, longest);
        }
    }
    assert_true(length > 2 && data[length - 1] == '\n');
}

static void
test_plain(void **state)
{
    (void)state;
    const JwMailMessage message = plain();
    g_autoptr(GBytes) bytes = compose(&message);
    g_autofree char *text = as_text(bytes);
    assert_string_equal(text, "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
                              "From: Jobwire <reports@example.org>\r\n"
                              "To: ann@example.org\r\n"
                              "Subject: Weekly report\r\n"
                              "Message-ID: <d1@jobwire.example>\r\n"
                              "MIME-Version: 1.0\r\n"
                              "Content-Type: text/plain; charset=utf-8\r\n"
                              "Content-Transfer-Encoding: quoted-printable\r\n"
                              "\r\n"
                              "Hello\r\n");
}

static const unsigned char image[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0, 0xff, '\n', '.', '\n' };

/* A full message; @workbook: (transfer none) */
static JwMailMessage
full(JwMailPart parts[2], GBytes *chart, GBytes *workbook)
{
    static const JwMailHeader headers[] = { { "Auto-Submitted", "auto-generated" },
                                            { "X-Jobwire-Job-Id", "j-1" } };
    parts[0] = (JwMailPart){ "chart.png", "image/png", chart, "chart@jobwire" };
    parts[1] = (JwMailPart){ "Bericht \"M\xc3\xa4rz\" 2026.xlsx",
                             "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                             workbook, NULL };
    JwMailMessage message = plain();
    message.subject = "Gespr\xc3\xa4"
                      "che \xe2\x80\x93 Woche 1";
    message.html = "<p>Hall\xc3\xb6"
                   "chen <img src=\"cid:chart@jobwire\"></p>";
    message.parts = parts;
    message.n_parts = 2;
    message.headers = headers;
    message.n_headers = G_N_ELEMENTS(headers);
    return message;
}

static GMimeObject *
child(GMimeObject *parent, int index, const char *type, const char *subtype)
{
    assert_true(GMIME_IS_MULTIPART(parent));
    GMimeObject *part = g_mime_multipart_get_part(GMIME_MULTIPART(parent), index);
    assert_non_null(part);
    assert_true(g_mime_content_type_is_type(g_mime_object_get_content_type(part), type, subtype));
    return part;
}

static void
test_structure(void **state)
{
    (void)state;
    g_autoptr(GBytes) chart = g_bytes_new_static(image, sizeof image);
    g_autofree char *noise = g_malloc(300000);
    for (size_t i = 0; i < 300000; i++) {
        noise[i] = (char)(i * 7919 >> 3);
    }
    g_autoptr(GBytes) workbook = g_bytes_new_static(noise, 300000);
    JwMailPart parts[2];
    const JwMailMessage message = full(parts, chart, workbook);
    g_autoptr(GBytes) bytes = compose(&message);
    assert_wire(bytes, 110);

    GMimeMessage *read = parse(bytes);
    assert_string_equal(g_mime_message_get_subject(read), message.subject);
    assert_string_equal(g_mime_message_get_message_id(read), "d1@jobwire.example");
    assert_string_equal(g_mime_object_get_header(GMIME_OBJECT(read), "Auto-Submitted"),
                        "auto-generated");
    assert_string_equal(g_mime_object_get_header(GMIME_OBJECT(read), "X-Jobwire-Job-Id"), "j-1");
    GMimeObject *mixed = g_mime_message_get_mime_part(read);
    assert_int_equal(g_mime_multipart_get_count(GMIME_MULTIPART(mixed)), 2);
    GMimeObject *alternative = child(mixed, 0, "multipart", "alternative");
    assert_content(child(alternative, 0, "text", "plain"), "Hello\r\n", 7);
    GMimeObject *related = child(alternative, 1, "multipart", "related");
    GMimeObject *html = child(related, 0, "text", "html");
    g_autofree char *wanted = g_strconcat(message.html, "\r\n", NULL);
    assert_content(html, wanted, strlen(wanted));
    GMimeObject *inline_part = child(related, 1, "image", "png");
    assert_string_equal(g_mime_object_get_content_id(inline_part), "chart@jobwire");
    assert_string_equal(g_mime_object_get_disposition(inline_part), "inline");
    assert_content(inline_part, image, sizeof image);
    GMimeObject *file = child(mixed, 1, "application", "*");
    assert_string_equal(g_mime_object_get_disposition(file), "attachment");
    assert_string_equal(g_mime_part_get_filename(GMIME_PART(file)), parts[1].file_name);
    assert_content(file, noise, 300000);
    g_object_unref(read);
}

/* The part in the message is as large as it is said to be, at the ends of lines and groups. */
static void
test_part_size(void **state)
{
    (void)state;
    static const size_t sizes[] = { 0, 1, 2, 3, 4, 56, 57, 58, 113, 114, 115, 1000, 300000 };
    g_autofree char *zeros = g_malloc0(300000);

    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autoptr(GBytes) data = g_bytes_new_static(zeros, sizes[i]);
        JwMailPart part = { "a.bin", "application/octet-stream", data, NULL };
        JwMailMessage message = plain();
        message.parts = &part;
        message.n_parts = 1;
        g_autoptr(GBytes) bytes = compose(&message);
        g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
        const char *begin = strstr(strstr(text, "name=a.bin"), "\r\n\r\n") + 4;
        const char *end = strstr(begin, "\r\n--=_");
        /* the line end before a boundary is the boundary's, or that of the last line */
        assert_in_range(jw_mail_part_size((int64_t)sizes[i]), end - begin, end - begin + 2);
    }
    assert_int_equal(jw_mail_part_size(57), 78);
    assert_int_equal(jw_mail_part_size(58), 84);
    assert_int_equal(jw_mail_part_size(INT64_C(10) << 30), INT64_C(14693309174));
}

/* What a mail program follows stands on one line as it is, however long. */
static void
test_list_headers(void **state)
{
    (void)state;
    g_autofree char *path = g_strnfill(300, 'x');
    g_autofree char *value = g_strconcat("<https://jobs.example.com/", path, "?a=b>", NULL);
    g_autofree char *line = g_strconcat("\r\nList-Unsubscribe: ", value, "\r\n", NULL);
    const JwMailHeader headers[] = { { "List-Unsubscribe", value },
                                     { "List-Unsubscribe-Post", "List-Unsubscribe=One-Click" } };
    JwMailMessage message = plain();

    message.headers = headers;
    message.n_headers = G_N_ELEMENTS(headers);
    g_autoptr(GBytes) bytes = compose(&message);
    g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
    assert_non_null(strstr(text, line));
    assert_non_null(strstr(text, "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"));
}

static void
test_type_parameters(void **state)
{
    (void)state;
    g_autoptr(GBytes) data = g_bytes_new_static("a\r\n", 3);
    JwMailPart part = { "calls.csv", "text/csv; charset=utf-8;header=present", data, NULL };
    JwMailMessage message = plain();
    message.parts = &part;
    message.n_parts = 1;
    g_autoptr(GBytes) bytes = compose(&message);
    assert_wire(bytes, 110);

    GMimeMessage *read = parse(bytes);
    GMimeObject *file = child(g_mime_message_get_mime_part(read), 1, "text", "csv");
    assert_string_equal(g_mime_object_get_content_type_parameter(file, "charset"), "utf-8");
    assert_string_equal(g_mime_object_get_content_type_parameter(file, "header"), "present");
    assert_string_equal(g_mime_part_get_filename(GMIME_PART(file)), "calls.csv");
    assert_content(file, "a\r\n", 3);
    g_object_unref(read);
}

static void
test_deterministic(void **state)
{
    (void)state;
    g_autoptr(GBytes) chart = g_bytes_new_static(image, sizeof image);
    JwMailPart parts[2];
    JwMailMessage message = full(parts, chart, chart);
    g_autoptr(GBytes) first = compose(&message);
    g_autoptr(GBytes) second = compose(&message);
    assert_true(g_bytes_equal(first, second));
    message.message_id = "d2@jobwire.example";
    g_autoptr(GBytes) third = compose(&message);
    assert_false(g_bytes_equal(first, third));
}

static void
test_bodies(void **state)
{
    (void)state;
    g_autofree char *long_line = g_strnfill(5000, 'x');
    g_autofree char *dashes = g_strconcat("--=_", long_line, "\r\n", NULL);
    const struct {
        const char *text, *read;
    } cases[] = {
        { "", "\r\n" },
        { "no end", "no end\r\n" },
        { ".\n.\r\n..\r.x\n", ".\r\n.\r\n..\r\n.x\r\n" },
        { "From me\n>From\n", "From me\r\n>From\r\n" },
        { "trailing space \nand tab\t\n", "trailing space \r\nand tab\t\r\n" },
        { "Zo\xc3\xab \xe6\x97\xa5\xe6\x9c\xac\n", "Zo\xc3\xab \xe6\x97\xa5\xe6\x9c\xac\r\n" },
        { "=3D =\n", "=3D =\r\n" },
        { dashes, dashes },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        JwMailMessage message = plain();
        message.text = cases[i].text;
        message.html = "<p>x</p>";
        g_autoptr(GBytes) bytes = compose(&message);
        assert_wire(bytes, 100);
        GMimeMessage *read = parse(bytes);
        GMimeObject *part = child(g_mime_message_get_mime_part(read), 0, "text", "plain");
        assert_content(part, cases[i].read, strlen(cases[i].read));
        g_object_unref(read);
    }
}

static void
test_subjects(void **state)
{
    (void)state;
    static const char mixed[] =
        "a \xe6\x97\xa5\xe6\x9c\xac\xf0\x9f\x98\x80\xc3\xab b \xf0\x9f\x98\x80\xc3\xab\xe6\x97\xa5 "
        "and so on, further "
        "and further \xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xc3\xab "
        "until the end";
    g_autofree char *one_word = g_strnfill(3000, 'x');
    g_autofree char *dashes = g_strnfill(400, '-');
    g_autoptr(GString) umlauts = g_string_new(NULL);
    for (int i = 0; i < 700; i++) {
        g_string_append(umlauts, "\xc3\xab");
    }
    const char *const cases[] = {
        "x",
        "",
        "a  b",
        " lead",
        "trail ",
        "Call records: weekly report, 4 Jan 2021 to 10 Jan 2021, for the whole of the organisation",
        "=?utf-8?q?x=0d=0aBcc:_evil@example.org?=",
        "broken =? word",
        "Zo\xc3\xab \xf0\x9f\x98\x80 done",
        one_word,
        dashes,
        umlauts->str,
        umlauts->str + 2,
        mixed,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        JwMailMessage message = plain();
        message.subject = cases[i];
        g_autoptr(GBytes) bytes = compose(&message);
        assert_wire(bytes, 78);
        g_autofree char *text = as_text(bytes);
        assert_null(strstr(text, "=0d=0a"));
        assert_null(strstr(text, "Subject:\r\n ="));
        GMimeMessage *read = parse(bytes);
        const char *seen = g_mime_message_get_subject(read);
        if (g_strcmp0(seen != NULL ? seen : "", cases[i]) != 0) {
            fail_msg("subject \"%s\" became \"%s\"", cases[i], seen);
        }
        g_object_unref(read);
    }
}

static void
test_names(void **state)
{
    (void)state;
    static const struct {
        const char *from, *name;
    } cases[] = {
        { "\"Lee, Ann\" <a@b.example>", "Lee, Ann" },
        { "\"the \\\"boss\\\"\" <a@b.example>", "the \"boss\"" },
        { "Zo\xc3\xab L. M\xc3\xbcller <a@b.example>", "Zo\xc3\xab L. M\xc3\xbcller" },
        { "J. Doe <a@b.example>", "J. Doe" },
        { "\"x@y\" <a@b.example>", "x@y" },
        { "A Very Long Name Of A Department That Sends Reports To Everybody Who Wants To Have Some "
          "<a@b.example>",
          "A Very Long Name Of A Department That Sends Reports To Everybody Who Wants To Have "
          "Some" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        JwMailMessage message = plain();
        message.from = cases[i].from;
        g_autoptr(GBytes) bytes = compose(&message);
        assert_wire(bytes, 78);
        GMimeMessage *read = parse(bytes);
        InternetAddressList *from = g_mime_message_get_from(read);
        assert_int_equal(internet_address_list_length(from), 1);
        InternetAddress *address = internet_address_list_get_address(from, 0);
        assert_string_equal(internet_address_get_name(address), cases[i].name);
        assert_string_equal(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(address)),
                            "a@b.example");
        g_object_unref(read);
    }
}

static void
test_file_names(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "report.xlsx",
        "with space; and=sign.xlsx",
        "quote\"and\\slash.xlsx",
        "M\xc3\xa4rz-\xe6\x97\xa5\xe6\x9c\xac.xlsx",
        "a very long name that does not fit on one line of a header, you see, 2026-01.xlsx",
    };
    g_autoptr(GBytes) data = g_bytes_new_static("x", 1);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        JwMailPart part = { cases[i], "application/pdf", data, NULL };
        JwMailMessage message = plain();
        message.parts = &part;
        message.n_parts = 1;
        g_autoptr(GBytes) bytes = compose(&message);
        assert_wire(bytes, 110);
        GMimeMessage *read = parse(bytes);
        GMimeObject *file = child(g_mime_message_get_mime_part(read), 1, "application", "pdf");
        const char *name = g_mime_object_get_content_disposition_parameter(file, "filename");
        if (g_strcmp0(name, cases[i]) != 0) {
            fail_msg("file name \"%s\" became \"%s\"", cases[i], name);
        }
        g_object_unref(read);
    }
}

static void
test_refused(void **state)
{
    (void)state;
    g_autoptr(GBytes) data = g_bytes_new_static("x", 1);
    g_autofree char *huge = g_strnfill(5000, 'x');
    g_autofree char *far = g_strnfill(990, 'x');
    const JwMailHeader bad_headers[] = {
        { "X-A", "a\r\nBcc: x@y.example" },
        { "X-A", "a\nb" },
        { "X-A: b\r\nBcc", "x" },
        { "Bcc", "x@y.example" },
        { "to", "x@y.example" },
        { "Content-Type", "text/html" },
        { "", "x" },
        { "X A", "x" },
        { "X-A", "\xff" },
        { "List-Unsubscribe", "<https://example.org/a b>" },
        { "List-Unsubscribe", "<https://example.org/\xc3\xa4>" },
        { "List-Unsubscribe", far },
    };
    static const char *const bad_lines[] = {
        "a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\x01", "\xff", "a\tb"
    };
    static const char *const bad_ids[] = { "", "a b@c", "<a@b>", "a@b>\r\nBcc: x", "a\xc3\xab@b" };
    static const char *const bad_types[] = { "",
                                             "text",
                                             "text/",
                                             "/x",
                                             "a/b; c",
                                             "a/b\r\nX: y",
                                             "a/b/c",
                                             "a/b;",
                                             "a/b; c=d\r\nX: y",
                                             "a/b; c=\"d\"" };
    g_autoptr(GError) error = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(bad_headers); i++) {
        JwMailMessage message = plain();
        message.headers = &bad_headers[i];
        message.n_headers = 1;
        assert_null(jw_mail_compose(&message, &error));
        assert_jw_error(error, JW_ERROR_INVALID, "*");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad_lines); i++) {
        JwMailMessage message = plain();
        message.subject = bad_lines[i];
        assert_null(jw_mail_compose(&message, &error));
        assert_jw_error(error, JW_ERROR_INVALID, "the subject*");
        JwMailPart part = { bad_lines[i], "text/csv", data, NULL };
        message = plain();
        message.parts = &part;
        message.n_parts = 1;
        assert_null(jw_mail_compose(&message, &error));
        assert_jw_error(error, JW_ERROR_INVALID, "a file name*");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad_ids); i++) {
        JwMailMessage message = plain();
        message.message_id = bad_ids[i];
        assert_null(jw_mail_compose(&message, &error));
        assert_jw_error(error, JW_ERROR_INVALID, "the message id*");
        JwMailPart part = { "x.png", "image/png", data, bad_ids[i] };
        message = plain();
        message.parts = &part;
        message.n_parts = 1;
        assert_null(jw_mail_compose(&message, &error));
        assert_jw_error(error, JW_ERROR_INVALID, "a content id*");
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad_types); i++) {
        JwMailPart part = { "x", bad_types[i], data, NULL };
        JwMailMessage message = plain();
        message.parts = &part;
        message.n_parts = 1;
        assert_null(jw_mail_compose(&message, &error));
        assert_jw_error(error, JW_ERROR_INVALID, "*content type*");
    }
    JwMailPart encoded = { "=?utf-8?b?DQo=?=.xlsx", "text/csv", data, NULL };
    JwMailMessage message = plain();
    message.parts = &encoded;
    message.n_parts = 1;
    assert_null(jw_mail_compose(&message, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "a file name holds an encoded word");
    message = plain();
    message.to = "a@b.example\r\nBcc: x@y.example";
    assert_null(jw_mail_compose(&message, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "to*");
    message = plain();
    message.from = "A\r\nBcc: x <a@b.example>";
    assert_null(jw_mail_compose(&message, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "from*");
    message = plain();
    message.text = "\xff";
    assert_null(jw_mail_compose(&message, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*UTF-8*");
    message = plain();
    message.subject = huge;
    assert_null(jw_mail_compose(&message, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "the subject*");
    message = plain();
    message.date_ms = INT64_MAX;
    assert_null(jw_mail_compose(&message, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*date*");
}

static void
test_html_alone_and_stray_images(void **state)
{
    (void)state;
    JwMailMessage message = plain();
    message.text = NULL;
    message.html = "<p>x</p>";
    g_autoptr(GBytes) bytes = compose(&message);
    g_autofree char *text = as_text(bytes);
    assert_non_null(strstr(text, "Content-Type: text/html; charset=utf-8\r\n"));
    assert_null(strstr(text, "multipart"));

    g_autoptr(GBytes) data = g_bytes_new_static("x", 1);
    const JwMailPart part = { "x.png", "image/png", data, "c@x" };
    message = plain();
    message.parts = &part;
    message.n_parts = 1;
    g_autoptr(GBytes) other = compose(&message);
    GMimeMessage *read = parse(other);
    child(g_mime_message_get_mime_part(read), 1, "image", "png");
    g_object_unref(read);
}

static gpointer
compose_many(gpointer data)
{
    g_autoptr(GBytes) first = NULL;
    for (int i = 0; i < 50; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GBytes) bytes = jw_mail_compose(data, &error);
        if (bytes == NULL || (first != NULL && !g_bytes_equal(first, bytes))) {
            return NULL;
        }
        if (first == NULL) {
            first = g_steal_pointer(&bytes);
        }
    }
    return g_steal_pointer(&first);
}

static void
test_threads(void **state)
{
    (void)state;
    g_autoptr(GBytes) chart = g_bytes_new_static(image, sizeof image);
    JwMailPart parts[2];
    JwMailMessage message = full(parts, chart, chart);
    g_autoptr(GBytes) wanted = compose(&message);
    GThread *threads[4];
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        threads[i] = g_thread_new("composer", compose_many, &message);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
        g_autoptr(GBytes) got = g_thread_join(threads[i]);
        assert_non_null(got);
        assert_true(g_bytes_equal(got, wanted));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),           cmocka_unit_test(test_structure),
        cmocka_unit_test(test_type_parameters), cmocka_unit_test(test_deterministic),
        cmocka_unit_test(test_bodies),          cmocka_unit_test(test_subjects),
        cmocka_unit_test(test_names),           cmocka_unit_test(test_file_names),
        cmocka_unit_test(test_refused),         cmocka_unit_test(test_html_alone_and_stray_images),
        cmocka_unit_test(test_threads),         cmocka_unit_test(test_list_headers),
        cmocka_unit_test(test_part_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
