/* wire_command.c: the command that asks for a job; other commands are checked where they are taken.
 * Any thread, no state. A message with a violation goes to the dead-letter topic. The id of a job
 * without one is derived from the message's identity. */
#include "wire_private.h"

#include "jw/address.h"
#include "jw/ident.h"
#include "jw/json_parts.h"

#include <string.h>

static bool
is_blank(const char *text)
{
    return text == NULL || *text == '\0';
}

/* The spec may ask only for departments of the command. */
static bool
check_scope(const JwWire *self, const json_t *body, JwViolations *violations)
{
    const JwJobKind *kind = jw_kind_find(jw_json_text(body, "jobType"));
    g_auto(GStrv) scope = jw_json_texts(json_object_get(body, "departments"));

    return scope == NULL || scope[0] == NULL
           || jw_kind_check_scope(kind, self->catalog, json_object_get(body, "spec"), "/spec",
                                  (const char *const *)scope,
                                  "is not one of the command's departments", violations);
}

static bool
check_identity(const json_t *body, const char *ce_source, const char *ce_id,
               JwViolations *violations)
{
    const bool named = json_object_get(body, "jobId") != NULL;
    const char *empty = NULL;

    if (ce_source != NULL && is_blank(ce_source)) {
        empty = "ce_source";
    } else if (ce_id != NULL && is_blank(ce_id)) {
        empty = "ce_id";
    }
    if (named) {
        return empty == NULL
               || jw_violations_add(violations, "", "the header %s is empty; give it a value",
                                    empty);
    }
    return (!is_blank(ce_source) && !is_blank(ce_id))
           || jw_violations_add(
               violations, "/jobId",
               "is required in a message without the headers ce_source and ce_id%s%s%s",
               empty != NULL ? "; the header " : "", empty != NULL ? empty : "",
               empty != NULL ? " is empty, give it a value" : "");
}

char *
jw_wire_command_job_id(const json_t *body, const char *ce_source, const char *ce_id)
{
    const json_t *given = json_object_get(body, "jobId");
    const char *text = json_string_value(given);
    char derived[JW_UUID_LEN + 1];

    if (given != NULL) {
        return text != NULL && jw_uuid_valid(text) ? g_ascii_strdown(text, -1) : NULL;
    }
    if (is_blank(ce_source) || is_blank(ce_id)) {
        return NULL;
    }
    jw_uuid_derive(derived, "command", ce_source, ce_id, NULL);
    return g_strdup(derived);
}

static void
take_identity(JwJob *job, const json_t *body, const char *ce_source, const char *ce_id)
{
    const json_t *actor = json_object_get(body, "requestedBy");
    const char *source = jw_json_text(body, "source");

    job->id = jw_wire_command_job_id(body, ce_source, ce_id);
    job->source = g_strdup(source != NULL ? source : "kafka");
    if (actor != NULL) {
        job->requested_by.id = g_strdup(jw_json_text(actor, "id"));
        job->requested_by.name = g_strdup(jw_json_text(actor, "name"));
        job->requested_by.email = jw_address_sent(jw_json_text(actor, "email"));
    } else if (!is_blank(ce_source)) {
        job->requested_by.id = g_utf8_make_valid(ce_source, -1);
    } else {
        job->requested_by.id = g_strdup(job->source);
    }
    job->departments = jw_json_texts(json_object_get(body, "departments"));
    if (job->departments != NULL && job->departments[0] == NULL) {
        g_clear_pointer(&job->departments, g_strfreev);
    }
}

bool
jw_wire_job_from_command(const JwWire *self, const json_t *body, const char *ce_source,
                         const char *ce_id, int64_t now_ms, JwViolations *violations,
                         JwJob **ret_job)
{
    g_return_val_if_fail(self != NULL && body != NULL && violations != NULL && ret_job != NULL,
                         false);

    bool ok = jw_wire_check_job(self, body, jw_wire_command_fields, "", violations);
    if (json_is_object(body)) {
        ok = check_identity(body, ce_source, ce_id, violations) && ok;
    }
    /* last: it compares two lists, whose lengths must have been checked */
    if (!ok || !check_scope(self, body, violations)) {
        return false;
    }
    const int64_t due_ms = jw_json_moment(body, "scheduledFor");
    *ret_job = jw_wire_build_job(self, body, MAX(due_ms, now_ms), now_ms);
    take_identity(*ret_job, body, ce_source, ce_id);
    return true;
}
