/* jw/failure_words.h: by language, what the mail on a job without a report says. Pure; any thread.
 */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

/* "{1}" and "{2}" stand for what jw_failure_word_fill() is given. */
typedef enum {
    JW_FAILURE_SUBJECT,  /* "Failed: {1}": what was asked for */
    JW_FAILURE_KIND,     /* above the title */
    JW_FAILURE_SENTENCE, /* the same in a plain text */
    JW_FAILURE_WHY,      /* what the facts are called */
    JW_FAILURE_WHAT_TO_DO,
    JW_FAILURE_TYPE,
    JW_FAILURE_ASKED_AT,
    JW_FAILURE_FAILED_AT,
    JW_FAILURE_ATTEMPTS, /* "{1}, after {2} attempts": a moment, a number above 1 */
    JW_FAILURE_OFF,      /* why who reads has this mail, and how to have none */
    /* reasons */
    JW_FAILURE_TOO_LONG,
    JW_FAILURE_TOO_LARGE,
    JW_FAILURE_MANY_RECORDS,
    JW_FAILURE_MANY_GROUPS,
    JW_FAILURE_NOT_READY,
    JW_FAILURE_DIED,
    JW_FAILURE_UNREACHABLE,
    JW_FAILURE_BUSY,
    JW_FAILURE_INVALID,
    JW_FAILURE_NOT_FOUND,
    JW_FAILURE_DENIED,
    JW_FAILURE_CORRUPT,
    JW_FAILURE_INTERNAL,
    /* what to do about them */
    JW_ADVICE_SHORTER_OR_TIME,
    JW_ADVICE_SHORTER,
    JW_ADVICE_MANY_RECORDS,
    JW_ADVICE_MANY_GROUPS,
    JW_ADVICE_NOT_READY,
    JW_ADVICE_AGAIN,
    JW_ADVICE_LATER,
    JW_ADVICE_LOOK,
    JW_ADVICE_TYPES,
    JW_ADVICE_DEPARTMENTS,
    JW_ADVICE_TELL,
    JW_ADVICE_AGAIN_OR_TELL,
    JW_FAILURE_N
} JwFailureWord;

/* @language: (nullable): English where it is NULL or none that is known. (transfer none) */
const char *jw_failure_word(JwFailureWord word, const char *language);

/* The word with what stands in its places. @second: (nullable). (transfer full) */
char *jw_failure_word_fill(JwFailureWord word, const char *language, const char *first,
                           const char *second);

G_END_DECLS
