/* bench_mail.c: how fast mails go to a server, each composed anew for its recipient, as by the
 * notifier, but without a store. bench_mail URL COUNT CONNECTIONS BYTES */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "jw/mail.h"

typedef struct {
    JwMail *mail;
    GBytes *data;
    int count;
    int next, sent; /* atomic */
} Load;

static bool
send_one(Load *self, int number)
{
    g_autofree char *to = g_strdup_printf("reader-%d@example.com", number);
    g_autofree char *id = g_strdup_printf("bench-%d@jobwire.example", number);
    const JwMailPart part = { "report.xlsx", "application/octet-stream", self->data, NULL };
    const JwMailMessage message = {
        .from = "Jobwire <reports@example.com>",
        .to = to,
        .subject = "Weekly report",
        .text = "The report is attached.\n",
        .html = "<p>The report is attached.</p>\n",
        .message_id = id,
        .date_ms = INT64_C(1767225600000),
        .parts = &part,
        .n_parts = 1,
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) bytes = jw_mail_compose(&message, &error);
    g_autofree char *reply = NULL;
    JwMailOutcome outcome = JW_MAIL_FAILED;

    return bytes != NULL
           && jw_mail_send(self->mail, "reports@example.com", to, bytes, NULL, NULL, &outcome,
                           &reply, &error)
           && outcome == JW_MAIL_SENT;
}

static gpointer
send_some(gpointer data)
{
    Load *self = data;

    for (int number; (number = g_atomic_int_add(&self->next, 1)) < self->count;) {
        if (send_one(self, number)) {
            (void)g_atomic_int_add(&self->sent, 1);
        }
    }
    return NULL;
}

int
main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: bench_mail URL COUNT CONNECTIONS BYTES\n");
        return 64;
    }
    jw_base_init();
    const int connections = (int)g_ascii_strtoll(argv[3], NULL, 10);
    const JwMailConfig config = { .url = argv[1], .connections = connections };
    g_autoptr(GError) error = NULL;
    g_autoptr(JwMail) mail = jw_mail_smtp_new(&config, &error);
    const size_t size = (size_t)g_ascii_strtoull(argv[4], NULL, 10);
    g_autofree char *content = g_strnfill(size, 'x');
    g_autoptr(GBytes) data = g_bytes_new_static(content, size);
    Load load = { .mail = mail, .data = data, .count = (int)g_ascii_strtoll(argv[2], NULL, 10) };
    g_autoptr(GPtrArray) threads = g_ptr_array_new();
    struct rusage usage;

    if (mail == NULL) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    const int64_t begin_us = g_get_monotonic_time();
    for (int i = 0; i < connections; i++) {
        g_ptr_array_add(threads, g_thread_new("sender", send_some, &load));
    }
    for (guint i = 0; i < threads->len; i++) {
        g_thread_join(g_ptr_array_index(threads, i));
    }
    const double took_s = (double)(g_get_monotonic_time() - begin_us) / 1e6;
    (void)getrusage(RUSAGE_SELF, &usage);
    printf("{\"count\":%d,\"per_s\":%.1f,\"peak_kib\":%ld}\n", load.sent, load.sent / took_s,
           usage.ru_maxrss);
    return load.sent == load.count ? 0 : 1;
}
