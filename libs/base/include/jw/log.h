/* jw/log.h: structured logging, one JSON line a record on stderr.
 * Any thread. Levels are tested before the arguments are evaluated. Libraries log at debug only; no
 * bodies, addresses or tokens are logged. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef enum { JW_LOG_ERROR, JW_LOG_WARN, JW_LOG_INFO, JW_LOG_DEBUG } JwLogLevel;

typedef struct {
    const char *key;
    enum { JW_LOG_STR, JW_LOG_INT, JW_LOG_BOOL } type;
    const char *text; /* NULL: the field is left out */
    int64_t integer;
} JwLogField;

#define JW_STR(k, v)  ((JwLogField){ .key = (k), .type = JW_LOG_STR, .text = (v) })
#define JW_INT(k, v)  ((JwLogField){ .key = (k), .type = JW_LOG_INT, .integer = (int64_t)(v) })
#define JW_BOOL(k, v) ((JwLogField){ .key = (k), .type = JW_LOG_BOOL, .integer = (v) ? 1 : 0 })

#define jw_log_at(level, event, ...)                                                               \
    do {                                                                                           \
        if (jw_log_enabled(level)) {                                                               \
            const JwLogField jw_log_fields_[] = { { 0 }, ##__VA_ARGS__ };                          \
            jw_log_write((level), G_LOG_DOMAIN, (event), jw_log_fields_ + 1,                       \
                         G_N_ELEMENTS(jw_log_fields_) - 1);                                        \
        }                                                                                          \
    } while (0)

/* @event is a fixed snake_case name of what happened:
 *   jw_info("job_claimed", JW_STR("job_id", id)); */
#define jw_error_log(event, ...) jw_log_at(JW_LOG_ERROR, event, ##__VA_ARGS__)
#define jw_warn(event, ...)      jw_log_at(JW_LOG_WARN, event, ##__VA_ARGS__)
#define jw_info(event, ...)      jw_log_at(JW_LOG_INFO, event, ##__VA_ARGS__)
#define jw_debug(event, ...)     jw_log_at(JW_LOG_DEBUG, event, ##__VA_ARGS__)

/* Installs the writer for our records and for GLib's own (g_warning and friends). Once a process,
 * later calls only set level and service name. @service: (transfer none), a static string. */
void jw_log_init(const char *service, JwLogLevel level);

/* Whether records of @level are written. */
bool jw_log_enabled(JwLogLevel level);

/* Reads error, warn, info or debug; false for anything else. */
bool jw_log_level_parse(const char *text, JwLogLevel *ret_level);

/* One record; the macros above call it. @domain, @event: static strings. */
void jw_log_write(JwLogLevel level, const char *domain, const char *event, const JwLogField *fields,
                  size_t n_fields);

typedef void (*JwLogSink)(const char *line, size_t length, void *data);

/* Tests only: sends finished lines (without newline) to @sink instead of stderr; NULL restores
 * stderr. */
void jw_log_set_sink(JwLogSink sink, void *data);

/* Fields that every record of this thread carries until the scope ends:
 *   g_auto(JwLogScope) scope = jw_log_scope(JW_STR("job_id", id), JW_STR("request_id", rid));
 * Strings are copied. At most 8 fields a scope; scopes nest and end in reverse order. */
typedef struct _JwLogScopeData JwLogScopeData;
typedef struct {
    JwLogScopeData *data;
} G_GNUC_UNUSED JwLogScope;

/* Begins a scope; the macro below calls it. */
JwLogScope jw_log_scope_new(const JwLogField *fields, size_t n_fields);
void jw_log_scope_clear(JwLogScope *scope);

#define jw_log_scope(...)                                                                          \
    jw_log_scope_new((const JwLogField[]){ __VA_ARGS__ },                                          \
                     G_N_ELEMENTS(((const JwLogField[]){ __VA_ARGS__ })))
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwLogScope, jw_log_scope_clear)

G_END_DECLS
