/* commands/download.c: jobctl download: a finished report into a file, checked. Main thread.
 * The file gets its name only when all of it is there and its digest is the one the job names. */
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "jw/text.h"

typedef struct {
    const char *token, *output;
} Options;

static const JcOption options[] = {
    { "output", 'o', JC_OPTION_TEXT, offsetof(Options, output), "FILE",
      "where to; - is standard output; default the report's own name", 0, 0 },
    { "token", 't', JC_OPTION_TEXT, offsetof(Options, token), "TOKEN", "instead of JW_TOKEN", 0,
      0 },
    { 0 },
};

static bool
check_digest(json_t *result, const char *sha256, GError **error)
{
    const char *expected = json_string_value(json_object_get(result, "sha256"));

    if (expected != NULL && g_ascii_strcasecmp(expected, sha256) != 0) {
        return jw_fail(error, JW_ERROR_CORRUPT,
                       "the download is damaged: SHA-256 is %s, the job names %s", sha256,
                       expected);
    }
    return true;
}

static bool
fetch(JcApi *api, const char *job_id, json_t *result, FILE *file, int64_t *ret_bytes,
      GError **error)
{
    g_autofree char *path = jw_link_report_job(NULL, job_id, JW_LINK_DOWNLOAD);
    g_autofree char *sha256 = NULL;

    return jc_api_download(api, path, file, ret_bytes, &sha256, error)
           && check_digest(result, sha256, error);
}

static bool
fetch_to_file(JcApi *api, const char *job_id, json_t *result, const char *name, int64_t *ret_bytes,
              GError **error)
{
    g_autofree char *part = g_strconcat(name, ".part", NULL);
    FILE *file = fopen(part, "wbe");

    if (file == NULL) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "%s: %s", part, g_strerror(errno));
    }
    bool ok = fetch(api, job_id, result, file, ret_bytes, error);
    if (fclose(file) != 0 && ok) {
        ok = jw_fail(error, JW_ERROR_UNAVAILABLE, "%s: %s", part, g_strerror(errno));
    }
    if (ok && rename(part, name) != 0) {
        ok = jw_fail(error, JW_ERROR_UNAVAILABLE, "%s: %s", name, g_strerror(errno));
    }
    if (!ok) {
        (void)unlink(part);
    }
    return ok;
}

/* The job's own name for it, unless a file of that name is there. */
static char *
choose_name(const Options *given, json_t *result, const char *job_id, GError **error)
{
    const char *wanted = json_string_value(json_object_get(result, "fileName"));

    if (given->output != NULL) {
        return g_strdup(given->output);
    }
    g_autofree char *name = jw_text_file_name(wanted != NULL ? wanted : job_id);
    if (g_file_test(name, G_FILE_TEST_EXISTS)) {
        return jw_fail_null(error, JW_ERROR_CONFLICT, "'%s' exists already; choose a name with -o",
                            name);
    }
    return g_steal_pointer(&name);
}

static bool
download(JcContext *context, const Options *given, const char *job_id, GError **error)
{
    g_autoptr(JcApi) api = jc_api_new(context, given->token, error);
    g_autofree char *path = jw_link_report_job(NULL, job_id, "");
    json_auto_t *job = api != NULL ? jc_api_call(api, path, NULL, error) : NULL;
    int64_t bytes = 0;

    if (job == NULL) {
        return false;
    }
    json_t *result = json_object_get(job, "result");
    g_autofree char *name = choose_name(given, result, job_id, error);
    if (name == NULL) {
        return false;
    }
    if (strcmp(name, "-") == 0) {
        return fetch(api, job_id, result, context->out, &bytes, error);
    }
    if (!fetch_to_file(api, job_id, result, name, &bytes, error)) {
        return false;
    }
    g_autofree char *size = jw_text_bytes(bytes);
    fprintf(context->out, "%s, %s\n", name, size);
    return true;
}

static JcExit
run(JcContext *context, int argc, char **argv)
{
    Options given = { 0 };
    g_autoptr(GError) error = NULL;

    bool good = jc_options_parse(&jc_download, &given, &argc, argv, &error);
    if (good && (argc != 1 || argv[0][0] == '\0')) {
        good = jw_fail(&error, JW_ERROR_INVALID, "name one job id");
    }
    if (!good) {
        return jc_usage(context, &jc_download, error);
    }
    return download(context, &given, argv[0], &error) ? JC_EXIT_OK
                                                      : jc_failed(context, &jc_download, error);
}

const JcCommand jc_download = {
    .name = "download",
    .arguments = "JOB_ID",
    .summary = "fetches a finished report and checks it",
    .help = "The bytes are compared with the SHA-256 that the job names.\n",
    .options = options,
    .run = run,
};
