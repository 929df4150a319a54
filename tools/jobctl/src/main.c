/* main.c: jobctl, Jobwire's command line. See README.md. */
#include "jobctl.h"

#include <signal.h>
#include <unistd.h>

#include "jw/log.h"

int
main(int argc, char **argv)
{
    JwLogLevel level = JW_LOG_ERROR;

    (void)signal(SIGPIPE,
                 SIG_IGN); /* `jobctl … | head` is no crash, and neither is a closed socket */
    jw_base_init();
    (void)jw_log_level_parse(g_getenv("JW_LOG_LEVEL") != NULL ? g_getenv("JW_LOG_LEVEL") : "",
                             &level);
    jw_log_init("jobctl", level);
    JcContext context = { .in = stdin,
                          .out = stdout,
                          .err = stderr,
                          .clock = jw_clock_system(),
                          .env = (const char *const *)environ };
    JcExit code = jc_main(&context, argc, argv);
    if (fflush(stdout) != 0 && code == JC_EXIT_OK) {
        code = JC_EXIT_FAILED;
    }
    return (int)code;
}
