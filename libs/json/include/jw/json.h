/* jw/json.h: strict JSON for what comes from outside: parsing, canonical printing, and the check of
 * a value against constant tables of fields, which notes every violation with its pointer. Any
 * thread, no state. The tables say the same as schemas/, which tests/contract proves. */
#pragma once
#include "jw/error.h"
#include "jw/violations.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Strict JSON: UTF-8, no duplicate keys, depth ≤ 32, no lone surrogates, numbers in range. INVALID
 * with line and column. */
json_t *jw_json_parse(const void *data, size_t length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* A JSON file of at most JW_JSON_FILE_MAX bytes; messages begin with its path. (transfer full) */
#define JW_JSON_FILE_MAX ((size_t)4 * 1024 * 1024)
json_t *jw_json_parse_file(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Compact, keys sorted: the same value gives the same bytes. (transfer full) */
char *jw_json_print(const json_t *value);

typedef enum {
    JW_FIELD_STRING,
    JW_FIELD_BOOL,
    JW_FIELD_INT,
    JW_FIELD_NUMBER,
    JW_FIELD_OBJECT, /* of the fields in `fields`, no others */
    JW_FIELD_ARRAY,  /* each item as `item` says */
    JW_FIELD_MAP,    /* free names, each value as `item` says */
    JW_FIELD_ANY,
} JwFieldType;

typedef enum {
    JW_FIELD_REQUIRED = 1 << 0,
    JW_FIELD_LINES = 1 << 1,  /* string: line breaks and tabs are welcome */
    JW_FIELD_UNIQUE = 1 << 2, /* array of strings: none twice */
} JwFieldFlags;

/* What is wrong with a text, or NULL. (transfer full) */
typedef char *(*JwFieldCheck)(const char *text);

typedef struct _JwField JwField;
struct _JwField {
    const char *name; /* NULL ends a table */
    JwFieldType type;
    unsigned flags;
    int64_t min, max;          /* characters, value, or number of items; both 0: no limits */
    const char *const *values; /* string: the allowed ones, NULL-terminated */
    const char *prefix;        /* string: may stand in front of a value ("report-priority.") */
    JwFieldCheck check;        /* string: run when the rest is right; map: of each name */
    const JwField *fields;
    const JwField *item;
};

/* Notes all that is wrong with @value, an object of @fields, whose own pointer is @base; false when
 * there was a fault. */
bool jw_check_object(const json_t *value, const JwField *fields, const char *base,
                     JwViolations *faults);

/* As jw_check_object(), with the pointer "/name" for a parameter. @values: an object of strings,
 * as a query string has them. @fields: of the types STRING, INT and BOOL; numbers and true or false
 * are read from their strings. */
bool jw_check_parameters(const json_t *values, const JwField *fields, JwViolations *violations);

/* @base + "/" + @name, escaped as RFC 6901 says. (transfer full) */
char *jw_pointer(const char *base, const char *name);
void jw_pointer_append(GString *path, const char *name);
char *jw_pointer_index(const char *base, size_t index); /* (transfer full) */
/* A text from outside, fit for a message: at most 60 characters. (transfer full) */
char *jw_echo(const char *text);
/* The text without @prefix when it begins so. (transfer none) */
const char *jw_skip_prefix(const char *text, const char *prefix);
/* The member that is a text, or NULL; NULL-safe. (transfer none) */
const char *jw_json_text(const json_t *object, const char *name);
/* An array of strings as a vector; items of other types are left out. NULL when it is no array.
 * (transfer full) */
char **jw_json_texts(const json_t *array);
/* jansson's iterators want a value they may change, and do not change it. */
json_t *jw_json_mutable(const json_t *value);
/* A JSON text whatever the bytes are: broken UTF-8 is repaired. (transfer full) */
json_t *jw_json_string(const char *text);
json_t *jw_json_strings(const char *const *texts); /* array; (transfer full) */

/* Checks shared by tables (json_format.c). */
char *jw_check_uuid(const char *text);
char *jw_check_time(const char *text);         /* RFC 3339 date-time */
char *jw_check_date_or_time(const char *text); /* the same, or a plain date */
char *jw_check_zone(const char *text);
char *jw_check_address(const char *text);
char *jw_check_field_name(const char *text); /* of a record: "a", "a.b" */
char *jw_check_identifier(const char *text); /* camelCase name in definitions */
char *jw_check_slug(const char *text);       /* "call-records" */
char *jw_check_collection(const char *text);
char *jw_check_duration(const char *text);
/* The member as RFC 3339 time, or @otherwise when it is absent or no time. */
int64_t jw_json_time(const json_t *object, const char *name, int64_t otherwise);
/* A duration (jw/duration.h) from 1s to 366d as ms; false when it is none. */
bool jw_parse_duration(const char *text, int64_t *ret_ms);
/* "2021-01-31": the instants at which the day begins and ends in @zone; false when it is no
 * date. */
bool jw_parse_day(const char *text, GTimeZone *zone, int64_t *ret_start_ms, int64_t *ret_end_ms);

G_END_DECLS
