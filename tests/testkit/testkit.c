/* testkit.c: error assertions, the fake clock, waiting, names for integration tests. */
#include "testkit.h"

#include "jw/ident.h"
#include "jw/sync.h"

#include <unistd.h>

/* cmocka's own report would name this file, not the test's line. */
static G_GNUC_NORETURN void
fail_at(const char *file, int line, char *take_message)
{
    print_error("%s\n", take_message);
    g_free(take_message);
    _fail(file, line);
    g_assert_not_reached();
}

void
tk_assert_error(GError **error, JwErrorCode code, const char *pattern, const char *file, int line)
{
    if (*error == NULL) {
        fail_at(file, line,
                g_strdup_printf("expected %s \"%s\", but there is no error",
                                jw_error_code_name(code), pattern));
    }
    const char *message = jw_error_message(*error);
    if (!g_error_matches(*error, JW_ERROR, (gint)code)
        || !g_pattern_match_simple(pattern, message)) {
        fail_at(file, line,
                g_strdup_printf("expected %s \"%s\", got %s %s \"%s\"", jw_error_code_name(code),
                                pattern,
                                g_error_matches(*error, JW_ERROR, (gint)jw_error_code(*error))
                                    ? "jw-error-quark"
                                    : "an error of another domain:",
                                jw_error_code_name(jw_error_code(*error)), message));
    }
    g_clear_error(error);
}

void
tk_assert_ok(bool ok, const GError *error, const char *expression, const char *file, int line)
{
    if (!ok) {
        fail_at(file, line,
                g_strdup_printf("%s failed: %s: %s", expression,
                                jw_error_code_name(jw_error_code(error)), jw_error_message(error)));
    }
    if (error != NULL) {
        fail_at(file, line,
                g_strdup_printf("%s succeeded but set an error: %s", expression,
                                jw_error_message(error)));
    }
}

/* Threads under test read the clock while the test advances it. */
static int64_t
fake_now_ms(JwClock *self)
{
    return __atomic_load_n(&((TkClock *)self)->now_ms, __ATOMIC_SEQ_CST);
}

static int64_t
fake_mono_ms(JwClock *self)
{
    return __atomic_load_n(&((TkClock *)self)->mono_ms, __ATOMIC_SEQ_CST);
}

void
tk_clock_init(TkClock *self, int64_t now_ms)
{
    *self = (TkClock){
        .clock = { .now_ms = fake_now_ms, .mono_ms = fake_mono_ms },
        .now_ms = now_ms,
        .mono_ms = 1000000,
    };
}

void
tk_clock_advance(TkClock *self, int64_t ms)
{
    __atomic_add_fetch(&self->now_ms, ms, __ATOMIC_SEQ_CST);
    __atomic_add_fetch(&self->mono_ms, ms, __ATOMIC_SEQ_CST);
}

void
tk_wait_until(bool (*check)(void *data), void *data, int64_t timeout_ms, const char *what)
{
    g_autoptr(JwStop) never = jw_stop_new();
    int64_t deadline_ms = jw_clock_mono_ms(jw_clock_system()) + timeout_ms;
    while (!check(data)) {
        if (jw_clock_mono_ms(jw_clock_system()) >= deadline_ms) {
            fail_msg("after %" G_GINT64_FORMAT " ms still not true: %s", timeout_ms, what);
        }
        (void)jw_stop_wait(never, 10);
    }
}

const char *
tk_need_env(const char *name)
{
    const char *value = g_getenv(name);
    if (value == NULL || *value == '\0') {
        fail_msg(
            "%s is not set: start the servers with `make servers`, then `eval \"$(make env)\"`",
            name);
    }
    return value;
}

char *
tk_unique_name(void)
{
    uint32_t random;
    jw_random_bytes(&random, sizeof random);
    return g_strdup_printf("jobwire_test_%d_%08x", (int)getpid(), random);
}
