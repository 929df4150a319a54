/* letter_view.h: the content of a mail, from the job and its artifact's summary: strings from
 * outside, of one line, of bounded length and number, not escaped. Any thread, no state. */
#pragma once
#include "jw/mail.h"
#include "jw/chart.h"
#include "jw/letter.h"
#include "jw/page.h"

#include "jw/report.h"

G_BEGIN_DECLS

typedef struct {
    char *name; /* of its measure; NULL: not known */
    char *label, *text;
    char *change; /* "▲ +13 (+1.6 %)"; NULL: not compared */
    char *mark;   /* "✓ good"; NULL: it has no level */
    JwLevel level;
} JwLetterFigure;

typedef struct {
    char *title, *job_name, *period, *zone; /* NULL when unknown, but for the title */
    char *about;                            /* the report type's title; NULL: that is the title */
    const char *kind;                       /* "Weekly report"; NULL: not known */
    char *language;                         /* of the words; NULL: English */
    char *report_type;                      /* NULL: not known */
    char *report;                           /* its title; NULL: not known */
    char *start, *end;                      /* first and last day of the period; NULL: none */
    char *records, *departments;            /* in words; NULL: not known, none */
    char *subject, *sender_name;            /* as the job or its type has them; NULL: ours */
    char **intro;                           /* lines; an empty one between paragraphs; NULL */
    int64_t rows;                           /* -1: unknown */
    char *requester;                        /* NULL: not known */
    GArray *limits;                         /* of JwPageFigure: what the records were limited to */
    bool with_inactive;
    char *part;       /* the same in a few words; NULL: all records */
    GArray *figures;  /* of JwLetterFigure */
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
} JwLetterView;

/* A summary that is missing or unreadable leaves out its part. */
void jw_letter_view_init(JwLetterView *self, const JwLetterInput *input);
/* The same of a job that has no report, from what it asked for; without figures and file. */
void jw_letter_view_init_asked(JwLetterView *self, const JwJob *job);
void jw_letter_view_clear(JwLetterView *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwLetterView, jw_letter_view_clear)

JwChartData jw_letter_view_chart(const JwLetterView *self); /* lives as long as @self */
/* "Calls by hour: most at 10:00 and 1 more (57 %)"; NULL without a chart. (transfer full) */
char *jw_letter_view_describe_chart(const JwLetterView *self);

/* letter_clean.c: one line of visible text of bounded length; NULL when nothing is left. (transfer
 * full) */
char *jw_letter_view_clean(const char *text);

/* letter_texts.c: fills in what the job says (nullable), text by text, else its type. */
void jw_letter_view_read_texts(JwLetterView *self, const JwMailTexts *of_job,
                               const JwMailTexts *of_type);

/* letter_parts.c: "Calls of my team · Call records: Weekly report, 4 Jan 2021 – 10 Jan 2021
 * (support)". (transfer full) */
char *jw_letter_subject(const JwLetterView *view);

/* letter_parts.c: what a plain text begins with: title, period, and what the report is limited to;
 * an empty line follows. */
void jw_letter_text_head(GString *out, const JwLetterView *view);

/* letter_parts.c: the message around its texts and @parts. @sender_name: (nullable): in the place
 * of the name in @input's from. (transfer full) */
GBytes *jw_letter_message(const JwLetterInput *input, const char *sender_name, const char *subject,
                          const char *text, const char *html, const JwMailPart *parts,
                          size_t n_parts, GError **error);

/* letter_failure.c: the texts of the mail about a job that has failed. (transfer full) */
void jw_letter_failure_texts(const JwJob *job, char **ret_subject, char **ret_text,
                             char **ret_html);

/* letter_html.c: the HTML of the mail. @content_id: of the chart's image; NULL: none. (transfer
 * full) */
char *jw_letter_html(const JwLetterView *view, const JwLetterInput *input, const char *subject,
                     const char *content_id);

G_END_DECLS
