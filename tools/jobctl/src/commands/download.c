/* commands/download.c: jobctl download: a finished report into a file, checked. Main thread.
 * The file gets its name only when all of it is there and its digest is the one the job names. */
#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "api.h"
#include "command.h"
#include "jw/text.h"

typedef struct {
    const char *token, *output;
} Options;

static const JcOption options[] = {
    { "output", 'o', JC_OPTION_TEXT, offsetof(Options, output), "FILE",
      "where to; - is standard output; default the report's own name", 0, 0, NULL },
    JC_OPTION_TOKEN(Options),
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
download(const JcCall *call, const char *job_id, GError **error)
{
    FILE *out = call->context->out;
    g_autofree char *path = jw_link_report_job(NULL, job_id, "");
    json_auto_t *job = jc_api_call(call->api, path, NULL, error);
    int64_t bytes = 0;

    if (job == NULL) {
        return false;
    }
    json_t *result = json_object_get(job, "result");
    g_autofree char *name = choose_name(call->given, result, job_id, error);
    if (name == NULL) {
        return false;
    }
    if (strcmp(name, "-") == 0) {
        return fetch(call->api, job_id, result, out, &bytes, error);
    }
    if (!fetch_to_file(call->api, job_id, result, name, &bytes, error)) {
        return false;
    }
    g_autofree char *size = jw_text_bytes(bytes);
    jc_print(out, "%s, %s\n", name, size);
    return true;
}

static JcExit
run(const JcCall *call, GError **error)
{
    return download(call, call->arguments[0], error) ? JC_EXIT_OK : JC_EXIT_FAILED;
}

static const JcVerb verbs[] = {
    { .name = "",
      .arguments = "JOB_ID",
      .min = 1,
      .max = 1,
      .run = run,
      .wants = "name one job id" },
    { 0 },
};

const JcCommand jc_download = {
    .name = "download",
    .summary = "fetches a finished report and checks it",
    .help = "The bytes are compared with the SHA-256 that the job names.\n",
    .options = options,
    .given_size = sizeof(Options),
    .verbs = verbs,
};
