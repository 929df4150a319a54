/* testkit.h: what every test binary may use. Installs the log writer before main() runs. */
#pragma once
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <setjmp.h>
#include <cmocka.h>
#include <glib.h>
#include "jw/clock.h"
#include "jw/error.h"

G_BEGIN_DECLS

/* Checks domain, code and message (@pattern is a glob: "*name*"). Clears the error. */
#define assert_jw_error(error, code, pattern)                                                      \
    tk_assert_error(&(error), (code), (pattern), __FILE__, __LINE__)
void tk_assert_error(GError **error, JwErrorCode code, const char *pattern, const char *file,
                     int line);
/* Fails with the error's message when @expression is false (or NULL). */
#define assert_ok(expression, error)                                                               \
    do {                                                                                           \
        bool tk_ok_ = (expression) ? true : false; /* first: it sets @error */                     \
        tk_assert_ok(tk_ok_, (error), #expression, __FILE__, __LINE__);                            \
    } while (0)
void tk_assert_ok(bool ok, const GError *error, const char *expression, const char *file, int line);

/* A clock that moves only by hand. */
typedef struct {
    JwClock clock; /* pass &fake.clock */
    int64_t now_ms, mono_ms;
} TkClock;
void tk_clock_init(TkClock *self, int64_t now_ms);
void tk_clock_advance(TkClock *self, int64_t ms); /* both clocks */

/* Log lines written since the last call, one JSON object a line. (transfer full) */
void tk_log_capture(void);
char *tk_log_take(void);

/* A fresh directory under the system's temporary directory, removed at exit. (transfer full) */
char *tk_temp_dir(void);
/* Files of this process may grow to @bytes only: what a full disk is like, without one.
 * RLIM_INFINITY ends that. */
void tk_limit_files(rlim_t bytes);
/* Waits (condition polled without busy loop, 10 ms apart) until @check(data) is true; fails the
 * test after @timeout_ms naming @what. For what only a real server can signal. */
void tk_wait_until(bool (*check)(void *data), void *data, int64_t timeout_ms, const char *what);
/* The value of an environment variable that an integration test needs; fails the test with what
 * to do. */
const char *tk_need_env(const char *name);
/* "jobwire_test_<pid>_<random>": a database or topic prefix of this run's own. (transfer full) */
char *tk_unique_name(void);

G_END_DECLS
