/* mail_compose.c: composes an RFC 5322 message: our own top headers, the MIME body by GMime.
 * Any thread; GMime is started once, and its objects never leave the call.
 * Same input, same bytes: boundaries come from the message id, the date from the caller. */
#include "gmime_auto.h"
#include "mail_private.h"

#include "jw/ident.h"
#include "jw/text.h"

#include <pthread.h>
#include <string.h>

#define MAX_LINE       998
#define MAX_HEADER     4096 /* bytes of one header value */
#define MAX_ID         250
#define MAX_PARAMETERS 8 /* of a content type */
#define BASE64_LINE    INT64_C(76)

void
jw_mail_gmime_start(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, g_mime_init);
}

/* One line of visible UTF-8. */
static bool
check_line(const char *what, const char *text, GError **error)
{
    size_t length = strlen(text);
    if (length > MAX_HEADER) {
        return jw_fail(error, JW_ERROR_INVALID, "%s is longer than %d bytes", what, MAX_HEADER);
    }
    if (!jw_text_clean(text, length) || strpbrk(text, "\r\n\t") != NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "%s must be one line of UTF-8 without controls",
                       what);
    }
    return true;
}

/* The inside of <…>: printable ASCII, no brackets or spaces. */
static bool
check_id(const char *what, const char *id, GError **error)
{
    size_t length = strlen(id);
    bool good = length > 0 && length <= MAX_ID;
    for (size_t i = 0; good && i < length; i++) {
        good = id[i] > 0x20 && id[i] < 0x7f && strchr("<>()\",;:\\", id[i]) == NULL;
    }
    if (!good) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "%s must have 1 to %d printable ASCII characters, without <> or quotes",
                       what, MAX_ID);
    }
    return true;
}

static bool
is_token(const char *text, size_t length)
{
    if (length == 0 || length > 100) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isalnum(text[i]) && strchr("!#$&+-.^_", text[i]) == NULL) {
            return false;
        }
    }
    return true;
}

/* Whether @text is two tokens with @between between them. */
static bool
is_pair(const char *text, char between)
{
    const char *at = text != NULL ? strchr(text, between) : NULL;
    return at != NULL && is_token(text, (size_t)(at - text)) && is_token(at + 1, strlen(at + 1));
}

/* "text/csv; charset=utf-8" as the pieces between its semicolons. (transfer full) */
static GStrv
split_type(const char *content_type)
{
    GStrv pieces = g_strsplit(content_type != NULL ? content_type : "", ";", MAX_PARAMETERS + 1);
    for (size_t i = 0; pieces[i] != NULL; i++) {
        g_strstrip(pieces[i]);
    }
    return pieces;
}

static bool
check_part(const JwMailPart *part, GError **error)
{
    g_auto(GStrv) type = split_type(part->content_type);
    bool good = is_pair(type[0], '/');
    for (size_t i = 1; good && type[i] != NULL; i++) {
        good = is_pair(type[i], '=');
    }
    if (!good) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "a part's content type must be like \"text/csv; charset=utf-8\"");
    }
    if (part->content_id != NULL && !check_id("a content id", part->content_id, error)) {
        return false;
    }
    if (part->file_name == NULL || part->data == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "a part needs a file name and data");
    }
    if (strstr(part->file_name, "=?") != NULL) { /* some readers decode it, even line breaks */
        return jw_fail(error, JW_ERROR_INVALID, "a file name holds an encoded word");
    }
    return check_line("a file name", part->file_name, error);
}

/* The headers of mailing lists (RFC 2369, RFC 8058) hold addresses in brackets: a reader follows
 * them and decodes nothing. */
static bool
is_of_lists(const JwMailHeader *header)
{
    return g_ascii_strncasecmp(header->name, "List-", 5) == 0;
}

static bool
check_visible(const JwMailHeader *header, GError **error)
{
    bool good = strlen(header->name) + strlen(header->value) + 2 <= MAX_LINE;

    for (const char *pos = header->value; good && *pos != '\0'; pos++) {
        good = *pos > 0x20 && *pos < 0x7f;
    }
    return good
           || jw_fail(error, JW_ERROR_INVALID,
                      "the header %s must be visible ASCII that fits on one line", header->name);
}

static bool
check_header(const JwMailHeader *header, GError **error)
{
    /* Headers that the message sets itself: a second one would contradict it. */
    static const char *const own[] = { "From", "To",         "Cc",           "Bcc",   "Subject",
                                       "Date", "Message-ID", "MIME-Version", "Sender" };
    if (header->name == NULL || header->value == NULL
        || !is_token(header->name, strlen(header->name)) || strlen(header->name) > 60) {
        return jw_fail(error, JW_ERROR_INVALID, "a header needs a name of letters and a value");
    }
    bool taken = g_ascii_strncasecmp(header->name, "Content-", 8) == 0;
    for (size_t i = 0; i < G_N_ELEMENTS(own); i++) {
        taken = taken || g_ascii_strcasecmp(header->name, own[i]) == 0;
    }
    if (taken) {
        return jw_fail(error, JW_ERROR_INVALID, "the header %s is written by the message itself",
                       header->name);
    }
    return check_line(header->name, header->value, error)
           && (!is_of_lists(header) || check_visible(header, error));
}

static bool
check_message(const JwMailMessage *message, GError **error)
{
    if (!check_line("the subject", message->subject, error)
        || (message->from_name != NULL
            && !check_line("the sender's name", message->from_name, error))
        || !check_id("the message id", message->message_id, error)) {
        return false;
    }
    const char *const bodies[] = { message->text, message->html };
    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        if (bodies[i] != NULL && !g_utf8_validate(bodies[i], -1, NULL)) {
            return jw_fail(error, JW_ERROR_INVALID, "the text of the message is not UTF-8");
        }
    }
    for (size_t i = 0; i < message->n_parts; i++) {
        if (!check_part(&message->parts[i], error)) {
            return false;
        }
    }
    for (size_t i = 0; i < message->n_headers; i++) {
        if (!check_header(&message->headers[i], error)) {
            return false;
        }
    }
    return true;
}

static char *
format_date(int64_t date_ms)
{
    static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    /* g_date_time_format() would take names from the locale. */
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(date_ms / 1000);
    if (date == NULL) {
        return NULL;
    }
    return g_strdup_printf(
        "%s, %02d %s %04d %02d:%02d:%02d +0000", days[g_date_time_get_day_of_week(date) - 1],
        g_date_time_get_day_of_month(date), months[g_date_time_get_month(date) - 1],
        g_date_time_get_year(date), g_date_time_get_hour(date), g_date_time_get_minute(date),
        g_date_time_get_second(date));
}

static bool
append_headers(GString *out, const JwMailMessage *message, GError **error)
{
    g_autofree char *from_name = NULL;
    g_autofree char *from = NULL;
    if (!jw_mail_address_parse(message->from, &from_name, &from, error)) {
        return jw_prefix(error, "from");
    }
    g_autofree char *to_name = NULL;
    g_autofree char *to = NULL;
    if (!jw_mail_address_parse(message->to, &to_name, &to, error)) {
        return jw_prefix(error, "to");
    }
    g_autofree char *date = format_date(message->date_ms);
    if (date == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "the date is out of range");
    }
    g_autofree char *id = g_strconcat("<", message->message_id, ">", NULL);
    jw_mail_header_append_raw(out, "Date", date);
    jw_mail_header_append_mailbox(
        out, "From", message->from_name != NULL ? message->from_name : from_name, from);
    jw_mail_header_append_mailbox(out, "To", to_name, to);
    jw_mail_header_append_text(out, "Subject", message->subject);
    jw_mail_header_append_raw(out, "Message-ID", id);
    for (size_t i = 0; i < message->n_headers; i++) {
        const JwMailHeader *header = &message->headers[i];
        (is_of_lists(header) ? jw_mail_header_append_raw
                             : jw_mail_header_append_text)(out, header->name, header->value);
    }
    jw_mail_header_append_raw(out, "MIME-Version", "1.0");
    return true;
}

static void
set_content(GMimePart *part, const void *bytes, size_t length, GMimeContentEncoding encoding)
{
    g_autoptr(GMimeStream) stream = g_mime_stream_mem_new_with_buffer(bytes, length);
    g_autoptr(GMimeDataWrapper) wrapper =
        g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
    g_mime_part_set_content(part, wrapper);
    g_mime_part_set_content_encoding(part, encoding);
}

/* Line ends become LF here; the writer turns them into CRLF. */
static GMimeObject *
text_part(const char *subtype, const char *text)
{
    g_autoptr(GString) lines = g_string_sized_new(strlen(text) + 1);
    for (const char *pos = text; *pos != '\0'; pos++) {
        if (*pos == '\r') {
            pos += pos[1] == '\n' ? 1 : 0;
            g_string_append_c(lines, '\n');
        } else {
            g_string_append_c(lines, *pos);
        }
    }
    if (lines->len == 0 || lines->str[lines->len - 1] != '\n') {
        g_string_append_c(lines, '\n');
    }
    GMimePart *part = g_mime_part_new_with_type("text", subtype);
    g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
    set_content(part, lines->str, lines->len, GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE);
    return GMIME_OBJECT(part);
}

static void
set_utf8(GMimeParamList *list, const char *name)
{
    GMimeParam *param = g_mime_param_list_get_parameter(list, name);
    if (param != NULL) {
        g_mime_param_set_charset(param, "utf-8");
        g_mime_param_set_encoding_method(param, GMIME_PARAM_ENCODING_METHOD_RFC2231);
    }
}

static GMimeObject *
file_part(const JwMailPart *from)
{
    g_auto(GStrv) pieces = split_type(from->content_type);
    g_auto(GStrv) type = g_strsplit(pieces[0], "/", 2);
    GMimePart *part = g_mime_part_new_with_type(type[0], type[1]);
    GMimeObject *object = GMIME_OBJECT(part);
    for (size_t i = 1; pieces[i] != NULL; i++) {
        g_auto(GStrv) parameter = g_strsplit(pieces[i], "=", 2);
        g_mime_object_set_content_type_parameter(object, parameter[0], parameter[1]);
    }
    g_mime_object_set_disposition(object, from->content_id != NULL ? "inline" : "attachment");
    g_mime_part_set_filename(part, from->file_name);
    set_utf8(g_mime_content_type_get_parameters(g_mime_object_get_content_type(object)), "name");
    set_utf8(
        g_mime_content_disposition_get_parameters(g_mime_object_get_content_disposition(object)),
        "filename");
    if (from->content_id != NULL) {
        g_mime_object_set_content_id(object, from->content_id);
    }
    gsize length;
    const void *bytes = g_bytes_get_data(from->data, &length);
    set_content(part, bytes != NULL ? bytes : "", length, GMIME_CONTENT_ENCODING_BASE64);
    return object;
}

static GMimeObject *
multipart(const char *subtype, const char *message_id)
{
    GMimeMultipart *parent = g_mime_multipart_new_with_subtype(subtype);
    g_autofree char *seed = g_strconcat(subtype, ":", message_id, NULL);
    g_autofree char *digest = jw_sha256_hex(seed, strlen(seed));
    /* "=_" occurs in neither quoted-printable nor base64, so no body can hold the boundary. */
    g_autofree char *boundary = g_strdup_printf("=_%.40s", digest);
    g_mime_multipart_set_boundary(parent, boundary);
    return GMIME_OBJECT(parent);
}

static void
add(GMimeObject *parent, GMimeObject *take_child)
{
    g_mime_multipart_add(GMIME_MULTIPART(parent), take_child);
    g_object_unref(take_child);
}

/* The parts that are inline, or those that are not. Returns how many. */
static size_t
add_files(GMimeObject *parent, const JwMailMessage *message, bool inline_ones)
{
    size_t count = 0;
    for (size_t i = 0; i < message->n_parts; i++) {
        if ((message->parts[i].content_id != NULL) == inline_ones) {
            count += 1;
            if (parent != NULL) {
                add(parent, file_part(&message->parts[i]));
            }
        }
    }
    return count;
}

/* mixed( alternative( text, related( html, inline… ) ), attachment… ), each level only when needed.
 */
static GMimeObject *
body(const JwMailMessage *message)
{
    GMimeObject *html = message->html != NULL ? text_part("html", message->html) : NULL;
    if (html != NULL && add_files(NULL, message, true) > 0) {
        GMimeObject *related = multipart("related", message->message_id);
        g_mime_object_set_content_type_parameter(related, "type", "text/html");
        add(related, html);
        add_files(related, message, true);
        html = related;
    }
    GMimeObject *top = html;
    if (message->text != NULL || html == NULL) {
        top = text_part("plain", message->text != NULL ? message->text : "");
        if (html != NULL) {
            GMimeObject *alternative = multipart("alternative", message->message_id);
            add(alternative, top);
            add(alternative, html);
            top = alternative;
        }
    }
    /* An image meant to be inline has no place without HTML: attached, so that nothing is lost. */
    bool stray = message->html == NULL && add_files(NULL, message, true) > 0;
    if (stray || add_files(NULL, message, false) > 0) {
        GMimeObject *mixed = multipart("mixed", message->message_id);
        add(mixed, top);
        if (stray) {
            add_files(mixed, message, true);
        }
        add_files(mixed, message, false);
        top = mixed;
    }
    return top;
}

/* Checks the bytes for what the header of jw_mail_compose() guarantees. */
static bool
check_wire(const GString *out, GError **error)
{
    size_t line = 0;
    for (size_t i = 0; i < out->len; i++) {
        unsigned char c = (unsigned char)out->str[i];
        bool cr = c == '\r';
        bool lf = c == '\n';
        bool crlf = (cr && out->str[i + 1] == '\n') || (lf && i > 0 && out->str[i - 1] == '\r');
        line = lf ? 0 : line + (cr ? 0 : 1);
        if (c == 0 || c > 0x7e || ((cr || lf) && !crlf) || line > MAX_LINE) {
            return jw_fail(error, JW_ERROR_INTERNAL,
                           "the composed message is not 7-bit text in lines, at byte %zu", i);
        }
    }
    return true;
}

static void
append_body(GString *out, const JwMailMessage *message)
{
    g_autoptr(GMimeObject) top = body(message);
    g_autoptr(GMimeFormatOptions) options = g_mime_format_options_new();
    g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
    g_autoptr(GMimeStream) stream = g_mime_stream_mem_new();
    g_mime_object_write_to_stream(top, options, stream);
    const GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
    g_string_append_len(out, (const char *)bytes->data, bytes->len);
    if (!g_str_has_suffix(out->str, "\r\n")) {
        g_string_append(out, "\r\n");
    }
}

int64_t
jw_mail_part_size(int64_t bytes)
{
    const int64_t digits = (bytes + 2) / 3 * 4;
    const int64_t lines = (digits + BASE64_LINE - 1) / BASE64_LINE;

    return digits + 2 * lines;
}

GBytes *
jw_mail_compose(const JwMailMessage *message, GError **error)
{
    g_return_val_if_fail(message != NULL && message->from != NULL && message->to != NULL, NULL);
    g_return_val_if_fail(message->subject != NULL && message->message_id != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    if (!check_message(message, error)) {
        return NULL;
    }
    jw_mail_gmime_start();
    g_autoptr(GString) out = g_string_new(NULL);
    if (!append_headers(out, message, error)) {
        return NULL;
    }
    append_body(out, message);
    if (!check_wire(out, error)) {
        return NULL;
    }
    gsize length = out->len;
    return g_bytes_new_take(g_string_free(g_steal_pointer(&out), FALSE), length);
}
