/* intake.c: see jw/intake.h. */
#include "jw/intake.h"

#include "jw/json.h"
#include "jw/log.h"

#include <string.h>

/* The first header of an event that is there and is no UTF-8; NULL: none. */
static const char *
broken_header(const JwMessage *message)
{
    static const char *const names[] = { "content-type", "ce_specversion", "ce_type", "ce_source",
                                         "ce_id" };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        for (size_t h = 0; h < message->n_headers; h++) {
            if (message->headers[h].value == NULL
                && strcmp(message->headers[h].name, names[i]) == 0) {
                return names[i];
            }
        }
    }
    return NULL;
}

bool
jw_intake_read(const JwMessage *message, JwWireEvent *ret_event, GError **error)
{
    g_return_val_if_fail(message != NULL && ret_event != NULL, false);
    const JwWireMessage read = {
        .content_type = jw_message_header(message, "content-type"),
        .ce_specversion = jw_message_header(message, "ce_specversion"),
        .ce_type = jw_message_header(message, "ce_type"),
        .ce_source = jw_message_header(message, "ce_source"),
        .ce_id = jw_message_header(message, "ce_id"),
        .traceparent = jw_message_header(message, "traceparent"),
        .request_id = jw_message_header(message, "x-request-id"),
        .broken = broken_header(message),
        .body = message->body,
        .body_length = message->body_length,
    };

    return jw_wire_message_read(&read, ret_event, error);
}

char *
jw_intake_unknown(const JwWireEvent *event, const char *const *known)
{
    g_return_val_if_fail(event != NULL && known != NULL, NULL);
    const char *where = event->structured ? "member type" : "header ce_type";
    g_autofree char *names = g_strjoinv(", ", (char **)(uintptr_t)known);

    if (event->type == NULL) {
        return g_strdup_printf("%s is missing; known here: %s. An event that is all in the value "
                               "needs the header content-type: %s",
                               where, names, JW_CONTENT_TYPE_EVENT);
    }
    if (g_strv_contains(known, event->type)) {
        return NULL;
    }
    g_autofree char *echo = jw_echo(event->type);
    return g_strdup_printf("%s is \"%s\"; known here: %s", where, echo, names);
}

static bool
has_text(const char *text)
{
    return text != NULL && *text != '\0';
}

char *
jw_intake_nameless(const JwWireEvent *event)
{
    g_return_val_if_fail(event != NULL, NULL);
    const bool source = has_text(event->source);

    if (source && has_text(event->id)) {
        return NULL;
    }
    return g_strdup_printf("header %s is %s: with ce_source and ce_id a repeated command is "
                           "harmless, so both are needed",
                           source ? "ce_id" : "ce_source",
                           (source ? event->id : event->source) != NULL ? "empty" : "missing");
}

/* "; header "X" is not x: …" for a header that is read here and was sent in other letters, or "".
 * Whether a content type was meant to say something is known only where there is no ce_type. */
static char *
misspelt(const JwMessage *message)
{
    static const char *const names[] = { "ce_specversion", "ce_type", "ce_source", "ce_id",
                                         "content-type" };
    size_t n = G_N_ELEMENTS(names) - (jw_message_header(message, "ce_type") != NULL ? 1 : 0);

    for (size_t h = 0; h < message->n_headers; h++) {
        for (size_t i = 0; i < n; i++) {
            const char *name = message->headers[h].name;

            if (strcmp(name, names[i]) != 0 && g_ascii_strcasecmp(name, names[i]) == 0
                && jw_message_header(message, names[i]) == NULL) {
                return g_strdup_printf("; header \"%s\" is not %s: names of headers are "
                                       "case-sensitive, send it in lower case",
                                       name, names[i]);
            }
        }
    }
    return g_strdup("");
}

void
jw_intake_refuse(const JwMessage *message, JwAnswer *answer, char *take_reason)
{
    g_return_if_fail(message != NULL && answer != NULL && take_reason != NULL);
    g_autofree char *reason = take_reason;
    g_autofree char *advice = misspelt(message);
    char *whole = g_strconcat(reason, advice, NULL);

    jw_warn("command_refused", JW_STR("topic", message->topic),
            JW_INT("partition", message->partition), JW_INT("offset", message->offset),
            JW_STR("reason", whole));
    answer->verdict = JW_VERDICT_POISON;
    answer->reason = whole;
}
