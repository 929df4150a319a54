/* jw/page.h: what our HTML pages and mails share: head, title band, foot. Any thread, no state.
 * Every string is escaped. */
#pragma once
#include "jw/report_result.h"

G_BEGIN_DECLS

#define JW_PAGE_TABLE                                                                              \
    "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "

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
    const char *language; /* of the words around; NULL: English */
} JwPageTitle;

/* A figure with what stands below it. */
typedef struct {
    const char *label, *text;
    const char *change;  /* "+34 (+2.8 %)"; NULL: nothing is compared */
    const char *against; /* "vs 28 Dec 2020 – 3 Jan 2021"; NULL with change */
    JwLevel level;
    const char *level_word; /* for those who do not see its colour; NULL without a level */
} JwPageCard;

/* A format of our own and strings that are escaped. */
void jw_page_append(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Appends the head, and the page up to the rows of its one table. @preview: what a list of mails
 * shows after the subject. */
void jw_page_begin(GString *out, const char *subject, const char *preview, const char *language);

/* Appends the coloured band with the title and what the report is limited to. */
void jw_page_title(GString *out, const JwPageTitle *title);

/* Appends what is inside a card. */
void jw_page_card(GString *out, const JwPageCard *card);

typedef struct {
    const char *why;               /* sentences before the foot; NULL: none */
    const char *link;              /* behind them; NULL: none */
    const char *link_text;         /* what it does; NULL with @link */
    const char *job_name, *job_id; /* the name: NULL: unknown */
    const char *language;
} JwPageFoot;

/* Appends the foot and ends the page. */
void jw_page_end(GString *out, const JwPageFoot *foot);

G_END_DECLS
