/* test_shell.c: completion, by running bash and zsh, and the manual page, by rendering it. */
#include "jc_fixture.h"
#include "command.h"

#include <string.h>

/* What @program printed, which must go well and complain of nothing. (transfer full) */
static char *
output_of(const char *const *words, const char *dir)
{
    g_autofree char *complaints = NULL;
    g_autoptr(GError) error = NULL;
    char *printed = NULL;
    int status = 0;

    assert_ok(g_spawn_sync(dir, (char **)(uintptr_t)words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                           &printed, &complaints, &status, &error),
              error);
    assert_string_equal(complaints, "");
    assert_ok(g_spawn_check_wait_status(status, &error), error);
    return printed;
}

/* The offers behind a line, sorted, with spaces between. (transfer full) */
static char *
complete(const JcFixture *jc, const char *file, const char *line)
{
    g_autofree char *script =
        g_strdup_printf("source %s; IFS='|' read -ra COMP_WORDS <<< '%s'; [[ '%s' != *'|' ]] || "
                        "COMP_WORDS+=(''); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _jobctl; "
                        "printf '%%s\\n' \"${COMPREPLY[@]}\" | LC_ALL=C sort | paste -sd ' ' -",
                        file, line, line);
    const char *const words[] = { "bash", "--norc", "-uc", script, NULL };
    char *offers = output_of(words, jc->dir);

    return g_strchomp(offers);
}

static const struct {
    const char *line, *offers; /* words of the line with | between */
} cases[] = {
    { "jobctl|t", "templates token topics types" },
    { "jobctl|help|ver", "verify" },
    { "jobctl|jobs|", "--help cancel events get list retry" },
    { "jobctl|jobs|-o|", "json table wide" },
    { "jobctl|jobs|--status|c", "cancelled completed" },
    { "jobctl|jobs|cancel|", "--help --output --reason --token" },
    { "jobctl|jobs|-o|json|cancel|--r", "--reason" },
    { "jobctl|jobs|list|--re", "--requested-by" },
    { "jobctl|jobs|get|--re", "" },
    { "jobctl|jobs|list|--from|", "" },
    { "jobctl|templates|create|", "a b.json other.csv" },
    { "jobctl|templates|create|--o", "--output" },
    { "jobctl|dlq|re", "replay" },
    { "jobctl|schedule|p", "pause preview" },
    { "jobctl|schedule|apply|--", "--api-key --dry-run --file --help --output" },
    { "jobctl|schedule|apply|-f|a", "a b.json" },
    { "jobctl|schedule|occurrences|x|--kind|c", "caught_up coalesced" },
    { "jobctl|verify|ot", "other.csv" },
    { "jobctl|download|x|-o|a", "a b.json" },
    { "jobctl|completion|", "--help bash zsh" },
    { "jobctl|man|", "--help" },
    { "jobctl|nothing|", "" },
};

/* What a user sources, and files to complete. (transfer full) */
static char *
prepare(JcFixture *jc, const char *shell)
{
    g_autofree char *dir = tk_temp_dir();
    char *file = g_build_filename(dir, "completion", NULL);

    assert_jobctl(jc, JC_EXIT_OK, "completion", shell);
    assert_true(g_file_set_contents(file, jc->out, -1, NULL));
    g_free(jc_fixture_file(jc, "a b.json", "{}"));
    g_free(jc_fixture_file(jc, "other.csv", ""));
    return file;
}

static void
test_bash(void **state)
{
    JcFixture *jc = *state;
    g_autofree char *file = prepare(jc, "bash");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *offers = complete(jc, file, cases[i].line);
        print_message("%s\n", cases[i].line);
        assert_string_equal(offers, cases[i].offers);
    }
}

static void
test_zsh(void **state)
{
    JcFixture *jc = *state;
    g_autofree char *file = prepare(jc, "zsh");
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    static const char *const start[] = { "zsh", "-f",
                                         JW_SOURCE_DIR "/tests/unit/jobctl/complete.zsh" };

    for (size_t i = 0; i < G_N_ELEMENTS(start); i++) {
        g_ptr_array_add(words, g_strdup(start[i]));
    }
    g_ptr_array_add(words, g_strdup(file));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_ptr_array_add(words, g_strdelimit(g_strdup(cases[i].line), "|", ' '));
    }
    g_ptr_array_add(words, NULL);
    g_autofree char *printed = output_of((const char *const *)words->pdata, jc->dir);
    g_auto(GStrv) offers = g_strsplit(printed, "\n", -1);
    assert_int_equal(g_strv_length(offers), G_N_ELEMENTS(cases) + 1);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        print_message("%s\n", cases[i].line);
        assert_string_equal(offers[i], cases[i].offers);
    }
}

/* Every command and option is there, and nothing of the texts is taken for roff. */
static void
test_man(void **state)
{
    JcFixture *jc = *state;
    assert_jobctl(jc, JC_EXIT_OK, "man");
    for (const char *c = jc->out; *c != '\0'; c++) {
        assert_true((unsigned char)*c < 0x80);
    }
    g_autofree char *file = jc_fixture_file(jc, "jobctl.1", jc->out);
    const char *const words[] = { "groff", "-man", "-Tutf8", "-ww", "-rLL=300n", "-P-c",
                                  "-P-b",  "-P-u", "-P-o",   file,  NULL };
    g_autofree char *page = output_of(words, NULL);
    assert_contains(page, "jobctl - Jobwire");
    assert_contains(page, "jobctl jobs cancel JOB_ID");
    assert_contains(page, "-o, --output json|table|wide");
    assert_contains(page, "  export JW_TOKEN=$(jobctl token --permissions");
    assert_contains(page, "JW_GATEWAY_URL");
    for (size_t i = 0; jc_commands[i] != NULL; i++) {
        for (const JcOption *option = jc_commands[i]->options; option->name != NULL; option++) {
            g_autofree char *name = g_strconcat("--", option->name, NULL);
            assert_contains(page, name);
        }
        assert_contains(page, jc_commands[i]->summary);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_bash, jc_fixture_setup, jc_fixture_teardown),
        cmocka_unit_test_setup_teardown(test_zsh, jc_fixture_setup, jc_fixture_teardown),
        cmocka_unit_test_setup_teardown(test_man, jc_fixture_setup, jc_fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
