/* fuzz_bounce.c: whatever comes as a notification, what is read of it is short text in one line. */
#include "fuzz.h"

#include "jw/mail_bounce.h"

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
check_text(const char *text)
{
    g_assert_true(text == NULL
                  || (strlen(text) <= 500 && g_utf8_validate(text, -1, NULL)
                      && strpbrk(text, "\r\n") == NULL));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_auto(JwMailBounce) bounce = { 0 };
    g_autoptr(GError) error = NULL;

    if (!jw_mail_bounce_parse(size > 0 ? (const void *)data : "", size, &bounce, &error)) {
        g_assert_cmpint(jw_error_code(error), ==, JW_ERROR_INVALID);
        return 0;
    }
    check_text(bounce.recipient);
    check_text(bounce.status);
    check_text(bounce.diagnostic);
    check_text(bounce.envelope_id);
    g_assert_cmpuint(bounce.ids->len, <=, JW_BOUNCE_IDS_MAX);
    for (guint i = 0; i < bounce.ids->len; i++) {
        g_assert_cmpuint(strlen(g_ptr_array_index(bounce.ids, i)), <=, 250);
    }
    return 0;
}
