/* commands/verify.c: jobctl verify: whether a file is the one that a job published. Main thread. */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "api.h"
#include "command.h"
#include "jw/json.h"
#include "jw/text.h"

#define PIECE_BYTES 65536

typedef struct {
    const char *token, *job;
    JcAs output;
} Options;

static const JcOption options[] = {
    { "job", 'j', JC_OPTION_TEXT, offsetof(Options, job), "JOB_ID",
      "compares with this job; default: asks for those that published it", 0, 0, NULL },
    { "output", 'o', JC_OPTION_CHOICE, offsetof(Options, output), "json|table",
      "how it is said; default sentences", 0, 0, NULL },
    JC_OPTION_TOKEN(Options),
    { 0 },
};

/* SHA-256 of a file, however large. (transfer full) */
static char *
digest_file(const char *path, int64_t *ret_bytes, GError **error)
{
    g_autofree unsigned char *piece = g_malloc(PIECE_BYTES);
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    FILE *file = fopen(path, "rbe");
    int64_t bytes = 0;
    size_t length = 0;

    if (file == NULL) {
        return jw_fail_null(error, errno == ENOENT ? JW_ERROR_NOT_FOUND : JW_ERROR_UNAVAILABLE,
                            "%s: %s", path, g_strerror(errno));
    }
    errno = 0;
    while ((length = fread(piece, 1, PIECE_BYTES, file)) > 0) {
        g_checksum_update(sum, piece, (gssize)length);
        bytes += (int64_t)length;
    }
    const int code = ferror(file) != 0 ? errno : 0;
    (void)fclose(file);
    if (code != 0) {
        return jw_fail_null(error, JW_ERROR_UNAVAILABLE, "%s: %s", path, g_strerror(code));
    }
    *ret_bytes = bytes;
    return g_strdup(g_checksum_get_string(sum));
}

/* The job's file may be gone by now: what is known of it stays. */
static bool
compare_with_job(JcApi *api, const char *job_id, const char *sha256, json_t *jobs, GString *why,
                 GError **error)
{
    g_autofree char *path = jw_link_report_job(NULL, job_id, "");
    json_auto_t *job = jc_api_call(api, path, NULL, error);
    const char *published = jc_show_text(job, "result.sha256");

    if (job == NULL) {
        return false;
    }
    if (published[0] == '\0') {
        g_string_printf(why, "job %s is %s and has published no file", job_id,
                        jc_show_text(job, "status"));
    } else if (g_ascii_strcasecmp(published, sha256) != 0) {
        g_string_printf(why, "it is not the file of job %s, which has the SHA-256 %s", job_id,
                        published);
    } else {
        json_array_append(jobs, job);
    }
    return true;
}

/* In full, so that what is said of them is what their manifests say. */
static bool
find_jobs(JcApi *api, const char *sha256, json_t *jobs, GString *why, GError **error)
{
    g_autofree char *path =
        g_strconcat(JW_LINK_REPORT_JOBS "?limit=100&sortOrder=asc&sha256=", sha256, NULL);
    json_auto_t *answer = jc_api_ask(api, "GET", path, NULL, error);
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(answer, "data"), i, item)
    {
        if (!compare_with_job(api, jc_show_text(item, "id"), sha256, jobs, why, error)) {
            return false;
        }
    }
    if (answer != NULL && json_array_size(jobs) == 0) {
        g_string_assign(why, "no job that you may see has published it");
    }
    return answer != NULL;
}

static void
say(const JcContext *context, const char *file, const char *sha256, const json_t *jobs)
{
    const json_t *job = NULL;
    size_t i = 0;

    json_array_foreach(jobs, i, job)
    {
        const char *as_of = jc_show_text(job, "manifest.asOf");
        g_autofree char *when =
            jc_show_time(as_of[0] != '\0' ? as_of : jc_show_text(job, "completedAt"));
        g_autofree char *rows = jc_count_text(
            json_integer_value(json_object_get(json_object_get(job, "result"), "records")));
        g_autofree char *name = jw_text_one_line(jc_show_text(job, "name"));
        jc_print(context->out, "%s is the file of job %s (%s): %s records as of %s\n", file,
                 jc_show_text(job, "id"), name, rows, when);
    }
    jc_print(context->out, "SHA-256 %s\n", sha256);
}

static JcExit
run(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    const char *file = call->arguments[0];
    json_auto_t *jobs = json_array();
    g_autoptr(GString) why = g_string_new(NULL);
    int64_t bytes = 0;
    g_autofree char *sha256 = digest_file(file, &bytes, error);

    if (sha256 == NULL
        || !(given->job != NULL ? compare_with_job(call->api, given->job, sha256, jobs, why, error)
                                : find_jobs(call->api, sha256, jobs, why, error))) {
        return JC_EXIT_FAILED;
    }
    const bool found = json_array_size(jobs) > 0;
    if (call->as == JC_AS_JSON) {
        json_auto_t *all =
            json_pack("{s:s, s:s, s:I, s:b, s:O}", "file", file, "sha256", sha256, "sizeBytes",
                      (json_int_t)bytes, "published", found, "jobs", jobs);
        jc_show_json(call->context, all);
    } else if (found) {
        say(call->context, file, sha256, jobs);
    } else {
        jc_print(call->context->err, "%s: %s\nSHA-256 %s\n", file, why->str, sha256);
    }
    return found ? JC_EXIT_OK : JC_EXIT_FAILED;
}

static const JcVerb verbs[] = {
    { .name = "", .arguments = "FILE", .min = 1, .max = 1, .run = run, .wants = "name one file" },
    { 0 },
};

const JcCommand jc_verify = {
    .name = "verify",
    .summary = "tells whether a file is the one that a job published",
    .help = "The file's SHA-256 is compared with the manifest of the job, or looked up among the "
            "jobs that\n"
            "the token may see. It needs only the name of the file here, and works after the "
            "download has\n"
            "expired.\n"
            "Exit status: 0 it is, 1 it is not, or cannot be told.\n",
    .options = options,
    .given_size = sizeof(Options),
    .verbs = verbs,
};
