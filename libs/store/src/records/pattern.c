/* pattern.c: see pattern.h. Servers differ in what they take for the same letter, so each letter
 * has those that fold to it written out, and nothing is left to their options: "[xX][yY]", a row of
 * single characters, which no text makes slow. "ß" folds to two letters, of which a text may begin
 * or end with one: a run of "s" has its ways written out. Pure; any thread. */
#include "records/pattern.h"

#include <string.h>

#define S        "[sS\xc5\xbf]"           /* ſ */
#define SHARP_S  "[\xc3\x9f\xe1\xba\x9e]" /* ß ẞ */
#define MOST_RUN 6                        /* of "s"; a longer run is several */

/* Letters that fold to another, and are neither its capital nor its title letter. */
static const struct {
    const char *letter, *others;
} others[] = {
    { "i", "\xc4\xb0\xc4\xb1" },        { "k", "\xe2\x84\xaa" },
    { "\xc3\xa5", "\xe2\x84\xab" },     { "\xce\xbc", "\xc2\xb5" },
    { "\xcf\x83", "\xcf\x82" },         { "\xce\xb2", "\xcf\x90" },
    { "\xce\xb5", "\xcf\xb5" },         { "\xce\xb8", "\xcf\x91\xcf\xb4" },
    { "\xce\xba", "\xcf\xb0" },         { "\xcf\x80", "\xcf\x96" },
    { "\xcf\x81", "\xcf\xb1" },         { "\xcf\x86", "\xcf\x95" },
    { "\xcf\x89", "\xe2\x84\xa6" },     { "\xce\xb9", "\xcd\x85\xe1\xbe\xbe" },
    { "\xe1\xb9\xa1", "\xe1\xba\x9b" },
};

static const char *
others_of(gunichar letter)
{
    for (size_t i = 0; i < G_N_ELEMENTS(others); i++) {
        if (g_utf8_get_char(others[i].letter) == letter) {
            return others[i].others;
        }
    }
    return "";
}

static void
append_letter(GString *pattern, gunichar letter)
{
    const gunichar cases[] = { g_unichar_tolower(letter), g_unichar_toupper(letter),
                               g_unichar_totitle(letter) };

    if (cases[0] == cases[1]) {
        if (letter < 0x80 && strchr("\\^$.|?*+()[]{}", (int)letter) != NULL) {
            g_string_append_c(pattern, '\\');
        }
        g_string_append_unichar(pattern, letter);
        return;
    }
    g_string_append_c(pattern, '[');
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_string_append_unichar(pattern, cases[i]);
    }
    g_string_append_printf(pattern, "%s]", others_of(cases[0]));
}

/* All ways to write @n of "s". */
static void
append_whole_run(GString *pattern, size_t n)
{
    if (n < 2) {
        g_string_append(pattern, n == 1 ? S : "");
        return;
    }
    g_string_append(pattern, "(?:" S);
    append_whole_run(pattern, n - 1);
    g_string_append(pattern, "|" SHARP_S);
    append_whole_run(pattern, n - 2);
    g_string_append_c(pattern, ')');
}

/* The same where the text begins or ends, perhaps inside of a sharp s. */
static void
append_run(GString *pattern, size_t n, bool first, bool last)
{
    g_string_append(pattern, "(?:");
    for (size_t before = 0; before <= (first ? 1 : 0); before++) {
        for (size_t after = 0; after <= (last ? 1 : 0) && before + after <= n; after++) {
            g_string_append(pattern, before + after > 0 ? "|" : "");
            g_string_append(pattern, before > 0 ? SHARP_S : "");
            append_whole_run(pattern, n - before - after);
            g_string_append(pattern, after > 0 ? SHARP_S : "");
        }
    }
    g_string_append_c(pattern, ')');
}

char *
jw_store_pattern(const char *text)
{
    g_autofree char *folded = jw_text_fold(text, -1);
    GString *pattern = g_string_new(NULL);

    for (const char *at = folded; *at != '\0';) {
        const size_t run = MIN(strspn(at, "s"), MOST_RUN);
        if (run > 0) {
            append_run(pattern, run, at == folded, at[run] == '\0');
            at += run;
            continue;
        }
        append_letter(pattern, g_utf8_get_char(at));
        at = g_utf8_find_next_char(at, NULL);
    }
    return g_string_free(pattern, FALSE);
}
