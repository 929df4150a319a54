/* mail/page.h: what the HTML of all our mails shares: head, title band, foot. Any thread, no state.
 * Every string is escaped. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

#define NTF_PAGE_TABLE                                                                             \
    "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "

/* Below what a report is limited to; in plain text as well. */
#define NTF_PAGE_INACTIVE "Inactive records are included."

typedef struct {
    char *label, *text;
} NtfFigure;

typedef enum { NTF_PAGE_REPORT, NTF_PAGE_FAILURE } NtfPageSort;

typedef struct {
    NtfPageSort sort;
    const char *kind, *title;
    const char *line, *aside; /* below the title; NULL: none */
    const char *requester;    /* NULL: not mentioned */
    const GArray *limits;     /* of NtfFigure; NULL: none */
    bool with_inactive;
} NtfPageTitle;

/* A format of our own and strings that are escaped. */
void ntf_page_append(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* @preview: what a list of mails shows after the subject. */
void ntf_page_begin(GString *out, const char *subject, const char *preview);
void ntf_page_title(GString *out, const NtfPageTitle *title);
/* @why: a sentence and a space before the foot, or "". @job_name: (nullable) */
void ntf_page_end(GString *out, const char *why, const char *job_name, const char *job_id);

G_END_DECLS
