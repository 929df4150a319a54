/* log_sink.c: installs the log writer before main() and keeps lines for tests that look at them.
 * Any thread may log; capture and take belong to the test's own thread.
 * The writer must come first: with G_DEBUG=fatal-warnings GLib's own default would abort on our
 * lines. */
#include "testkit.h"

#include "jw/log.h"
#include "jw/sync.h"

static JwMutex mutex = { PTHREAD_MUTEX_INITIALIZER };
static GString *captured;

/* JW_TEST_LOG=debug shows all lines of a test. */
static __attribute__((constructor)) void
install_writer(void)
{
    JwLogLevel level = JW_LOG_INFO;
    jw_base_init();
    (void)jw_log_level_parse(g_getenv("JW_TEST_LOG"), &level);
    jw_log_init("test", level);
}

static __attribute__((destructor)) void
free_captured(void)
{
    jw_log_set_sink(NULL, NULL);
    if (captured != NULL) {
        g_string_free(g_steal_pointer(&captured), TRUE);
    }
}

static void
keep_line(const char *line, size_t length, void *data)
{
    (void)data;
    g_auto(JwLocker) locker = jw_locker(&mutex);
    g_string_append_len(captured, line, (gssize)length);
    g_string_append_c(captured, '\n');
}

void
tk_log_capture(void)
{
    {
        g_auto(JwLocker) locker = jw_locker(&mutex);
        if (captured == NULL) {
            captured = g_string_new(NULL);
        }
        g_string_truncate(captured, 0);
    }
    jw_log_set_sink(keep_line, NULL);
}

char *
tk_log_take(void)
{
    g_auto(JwLocker) locker = jw_locker(&mutex);
    char *lines = g_strdup(captured != NULL ? captured->str : "");
    if (captured != NULL) {
        g_string_truncate(captured, 0);
    }
    return lines;
}
