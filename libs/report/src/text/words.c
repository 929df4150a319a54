/* text/words.c: see jw/report_words.h. One row a word, one column a language. Any thread, no state.
 */
#include "jw/report_words.h"
#include "jw/report_text.h"

#include <string.h>

enum { EN, N_LANGUAGES };

static const char *const codes[N_LANGUAGES] = { [EN] = "en" };

static const char *const words[JW_WORD_N][N_LANGUAGES] = {
    [JW_WORD_SUMMARY] = { "Summary" },
    [JW_WORD_FIGURE] = { "Figure" },
    [JW_WORD_VALUE] = { "Value" },
    [JW_WORD_PREVIOUS] = { "Previous" },
    [JW_WORD_DIFFERENCE] = { "Difference" },
    [JW_WORD_CHANGE] = { "Change" },
    [JW_WORD_PREVIOUS_OF] = { "{1}, previous" },
    [JW_WORD_DIFFERENCE_OF] = { "{1}, difference" },
    [JW_WORD_CHANGE_OF] = { "{1}, change" },
    [JW_WORD_VS] = { "vs {1}" },
    [JW_WORD_BEFORE] = { "{1} before" },
    [JW_WORD_UNCHANGED] = { "unchanged" },
    [JW_WORD_COMPARED] = { "Compared with {1}" },
    [JW_WORD_LEFT_OUT] = { "{1}: the last of the period before ({2}) have nothing beside them and "
                           "are not in this table." },
    [JW_WORD_TOTAL] = { "Total" },
    [JW_WORD_SUBTOTAL] = { "{1}, total" },
    [JW_WORD_NO_VALUE] = { "(none)" },
    [JW_WORD_OTHER] = { "(other)" },
    [JW_WORD_NOTHING] = { "n/a" },
    [JW_WORD_ESTIMATED] = { "estimated" },
    [JW_WORD_GOOD] = { "good" },
    [JW_WORD_WARN] = { "attention" },
    [JW_WORD_BAD] = { "bad" },
    [JW_WORD_YES] = { "yes" },
    [JW_WORD_NO] = { "no" },
    [JW_WORD_PERIOD] = { "Period" },
    [JW_WORD_ALL_RECORDS] = { "all records" },
    [JW_WORD_TIME_ZONE] = { "Time zone" },
    [JW_WORD_FILTERS] = { "Filters" },
    [JW_WORD_PART] = { JW_REPORT_TEXT_PART },
    [JW_WORD_PART_SHORT] = { "part of the records" },
    [JW_WORD_AND_MORE] = { "{1} and {2} more" },
    [JW_WORD_INACTIVE] = { "Inactive records are included." },
    [JW_WORD_REQUESTED_BY] = { JW_REPORT_TEXT_REQUESTER " {1}" },
    [JW_WORD_MADE_AT] = { "Made at {1}" },
    [JW_WORD_NOTES] = { "Notes" },
    [JW_WORD_PAGE_OF] = { "Page {1} of {2}" },
    [JW_WORD_CONTINUED] = { "{1} (continued)" },
    [JW_WORD_CONTENTS] = { "Contents" },
    [JW_WORD_BY] = { "By {1}" },
    [JW_WORD_RECORDS] = { "Records" },
    [JW_WORD_RECORD_ONE] = { "{1} record" },
    [JW_WORD_RECORD_OTHER] = { "{1} records" },
    [JW_WORD_RECORDS_READ] = { "{1} read" },
    [JW_WORD_NO_DATA] = { "No data in this period" },
    [JW_WORD_NO_RECORDS] = { "No records in this period" },
    [JW_WORD_CHART] = { "Chart" },
    [JW_WORD_REPORT] = { "Report" },
    [JW_WORD_WEEKLY_REPORT] = { "Weekly report" },
    [JW_WORD_MONTHLY_REPORT] = { "Monthly report" },
    [JW_WORD_MOST_AT] = { "most at {1} ({2})" },
    [JW_WORD_LEAST_AT] = { "least at {1} ({2})" },
    [JW_WORD_ATTACHED_FILE] = { "Attached file" },
    [JW_WORD_REPORT_FILE] = { "Report file" },
    [JW_WORD_TOO_LARGE] = { "The file is too large for a mail." },
    [JW_WORD_DOWNLOAD] = { "Download the report" },
    [JW_WORD_LINK_UNTIL] = { "The link works until {1}." },
    [JW_WORD_NO_SIGN_IN] = { "It needs no sign-in: pass it on only to people who may see the "
                             "report." },
    [JW_WORD_SENT_BY] = { "This mail was sent automatically by Jobwire for the job {1}" },
    [JW_WORD_FIRST_OF] = { "Only the first {1} of {2} are shown here; a workbook, CSV or JSON file "
                           "has all." },
};

static size_t
language_index(const char *language)
{
    for (size_t i = 0; i < N_LANGUAGES; i++) {
        if (g_strcmp0(codes[i], language) == 0) {
            return i;
        }
    }
    return EN;
}

const char *
jw_report_word(JwWord word, const char *language)
{
    return words[word][language_index(language)];
}

char *
jw_report_word_fill(JwWord word, const char *language, const char *first, const char *second)
{
    GString *text = g_string_new(NULL);

    for (const char *pos = jw_report_word(word, language); *pos != '\0'; pos++) {
        const bool place = pos[0] == '{' && (pos[1] == '1' || pos[1] == '2') && pos[2] == '}';
        if (!place) {
            g_string_append_c(text, *pos);
            continue;
        }
        const char *what = pos[1] == '1' ? first : second;
        g_string_append(text, what != NULL ? what : "");
        pos += 2;
    }
    return g_string_free(text, FALSE);
}

char *
jw_report_word_records(int64_t count, const char *language)
{
    g_autofree char *number = jw_report_text_count(count);

    return jw_report_word_fill(count == 1 ? JW_WORD_RECORD_ONE : JW_WORD_RECORD_OTHER, language,
                               number, NULL);
}
