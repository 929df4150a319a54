/* jw/json.h: strict JSON for what comes from outside: parsing, canonical printing, and the check of
 * a value against constant tables of fields, which notes every violation with its pointer. Any
 * thread, no state. The tables match schemas/, which tests/contract proves. */
#pragma once
#include "jw/error.h"
#include "jw/json_parse.h"
#include "jw/violations.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* Compact, keys sorted: equal values give equal bytes. (transfer full) */
char *jw_json_print(const json_t *value);

/* json_dumps() with reals as short as may be: 83.33. (transfer full) (nullable: if it refuses) */
char *jw_json_dump(const json_t *value, size_t flags);

typedef enum {
    JW_FIELD_STRING,
    JW_FIELD_BOOL,
    JW_FIELD_INT,
    JW_FIELD_NUMBER,
    JW_FIELD_OBJECT, /* of the fields in `fields`, no others */
    JW_FIELD_ARRAY,  /* each item by `item` */
    JW_FIELD_MAP,    /* free names, each value by `item` */
    JW_FIELD_ANY,
} JwFieldType;

typedef enum {
    JW_FIELD_REQUIRED = 1 << 0,
    JW_FIELD_LINES = 1 << 1,  /* string: line breaks and tabs are allowed */
    JW_FIELD_UNIQUE = 1 << 2, /* array of strings: none twice */
} JwFieldFlags;

/* What is wrong with a string, as a clause such as "must be a UUID"; NULL: nothing.
 * (transfer full) */
typedef char *(*JwFieldCheck)(const char *text);

typedef struct _JwField JwField;
struct _JwField {
    const char *name; /* NULL ends a table */
    JwFieldType type;
    unsigned flags;
    int64_t min, max;          /* characters, value, or number of items; both 0: no limits */
    const char *const *values; /* string: the allowed ones, NULL-terminated */
    const char *prefix;        /* string: optional in front of a value ("report-priority.") */
    JwFieldCheck check;        /* string: run when the rest is right; map: of each name */
    const JwField *fields;
    const JwField *item, *otherwise; /* otherwise: its other form, for a value of that one's type */
};

/* Notes all that is wrong with @value, an object of @fields, whose own pointer is @base. False when
 * there was a violation. */
bool jw_check_object(const json_t *value, const JwField *fields, const char *base,
                     JwViolations *violations);

/* As jw_check_object(), with the pointer "/name" for a parameter. @values: an object of strings,
 * from a query string. @fields: of the types STRING, INT and BOOL; numbers and booleans are read
 * from their strings. */
bool jw_check_parameters(const json_t *values, const JwField *fields, JwViolations *violations);

/* @base + "/" + @name, escaped by RFC 6901. (transfer full) */
char *jw_pointer(const char *base, const char *name);

/* The same, appended to @path. */
void jw_pointer_append(GString *path, const char *name);

/* The pointer of an array's item. (transfer full) */
char *jw_pointer_index(const char *base, size_t index);

/* A string from outside, fit for a message: at most 60 characters. (transfer full) */
char *jw_echo(const char *text);

/* @text without @prefix, if it begins with it. (transfer none) */
const char *jw_skip_prefix(const char *text, const char *prefix);

/* The member if it is a string, else NULL. NULL-safe. (transfer none) */
const char *jw_json_text(const json_t *object, const char *name);

/* An array of strings as a vector; items of other types are left out. NULL when it is no array.
 * (transfer full) */
char **jw_json_texts(const json_t *array);

/* @value without const, for jansson's iterators, which do not change it. (transfer none) */
json_t *jw_json_mutable(const json_t *value);

/* A JSON string whatever the bytes are: broken UTF-8 is repaired. (transfer full) */
json_t *jw_json_string(const char *text);

/* An array of such strings; @texts: (nullable): NULL-terminated. (transfer full) */
json_t *jw_json_strings(const char *const *texts);

/* Sets a member to such a string; NULL leaves it out. */
void jw_json_set_string(json_t *object, const char *name, const char *text);

/* Sets a member to a time in RFC 3339. */
void jw_json_set_time(json_t *object, const char *name, int64_t time_ms);

/* A JwFieldCheck, like all jw_check_…(text): a UUID. */
char *jw_check_uuid(const char *text);

/* An RFC 3339 date-time. */
char *jw_check_time(const char *text);

/* An RFC 3339 date-time, or a plain date. */
char *jw_check_date_or_time(const char *text);

/* An IANA time zone that exists on this machine. */
char *jw_check_zone(const char *text);

/* A mail address (jw/address.h). */
char *jw_check_address(const char *text);

/* A field of a record: "a", "a.b". */
char *jw_check_field_name(const char *text);

/* A camelCase name in a definition. */
char *jw_check_identifier(const char *text);

/* "call-records". */
char *jw_check_slug(const char *text);

/* The name of a collection. */
char *jw_check_collection(const char *text);

/* A duration, as jw_parse_duration() reads it. */
char *jw_check_duration(const char *text);

/* The member as RFC 3339 time in ms, or @otherwise when it is absent or no time. */
int64_t jw_json_time(const json_t *object, const char *name, int64_t otherwise);

/* A duration (jw/duration.h) from 1s to 366d in ms; false when it is none. */
bool jw_parse_duration(const char *text, int64_t *ret_ms);

/* The UTC ms at which a day such as "2021-01-31" begins and ends in @zone; false when it is no
 * date. */
bool jw_parse_day(const char *text, GTimeZone *zone, int64_t *ret_start_ms, int64_t *ret_end_ms);

G_END_DECLS
