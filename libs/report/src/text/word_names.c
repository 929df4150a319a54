/* text/word_names.c: how files of languages call the words (text/language_file.h): in the order of
 * their enums. Constant. */
#include "text/language_file.h"

#include "jw/failure_words.h"
#include "jw/mail_words.h"
#include "jw/report_words.h"

static const char *const reports[] = {
    [JW_WORD_SUMMARY] = "summary",
    [JW_WORD_FIGURE] = "figure",
    [JW_WORD_VALUE] = "value",
    [JW_WORD_PREVIOUS] = "previous",
    [JW_WORD_DIFFERENCE] = "difference",
    [JW_WORD_CHANGE] = "change",
    [JW_WORD_PREVIOUS_OF] = "previousOf",
    [JW_WORD_DIFFERENCE_OF] = "differenceOf",
    [JW_WORD_CHANGE_OF] = "changeOf",
    [JW_WORD_VS] = "vs",
    [JW_WORD_BEFORE] = "before",
    [JW_WORD_UNCHANGED] = "unchanged",
    [JW_WORD_COMPARED] = "compared",
    [JW_WORD_LEFT_OUT] = "leftOut",
    [JW_WORD_TOTAL] = "total",
    [JW_WORD_SUBTOTAL] = "subtotal",
    [JW_WORD_NO_VALUE] = "noValue",
    [JW_WORD_OTHER] = "other",
    [JW_WORD_NOTHING] = "nothing",
    [JW_WORD_ESTIMATED] = "estimated",
    [JW_WORD_GOOD] = "good",
    [JW_WORD_WARN] = "warn",
    [JW_WORD_BAD] = "bad",
    [JW_WORD_YES] = "yes",
    [JW_WORD_NO] = "no",
    [JW_WORD_PERIOD] = "period",
    [JW_WORD_ALL_RECORDS] = "allRecords",
    [JW_WORD_TIME_ZONE] = "timeZone",
    [JW_WORD_FILTERS] = "filters",
    [JW_WORD_PART] = "part",
    [JW_WORD_PART_SHORT] = "partShort",
    [JW_WORD_AND_MORE] = "andMore",
    [JW_WORD_INACTIVE] = "inactive",
    [JW_WORD_REQUESTED_BY] = "requestedBy",
    [JW_WORD_MADE_AT] = "madeAt",
    [JW_WORD_NOTES] = "notes",
    [JW_WORD_PAGE_OF] = "pageOf",
    [JW_WORD_CONTINUED] = "continued",
    [JW_WORD_CONTENTS] = "contents",
    [JW_WORD_BY] = "by",
    [JW_WORD_RECORDS] = "records",
    [JW_WORD_RECORD_ONE] = "recordOne",
    [JW_WORD_RECORD_OTHER] = "recordOther",
    [JW_WORD_RECORDS_READ] = "recordsRead",
    [JW_WORD_NO_DATA] = "noData",
    [JW_WORD_NO_RECORDS] = "noRecords",
    [JW_WORD_CHART] = "chart",
    [JW_WORD_REPORT] = "report",
    [JW_WORD_WEEKLY_REPORT] = "weeklyReport",
    [JW_WORD_MONTHLY_REPORT] = "monthlyReport",
    [JW_WORD_MOST_AT] = "mostAt",
    [JW_WORD_LEAST_AT] = "leastAt",
    [JW_WORD_ATTACHED_FILE] = "attachedFile",
    [JW_WORD_REPORT_FILE] = "reportFile",
    [JW_WORD_TOO_LARGE] = "tooLarge",
    [JW_WORD_DOWNLOAD] = "download",
    [JW_WORD_LINK_UNTIL] = "linkUntil",
    [JW_WORD_NO_SIGN_IN] = "noSignIn",
    [JW_WORD_SENT_BY] = "sentBy",
    [JW_WORD_FIRST_OF] = "firstOf",
    [JW_WORD_NOT] = "not",
    [JW_WORD_FROM_TO] = "fromTo",
    [JW_WORD_FROM] = "from",
    [JW_WORD_UP_TO] = "upTo",
    [JW_WORD_CONTAINS] = "contains",
    [JW_WORD_POINTS] = "points",
    [JW_WORD_PRINTED] = "printed",
    [JW_WORD_NOTE_COMPUTED] = "noteComputed",
    [JW_WORD_NOTE_DISTINCT] = "noteDistinct",
    [JW_WORD_NOTE_QUANTILE] = "noteQuantile",
    [JW_WORD_NOTE_FOLDED] = "noteFolded",
    [JW_WORD_NOTE_ACROSS] = "noteAcross",
    [JW_WORD_NOTE_FIRST_BY] = "noteFirstBy",
    [JW_WORD_NOTE_CAPPED] = "noteCapped",
    [JW_WORD_NOTE_TOLD_APART] = "noteToldApart",
    [JW_WORD_NOTE_NO_NAMES] = "noteNoNames",
    [JW_WORD_NOTE_MANY_NAMES] = "noteManyNames",
    [JW_WORD_NO_CALENDAR] = "noCalendar",
    [JW_WORD_MORE] = "more",
    [JW_WORD_NAME] = "name",
    [JW_WORD_TEXT] = "text",
    [JW_WORD_PERCENT] = "percent",
    [JW_WORD_FILE_FIGURES] = "fileFigures",
    [JW_WORD_FILE_LIST] = "fileList",
    [JW_WORD_FILE_NOTES] = "fileNotes",
    [JW_WORD_FILE_CUSTOM] = "fileCustom",
    [JW_WORD_FILE_WEEKLY] = "fileWeekly",
    [JW_WORD_FILE_MONTHLY] = "fileMonthly",
    [JW_WORD_FILE_COMPLETE] = "fileComplete",
    [JW_WORD_FILE_PART] = "filePart",
};

static const char *const failures[] = {
    [JW_FAILURE_SUBJECT] = "subject",
    [JW_FAILURE_KIND] = "kind",
    [JW_FAILURE_SENTENCE] = "sentence",
    [JW_FAILURE_WHY] = "why",
    [JW_FAILURE_WHAT_TO_DO] = "whatToDo",
    [JW_FAILURE_TYPE] = "type",
    [JW_FAILURE_ASKED_AT] = "askedAt",
    [JW_FAILURE_FAILED_AT] = "failedAt",
    [JW_FAILURE_ATTEMPTS] = "attempts",
    [JW_FAILURE_OFF] = "off",
    [JW_FAILURE_TOO_LONG] = "tooLong",
    [JW_FAILURE_TOO_LARGE] = "tooLarge",
    [JW_FAILURE_MANY_RECORDS] = "manyRecords",
    [JW_FAILURE_MANY_GROUPS] = "manyGroups",
    [JW_FAILURE_NOT_READY] = "notReady",
    [JW_FAILURE_DIED] = "died",
    [JW_FAILURE_UNREACHABLE] = "unreachable",
    [JW_FAILURE_BUSY] = "busy",
    [JW_FAILURE_INVALID] = "invalid",
    [JW_FAILURE_NOT_FOUND] = "notFound",
    [JW_FAILURE_DENIED] = "denied",
    [JW_FAILURE_CORRUPT] = "corrupt",
    [JW_FAILURE_INTERNAL] = "internal",
    [JW_ADVICE_SHORTER_OR_TIME] = "adviceShorterOrTime",
    [JW_ADVICE_SHORTER] = "adviceShorter",
    [JW_ADVICE_MANY_RECORDS] = "adviceManyRecords",
    [JW_ADVICE_MANY_GROUPS] = "adviceManyGroups",
    [JW_ADVICE_NOT_READY] = "adviceNotReady",
    [JW_ADVICE_AGAIN] = "adviceAgain",
    [JW_ADVICE_LATER] = "adviceLater",
    [JW_ADVICE_LOOK] = "adviceLook",
    [JW_ADVICE_TYPES] = "adviceTypes",
    [JW_ADVICE_DEPARTMENTS] = "adviceDepartments",
    [JW_ADVICE_TELL] = "adviceTell",
    [JW_ADVICE_AGAIN_OR_TELL] = "adviceAgainOrTell",
};

static const char *const mails[] = {
    [JW_MAIL_WHY] = "why",
    [JW_MAIL_UNSUBSCRIBE] = "unsubscribe",
    [JW_MAIL_ASK] = "ask",
    [JW_MAIL_STOP_TYPE] = "stopType",
    [JW_MAIL_STOP_ALL] = "stopAll",
    [JW_MAIL_DONE] = "done",
    [JW_MAIL_DONE_TYPE] = "doneType",
    [JW_MAIL_DONE_ALL] = "doneAll",
    [JW_MAIL_UNDO] = "undo",
    [JW_MAIL_BACK] = "back",
    [JW_MAIL_BACK_TYPE] = "backType",
    [JW_MAIL_BACK_ALL] = "backAll",
    [JW_MAIL_NOT_YOURS] = "notYours",
};

static const char *
report_word(int word)
{
    return jw_report_word((JwWord)word, NULL);
}

static const char *
failure_word(int word)
{
    return jw_failure_word((JwFailureWord)word, NULL);
}

static const char *
mail_word(int word)
{
    return jw_mail_word((JwMailWord)word, NULL);
}

const JwWordTable jw_word_tables[JW_N_WORD_TABLES] = {
    [JW_WORDS_REPORT] = { "words", reports, JW_WORD_N, report_word },
    [JW_WORDS_FAILURE] = { "failures", failures, JW_FAILURE_N, failure_word },
    [JW_WORDS_MAIL] = { "mails", mails, JW_MAIL_N, mail_word },
};
