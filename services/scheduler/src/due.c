/* due.c: the rounds of the due thread: what is due or pending, page by page; decided in past.c and
 * decide.c, carried out in fire.c.
 *
 * Whoever sees a pending decision, the decider or any scheduler after it died, carries it out. */
#include "due.h"

#include "jw/crash.h"
#include "jw/log.h"

#define DUE_PAGE     500   /* schedules read at a time */
#define SLICE        250   /* of them, decided and carried out together */
#define AGAIN_MAX    8     /* looks at one page of which others take a part */
#define SHARE_MS     10000 /* how long another that was met is reckoned with */
#define TAKE_OVER_MS 2000  /* after which another's decisions are carried out, if it has not */
#define TROUBLED_MAX 10000 /* schedules whose last error is remembered */

/* What a round found. */
typedef struct {
    int64_t now_ms;
    size_t decided;
    bool failed; /* something is to be tried again */
    bool more;   /* there is more to do of a schedule that had its share */
} Round;

static void
turn_free(gpointer turn)
{
    g_clear_error(&((SchTurn *)turn)->error);
    g_free(turn);
}

/* Whether another scheduler is about to carry out all that is pending, which it decided just now.
 * Where clocks differ it may seem not to be: then both do, which is harmless. */
static bool
is_in_hand(Sch *self, const JwSchedule *schedule)
{
    const int64_t now = jw_clock_now_ms(self->clock);

    for (guint i = 0; i < schedule->pending_fires->len; i++) {
        const JwFire *fire = g_ptr_array_index(schedule->pending_fires, i);
        const char *round = jw_fire_round(fire);

        if (round == NULL || sch_is_own_round(self, round) || now < fire->decided_ms
            || now - fire->decided_ms >= TAKE_OVER_MS) {
            return false;
        }
    }
    return schedule->deleted_at_ms == 0;
}

/* A schedule may fail at every tick; what is said is what changed. @cause: (nullable) */
static void
note_trouble(Sch *self, const JwSchedule *schedule, const GError *cause)
{
    const char *message = cause != NULL ? jw_error_message(cause) : NULL;

    if (self->troubles == NULL) {
        self->troubles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    }
    if (g_strcmp0(g_hash_table_lookup(self->troubles, schedule->id), message) == 0) {
        return;
    }
    if (message == NULL) {
        jw_info("schedule_recovered", JW_STR("schedule_id", schedule->id));
        (void)g_hash_table_remove(self->troubles, schedule->id);
        return;
    }
    jw_warn("schedule_failed", JW_STR("schedule_id", schedule->id), JW_STR("error", message));
    if (g_hash_table_size(self->troubles) >= TROUBLED_MAX) {
        g_hash_table_remove_all(self->troubles);
    }
    g_hash_table_insert(self->troubles, g_strdup(schedule->id), g_strdup(message));
}

/* (transfer full) of SchTurn */
static GPtrArray *
turns_of(const GPtrArray *page, guint begin, guint n)
{
    GPtrArray *turns = g_ptr_array_new_with_free_func(turn_free);

    for (guint i = begin; i < MIN(begin + n, page->len); i++) {
        SchTurn *turn = g_new0(SchTurn, 1);

        turn->schedule = g_ptr_array_index(page, i);
        g_ptr_array_add(turns, turn);
    }
    return turns;
}

/* Those that are left to another scheduler are taken out. */
static void
leave_in_hand(Sch *self, GPtrArray *turns)
{
    for (guint i = turns->len; i > 0; i--) {
        const SchTurn *turn = g_ptr_array_index(turns, i - 1);

        if (turn->error == NULL && turn->decided == 0 && is_in_hand(self, turn->schedule)) {
            g_ptr_array_remove_index_fast(turns, i - 1);
        }
    }
}

/* What became of a slice, or of a page. */
typedef enum {
    FOUND_NOTHING, /* nothing more is to be decided of it */
    FOUND_SOME,    /* some of it was decided; the rest may be another's */
    FOUND_OTHERS,  /* another scheduler was there */
} Found;

/* One bad schedule does not stop the rest. */
static Found
fire_slice(Sch *self, const GPtrArray *page, guint begin, guint size, Round *round)
{
    g_autoptr(GPtrArray) turns = turns_of(page, begin, size);
    const guint n = turns->len;
    const size_t before = round->decided;
    guint lost = 0;

    sch_decide(self, turns);
    for (guint i = 0; i < n; i++) {
        lost += ((SchTurn *)g_ptr_array_index(turns, i))->lost ? 1 : 0;
    }
    leave_in_hand(self, turns);
    sch_resolve(self, turns);
    for (guint i = 0; i < turns->len; i++) {
        const SchTurn *turn = g_ptr_array_index(turns, i);

        note_trouble(self, turn->schedule, turn->error);
        round->decided += turn->decided;
        round->more = round->more || turn->more;
        round->failed =
            round->failed || (turn->error != NULL && jw_error_retry(turn->error) != JW_RETRY_NEVER);
    }
    return lost > n / 2 ? FOUND_OTHERS : round->decided > before ? FOUND_SOME : FOUND_NOTHING;
}

/* One that is alone goes through the page. Who has met another lately takes a part of it, always
 * the same one as long as it is not lost, so that each gets a part of its own. @may_leave: whether
 * it may leave the rest; true: it did, and is to look again */
static bool
fire_page(Sch *self, const GPtrArray *page, bool may_leave, Round *round)
{
    const bool shares = may_leave && jw_clock_mono_ms(self->clock) < self->shares_until_ms;
    const guint size = shares ? MIN(SLICE, (page->len + 1) / 2) : SLICE;
    const guint n = page->len > 0 ? (page->len + size - 1) / size : 0;
    const guint first = shares ? self->first_slice : 0;

    for (guint i = 0; i < n; i++) {
        const Found found = fire_slice(self, page, (first + i) % n * size, size, round);

        if (found == FOUND_OTHERS) {
            self->shares_until_ms = jw_clock_mono_ms(self->clock) + SHARE_MS;
            self->first_slice++;
        }
        if (n > 1 && may_leave && (found == FOUND_OTHERS || (found == FOUND_SOME && shares))) {
            return true;
        }
    }
    return false;
}

/* One page of what was due before a change. One bad schedule does not stop the rest. */
static void
decide_pasts(Sch *self, const GPtrArray *page, Round *round)
{
    for (guint i = 0; i < page->len; i++) {
        JwSchedule *schedule = g_ptr_array_index(page, i);
        g_autoptr(GError) cause = NULL;
        guint decided = 0;
        bool more = false;

        if (!sch_decide_past(self, schedule, &decided, &more, &cause)) {
            note_trouble(self, schedule, cause);
            round->failed = round->failed || jw_error_retry(cause) != JW_RETRY_NEVER;
        }
        round->decided += decided;
        round->more = round->more || more;
    }
}

/* What was due before a rule changed or a schedule was paused. */
static bool
fire_pasts(Sch *self, Round *round, GError **error)
{
    g_autofree char *after = NULL;
    size_t seen = DUE_PAGE;

    while (seen == DUE_PAGE) {
        g_autoptr(GPtrArray) page = NULL;

        if (!jw_store_past_schedules(self->store, round->now_ms, after, DUE_PAGE, &page, error)) {
            return false;
        }
        seen = page->len;
        decide_pasts(self, page, round);
        if (seen > 0) {
            g_free(after);
            after = g_strdup(((JwSchedule *)g_ptr_array_index(page, seen - 1))->id);
        }
    }
    return true;
}

/* What was decided and not carried out, by whomever; what is due of those is decided as well. */
static bool
fire_pending(Sch *self, Round *round, GError **error)
{
    g_autofree char *after = NULL;
    size_t seen = DUE_PAGE;

    while (seen == DUE_PAGE) {
        g_autoptr(GPtrArray) page = NULL;

        if (!jw_store_pending_schedules(self->store, round->now_ms, after, DUE_PAGE, &page,
                                        error)) {
            return false;
        }
        seen = page->len;
        for (guint i = 0; i < seen; i += SLICE) {
            (void)fire_slice(self, page, i, SLICE, round);
        }
        if (seen > 0) {
            g_free(after);
            after = g_strdup(((JwSchedule *)g_ptr_array_index(page, seen - 1))->id);
        }
    }
    return true;
}

/* Where a page ends, as it was read: firing moves the schedule on. */
static JwSchedule *
place_of(const JwSchedule *last)
{
    JwSchedule *place = jw_schedule_new();

    place->id = g_strdup(last->id);
    place->wake_ms = last->wake_ms;
    return place;
}

/* Page by page, so that schedules which wait for something hold up none, however many they are. */
static bool
fire_due(Sch *self, Round *round, GError **error)
{
    g_autoptr(JwSchedule) place = NULL;
    size_t seen = DUE_PAGE;
    int again = 0;

    while (seen == DUE_PAGE || again > 0) {
        g_autoptr(GPtrArray) page = NULL;
        g_autoptr(JwSchedule) end = NULL;

        if (!jw_store_due_schedules(self->store, round->now_ms, place, DUE_PAGE, &page, error)) {
            return false;
        }
        seen = page->len;
        end = seen > 0 ? place_of(g_ptr_array_index(page, seen - 1)) : NULL;
        again = fire_page(self, page, again < AGAIN_MAX, round) ? again + 1 : 0;
        if (again == 0) {
            jw_schedule_free(place);
            place = g_steal_pointer(&end);
        }
    }
    return true;
}

bool
sch_fire_due(Sch *self, size_t *ret_decided, GError **error)
{
    Round round = { .now_ms = jw_clock_now_ms(self->clock) };

    *ret_decided = 0;
    self->looked_ms = round.now_ms;
    sch_forget_days(self); /* a calendar may have changed */
    self->more = false;
    if (!fire_pasts(self, &round, error) || !fire_pending(self, &round, error)
        || !fire_due(self, &round, error)) {
        return false;
    }
    *ret_decided = round.decided;
    self->more = round.more;
    return !round.failed
           || jw_fail(error, JW_ERROR_UNAVAILABLE,
                      "some schedules could not be fired; they are tried again");
}

int64_t
sch_rest_ms(Sch *self)
{
    g_autoptr(GError) error = NULL;
    int64_t wake = 0;

    if (self->more) {
        return 1;
    }
    if (!jw_store_next_wake(self->store, self->looked_ms, &wake, &error) || wake == 0) {
        return self->config.tick_ms;
    }
    return CLAMP(wake - jw_clock_now_ms(self->clock), 1, self->config.tick_ms);
}
