/* wire_schedule_command.c: see jw/wire_schedule_command.h. Each command names its schedule by `id`;
 * what is to become of it is in one more member, a schedule as everywhere or a merge patch of it.
 */
#include "jw/wire_schedule_command.h"

#include "wire_private.h"

#include <string.h>

#define NOTE_MAX 2000
/* That the schedule must have. */
#define VERSION                                                                                    \
    {                                                                                              \
        .name = "version", .type = JW_FIELD_INT, .min = 1, .max = INT64_MAX                        \
    }
#define ID                                                                                         \
    {                                                                                              \
        .name = "id", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED,                         \
        .check = jw_schedule_check_id                                                              \
    }

static const JwField create_fields[] = {
    ID,
    { .name = "schedule", .type = JW_FIELD_ANY, .flags = JW_FIELD_REQUIRED },
    { .name = NULL },
};
static const JwField put_fields[] = {
    ID,
    { .name = "schedule", .type = JW_FIELD_ANY, .flags = JW_FIELD_REQUIRED },
    VERSION,
    { .name = NULL },
};
static const JwField change_fields[] = {
    ID,
    { .name = "change", .type = JW_FIELD_ANY, .flags = JW_FIELD_REQUIRED },
    VERSION,
    { .name = NULL },
};
static const JwField switch_fields[] = {
    ID,
    { .name = "note", .type = JW_FIELD_STRING, .flags = JW_FIELD_LINES, .max = NOTE_MAX },
    VERSION,
    { .name = NULL },
};
static const JwField delete_fields[] = { ID, VERSION, { .name = NULL } };

static const struct {
    const char *type;
    JwScheduleCommandVerb verb;
    const JwField *fields;
    const char *member; /* with its body; NULL: it has none, or one that is made */
    bool switches, paused;
} commands[] = {
    { JW_TYPE_SCHEDULE_CREATE, JW_SCHEDULE_VERB_CREATE, create_fields, "schedule", false, false },
    { JW_TYPE_SCHEDULE_PUT, JW_SCHEDULE_VERB_PUT, put_fields, "schedule", false, false },
    { JW_TYPE_SCHEDULE_CHANGE, JW_SCHEDULE_VERB_CHANGE, change_fields, "change", false, false },
    { JW_TYPE_SCHEDULE_PAUSE, JW_SCHEDULE_VERB_CHANGE, switch_fields, NULL, true, true },
    { JW_TYPE_SCHEDULE_RESUME, JW_SCHEDULE_VERB_CHANGE, switch_fields, NULL, true, false },
    { JW_TYPE_SCHEDULE_DELETE, JW_SCHEDULE_VERB_DELETE, delete_fields, NULL, false, false },
};

const char *const jw_wire_schedule_commands[] = {
    JW_TYPE_SCHEDULE_CREATE,
    JW_TYPE_SCHEDULE_PUT,
    JW_TYPE_SCHEDULE_CHANGE,
    JW_TYPE_SCHEDULE_PAUSE,
    JW_TYPE_SCHEDULE_RESUME,
    JW_TYPE_SCHEDULE_DELETE,
    NULL,
};

void
jw_wire_schedule_command_clear(JwWireScheduleCommand *self)
{
    g_clear_pointer(&self->id, g_free);
    g_clear_pointer(&self->body, json_decref);
}

const char *
jw_wire_schedule_command_id(const json_t *value)
{
    const char *id = jw_json_text(value, "id");
    g_autofree char *wrong = id != NULL ? jw_schedule_check_id(id) : NULL;

    return wrong == NULL ? id : NULL;
}

/* A schedule that is whole, and of no other id. */
static bool
check_schedule(const JwWire *self, const json_t *schedule, int64_t now_ms, JwViolations *violations)
{
    g_autoptr(JwSchedule) read = NULL;

    return jw_wire_schedule_from_value(self, schedule, "/schedule", now_ms, violations, &read);
}

static bool
check_body(const JwWire *self, const json_t *value, const char *member, int64_t now_ms,
           JwViolations *violations)
{
    const json_t *body = json_object_get(value, member);
    g_autofree char *pointer = jw_pointer("", member);
    g_autofree char *id_pointer = jw_pointer(pointer, "id");
    const char *id = jw_json_text(body, "id");
    bool ok = true;

    if (body == NULL) {
        return true; /* its table says so */
    }
    if (!json_is_object(body)) {
        return jw_violations_add(violations, pointer, "must be an object");
    }
    if (id != NULL && g_strcmp0(id, jw_json_text(value, "id")) != 0) {
        ok = jw_violations_add(violations, id_pointer,
                               "must be the id of the command, or be left out");
    }
    if (strcmp(member, "schedule") == 0) {
        ok = check_schedule(self, body, now_ms, violations) && ok;
    }
    return ok;
}

/* What pauses or resumes. (transfer full) */
static json_t *
switch_patch(const json_t *value, bool paused)
{
    json_t *patch = json_object();
    json_t *note = json_object_get(value, "note");

    json_object_set_new(patch, "paused", json_boolean(paused));
    if (note != NULL) {
        json_object_set(patch, "note", note);
    }
    return patch;
}

bool
jw_wire_schedule_command_read(const JwWire *self, const char *type, const json_t *value,
                              int64_t now_ms, JwViolations *violations, JwWireScheduleCommand *ret)
{
    g_return_val_if_fail(self != NULL && value != NULL && violations != NULL && ret != NULL, false);
    size_t i = 0;

    while (i < G_N_ELEMENTS(commands) && g_strcmp0(commands[i].type, type) != 0) {
        i++;
    }
    g_return_val_if_fail(i < G_N_ELEMENTS(commands), false);
    const char *member = commands[i].member;
    bool ok = jw_check_object(value, commands[i].fields, "", violations);
    if (member != NULL) {
        ok = check_body(self, value, member, now_ms, violations) && ok;
    }
    if (!ok) {
        return false;
    }
    *ret = (JwWireScheduleCommand){
        .verb = commands[i].verb,
        .id = g_strdup(jw_json_text(value, "id")),
        .version = json_integer_value(json_object_get(value, "version")),
        .base = member == NULL                        ? ""
                : commands[i].fields == change_fields ? "/change"
                                                      : "/schedule",
    };
    if (member != NULL) {
        ret->body = json_deep_copy(json_object_get(value, member));
    } else if (commands[i].switches) {
        ret->body = switch_patch(value, commands[i].paused);
    }
    return true;
}

JwOutboxEntry *
jw_wire_schedule_answer(const JwWire *self, const JwWireScheduleAnswer *answer, int64_t now_ms)
{
    g_return_val_if_fail(self != NULL && answer != NULL && answer->schedule_id != NULL, NULL);
    json_auto_t *value = json_object();
    json_t *command = json_object();
    g_autofree char *topic = jw_wire_topic(self, JW_TOPIC_SCHEDULE_EVENTS);

    jw_json_set_string(value, "id", answer->schedule_id);
    jw_json_set_string(command, "type", answer->type);
    jw_json_set_string(command, "source", answer->source);
    jw_json_set_string(command, "id", answer->id);
    json_object_set_new(value, "command", command);
    jw_json_set_string(value, "outcome", answer->outcome);
    if (answer->version != 0) {
        json_object_set_new(value, "version", json_integer(answer->version));
    }
    if (answer->code != NULL) {
        json_t *error = json_object();

        jw_json_set_string(error, "code", answer->code);
        jw_json_set_string(error, "message", answer->reason);
        json_object_set_new(value, "error", error);
    }
    jw_json_set_time(value, "occurred_at", now_ms);
    JwOutboxEntry *entry = jw_outbox_entry_new(
        topic, answer->schedule_id, JW_TYPE_SCHEDULE_ANSWERED, jw_json_print(value), now_ms);
    entry->causation_id = g_strdup(answer->id);
    entry->request_id = g_strdup(answer->request_id);
    entry->traceparent = g_strdup(answer->traceparent);
    return entry;
}
