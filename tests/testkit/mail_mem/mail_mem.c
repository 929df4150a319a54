/* mail_mem.c: the mail port in memory, for unit tests only.
 * Any thread: one lock guards everything. */
#include "jw/mail_mem.h"
#include "mail_private.h"

#include "jw/sync.h"

typedef struct {
    char *recipient;
    GBytes *message;
} Kept;

typedef struct {
    JwMail base;
    JwMutex mutex;
    JwMailOutcome next;
    char *reply;
    int64_t wait_ms;
    GPtrArray *kept; /* of Kept; never shrinks, so what was lent stays valid */
} Mem;

static void
kept_free(gpointer data)
{
    Kept *kept = data;
    g_free(kept->recipient);
    g_bytes_unref(kept->message);
    g_free(kept);
}

static void
keep(Mem *self, const JwMailSend *order)
{
    Kept *kept = g_new0(Kept, 1);
    kept->recipient = g_strdup(order->recipient);
    kept->message = g_bytes_ref(order->message);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    g_ptr_array_add(self->kept, kept);
}

static bool
mem_send(const JwMailSend *order, JwMailOutcome *ret_outcome, char **ret_reply, GError **error)
{
    (void)error;
    Mem *self = (Mem *)order->self;
    JwMailOutcome outcome;
    g_autofree char *reply = NULL;
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        outcome = self->next;
        reply = g_steal_pointer(&self->reply);
        self->next = JW_MAIL_SENT;
    }
    bool reaches_dot = outcome == JW_MAIL_SENT || outcome == JW_MAIL_UNKNOWN;
    /* Outside the lock: the callback may send or look, and in a service it writes to the store. */
    if (reaches_dot && order->before_final_dot != NULL && !order->before_final_dot(order->data)) {
        outcome = JW_MAIL_STOPPED;
        reaches_dot = false;
    }
    if (reaches_dot) {
        keep(self, order);
    }
    *ret_outcome = outcome;
    *ret_reply = reply != NULL && outcome != JW_MAIL_STOPPED
                     ? g_steal_pointer(&reply)
                     : g_strdup(outcome == JW_MAIL_SENT ? "250 ok" : jw_mail_outcome_name(outcome));
    return true;
}

static int64_t
mem_wait_ms(JwMail *base)
{
    Mem *self = (Mem *)base;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->wait_ms;
}

static bool
mem_ping(JwMail *self, GError **error)
{
    (void)self;
    (void)error;
    return true;
}

static void
mem_free(JwMail *base)
{
    Mem *self = (Mem *)base;
    g_ptr_array_unref(self->kept);
    g_free(self->reply);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

JwMail *
jw_mail_mem_new(void)
{
    static const JwMailPort port = { mem_send, mem_wait_ms, mem_ping, mem_free };
    Mem *self = g_new0(Mem, 1);
    self->base.port = &port;
    jw_mutex_init(&self->mutex);
    self->next = JW_MAIL_SENT;
    self->kept = g_ptr_array_new_with_free_func(kept_free);
    return &self->base;
}

void
jw_mail_mem_next(JwMail *self, JwMailOutcome outcome, const char *reply)
{
    Mem *mem = (Mem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    mem->next = outcome;
    g_free(mem->reply);
    mem->reply = g_strdup(reply);
}

void
jw_mail_mem_wait(JwMail *self, int64_t wait_ms)
{
    Mem *mem = (Mem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    mem->wait_ms = wait_ms;
}

size_t
jw_mail_mem_count(JwMail *self)
{
    Mem *mem = (Mem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    return mem->kept->len;
}

static const Kept *
kept_at(JwMail *self, size_t index)
{
    Mem *mem = (Mem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_return_val_if_fail(index < mem->kept->len, NULL);
    return g_ptr_array_index(mem->kept, index);
}

const char *
jw_mail_mem_recipient(JwMail *self, size_t index)
{
    const Kept *kept = kept_at(self, index);
    return kept != NULL ? kept->recipient : NULL;
}

GBytes *
jw_mail_mem_message(JwMail *self, size_t index)
{
    const Kept *kept = kept_at(self, index);
    return kept != NULL ? kept->message : NULL;
}
