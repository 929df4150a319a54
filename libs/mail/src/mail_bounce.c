/* mail_bounce.c: reads delivery status notifications. Any thread; GMime is started once, and its
 * objects never leave the call.
 *
 * Which mail it is about is told in up to four places, and servers differ in which they fill: the
 * headers of the mail that is given back, a field of the status (Gmail), and what the notification
 * answers to (In-Reply-To, References). All are collected, in this order. */
#include "gmime_auto.h"
#include "jw/mail_bounce.h"
#include "mail_private.h"

#include <string.h>

#define TEXT_MAX 4000 /* bytes of a plain text that are searched for a reason */

typedef struct {
    JwMailBounce *bounce;
    GPtrArray *answered; /* ids that the notification answers to, of char * */
    bool is_report;      /* there was a status of some recipient */
} Reading;

static const char *const actions[] = {
    [JW_BOUNCE_DELIVERED] = "delivered",
    [JW_BOUNCE_DELAYED] = "delayed",
    [JW_BOUNCE_FAILED] = "failed",
};

const char *
jw_bounce_action_name(JwBounceAction action)
{
    return actions[action];
}

/* As one line, in which no two spaces follow each other: fields are folded with several. (transfer
 * full) */
static char *
one_line(const char *text, size_t length)
{
    g_autofree char *line = jw_mail_reply_clean(text, length);
    char *to = line;

    for (const char *from = line; *from != '\0'; from++) {
        if (*from != ' ' || to == line || to[-1] != ' ') {
            *to++ = *from;
        }
    }
    *to = '\0';
    return g_steal_pointer(&line);
}

/* "rfc822; a@example.com", "smtp; 550 …": what follows the type. (transfer full) (nullable) */
static char *
typed_value(const char *field)
{
    const char *semicolon = field != NULL ? strchr(field, ';') : NULL;
    const char *value = semicolon != NULL ? semicolon + 1 : field;

    if (value == NULL) {
        return NULL;
    }
    g_autofree char *line = one_line(value, strlen(value));
    return line[0] != '\0' ? g_steal_pointer(&line) : NULL;
}

/* The first "5.1.1" of a text that is a code of RFC 3463. (transfer full) (nullable) */
static char *
find_status(const char *text)
{
    g_autoptr(GMatchInfo) match = NULL;
    g_autoptr(GRegex) regex =
        g_regex_new("(?<![0-9.])[245]\\.[0-9]{1,3}\\.[0-9]{1,3}(?![0-9.]|\\.[0-9])", 0, 0, NULL);

    return text != NULL && g_regex_match(regex, text, 0, &match) ? g_match_info_fetch(match, 0)
                                                                 : NULL;
}

/* "5.0.0" says no more than "failed": where the reason has a code of the same class, that. */
static char *
exact_status(const char *field, const char *diagnostic)
{
    g_autofree char *stated = find_status(field);
    g_autofree char *found = find_status(diagnostic);
    bool vague = stated == NULL || g_str_has_suffix(stated, ".0.0");

    return vague && found != NULL && (stated == NULL || found[0] == stated[0])
               ? g_steal_pointer(&found)
               : g_steal_pointer(&stated);
}

static void
add_id(GPtrArray *ids, const char *id)
{
    g_autofree char *bare = id != NULL ? g_strdup(id) : NULL;

    if (bare == NULL) {
        return;
    }
    g_strstrip(bare);
    if (bare[0] == '<') {
        bare[0] = ' ';
        bare[strcspn(bare, ">")] = '\0';
        g_strstrip(bare);
    }
    if (bare[0] != '\0' && strlen(bare) <= 250 && ids->len < JW_BOUNCE_IDS_MAX
        && !g_ptr_array_find_with_equal_func(ids, bare, g_str_equal, NULL)) {
        g_ptr_array_add(ids, g_steal_pointer(&bare));
    }
}

/* "<a@x> <b@x>" */
static void
add_ids(GPtrArray *ids, const char *field)
{
    g_auto(GStrv) each = g_strsplit_set(field != NULL ? field : "", " \t\r\n,", 100);

    for (size_t i = 0; each[i] != NULL; i++) {
        add_id(ids, each[i]);
    }
}

static GMimeMessage *
parse(const void *bytes, size_t length)
{
    g_autoptr(GMimeStream) stream = g_mime_stream_mem_new_with_buffer(bytes, length);
    g_autoptr(GMimeParser) parser = g_mime_parser_new_with_stream(stream);

    return g_mime_parser_construct_message(parser, NULL);
}

static void
add_returned(Reading *self, GMimeObject *mail)
{
    add_id(self->bounce->ids, g_mime_object_get_header(mail, "Message-ID"));
}

/* The bytes of a part, decoded, with a NUL behind. (transfer full) (nullable) */
static GByteArray *
content_of(GMimeObject *part)
{
    GMimeDataWrapper *wrapper =
        GMIME_IS_PART(part) ? g_mime_part_get_content(GMIME_PART(part)) : NULL;
    g_autoptr(GMimeStream) stream = g_mime_stream_mem_new();

    if (wrapper == NULL || g_mime_data_wrapper_write_to_stream(wrapper, stream) < 0) {
        return NULL;
    }
    GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    g_mime_stream_mem_set_owner(GMIME_STREAM_MEM(stream), FALSE);
    g_byte_array_append(bytes, (const guint8 *)"", 1);
    return bytes;
}

static JwBounceAction
read_action(const char *field)
{
    if (field == NULL || g_ascii_strncasecmp(field, "failed", 6) == 0) {
        return JW_BOUNCE_FAILED; /* a status without an action is of none that arrived */
    }
    return g_ascii_strncasecmp(field, "delayed", 7) == 0 ? JW_BOUNCE_DELAYED : JW_BOUNCE_DELIVERED;
}

/* The fields about one recipient. */
static void
read_recipient(Reading *self, GMimeObject *fields)
{
    JwMailBounce *bounce = self->bounce;
    JwBounceAction action = read_action(g_mime_object_get_header(fields, "Action"));

    if (self->is_report && action <= bounce->action) {
        return;
    }
    const char *original = g_mime_object_get_header(fields, "Original-Recipient");
    const char *final = g_mime_object_get_header(fields, "Final-Recipient");
    self->is_report = true;
    bounce->action = action;
    g_free(bounce->recipient);
    g_free(bounce->diagnostic);
    g_free(bounce->status);
    bounce->recipient = typed_value(original != NULL ? original : final);
    bounce->diagnostic = typed_value(g_mime_object_get_header(fields, "Diagnostic-Code"));
    bounce->status = exact_status(g_mime_object_get_header(fields, "Status"), bounce->diagnostic);
}

/* One group of fields of a status, between empty lines. */
static void
read_group(Reading *self, const char *text, size_t length)
{
    g_autofree char *group = g_strdup_printf("%.*s\n\n", (int)length, text);
    g_autoptr(GMimeMessage) fields = parse(group, strlen(group));
    GMimeObject *object = GMIME_OBJECT(fields);

    if (fields == NULL) {
        return;
    }
    const char *envelope = g_mime_object_get_header(object, "Original-Envelope-Id");
    if (envelope != NULL && self->bounce->envelope_id == NULL) {
        self->bounce->envelope_id = one_line(envelope, strlen(envelope));
    }
    add_id(self->answered, g_mime_object_get_header(object, "X-Original-Message-ID"));
    if (g_mime_object_get_header(object, "Final-Recipient") != NULL
        || g_mime_object_get_header(object, "Original-Recipient") != NULL) {
        read_recipient(self, object);
    }
}

static void
read_status(Reading *self, GMimeObject *part)
{
    g_autoptr(GByteArray) bytes = content_of(part);
    g_autofree char *text = bytes != NULL ? g_strdup((const char *)bytes->data) : NULL;

    if (text == NULL) {
        return;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GString) group = g_string_new(NULL);
    for (size_t i = 0; lines[i] != NULL; i++) {
        bool empty = g_strchomp(lines[i])[0] == '\0';

        if (!empty) {
            g_string_append_printf(group, "%s\n", lines[i]);
        }
        if ((empty || lines[i + 1] == NULL) && group->len > 0) {
            read_group(self, group->str, group->len);
            g_string_truncate(group, 0);
        }
    }
}

/* The headers of the mail alone (text/rfc822-headers), or as they stand in a plain text. */
static void
read_headers(Reading *self, const char *text)
{
    g_autofree char *whole = g_strconcat(text, "\n\n", NULL);
    g_autoptr(GMimeMessage) mail = parse(whole, strlen(whole));

    if (mail != NULL) {
        add_returned(self, GMIME_OBJECT(mail));
    }
}

static void
visit(GMimeObject *parent G_GNUC_UNUSED, GMimeObject *part, gpointer reading)
{
    Reading *self = reading;
    GMimeContentType *type = g_mime_object_get_content_type(part);

    if (GMIME_IS_MESSAGE_PART(part)) {
        GMimeMessage *mail = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
        if (mail != NULL) {
            add_returned(self, GMIME_OBJECT(mail));
        }
    } else if (g_mime_content_type_is_type(type, "message", "delivery-status")
               || g_mime_content_type_is_type(type, "message", "global-delivery-status")) {
        read_status(self, part);
    } else if (g_mime_content_type_is_type(type, "text", "rfc822-headers")
               || g_mime_content_type_is_type(type, "message", "global-headers")
               || g_mime_content_type_is_type(type, "message", "global")) {
        g_autoptr(GByteArray) bytes = content_of(part);
        if (bytes != NULL) {
            read_headers(self, (const char *)bytes->data);
        }
    }
}

/* Old Exims: a text in which the mail follows, and a header that names who did not get it. */
static void
read_plain(Reading *self, GMimeMessage *mail, const char *failed)
{
    JwMailBounce *bounce = self->bounce;
    GMimeObject *body = g_mime_message_get_mime_part(mail);
    g_autoptr(GByteArray) bytes = body != NULL ? content_of(body) : NULL;
    const char *text = bytes != NULL ? (const char *)bytes->data : "";
    const char *copy = strstr(text, "This is a copy of the message");
    g_autoptr(GRegex) regex =
        g_regex_new("(?:^|\\s)([45][0-9][0-9][ -][^\\n]*(?:\\n +[^\\n]+)*)", 0, 0, NULL);
    g_autofree char *front = g_strndup(text, MIN(strlen(text), TEXT_MAX));
    g_autoptr(GMatchInfo) match = NULL;

    self->is_report = true;
    bounce->action = JW_BOUNCE_FAILED;
    bounce->recipient = one_line(failed, strcspn(failed, ","));
    g_autofree char *valid = g_utf8_make_valid(front, -1);
    if (g_regex_match(regex, valid, 0, &match)) {
        g_autofree char *reason = g_match_info_fetch(match, 1);
        bounce->diagnostic = one_line(reason, strlen(reason));
    }
    bounce->status = exact_status(NULL, bounce->diagnostic);
    if (copy != NULL) { /* the headers begin behind the next empty line */
        const char *headers = strstr(copy, "\n\n");
        const char *crlf = strstr(copy, "\r\n\r\n");
        headers = crlf != NULL && (headers == NULL || crlf < headers) ? crlf : headers;
        read_headers(self, headers != NULL ? headers + strspn(headers, "\r\n") : "");
    }
}

static void
read_mail(Reading *self, GMimeMessage *mail)
{
    GMimeObject *object = GMIME_OBJECT(mail);
    const char *failed = g_mime_object_get_header(object, "X-Failed-Recipients");
    GMimeObject *body = g_mime_message_get_mime_part(mail);

    if (GMIME_IS_MULTIPART(body)) {
        g_mime_multipart_foreach(GMIME_MULTIPART(body), visit, self);
    } else if (body != NULL) {
        visit(object, body, self);
    }
    if (!self->is_report && failed != NULL) {
        read_plain(self, mail, failed);
    }
    for (guint i = 0; i < self->answered->len; i++) {
        add_id(self->bounce->ids, g_ptr_array_index(self->answered, i));
    }
    add_ids(self->bounce->ids, g_mime_object_get_header(object, "In-Reply-To"));
    add_ids(self->bounce->ids, g_mime_object_get_header(object, "References"));
}

bool
jw_mail_bounce_parse(const void *mail, size_t length, JwMailBounce *ret, GError **error)
{
    g_return_val_if_fail(mail != NULL && ret != NULL, false);

    jw_mail_gmime_start();
    *ret = (JwMailBounce){ .ids = g_ptr_array_new_with_free_func(g_free) };
    g_autoptr(GPtrArray) answered = g_ptr_array_new_with_free_func(g_free);
    Reading reading = { .bounce = ret, .answered = answered };
    g_autoptr(GMimeMessage) message = length > 0 ? parse(mail, length) : NULL;
    if (message != NULL) {
        read_mail(&reading, message);
    }
    if (reading.is_report) {
        return true;
    }
    jw_mail_bounce_clear(ret);
    return jw_fail(error, JW_ERROR_INVALID,
                   message == NULL
                       ? "this is no mail: it has no headers"
                       : "this is no delivery status notification: it has neither a part "
                         "message/delivery-status about a recipient nor X-Failed-Recipients");
}

void
jw_mail_bounce_clear(JwMailBounce *self)
{
    g_clear_pointer(&self->recipient, g_free);
    g_clear_pointer(&self->status, g_free);
    g_clear_pointer(&self->diagnostic, g_free);
    g_clear_pointer(&self->envelope_id, g_free);
    g_clear_pointer(&self->ids, g_ptr_array_unref);
}
