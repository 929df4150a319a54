/* mail_reply.c: follows commands and replies of one SMTP transaction, so that its end can be
 * judged. The thread that runs the transaction. libcurl gives one code for many causes; the code
 * and the command that it answers decide what we may do. */
#include "mail_private.h"

#include <string.h>

#define MAX_TEXT 500

void
jw_mail_replies_init(JwMailReplies *self)
{
    memset(self, 0, sizeof *self);
    self->text = g_string_new(NULL);
}

void
jw_mail_replies_clear(JwMailReplies *self)
{
    if (self->text != NULL) {
        g_string_free(self->text, TRUE);
        self->text = NULL;
    }
}

static void
enter(JwMailReplies *self, JwMailPhase phase)
{
    self->phase = phase;
    self->code = 0;
    self->open = false;
    g_string_truncate(self->text, 0);
}

void
jw_mail_replies_command(JwMailReplies *self, const char *line, size_t length)
{
    static const struct {
        const char *verb;
        JwMailPhase phase;
    } verbs[] = {
        { "MAIL ", JW_MAIL_PHASE_MAIL },
        { "RCPT ", JW_MAIL_PHASE_RCPT },
        { "DATA\r", JW_MAIL_PHASE_DATA },
    };
    self->over = self->over || (length >= 5 && memcmp(line, "QUIT\r", 5) == 0);
    if (self->over) {
        return;
    }
    JwMailPhase phase = JW_MAIL_PHASE_SESSION;
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
        if (length >= 5 && memcmp(line, verbs[i].verb, 5) == 0) {
            phase = verbs[i].phase;
        }
    }
    enter(self, phase);
}

void
jw_mail_replies_end_of_data(JwMailReplies *self)
{
    enter(self, JW_MAIL_PHASE_DOT);
}

static bool
is_reply_line(const char *line, size_t length)
{
    return length >= 3 && line[0] >= '1' && line[0] <= '5' && g_ascii_isdigit(line[1])
           && g_ascii_isdigit(line[2])
           && (length == 3 || line[3] == ' ' || line[3] == '-' || line[3] == '\r'
               || line[3] == '\n');
}

void
jw_mail_replies_line(JwMailReplies *self, const char *line, size_t length)
{
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r')) {
        length--;
    }
    if (self->over || !is_reply_line(line, length)) {
        return;
    }
    if (!self->open) {
        g_string_truncate(self->text, 0);
        self->code = 0;
    } else if (self->text->len > 0 && self->text->len < MAX_TEXT) {
        g_string_append_c(self->text, ' ');
    }
    size_t skip = self->open && length > 4 ? 4 : 0; /* the code once is enough */
    size_t room = MAX_TEXT > self->text->len ? MAX_TEXT - self->text->len : 0;
    g_string_append_len(self->text, line + skip, (gssize)MIN(length - skip, room));

    self->open = length > 3 && line[3] == '-';
    if (!self->open) {
        self->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
        self->count += 1;
    }
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
