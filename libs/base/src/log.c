/* log.c: one JSON line a record, for our own events and for GLib's messages. Any thread; level
 * and service are atomics, the scope is thread-local, the test sink has a lock. Lines are built
 * here by hand rather than through g_log_structured_array: GLib would box each number, and
 * aborts on a level that G_DEBUG makes fatal. */
#include "jw/log.h"
#include "jw/clock.h"
#include "jw/sync.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define MAX_SCOPE_FIELDS 8
#define MAX_TEXT_BYTES   4096 /* of one value; what is longer is cut */

static const char *const level_names[] = {
    [JW_LOG_ERROR] = "error",
    [JW_LOG_WARN] = "warn",
    [JW_LOG_INFO] = "info",
    [JW_LOG_DEBUG] = "debug",
};

struct _JwLogScopeData {
    JwLogScopeData *outer;
    JwLogField fields[MAX_SCOPE_FIELDS];
    size_t n_fields;
};

static _Atomic int current_level = JW_LOG_INFO;
static const char *_Atomic current_service = "jobwire";
static atomic_bool writer_installed;

static JwMutex sink_mutex = { PTHREAD_MUTEX_INITIALIZER };
static JwLogSink current_sink;
static void *sink_data;

static _Thread_local JwLogScopeData *scope_top;

static void
append_escaped(GString *line, const char *text, size_t length)
{
    const char *end = text + MIN(length, MAX_TEXT_BYTES);
    const char *pos = text;
    while (pos < end) {
        unsigned char byte = (unsigned char)*pos;
        gunichar c =
            byte < 0x80 ? byte : g_utf8_get_char_validated(pos, (gssize)(text + length - pos));
        if (byte == '"' || byte == '\\') {
            g_string_append_c(line, '\\');
            g_string_append_c(line, *pos++);
        } else if (byte == '\n') {
            g_string_append(line, "\\n");
            pos++;
        } else if (byte < 0x20 || byte == 0x7f) {
            g_string_append_printf(line, "\\u%04x", byte);
            pos++;
        } else if (c == (gunichar)-1 || c == (gunichar)-2) {
            g_string_append(line, "\xef\xbf\xbd");
            pos++;
        } else {
            size_t width = (size_t)g_utf8_skip[byte];
            g_string_append_len(line, pos, (gssize)width);
            pos += width;
        }
    }
    if (length > MAX_TEXT_BYTES) {
        g_string_append(line, "…");
    }
}

static void
append_text(GString *line, const char *key, const char *text, size_t length)
{
    g_string_append(line, ",\"");
    append_escaped(line, key, strlen(key));
    g_string_append(line, "\":\"");
    append_escaped(line, text, length);
    g_string_append_c(line, '"');
}

static void
append_raw(GString *line, const char *key, const char *value)
{
    g_string_append(line, ",\"");
    append_escaped(line, key, strlen(key));
    g_string_append(line, "\":");
    g_string_append(line, value);
}

static void
append_field(GString *line, const JwLogField *field)
{
    char number[32];

    switch (field->type) {
    case JW_LOG_STR:
        if (field->text != NULL) {
            append_text(line, field->key, field->text, strlen(field->text));
        }
        break;
    case JW_LOG_INT:
        g_snprintf(number, sizeof number, "%" G_GINT64_FORMAT, field->integer);
        append_raw(line, field->key, number);
        break;
    case JW_LOG_BOOL:
        append_raw(line, field->key, field->integer != 0 ? "true" : "false");
        break;
    }
}

static bool
has_key(const JwLogField *fields, size_t n_fields, const char *key)
{
    for (size_t i = 0; i < n_fields; i++) {
        if (fields[i].key != NULL && g_str_equal(fields[i].key, key)) {
            return true;
        }
    }
    return false;
}

/* Outer scopes first; what an inner scope or the record itself repeats wins. */
static void
append_scope(GString *line, const JwLogScopeData *scope, const JwLogField *fields, size_t n_fields)
{
    if (scope == NULL) {
        return;
    }
    append_scope(line, scope->outer, fields, n_fields);
    for (size_t i = 0; i < scope->n_fields; i++) {
        const char *key = scope->fields[i].key;
        bool repeated = has_key(fields, n_fields, key);
        for (const JwLogScopeData *inner = scope_top; inner != scope && !repeated;
             inner = inner->outer) {
            repeated = has_key(inner->fields, inner->n_fields, key);
        }
        if (!repeated) {
            append_field(line, &scope->fields[i]);
        }
    }
}

static GString *
start_line(JwLogLevel level, const char *domain, const char *event)
{
    g_autofree char *now = jw_time_format(jw_clock_now_ms(jw_clock_system()));
    const char *service = atomic_load(&current_service);
    GString *line = g_string_sized_new(256);
    g_string_append_printf(line, "{\"ts\":\"%s\",\"level\":\"%s\"", now, level_names[level]);
    append_text(line, "service", service, strlen(service));
    if (domain != NULL) {
        append_text(line, "domain", domain, strlen(domain));
    }
    append_text(line, "event", event, strlen(event));
    return line;
}

static void
write_stderr(const char *data, size_t length)
{
    while (length > 0) {
        ssize_t written = write(STDERR_FILENO, data, length);
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return; /* nowhere left to report it */
        }
        data += written;
        length -= (size_t)written;
    }
}

static void
finish_line(GString *take_line)
{
    g_string_append_c(take_line, '}');
    {
        g_auto(JwLocker) locker = jw_locker(&sink_mutex);
        if (current_sink != NULL) {
            current_sink(take_line->str, take_line->len, sink_data);
            g_string_free(take_line, TRUE);
            return;
        }
    }
    g_string_append_c(take_line, '\n');
    write_stderr(take_line->str, take_line->len);
    g_string_free(take_line, TRUE);
}

static JwLogLevel
level_of_glib(GLogLevelFlags flags)
{
    if ((flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) != 0) {
        return JW_LOG_ERROR;
    }
    if ((flags & G_LOG_LEVEL_WARNING) != 0) {
        return JW_LOG_WARN;
    }
    return (flags & G_LOG_LEVEL_DEBUG) != 0 ? JW_LOG_DEBUG : JW_LOG_INFO;
}

static GLogWriterOutput
write_glib_record(GLogLevelFlags flags, const GLogField *fields, gsize n_fields, gpointer data)
{
    (void)data;
    JwLogLevel level = level_of_glib(flags);
    if (!jw_log_enabled(level)) {
        return G_LOG_WRITER_HANDLED;
    }
    const char *message = "";
    size_t length = 0;
    const char *domain = NULL;
    for (gsize i = 0; i < n_fields; i++) {
        if (g_str_equal(fields[i].key, "MESSAGE")) {
            message = fields[i].value;
            length = fields[i].length < 0 ? strlen(message) : (size_t)fields[i].length;
        } else if (g_str_equal(fields[i].key, "GLIB_DOMAIN") && fields[i].length < 0) {
            domain = fields[i].value;
        }
    }
    GString *line = start_line(level, domain, "glib");
    append_scope(line, scope_top, NULL, 0);
    append_text(line, "message", message, length);
    finish_line(line);
    return G_LOG_WRITER_HANDLED;
}

void
jw_log_init(const char *service, JwLogLevel level)
{
    g_return_if_fail(service != NULL);

    atomic_store(&current_service, service);
    atomic_store(&current_level, (int)level);
    if (!atomic_exchange(&writer_installed, true)) {
        g_log_set_writer_func(write_glib_record, NULL, NULL);
    }
}

bool
jw_log_enabled(JwLogLevel level)
{
    return (int)level <= atomic_load_explicit(&current_level, memory_order_relaxed);
}

bool
jw_log_level_parse(const char *text, JwLogLevel *ret_level)
{
    for (size_t i = 0; text != NULL && i < G_N_ELEMENTS(level_names); i++) {
        if (g_str_equal(text, level_names[i])) {
            *ret_level = (JwLogLevel)i;
            return true;
        }
    }
    return false;
}

void
jw_log_write(JwLogLevel level, const char *domain, const char *event, const JwLogField *fields,
             size_t n_fields)
{
    g_return_if_fail(event != NULL);

    if (!jw_log_enabled(level)) {
        return;
    }
    int saved_errno = errno; /* a caller may log between a failed call and reading its errno */
    GString *line = start_line(level, domain, event);
    append_scope(line, scope_top, fields, n_fields);
    for (size_t i = 0; i < n_fields; i++) {
        append_field(line, &fields[i]);
    }
    finish_line(line);
    errno = saved_errno;
}

void
jw_log_set_sink(JwLogSink sink, void *data)
{
    g_auto(JwLocker) locker = jw_locker(&sink_mutex);
    current_sink = sink;
    sink_data = data;
}

JwLogScope
jw_log_scope_new(const JwLogField *fields, size_t n_fields)
{
    g_return_val_if_fail(n_fields <= MAX_SCOPE_FIELDS, ((JwLogScope){ NULL }));

    JwLogScopeData *data = g_new0(JwLogScopeData, 1);
    for (size_t i = 0; i < n_fields; i++) {
        data->fields[i] = fields[i];
        if (fields[i].type == JW_LOG_STR) {
            data->fields[i].text = g_strdup(fields[i].text);
        }
    }
    data->n_fields = n_fields;
    data->outer = scope_top;
    scope_top = data;
    return (JwLogScope){ data };
}

void
jw_log_scope_clear(JwLogScope *scope)
{
    if (scope == NULL || scope->data == NULL) {
        return;
    }
    JwLogScopeData *data = g_steal_pointer(&scope->data);
    g_assert(scope_top == data); /* ended out of order or on another thread */
    scope_top = data->outer;
    for (size_t i = 0; i < data->n_fields; i++) {
        if (data->fields[i].type == JW_LOG_STR) {
            g_free((char *)(uintptr_t)data->fields[i].text);
        }
    }
    g_free(data);
}
