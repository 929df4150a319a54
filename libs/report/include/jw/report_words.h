/* jw/report_words.h: the fixed words of a report by language: what workbooks, pages and mails print
 * beside the words of its definition. Pure; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* "{1}" and "{2}" stand for what jw_report_word_fill() is given. */
typedef enum {
    JW_WORD_SUMMARY, /* title of the first sheet, of the first part of a page */
    JW_WORD_FIGURE,  /* heads of the table of figures */
    JW_WORD_VALUE,
    JW_WORD_PREVIOUS, /* heads of what is compared */
    JW_WORD_DIFFERENCE,
    JW_WORD_CHANGE,
    JW_WORD_PREVIOUS_OF, /* "{1}, previous": the measure of a column */
    JW_WORD_DIFFERENCE_OF,
    JW_WORD_CHANGE_OF,
    JW_WORD_VS,        /* "vs {1}": a period */
    JW_WORD_BEFORE,    /* "{1} before": a figure */
    JW_WORD_UNCHANGED, /* of a figure */
    JW_WORD_COMPARED,  /* "Compared with {1}" */
    JW_WORD_LEFT_OUT,  /* of the table {1}, so many {2}: a sentence */
    JW_WORD_TOTAL,     /* of a row, of a column */
    JW_WORD_SUBTOTAL,  /* "{1}, total": the group */
    JW_WORD_NO_VALUE,  /* of a group: "(none)" */
    JW_WORD_OTHER,     /* of a group: "(other)" */
    JW_WORD_NOTHING,   /* of a figure without a value: "n/a" */
    JW_WORD_ESTIMATED, /* of a figure by a sketch */
    JW_WORD_GOOD,      /* what thresholds say of a figure */
    JW_WORD_WARN,
    JW_WORD_BAD,
    JW_WORD_YES,
    JW_WORD_NO,
    JW_WORD_PERIOD,
    JW_WORD_ALL_RECORDS, /* of a period: there is none */
    JW_WORD_TIME_ZONE,
    JW_WORD_FILTERS,
    JW_WORD_PART,          /* above the filters */
    JW_WORD_PART_SHORT,    /* in the subject of a mail */
    JW_WORD_AND_MORE,      /* "{1} and {2} more": values of a filter */
    JW_WORD_INACTIVE,      /* a sentence */
    JW_WORD_REQUESTED_BY,  /* "Requested by {1}" */
    JW_WORD_MADE_AT,       /* "Made at {1}" */
    JW_WORD_NOTES,         /* above what readers must know */
    JW_WORD_PAGE_OF,       /* "Page {1} of {2}" */
    JW_WORD_CONTINUED,     /* "{1} (continued)": a table, on its next page */
    JW_WORD_CONTENTS,      /* above the outline */
    JW_WORD_BY,            /* "By {1}": a table of that dimension */
    JW_WORD_RECORDS,       /* title of the list */
    JW_WORD_RECORD_ONE,    /* "{1} record" */
    JW_WORD_RECORD_OTHER,  /* "{1} records"; jw_report_word_records() chooses */
    JW_WORD_RECORDS_READ,  /* "{1} read": the count of records */
    JW_WORD_NO_DATA,       /* in the place of a chart */
    JW_WORD_NO_RECORDS,    /* in the place of a list */
    JW_WORD_CHART,         /* a chart without a title */
    JW_WORD_REPORT,        /* what it is, by its period */
    JW_WORD_WEEKLY_REPORT, /* "Weekly report" */
    JW_WORD_MONTHLY_REPORT,
    JW_WORD_MOST_AT,       /* "most at {1} ({2})": of a chart's groups */
    JW_WORD_LEAST_AT,      /* "least at {1} ({2})" */
    JW_WORD_ATTACHED_FILE, /* a mail's words about its file */
    JW_WORD_REPORT_FILE,
    JW_WORD_TOO_LARGE,
    JW_WORD_DOWNLOAD,
    JW_WORD_LINK_UNTIL, /* "The link works until {1}." */
    JW_WORD_NO_SIGN_IN,
    JW_WORD_SENT_BY,       /* "This mail was sent automatically by Jobwire for the job {1}" */
    JW_WORD_FIRST_OF,      /* "Only the first {1} of {2} records are shown here; …": of a page */
    JW_WORD_NOT,           /* "not {1}": values of a filter, as those below */
    JW_WORD_FROM_TO,       /* "{1} to {2}" */
    JW_WORD_FROM,          /* "from {1}" */
    JW_WORD_UP_TO,         /* "up to {1}" */
    JW_WORD_CONTAINS,      /* "contains “{1}”" */
    JW_WORD_POINTS,        /* behind the difference of two shares */
    JW_WORD_PRINTED,       /* the first {1} of {2}: of a list on paper */
    JW_WORD_NOTE_COMPUTED, /* notes on the measure {1}: it is made of estimates */
    JW_WORD_NOTE_DISTINCT, /* its values are not all kept; the standard error is {2} */
    JW_WORD_NOTE_QUANTILE, /* the same of a place among the values, which is right to {2} */
    JW_WORD_NOTE_FOLDED,   /* of the table {1}: groups without rows of their own are "(other)" */
    JW_WORD_NOTE_ACROSS,   /* of the table {1}: only {2} groups have columns */
    JW_WORD_NOTE_FIRST_BY, /* of the table {1}: only the first groups by {2} have rows */
    JW_WORD_NOTE_CAPPED,   /* of the dimension {1}: only the {2} most frequent have groups */
    JW_WORD_NOTE_TOLD_APART, /* of the dimension {1}: only the first {2} values are told apart */
    JW_WORD_NOTE_NO_NAMES, /* of the label {1}: the collection {2} has no name for what is shown */
    JW_WORD_NOTE_MANY_NAMES, /* of the label {1}: only the first {2} names are read */
    JW_WORD_NO_CALENDAR,     /* of a period */
    JW_WORD_MORE,            /* "and {1} more": bars of a chart */
    JW_WORD_NAME,            /* heads of the figures in CSV */
    JW_WORD_TEXT,
    JW_WORD_PERCENT,
    JW_WORD_FILE_FIGURES, /* names of files, without an ending */
    JW_WORD_FILE_LIST,
    JW_WORD_FILE_NOTES,
    JW_WORD_FILE_CUSTOM, /* behind the prefix of a definition: "Custom_Report" */
    JW_WORD_FILE_WEEKLY,
    JW_WORD_FILE_MONTHLY,
    JW_WORD_FILE_COMPLETE,
    JW_WORD_FILE_PART, /* of the records; at the end */
    JW_WORD_N
} JwWord;

/* @language: (nullable): "de"; English where it is NULL or none that is known. (transfer none) */
const char *jw_report_word(JwWord word, const char *language);

/* The word with what stands in its places. @second: (nullable). (transfer full) */
char *jw_report_word_fill(JwWord word, const char *language, const char *first, const char *second);

/* A JwFieldCheck (jw/json.h): a language that has words: "en", "de", "fr", "es", "tr", and those of
 * files (jw/languages.h). (transfer full) */
char *jw_check_language(const char *text);

/* A number in English, "-1,234.5 %", with the marks of @language (nullable): "-1.234,5 %".
 * (transfer full) */
char *jw_report_number(const char *english, const char *language);

/* Whether @language (nullable) has the singular behind such a number: 1 and -1, in French all below
 * two. */
bool jw_report_is_one(double number, const char *language);

/* "12,345", "12.345". (transfer full) */
char *jw_report_count(int64_t count, const char *language);

/* What a large number is counted in: from a million on @ret_unit, whose @ret_name stands behind it,
 * "M", " Mio."; else NULL. */
void jw_report_large(double value, const char *language, double *ret_unit, const char **ret_name);

/* "1.2 MiB", "1,2 Mio" in French. (transfer full) */
char *jw_report_bytes(int64_t bytes, const char *language);

/* "1 record", "12,345 records". (transfer full) */
char *jw_report_word_records(int64_t count, const char *language);

G_END_DECLS
