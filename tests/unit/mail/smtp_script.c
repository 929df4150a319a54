/* smtp_script.c: the scripted SMTP server of the mail tests.
 * A listener thread, one thread per connection; `mutex` guards what the tests read. A connection's
 * thread ends when the client goes or when tk_smtp_stop() shuts its socket. */
#include "smtp_script.h"
#include "smtp_tls.h"
#include "testkit.h"

#include "jw/sync.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct _TkSmtp {
    const TkSmtpStep *steps;
    size_t n_steps;
    TkSmtpTls offer;
    TkTls *tls;
    char *ca_file;
    int listener, port;
    GThread *thread;
    JwMutex mutex;
    unsigned times[TK_SMTP_QUIT + 1];
    unsigned connections, dots;
    bool had_tls, stopping;
    GString *commands;
    GPtrArray *messages; /* of GString */
    GPtrArray *clients;  /* of Client */
};

typedef struct {
    TkSmtp *server;
    int fd;
    unsigned number;
    GThread *thread;
    TkTlsSession *session;
    char buffer[65536];
    size_t have, used;
    GString *line;
} Client;

static void
free_string(gpointer data)
{
    g_string_free(data, TRUE);
}

static bool
put(Client *self, const char *text, size_t length)
{
    while (length > 0) {
        ssize_t sent = self->session != NULL ? tk_tls_write(self->session, text, length)
                                             : send(self->fd, text, length, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        text += sent;
        length -= (size_t)sent;
    }
    return true;
}

/* One line with its end into self->line; false at the end of the connection. */
static bool
get_line(Client *self)
{
    g_string_truncate(self->line, 0);
    for (;;) {
        if (self->used == self->have) {
            ssize_t got = self->session != NULL
                              ? tk_tls_read(self->session, self->buffer, sizeof self->buffer)
                              : recv(self->fd, self->buffer, sizeof self->buffer, 0);
            if (got <= 0) {
                return false;
            }
            self->have = (size_t)got;
            self->used = 0;
        }
        char c = self->buffer[self->used++];
        g_string_append_c(self->line, c);
        if (c == '\n') {
            return true;
        }
    }
}

static void
wait_for_end(Client *self, int timeout_ms)
{
    struct pollfd wait = { .fd = self->fd, .events = POLLRDHUP };
    while (poll(&wait, 1, timeout_ms) < 0 && errno == EINTR) {
    }
}

static const TkSmtpStep *
find_step(Client *self, TkSmtpPhase phase)
{
    TkSmtp *server = self->server;
    g_auto(JwLocker) locker = jw_locker(&server->mutex);
    unsigned time = ++server->times[phase];
    for (size_t i = 0; i < server->n_steps; i++) {
        const TkSmtpStep *step = &server->steps[i];
        if (step->phase == phase
            && (step->on_connection == 0 || step->on_connection == self->number)
            && (step->on_time == 0 || step->on_time == time)) {
            return step;
        }
    }
    return NULL;
}

static bool
put_slowly(Client *self, const char *text)
{
    for (const char *pos = text; *pos != '\0'; pos++) {
        wait_for_end(self, 1);
        if (!put(self, pos, 1)) {
            return false;
        }
    }
    return true;
}

/* False: the connection ends here. */
static bool
perform(Client *self, const TkSmtpStep *step)
{
    switch (step->act) {
    case TK_SMTP_SAY:
        return put(self, step->text, strlen(step->text));
    case TK_SMTP_SLOW:
        return put_slowly(self, step->text);
    case TK_SMTP_SAY_CLOSE:
        (void)put(self, step->text, strlen(step->text));
        return false;
    case TK_SMTP_CLOSE:
        return false;
    case TK_SMTP_RESET: {
        struct linger reset = { .l_onoff = 1, .l_linger = 0 };
        (void)setsockopt(self->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        return false;
    }
    case TK_SMTP_STALL:
        wait_for_end(self, -1);
        return false;
    }
    return false;
}

/* Does the script's step for @phase, or sends @usual. */
static bool
answer(Client *self, TkSmtpPhase phase, const char *usual)
{
    const TkSmtpStep *step = find_step(self, phase);
    if (step != NULL) {
        return perform(self, step);
    }
    return usual == NULL || put(self, usual, strlen(usual));
}

static bool
read_body(Client *self)
{
    g_autoptr(GString) message = g_string_new(NULL);
    bool first = true;
    while (get_line(self)) {
        if (strcmp(self->line->str, ".\r\n") == 0) {
            {
                g_auto(JwLocker) locker = jw_locker(&self->server->mutex);
                self->server->dots += 1;
                g_ptr_array_add(self->server->messages, g_steal_pointer(&message));
            }
            return answer(self, TK_SMTP_DOT, "250 2.0.0 queued\r\n");
        }
        size_t skip = self->line->str[0] == '.' ? 1 : 0;
        g_string_append_len(message, self->line->str + skip, (gssize)(self->line->len - skip));
        if (first && !answer(self, TK_SMTP_BODY, NULL)) {
            return false;
        }
        first = false;
    }
    return false;
}

static bool
start_tls(Client *self)
{
    const TkSmtpStep *step = find_step(self, TK_SMTP_STARTTLS);
    if (step != NULL) {
        return perform(self, step); /* scripted, so a refusal */
    }
    if (!put(self, "220 go ahead\r\n", 14)) {
        return false;
    }
    self->session = tk_tls_accept(self->server->tls, self->fd);
    return self->session != NULL;
}

static bool
on_mail(Client *self)
{
    {
        g_auto(JwLocker) locker = jw_locker(&self->server->mutex);
        self->server->had_tls = self->session != NULL;
    }
    return answer(self, TK_SMTP_MAIL, "250 2.1.0 ok\r\n");
}

static bool
on_command(Client *self)
{
    const char *line = self->line->str;
    {
        g_auto(JwLocker) locker = jw_locker(&self->server->mutex);
        g_string_append(self->server->commands, line);
    }
    bool offer = self->server->offer == TK_SMTP_OFFER_TLS && self->session == NULL;
    if (g_str_has_prefix(line, "EHLO ") || g_str_has_prefix(line, "HELO ")) {
        return answer(self, TK_SMTP_EHLO,
                      offer ? "250-script\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n"
                            : "250-script\r\n250-SIZE 50000000\r\n250 AUTH PLAIN\r\n");
    }
    if (g_str_has_prefix(line, "STARTTLS")) {
        return start_tls(self);
    }
    if (g_str_has_prefix(line, "AUTH ")) {
        /* No initial response: the client waits to be asked for it. */
        return put(self, "334 \r\n", 6) && get_line(self)
               && answer(self, TK_SMTP_AUTH, "235 2.7.0 welcome\r\n");
    }
    if (g_str_has_prefix(line, "MAIL FROM:")) {
        return on_mail(self);
    }
    if (g_str_has_prefix(line, "RCPT TO:")) {
        return answer(self, TK_SMTP_RCPT, "250 2.1.5 ok\r\n");
    }
    if (g_str_has_prefix(line, "DATA")) {
        const TkSmtpStep *step = find_step(self, TK_SMTP_DATA);
        if (step != NULL && strstr(step->text != NULL ? step->text : "", "354") == NULL) {
            return perform(self, step);
        }
        return (step != NULL ? perform(self, step) : put(self, "354 go ahead\r\n", 14))
               && read_body(self);
    }
    if (g_str_has_prefix(line, "NOOP")) {
        return answer(self, TK_SMTP_NOOP, "250 ok\r\n");
    }
    if (g_str_has_prefix(line, "QUIT")) {
        (void)answer(self, TK_SMTP_QUIT, "221 bye\r\n");
        return false;
    }
    return put(self, "250 ok\r\n", 8);
}

static gpointer
serve(gpointer data)
{
    Client *self = data;
    bool on = true;
    if (self->server->offer == TK_SMTP_IMPLICIT_TLS) {
        self->session = tk_tls_accept(self->server->tls, self->fd);
        on = self->session != NULL;
    }
    on = on && answer(self, TK_SMTP_BANNER, "220 script ESMTP\r\n");
    while (on && get_line(self)) {
        on = on_command(self);
    }
    tk_tls_session_free(g_steal_pointer(&self->session));
    /* Under the lock, so that tk_smtp_stop() never shuts a descriptor that was reused.
     */
    g_auto(JwLocker) locker = jw_locker(&self->server->mutex);
    close(self->fd);
    self->fd = -1;
    return NULL;
}

static gpointer
listen_loop(gpointer data)
{
    TkSmtp *self = data;
    for (;;) {
        int fd = accept4(self->listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0) {
            return NULL;
        }
        int one = 1;
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        if (self->stopping) {
            close(fd);
            return NULL;
        }
        Client *client = g_new0(Client, 1);
        client->server = self;
        client->fd = fd;
        client->number = ++self->connections;
        client->line = g_string_new(NULL);
        g_ptr_array_add(self->clients, client);
        client->thread = g_thread_new("smtp-client", serve, client);
    }
}

TkSmtp *
tk_smtp_start(const TkSmtpStep *steps, size_t n_steps, TkSmtpTls tls)
{
    TkSmtp *self = g_new0(TkSmtp, 1);
    self->steps = steps;
    self->n_steps = n_steps;
    self->offer = tls;
    if (tls != TK_SMTP_PLAIN) {
        g_autofree char *directory = tk_temp_dir();
        self->ca_file = g_build_filename(directory, "ca.pem", NULL);
        self->tls = tk_tls_new(self->ca_file);
    }
    jw_mutex_init(&self->mutex);
    self->commands = g_string_new(NULL);
    self->messages = g_ptr_array_new_with_free_func(free_string);
    self->clients = g_ptr_array_new();
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t length = sizeof address;
    self->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(self->listener, (struct sockaddr *)&address, length), ==, 0);
    g_assert_cmpint(listen(self->listener, 64), ==, 0);
    g_assert_cmpint(getsockname(self->listener, (struct sockaddr *)&address, &length), ==, 0);
    self->port = ntohs(address.sin_port);
    self->thread = g_thread_new("smtp-listen", listen_loop, self);
    return self;
}

void
tk_smtp_stop(TkSmtp *self)
{
    if (self == NULL) {
        return;
    }
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        self->stopping = true;
        for (guint i = 0; i < self->clients->len; i++) {
            Client *client = g_ptr_array_index(self->clients, i);
            if (client->fd >= 0) {
                shutdown(client->fd, SHUT_RDWR);
            }
        }
    }
    shutdown(self->listener, SHUT_RDWR);
    g_thread_join(self->thread);
    close(self->listener);
    for (guint i = 0; i < self->clients->len; i++) {
        Client *client = g_ptr_array_index(self->clients, i);
        g_thread_join(client->thread);
        g_string_free(client->line, TRUE);
        g_free(client);
    }
    g_ptr_array_unref(self->clients);
    g_ptr_array_unref(self->messages);
    g_string_free(self->commands, TRUE);
    tk_tls_free(self->tls);
    g_free(self->ca_file);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

int
tk_smtp_port(const TkSmtp *self)
{
    return self->port;
}

const char *
tk_smtp_ca_file(const TkSmtp *self)
{
    return self->ca_file;
}

unsigned
tk_smtp_connections(TkSmtp *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->connections;
}

unsigned
tk_smtp_dots(TkSmtp *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->dots;
}

bool
tk_smtp_had_tls(TkSmtp *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->had_tls;
}

char *
tk_smtp_commands(TkSmtp *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return g_strdup(self->commands->str);
}

char *
tk_smtp_message(TkSmtp *self, unsigned index, size_t *ret_length)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    g_assert_cmpuint(index, <, self->messages->len);
    const GString *message = g_ptr_array_index(self->messages, index);
    *ret_length = message->len;
    return g_memdup2(message->str, message->len + 1);
}
