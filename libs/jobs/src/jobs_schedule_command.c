/* jobs_schedule_command.c: see jw/jobs_schedule_command.h. What is read is compared when it is
 * written: the update that has the effect also notes the command, so that of two readers of one
 * message the second one loses, reads again, and finds it there. */
#include "jw/jobs_schedule_command.h"

#include "jobs_schedule_private.h"
#include "jw/store_schedule_commands.h"

#include <string.h>

#define ROUNDS     5
#define REASON_MAX 900 /* bytes: it is a header of the dead letter */

typedef struct {
    const JwJobs *jobs;
    const JwScheduleCommand *command;
    char id[JW_UUID_LEN + 1]; /* of the command, among those of all senders */
    JwSchedule *there;        /* as it was read, deleted or not; NULL: there is none */
    JwSchedule *next;         /* what is to be stored */
    JwCommanded outcome;
    const char *code; /* REFUSED */
    char *reason;
} Course;

static void
course_clear(Course *self)
{
    g_clear_pointer(&self->there, jw_schedule_free);
    g_clear_pointer(&self->next, jw_schedule_free);
    g_clear_pointer(&self->reason, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Course, course_clear)

const char *
jw_commanded_name(JwCommanded outcome)
{
    static const char *const names[] = {
        [JW_COMMANDED_REPEATED] = "repeated",   [JW_COMMANDED_REFUSED] = "refused",
        [JW_COMMANDED_UNCHANGED] = "unchanged", [JW_COMMANDED_CREATED] = "created",
        [JW_COMMANDED_CHANGED] = "changed",     [JW_COMMANDED_DELETED] = "deleted",
    };

    g_return_val_if_fail((size_t)outcome < G_N_ELEMENTS(names), "unknown");
    return names[outcome];
}

/* Always true: it is decided. */
static bool
refuse(Course *self, const char *code, char *take_reason)
{
    g_autofree char *text = take_reason;

    g_free(self->reason);
    self->reason = g_utf8_make_valid(text, (gssize)MIN(strlen(text), REASON_MAX));
    self->code = code;
    self->outcome = JW_COMMANDED_REFUSED;
    g_clear_pointer(&self->next, jw_schedule_free);
    return true;
}

static const JwSchedule *
live(const Course *self)
{
    return self->there != NULL && self->there->deleted_at_ms == 0 ? self->there : NULL;
}

/* Whether what is there, or is not, lets the command be carried out; else it is refused. */
static bool
is_possible(Course *self)
{
    const JwWireScheduleCommand *wanted = self->command->wanted;
    const JwSchedule *old = live(self);

    if (old == NULL && wanted->verb == JW_SCHEDULE_VERB_CHANGE) {
        return !refuse(self, "SCHEDULE_NOT_FOUND",
                       g_strdup_printf("there is no schedule '%s': create it first, with %s or %s",
                                       wanted->id, JW_TYPE_SCHEDULE_CREATE, JW_TYPE_SCHEDULE_PUT));
    }
    if (wanted->version == 0 || (old == NULL && wanted->verb == JW_SCHEDULE_VERB_DELETE)) {
        return true;
    }
    if (old == NULL) {
        return !refuse(self, "VERSION_CONFLICT",
                       g_strdup_printf("there is no schedule '%s', so none of a version either: "
                                       "leave version out to create it",
                                       wanted->id));
    }
    return old->version == wanted->version
           || !refuse(self, "VERSION_CONFLICT",
                      g_strdup_printf(
                          "schedule '%s' has version %" G_GINT64_FORMAT ", not %" G_GINT64_FORMAT
                          ": somebody changed it; look at it and send the command with its version",
                          wanted->id, old->version, wanted->version));
}

static bool
is_same(const JwSchedule *a, const JwSchedule *b)
{
    json_auto_t *one = jw_jobs_schedule_meaning(a);
    json_auto_t *other = jw_jobs_schedule_meaning(b);

    return json_equal(one, other) != 0;
}

/* What is made of a schedule or a patch that was taken. */
static bool
judge(Course *self, const JwSchedule *old)
{
    const bool create = self->command->wanted->verb == JW_SCHEDULE_VERB_CREATE;
    const bool same = old != NULL && is_same(old, self->next);

    if (create && old != NULL && !same) {
        return refuse(self, "SCHEDULE_EXISTS",
                      g_strdup_printf("schedule '%s' exists and is another: use another id, or %s "
                                      "to replace it, or %s to change it",
                                      old->id, JW_TYPE_SCHEDULE_PUT, JW_TYPE_SCHEDULE_CHANGE));
    }
    self->outcome = same          ? JW_COMMANDED_UNCHANGED
                    : old != NULL ? JW_COMMANDED_CHANGED
                                  : JW_COMMANDED_CREATED;
    if (same) {
        g_clear_pointer(&self->next, jw_schedule_free);
    }
    return true;
}

static bool
make(Course *self, GError **error)
{
    const JwWireScheduleCommand *wanted = self->command->wanted;
    const JwSchedule *old = live(self);
    const JwScheduleWish wish = {
        .verb = wanted->verb == JW_SCHEDULE_VERB_CHANGE ? JW_SCHEDULE_PATCH : JW_SCHEDULE_PUT,
        .id = wanted->id,
        .body = wanted->body,
        .by = self->command->event->source,
    };
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(GError) cause = NULL;

    if (jw_jobs_make_schedule(self->jobs, &wish, old, &violations, &self->next, &cause)) {
        return judge(self, old);
    }
    if (cause != NULL) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    return refuse(self, "VALIDATION_ERROR",
                  jw_wire_event_violations_at(self->command->event, wanted->base, &violations));
}

/* What is to become of the schedule. */
static bool
decide(Course *self, GError **error)
{
    if (self->command->fault != NULL) {
        return refuse(self, "VALIDATION_ERROR", g_strdup(self->command->fault));
    }
    if (!is_possible(self)) {
        return true;
    }
    if (self->command->wanted->verb == JW_SCHEDULE_VERB_DELETE) {
        self->outcome = live(self) != NULL ? JW_COMMANDED_DELETED : JW_COMMANDED_UNCHANGED;
        return true;
    }
    return make(self, error);
}

/* What keeps the command when no schedule is stored: for one that is deleted, and for what was
 * never there. (transfer full) */
static JwSchedule *
tombstone(const Course *self, int64_t now_ms)
{
    JwSchedule *schedule = jw_schedule_new();
    char unique[JW_UUID_LEN + 1];

    jw_uuid_v7(now_ms, unique);
    schedule->id = g_strdup(self->command->schedule_id);
    schedule->deleted_at_ms = schedule->updated_at_ms = now_ms;
    schedule->deleted_by = g_strdup(self->command->event->source);
    schedule->tombstone = g_strdup(unique);
    return schedule;
}

/* As it will be. */
static int64_t
next_version(const Course *self)
{
    const JwSchedule *old = live(self);

    switch (self->outcome) {
    case JW_COMMANDED_CREATED:
    case JW_COMMANDED_CHANGED:
        return self->there != NULL ? self->there->version + 1 : 1;
    case JW_COMMANDED_UNCHANGED:
    case JW_COMMANDED_REFUSED:
    case JW_COMMANDED_REPEATED:
        return old != NULL ? old->version : 0;
    case JW_COMMANDED_DELETED:
    case JW_COMMANDED_N_OUTCOMES:
        return 0;
    }
    return 0;
}

static JwOutboxEntry *
answer(const Course *self, int64_t now_ms)
{
    const JwScheduleCommand *command = self->command;
    const JwWireScheduleAnswer answer = {
        .schedule_id = command->schedule_id,
        .type = command->event->type,
        .source = command->event->source,
        .id = command->event->id,
        .outcome = jw_commanded_name(self->outcome),
        .code = self->code,
        .reason = self->reason,
        .version = next_version(self),
        .request_id = command->request_id,
        .traceparent = command->event->traceparent,
    };

    return jw_wire_schedule_answer(self->jobs->wire, &answer, now_ms);
}

static JwCommandPlace
place_of(const Course *self)
{
    return (JwCommandPlace){ .id = self->id,
                             .partition = self->command->partition,
                             .offset = self->command->offset,
                             .at_ms = self->command->at_ms };
}

/* Notes the command in what is to be stored. One that was refused may be sent again: it keeps its
 * place, and not its id. */
static void
note(Course *self)
{
    const int64_t now = jw_clock_now_ms(self->jobs->clock);
    const JwSchedule *there = self->there;
    const JwCommandPlace place = place_of(self);

    if (self->next == NULL) {
        self->next = tombstone(self, now);
    }
    JwSchedule *next = self->next;
    if (there != NULL) {
        g_ptr_array_unref(next->command_marks);
        next->command_marks = jw_command_marks_copy(there->command_marks);
        next->updated_at_ms = MAX(next->updated_at_ms, there->updated_at_ms + 1);
    }
    jw_command_marks_note(next->command_marks, &place, self->reason);
    if (self->outcome != JW_COMMANDED_REFUSED) {
        next->command_ids = jw_command_ids_with(
            there != NULL ? (const char *const *)there->command_ids : NULL, self->id);
    }
    g_ptr_array_add(next->outbox, answer(self, now));
}

static bool
end_it(Course *self, JwCas *ret_cas, GError **error)
{
    g_autoptr(JwSchedule) deleted = NULL;

    if (!jw_store_end_schedule(self->jobs->store, self->next, self->there, &deleted, error)) {
        return false;
    }
    *ret_cas = deleted != NULL ? JW_CAS_WON : JW_CAS_LOST;
    return deleted == NULL || jw_jobs_finish_deletion(self->jobs, deleted, error);
}

static bool
write_it(Course *self, JwCas *ret_cas, GError **error)
{
    JwStore *store = self->jobs->store;

    switch (self->outcome) {
    case JW_COMMANDED_CREATED:
    case JW_COMMANDED_CHANGED:
        return jw_jobs_replace_schedule(self->jobs, self->next, self->there, ret_cas, error);
    case JW_COMMANDED_DELETED:
        return end_it(self, ret_cas, error);
    case JW_COMMANDED_UNCHANGED:
    case JW_COMMANDED_REFUSED:
        return jw_store_note_command(store, self->next, self->there, ret_cas, error);
    case JW_COMMANDED_REPEATED:
    case JW_COMMANDED_N_OUTCOMES:
        break;
    }
    *ret_cas = JW_CAS_WON;
    return true;
}

/* Whether the document says that it was decided. What a deletion left to be done is done. */
static bool
look_for_it(Course *self, bool *ret_found, GError **error)
{
    const JwCommandPlace place = place_of(self);
    const char *refused = NULL;
    JwCommandSeen seen = JW_COMMAND_NEW;

    if (self->there != NULL) {
        seen = jw_command_seen(self->there->command_marks,
                               (const char *const *)self->there->command_ids, &place, &refused);
    }
    *ret_found = seen != JW_COMMAND_NEW;
    if (!*ret_found) {
        return true;
    }
    self->outcome = seen == JW_COMMAND_REFUSED ? JW_COMMANDED_REFUSED : JW_COMMANDED_REPEATED;
    self->reason = g_strdup(refused);
    return self->there->deleted_at_ms == 0
           || jw_jobs_finish_deletion(self->jobs, self->there, error);
}

/* @ret_done: (out): false: somebody changed it, try again */
static bool
try_it(Course *self, bool *ret_done, GError **error)
{
    JwCas cas = JW_CAS_LOST;

    if (!jw_store_find_schedule(self->jobs->store, self->command->schedule_id, &self->there, error)
        || !look_for_it(self, ret_done, error)) {
        return false;
    }
    if (*ret_done) {
        return true;
    }
    if (!decide(self, error)) {
        return false;
    }
    note(self);
    if (!write_it(self, &cas, error)) {
        return false;
    }
    *ret_done = cas == JW_CAS_WON;
    if (*ret_done && self->jobs->relay != NULL) {
        jw_relay_offer(self->jobs->relay, JW_DOC_SCHEDULE, self->command->schedule_id,
                       self->next->outbox);
    }
    return true;
}

bool
jw_jobs_command_schedule(const JwJobs *self, const JwScheduleCommand *command,
                         JwCommanded *ret_outcome, char **ret_reason, GError **error)
{
    g_return_val_if_fail(self != NULL && command != NULL && command->schedule_id != NULL, false);
    g_return_val_if_fail(command->wanted != NULL || command->fault != NULL, false);
    g_return_val_if_fail(ret_outcome != NULL && ret_reason != NULL, false);

    for (int i = 0; i < ROUNDS; i++) {
        g_auto(Course) course = { .jobs = self, .command = command };
        bool done = false;

        jw_uuid_derive(course.id, "schedule-command", command->event->source, command->event->id,
                       NULL);
        if (!try_it(&course, &done, error)) {
            return false;
        }
        if (done) {
            *ret_outcome = course.outcome;
            *ret_reason = g_steal_pointer(&course.reason);
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_BUSY, "schedule '%s' is being changed by others",
                   command->schedule_id);
}
