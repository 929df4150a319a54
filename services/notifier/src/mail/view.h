/* mail/view.h: the content of a mail, from the job and its artifact's summary: strings from
 * outside, of one line, of bounded length and number, not escaped. Any thread, no state. */
#pragma once
#include "jw/mail.h"
#include "jw/chart.h"
#include "mail/compose.h"
#include "jw/page.h"

#include "jw/report.h"

G_BEGIN_DECLS

typedef struct {
    char *label, *text;
    char *change; /* "▲ +13 (+1.6 %)"; NULL: not compared */
    char *mark;   /* "✓ good"; NULL: it has no level */
    JwLevel level;
} NtfFigure;

typedef struct {
    char *title, *job_name, *period, *zone; /* NULL when unknown, but for the title */
    char *about;                            /* the report type's title; NULL: that is the title */
    const char *kind;                       /* "Weekly report"; NULL: not known */
    char *language;                         /* of the words; NULL: English */
    char *report_type;                      /* of a job without a report; NULL: not known */
    int64_t rows;                           /* -1: unknown */
    char *requester;                        /* NULL: not known */
    GArray *limits;                         /* of JwPageFigure: what the records were limited to */
    bool with_inactive;
    char *part;       /* the same in a few words; NULL: all records */
    GArray *figures;  /* of NtfFigure */
    char *compared;   /* the period before; NULL: not compared */
    char *against;    /* the same in a few words */
    GPtrArray *notes; /* of char * */
    char *chart_title, *measure;
    GPtrArray *labels; /* of char *, NULL-terminated */
    GArray *values;    /* of double */
    JwFormat format;   /* of the values */
    int decimals;      /* of the values; -1: unknown */
    char *unit;        /* of the values; NULL: of their format */
    char *unit_one;    /* behind 1; NULL: `unit` */
    JwChart chart_kind;
    JwChartSeries more[JW_CHART_SERIES_MAX - 1]; /* owned, as the values are */
    size_t n_more;
    char *file_name, *file_size;
    char *expires;
} NtfView;

/* A summary that is missing or unreadable leaves out its part. */
void ntf_view_init(NtfView *self, const NtfComposeInput *input);
/* The same of a job that has no report, from what it asked for; without figures and file. */
void ntf_view_init_asked(NtfView *self, const JwJob *job);
void ntf_view_clear(NtfView *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(NtfView, ntf_view_clear)

JwChartData ntf_view_chart(const NtfView *self); /* lives as long as @self */
/* "Calls by hour: most at 10:00 and 1 more (57 %)"; NULL without a chart. (transfer full) */
char *ntf_view_describe_chart(const NtfView *self);

/* One line of visible text of bounded length; NULL when nothing is left. (transfer full) */
char *ntf_view_clean(const char *text);

/* mail/compose.c: "Calls of my team · Call records: Weekly report, 4 Jan 2021 – 10 Jan 2021
 * (support)". (transfer full) */
char *ntf_subject(const NtfView *view);

/* mail/compose.c: what a plain text begins with: title, period, and what the report is limited to;
 * an empty line follows. */
void ntf_text_head(GString *out, const NtfView *view);

/* mail/compose.c: the message around its texts and @parts; of the job it needs the id. (transfer
 * full) */
GBytes *ntf_message(const NtfComposeInput *input, const char *subject, const char *text,
                    const char *html, const JwMailPart *parts, size_t n_parts, GError **error);

/* mail/html.c: the HTML of the mail. @content_id: of the chart's image; NULL: none. (transfer
 * full) */
char *ntf_html(const NtfView *view, const NtfComposeInput *input, const char *subject,
               const char *content_id);

G_END_DECLS
