/* mail_reply.c: one reply of an SMTP server, line by line, as RFC 5321 4.2 has it. The thread that
 * reads. */
#include "mail_private.h"

#include <string.h>

#define MAX_TEXT 500

void
jw_mail_reply_init(JwMailReply *self)
{
    memset(self, 0, sizeof *self);
    self->text = g_string_new(NULL);
}

void
jw_mail_reply_clear(JwMailReply *self)
{
    if (self->text != NULL) {
        g_string_free(self->text, TRUE);
        self->text = NULL;
    }
}

void
jw_mail_reply_restart(JwMailReply *self)
{
    self->code = 0;
    self->open = false;
    g_string_truncate(self->text, 0);
}

static bool
is_reply_line(const char *line, size_t length)
{
    return length >= 3 && line[0] >= '1' && line[0] <= '5' && g_ascii_isdigit(line[1])
           && g_ascii_isdigit(line[2]) && (length == 3 || line[3] == ' ' || line[3] == '-');
}

JwMailReplyLine
jw_mail_reply_line(JwMailReply *self, const char *line, size_t length)
{
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) {
        length--;
    }
    if (!is_reply_line(line, length)) {
        return JW_MAIL_REPLY_NONE;
    }
    if (!self->open) {
        jw_mail_reply_restart(self);
    } else if (self->text->len > 0 && self->text->len < MAX_TEXT) {
        g_string_append_c(self->text, ' ');
    }
    size_t skip = self->open ? MIN(length, 4) : 0; /* the code once is enough */
    size_t room = MAX_TEXT > self->text->len ? MAX_TEXT - self->text->len : 0;
    g_string_append_len(self->text, line + skip, (gssize)MIN(length - skip, room));

    self->open = length > 3 && line[3] == '-';
    if (self->open) {
        return JW_MAIL_REPLY_MORE;
    }
    self->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    return JW_MAIL_REPLY_WHOLE;
}

char *
jw_mail_reply_clean(const char *text, size_t length)
{
    g_autofree char *valid = g_utf8_make_valid(text, (gssize)length);
    GString *out = g_string_new(NULL);
    for (const char *pos = valid; *pos != '\0'; pos = g_utf8_find_next_char(pos, NULL)) {
        gunichar c = g_utf8_get_char(pos);
        bool control = c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
        size_t before = out->len;
        g_string_append_unichar(out, control ? ' ' : c);
        if (out->len > MAX_TEXT) {
            g_string_truncate(out, before);
            break;
        }
    }
    char *result = g_string_free(out, FALSE);
    return g_strstrip(result);
}
