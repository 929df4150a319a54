/* show.h: what the API answered, for people or for programs. One thread. */
#pragma once
#include "jobctl.h"

G_BEGIN_DECLS

struct json_t;

/* What --output says, in the order of JC_AS_NAMES; unsaid it is a table. */
typedef enum { JC_AS_UNSAID, JC_AS_JSON, JC_AS_TABLE, JC_AS_WIDE } JcAs;
#define JC_AS_NAMES "json|table|wide"

typedef enum {
    JC_SHOW_TEXT,  /* a text, number or truth; of a list its items, by what they are called */
    JC_SHOW_TIME,  /* in the zone of who reads it */
    JC_SHOW_COUNT, /* 12,345 */
    JC_SHOW_PERCENT,
    JC_SHOW_BYTES,
    JC_SHOW_JSON,
} JcShowKind;

/* A column of a list, or a line of one thing. */
typedef struct {
    const char *head; /* NULL ends a table */
    const char *path; /* of its value: "output.format" */
    JcShowKind kind;
    bool wide; /* only with -o wide */
} JcShow;

/* fprintf() of texts that others wrote, which must not command a terminal: controls but the ends of
 * lines and tabs become spaces. A value that must be one line is for jw_text_one_line(). */
void jc_print(FILE *file, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* An array of objects as a table with heads; JSON as it is. */
void jc_show_list(const JcContext *context, JcAs as, const JcShow *columns,
                  const struct json_t *items);
/* An object, a line for each value that it has; JSON as it is. */
void jc_show_one(const JcContext *context, JcAs as, const JcShow *lines,
                 const struct json_t *object);
void jc_show_json(const JcContext *context, const struct json_t *value);

/* The text of a member, "" when there is none. (transfer none) */
const char *jc_show_text(const struct json_t *object, const char *path);
/* "2026-01-13 03:00:15" here for an RFC 3339 time; @time itself when it is none. (transfer full) */
char *jc_show_time(const char *time);

G_END_DECLS
