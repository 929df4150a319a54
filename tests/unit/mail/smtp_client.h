/* smtp_client.h: the adapter on a scripted server, and messages for it. */
#pragma once
#include "smtp_script.h"
#include "testkit.h"

#include "jw/mail.h"

#define SHORT_MS 700
#define LONG_MS  20000

static inline JwMail *
client(int port, int64_t timeout_ms)
{
    g_autofree char *url = g_strdup_printf("smtp://127.0.0.1:%d", port);
    const JwMailConfig config = { .url = url, .timeout_ms = timeout_ms, .connections = 2 };
    g_autoptr(GError) error = NULL;
    JwMail *mail = jw_mail_smtp_new(&config, &error);
    assert_ok(mail, error);
    return mail;
}

static inline GBytes *
body(size_t lines)
{
    g_autoptr(GString) text = g_string_new("Subject: x\r\n\r\n");
    for (size_t i = 0; i < lines; i++) {
        g_string_append_printf(text,
                               "%s line %zu of the body, long enough to fill a buffer soon\r\n",
                               i % 3 == 0 ? "." : "", i);
    }
    return g_bytes_new(text->str, text->len);
}
