/* fuzz_address.c: an address that is accepted is safe on the wire, and what the composer accepts
 * stays one message. The input is tried as an address, a mailbox, a subject, a file name and a
 * body. */
#include "fuzz.h"

#include "jw/address.h"
#include "jw/mail.h"

#include <string.h>

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    jw_base_init();
    return 0;
}

static void
check_address(const char *address)
{
    g_assert_cmpuint(strlen(address), <=, 254);
    g_assert_true(g_utf8_validate(address, -1, NULL));
    g_assert_true(g_str_is_ascii(strchr(address, '@')));
    for (const char *pos = address; *pos != '\0'; pos++) {
        unsigned char c = (unsigned char)*pos;
        g_assert_true(c >= 0x21 && c != 0x7f && strchr("<>()[]\",:;\\", *pos) == NULL);
    }
}

static size_t
count_headers(GBytes *message)
{
    gsize length;
    const char *text = g_bytes_get_data(message, &length);
    size_t count = 0;
    for (size_t at = 0; at + 1 < length && text[at] != '\r';) {
        count += text[at] != ' ' && text[at] != '\t' ? 1 : 0;
        const char *end = memchr(text + at, '\n', length - at);
        g_assert_nonnull(end);
        at = (size_t)(end - text) + 1;
    }
    return count;
}

static void
check_message(const char *from, const char *subject, const char *name, const char *body)
{
    g_autoptr(GBytes) data = g_bytes_new_static("x", 1);
    const JwMailPart part = { name, "text/csv", data, NULL };
    const JwMailMessage message = {
        .from = from,
        .to = "to@example.org",
        .subject = subject,
        .text = body,
        .html = body,
        .message_id = "m@example.org",
        .parts = &part,
        .n_parts = 1,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = jw_mail_compose(&message, &error);
    if (bytes == NULL) {
        g_assert_cmpint(jw_error_code(error), ==, JW_ERROR_INVALID);
        return;
    }
    /* Date, From, To, Subject, Message-ID, MIME-Version, Content-Type: no text adds another. */
    g_assert_cmpuint(count_headers(bytes), ==, 7);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = size > 0 ? g_strndup((const char *)data, size) : g_strdup("");
    g_autofree char *name = NULL;
    g_autofree char *address = NULL;
    g_autofree char *wrong = jw_address_check(text);
    if (wrong == NULL) {
        g_autofree char *sent = jw_address_sent(text);
        g_autofree char *again = jw_address_sent(sent);
        check_address(sent);
        g_assert_cmpstr(sent, ==, again);
    }
    if (jw_mail_address_parse(text, &name, &address, NULL)) {
        check_address(address);
        g_assert_true(name == NULL || strpbrk(name, "\r\n<>") == NULL);
        check_message(text, "s", "n", "b");
    }
    check_message("from@example.org", text, "n", "b");
    check_message("from@example.org", "s", text, "b");
    check_message("from@example.org", "s", "n", text);
    return 0;
}
