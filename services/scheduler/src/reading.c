/* reading.c: how far the executors have read a topic of commands, as a moment: what was published
 * before it has been read. Maintenance thread only.
 *
 * Of each look at the topic it is kept where its partitions ended. Once the executors have
 * committed that much, they have read what was published before that look. No clock but this
 * process's own plays a part, and a partition that stands still holds the moment back. */
#include "reading.h"

#include "jw/log.h"

#define LOOK_EVERY_MS   1000
#define LOOK_TIMEOUT_MS 2000
#define LOOKS_KEPT      64
/* What producers with transactions may leave at the end of a partition, which no reader commits. */
#define MARKERS 2

typedef struct {
    int64_t mono_ms;
    GArray *ends; /* of int64_t, by partition */
} Look;

struct _SchReading {
    char *group, *topic;
    GPtrArray *looks; /* of Look, oldest first: those whose ends have not been read */
    int64_t apart_ms; /* at least, between two of them */
    int64_t looked_mono_ms, read_mono_ms;
    bool looked, read; /* the times above are set */
    bool blind;        /* the broker does not tell, and will not */
};

static void
look_free(gpointer data)
{
    Look *self = data;

    g_array_unref(self->ends);
    g_free(self);
}

SchReading *
sch_reading_new(char *take_group, char *take_topic)
{
    SchReading *self = g_new0(SchReading, 1);

    self->group = take_group;
    self->topic = take_topic;
    self->looks = g_ptr_array_new_with_free_func(look_free);
    return self;
}

void
sch_reading_free(gpointer self)
{
    SchReading *reading = self;

    if (reading != NULL) {
        g_free(reading->group);
        g_free(reading->topic);
        g_ptr_array_unref(reading->looks);
        g_free(reading);
    }
}

static void
add_look(SchReading *self, const GArray *partitions, int64_t mono_ms)
{
    if (self->looks->len > 0) {
        const Look *newest = g_ptr_array_index(self->looks, self->looks->len - 1);

        if (mono_ms - newest->mono_ms < self->apart_ms) {
            return;
        }
    }
    Look *look = g_new0(Look, 1);

    look->mono_ms = mono_ms;
    look->ends = g_array_new(FALSE, FALSE, sizeof(int64_t));
    for (guint i = 0; i < partitions->len; i++) {
        g_array_append_val(look->ends, g_array_index(partitions, JwReading, i).end);
    }
    g_ptr_array_add(self->looks, look);
}

/* Partitions that came later had nothing at that look; those that are gone hold up nobody. */
static bool
is_read(const Look *look, const GArray *partitions)
{
    for (guint i = 0; i < MIN(look->ends->len, partitions->len); i++) {
        const int64_t end = g_array_index(look->ends, int64_t, i);

        if (g_array_index(partitions, JwReading, i).read < end - MARKERS) {
            return false;
        }
    }
    return true;
}

/* So many looks reach back as far as the backlog does, equally far apart: the longer it is, the
 * farther. What is known is then older than the truth by a small part of it at most. */
static void
thin_out(SchReading *self)
{
    if (self->looks->len > LOOKS_KEPT) {
        for (guint i = 1; i < self->looks->len; i++) {
            g_ptr_array_remove_index(self->looks, i); /* every other one: i is now the next */
        }
        self->apart_ms = 2 * MAX(self->apart_ms, LOOK_EVERY_MS);
    } else if (self->looks->len < LOOKS_KEPT / 4) {
        self->apart_ms /= 2;
    }
}

/* The newest look that is read through is what counts; those before it are forgotten. */
static void
finish_looks(SchReading *self, const GArray *partitions)
{
    for (guint i = self->looks->len; i > 0; i--) {
        const Look *look = g_ptr_array_index(self->looks, i - 1);

        if (is_read(look, partitions)) {
            self->read_mono_ms = look->mono_ms;
            self->read = true;
            g_ptr_array_remove_range(self->looks, 0, i);
            break;
        }
    }
    thin_out(self);
}

bool
sch_reading_look(SchReading *self, JwBus *bus, int64_t mono_ms, GError **error)
{
    g_autoptr(GArray) partitions = NULL;
    g_autoptr(GError) cause = NULL;

    if (self->looked && mono_ms - self->looked_mono_ms < LOOK_EVERY_MS) {
        return true;
    }
    if (!jw_bus_read_so_far(bus, self->group, self->topic, LOOK_TIMEOUT_MS, &partitions, &cause)) {
        if (jw_error_retry(cause) != JW_RETRY_NEVER) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return false;
        }
        if (!self->blind) {
            jw_warn("reading_unknown", JW_STR("group", self->group), JW_STR("topic", self->topic),
                    JW_STR("error", jw_error_message(cause)),
                    JW_STR("advice", "let the scheduler describe this group and this topic; until "
                                     "then jobs are redispatched more and more rarely"));
        }
    }
    self->blind = partitions == NULL;
    self->looked = true;
    self->looked_mono_ms = mono_ms;
    if (partitions != NULL) {
        add_look(self, partitions, mono_ms);
        finish_looks(self, partitions);
    }
    return true;
}

bool
sch_reading_is_past(const SchReading *self, int64_t mono_ms)
{
    return self->blind || (self->read && self->read_mono_ms >= mono_ms);
}

bool
sch_reading_is_blind(const SchReading *self)
{
    return self->blind;
}
