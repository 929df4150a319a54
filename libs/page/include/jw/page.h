/* jw/page.h: what our HTML pages and mails share: head, title band, foot. Any thread, no state.
 * Every string is escaped. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define JW_PAGE_TABLE                                                                              \
    "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "

/* Below what a report is limited to; in plain text as well. */
#define JW_PAGE_INACTIVE "Inactive records are included."

typedef struct {
    char *label, *text;
} JwPageFigure;

typedef enum { JW_PAGE_REPORT, JW_PAGE_FAILURE } JwPageSort;

typedef struct {
    JwPageSort sort;
    const char *kind, *title;
    const char *line, *aside; /* below the title; NULL: none */
    const char *requester;    /* NULL: not mentioned */
    const GArray *limits;     /* of JwPageFigure; NULL: none */
    bool with_inactive;
} JwPageTitle;

/* A format of our own and strings that are escaped. */
void jw_page_append(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Appends the head, and the page up to the rows of its one table. @preview: what a list of mails
 * shows after the subject. */
void jw_page_begin(GString *out, const char *subject, const char *preview);

/* Appends the coloured band with the title and what the report is limited to. */
void jw_page_title(GString *out, const JwPageTitle *title);

/* Appends the foot and ends the page. @why: a sentence and a space before the foot, or "".
 * @job_name: (nullable) */
void jw_page_end(GString *out, const char *why, const char *job_name, const char *job_id);

G_END_DECLS
