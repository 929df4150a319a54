/* mail_transaction.c: MAIL, RCPT, DATA, the message, the final dot, and what the answers mean for
 * the recipient. The thread that sends.
 *
 * Where the server offers it (RFC 2920) the commands go out together and are answered together. The
 * final dot never does: before_final_dot() runs when all before it has gone out, and then nothing
 * but the dot is left. A dot that did not go out as a whole ended nothing, so the mail was
 * certainly not sent; one that did, and was not answered, leaves it unknown. */
#include "mail_transaction.h"

#include <string.h>

#define MAX_STEPS 4

typedef struct {
    JwMailPhase phase;
    int wanted; /* first digit of the answer */
    char *command;
} Step;

typedef struct {
    JwMailSession *session;
    const JwMailSend *order;
    int64_t deadline_mono_ms;
    Step steps[MAX_STEPS];
    size_t n_steps;
    JwMailPhase phase; /* whose answer is in `reply` */
    JwMailReply reply; /* code 0: there was none */
    size_t answers;
    bool stopped;
    const char *needs; /* what the server does not offer; NULL: nothing */
} Transaction;

static void
add_step(Transaction *self, JwMailPhase phase, int wanted, char *take_command)
{
    g_assert(self->n_steps < MAX_STEPS);
    self->steps[self->n_steps++] = (Step){ phase, wanted, take_command };
}

static bool
has_8bit(GBytes *message)
{
    gsize length;
    const char *bytes = g_bytes_get_data(message, &length);
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)bytes[i] > 0x7f) {
            return true;
        }
    }
    return false;
}

/* The steps, unless the server lacks what the message needs. */
static bool
plan(Transaction *self, bool unfinished)
{
    const JwMailSend *order = self->order;
    const unsigned offers = jw_mail_session_offers(self->session);
    const bool utf8 = !g_str_is_ascii(order->sender) || !g_str_is_ascii(order->recipient);
    const bool wide = has_8bit(order->message);
    g_autoptr(GString) mail = g_string_new(NULL);

    self->needs = utf8 && (offers & JW_MAIL_OFFERS_SMTPUTF8) == 0   ? "SMTPUTF8"
                  : wide && (offers & JW_MAIL_OFFERS_8BITMIME) == 0 ? "8BITMIME"
                                                                    : NULL;
    if (self->needs != NULL) {
        return false;
    }
    g_string_append_printf(mail, "MAIL FROM:<%s>", order->sender);
    if ((offers & JW_MAIL_OFFERS_SIZE) != 0) {
        g_string_append_printf(mail, " SIZE=%zu",
                               strlen(order->signature) + g_bytes_get_size(order->message));
    }
    g_string_append(mail, wide ? " BODY=8BITMIME" : "");
    g_string_append(mail, utf8 ? " SMTPUTF8\r\n" : "\r\n");
    if (unfinished) {
        add_step(self, JW_MAIL_PHASE_RESET, 2, g_strdup("RSET\r\n"));
    }
    add_step(self, JW_MAIL_PHASE_MAIL, 2, g_strdup(mail->str));
    add_step(self, JW_MAIL_PHASE_RCPT, 2, g_strdup_printf("RCPT TO:<%s>\r\n", order->recipient));
    add_step(self, JW_MAIL_PHASE_DATA, 3, g_strdup("DATA\r\n"));
    return true;
}

static bool
write_bytes(Transaction *self, const void *bytes, size_t length)
{
    return jw_mail_session_write(self->session, bytes, length, self->deadline_mono_ms);
}

/* An answer into @reply; one that says goodbye ends the session. */
static bool
read_answer(Transaction *self, JwMailReply *reply)
{
    if (!jw_mail_session_read(self->session, reply, self->deadline_mono_ms)) {
        return false;
    }
    self->answers += 1;
    if (reply->code == 421) { /* RFC 5321 3.8: it closes */
        jw_mail_session_break(self->session, "the server says goodbye");
    }
    return true;
}

/* What else the server answered to commands that went out with the refused one. It must refuse the
 * data as well: where it waits for a message, none is given, and no dot. */
static void
take_the_rest(Transaction *self, size_t from)
{
    g_auto(JwMailReply) rest = { 0 };
    jw_mail_reply_init(&rest);
    for (size_t i = from; i < self->n_steps; i++) {
        if (jw_mail_session_is_broken(self->session) || !read_answer(self, &rest)) {
            return;
        }
        if (self->steps[i].phase == JW_MAIL_PHASE_DATA && rest.code / 100 == 3) {
            jw_mail_session_break(self->session, "the server waits for a message for nobody");
        }
    }
}

/* Up to the server's leave to send the message. False: refused, or no answer. */
static bool
open_envelope(Transaction *self)
{
    const bool together = (jw_mail_session_offers(self->session) & JW_MAIL_OFFERS_PIPELINING) != 0;
    g_autoptr(GString) all = g_string_new(NULL);

    for (size_t i = 0; i < self->n_steps; i++) {
        g_string_append(all, self->steps[i].command);
    }
    self->phase = self->steps[0].phase;
    if (together && !write_bytes(self, all->str, all->len)) {
        return false;
    }
    for (size_t i = 0; i < self->n_steps; i++) {
        const Step *step = &self->steps[i];
        self->phase = step->phase;
        jw_mail_reply_restart(&self->reply);
        if (!together && !write_bytes(self, step->command, strlen(step->command))) {
            return false;
        }
        if (!read_answer(self, &self->reply)) {
            return false;
        }
        if (self->reply.code / 100 != step->wanted) {
            if (together) {
                take_the_rest(self, i + 1);
            }
            return false;
        }
    }
    return true;
}

/* RFC 5321 4.5.2: a line that begins with a dot gets one more. */
static bool
write_body(Transaction *self)
{
    gsize length;
    const char *bytes = g_bytes_get_data(self->order->message, &length);
    const char *end = bytes + length;
    const char *from = bytes;

    self->phase = JW_MAIL_PHASE_BODY;
    jw_mail_reply_restart(&self->reply);
    if (!write_bytes(self, self->order->signature, strlen(self->order->signature))) {
        return false;
    }
    for (const char *line = bytes; line < end;) {
        if (*line == '.') {
            if (!write_bytes(self, from, (size_t)(line - from)) || !write_bytes(self, ".", 1)) {
                return false;
            }
            from = line;
        }
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        line = feed != NULL ? feed + 1 : end;
    }
    return write_bytes(self, from, (size_t)(end - from));
}

/* Why the server ended in the middle of a message, where it said so. */
static void
take_early_answer(Transaction *self)
{
    g_auto(JwMailReply) early = { 0 };
    jw_mail_reply_init(&early);
    if (jw_mail_session_read(self->session, &early, 0) && early.code >= 400) {
        self->reply.code = early.code;
        g_string_assign(self->reply.text, early.text->str);
    }
    jw_mail_session_break(self->session, "the server answered before the end");
}

static bool
ends_with_line(GBytes *message)
{
    gsize length;
    const char *bytes = g_bytes_get_data(message, &length);
    return length == 0 || bytes[length - 1] == '\n';
}

/* True: the dot is out, answered or not. */
static bool
finish(Transaction *self)
{
    const JwMailSend *order = self->order;
    const char *dot = ends_with_line(order->message) ? ".\r\n" : "\r\n.\r\n";

    if (order->before_final_dot != NULL && !order->before_final_dot(order->data)) {
        self->stopped = true;
        jw_mail_session_break(self->session, "stopped");
        return false;
    }
    if (!jw_mail_session_is_quiet(self->session)) { /* gone meanwhile: no dot, no doubt */
        take_early_answer(self);
        return false;
    }
    if (!write_bytes(self, dot, strlen(dot))) {
        return false;
    }
    self->phase = JW_MAIL_PHASE_DOT;
    jw_mail_reply_restart(&self->reply);
    if (!read_answer(self, &self->reply)) {
        self->reply.code = 0;
    }
    return true;
}

static JwMailOutcome
judge_dot(int code)
{
    switch (code / 100) {
    case 2:
        return JW_MAIL_SENT;
    case 4:
        return JW_MAIL_LATER;
    case 5:
        return JW_MAIL_FAILED;
    default:
        return JW_MAIL_UNKNOWN;
    }
}

/* 530, 535, 538: the server wants a login or TLS (RFC 4954 6, RFC 3207 4): that concerns the
 * settings, not this mail. */
static bool
is_about_login(int code)
{
    return code == 530 || code == 535 || code == 538;
}

static JwMailOutcome
judge(const Transaction *self)
{
    const int code = self->reply.code;
    if (self->needs != NULL) {
        return JW_MAIL_FAILED;
    }
    if (self->stopped) {
        return JW_MAIL_STOPPED;
    }
    if (self->phase == JW_MAIL_PHASE_DOT) {
        return judge_dot(code);
    }
    if (code / 100 != 5 || is_about_login(code) || self->phase == JW_MAIL_PHASE_RESET) {
        return JW_MAIL_LATER;
    }
    return self->phase == JW_MAIL_PHASE_RCPT ? JW_MAIL_BOUNCED : JW_MAIL_FAILED;
}

static char *
describe(const Transaction *self, JwMailOutcome outcome)
{
    const char *problem = jw_mail_session_problem(self->session);
    if (self->needs != NULL) {
        return g_strdup_printf("the mail server does not offer %s, which this %s needs",
                               self->needs,
                               strcmp(self->needs, "SMTPUTF8") == 0 ? "address" : "message");
    }
    if (outcome == JW_MAIL_STOPPED) {
        return g_strdup("stopped before the final dot");
    }
    if (self->reply.code != 0 && outcome != JW_MAIL_UNKNOWN) {
        return jw_mail_reply_clean(self->reply.text->str, self->reply.text->len);
    }
    g_autofree char *text = NULL;
    if (outcome == JW_MAIL_UNKNOWN) {
        text = g_strdup_printf("no reply after the final dot: %s",
                               self->reply.code != 0 ? self->reply.text->str : problem);
        problem = text;
    }
    return jw_mail_reply_clean(problem, strlen(problem));
}

void
jw_mail_transact(JwMailSession *session, const JwMailSend *order, bool unfinished,
                 int64_t deadline_mono_ms, JwMailResult *ret)
{
    Transaction self = { .session = session,
                         .order = order,
                         .deadline_mono_ms = deadline_mono_ms,
                         .phase = JW_MAIL_PHASE_MAIL };
    jw_mail_reply_init(&self.reply);
    if (plan(&self, unfinished) && open_envelope(&self)) {
        if (!write_body(&self)) {
            take_early_answer(&self);
        } else {
            (void)finish(&self);
        }
    }
    const bool dot = self.phase == JW_MAIL_PHASE_DOT;
    if (dot && self.reply.code / 100 == 3) { /* it waits for more: of what, nobody knows */
        jw_mail_session_break(session, "the server waits for more");
    }
    ret->outcome = judge(&self);
    ret->reply = describe(&self, ret->outcome);
    ret->stale = self.needs == NULL && !self.stopped && !dot && self.phase < JW_MAIL_PHASE_BODY
                 && jw_mail_session_is_broken(session)
                 && (self.answers == 0 || self.reply.code == 421);
    ret->unfinished = self.needs != NULL ? unfinished : !dot;
    for (size_t i = 0; i < self.n_steps; i++) {
        g_free(self.steps[i].command);
    }
    jw_mail_reply_clear(&self.reply);
}
