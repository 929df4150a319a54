/* answers.c: due times of cron expressions for the programs beside it, which compare them with
 * those of others. Standard input: a line a question, of words with tabs between:
 *   dialect  gap  repeat  zone  after_ms  how_many  expression
 * Standard output: a line an answer, the due times in ms with spaces between, or "! " and why the
 * expression is refused. */
#include "jw/cron.h"
#include "jw/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_WORDS 7

static GHashTable *zones; /* by name: reading one takes longer than all the rest */

static GTimeZone *
zone_of(const char *name)
{
    GTimeZone *zone = g_hash_table_lookup(zones, name);

    if (zone == NULL) {
        zone = jw_zone_new(name, NULL);
        if (zone == NULL) {
            fprintf(stderr, "answers: no zone '%s'\n", name);
            exit(2);
        }
        g_hash_table_insert(zones, g_strdup(name), zone);
    }
    return zone;
}

/* The place of @name in @names; it must be there. */
static int
index_of(const char *name, const char *const *names)
{
    for (int i = 0; names[i] != NULL; i++) {
        if (strcmp(name, names[i]) == 0) {
            return i;
        }
    }
    fprintf(stderr, "answers: '%s' is not known\n", name);
    exit(2);
}

static void
answer(char *const *words)
{
    static const char *const gaps[] = { "auto", "run_after", "skip", NULL };
    static const char *const repeats[] = { "auto", "first", "last", "both", NULL };
    static const char *const dialects[] = { "crontab", "quartz", "apscheduler", NULL };
    const JwDst dst = { (JwGapRule)index_of(words[1], gaps),
                        (JwRepeatRule)index_of(words[2], repeats) };
    g_autoptr(GError) error = NULL;
    g_autoptr(JwCron) cron =
        jw_cron_new_in(words[6], (JwCronDialect)index_of(words[0], dialects), &error);

    if (cron == NULL) {
        printf("! %s\n", jw_error_message(error));
        return;
    }
    int64_t at_ms = g_ascii_strtoll(words[4], NULL, 10);
    for (int64_t n = g_ascii_strtoll(words[5], NULL, 10); n > 0; n--) {
        at_ms = jw_cron_next_by(cron, zone_of(words[3]), &dst, at_ms);
        if (at_ms == 0) {
            break;
        }
        printf("%" G_GINT64_FORMAT " ", at_ms);
    }
    putchar('\n');
}

int
main(void)
{
    char line[1024];

    jw_base_init();
    zones =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_time_zone_unref);
    while (fgets(line, sizeof line, stdin) != NULL) {
        g_auto(GStrv) words = NULL;
        g_strchomp(line);
        words = g_strsplit(line, "\t", N_WORDS);
        if (g_strv_length(words) != N_WORDS) {
            fprintf(stderr, "answers: a line has %u words\n", g_strv_length(words));
            return 2;
        }
        answer(words);
    }
    g_hash_table_unref(zones);
    return 0;
}
