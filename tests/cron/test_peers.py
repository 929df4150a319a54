"""test_peers.py: our due times beside those of croniter, croner, cron-parser, APScheduler and Quartz, and of walker.py.

`make test` asks a few thousand cases, `make oracle-cron` more than 100,000. Each disagreement is one of the differences that are
listed below, each with an example that a test holds both sides to; or lies at a change of the clock, where those programs have
other rules, and ours is that of the walker. Anything else fails.
"""
import collections
import datetime as dt
import os
import random

import cases
import peers
import pytest
import walker

CASES = int(os.environ.get("JW_CRON_CASES", "500"))  # of each dialect; crontab's are asked of three programs
DAYS = int(os.environ.get("JW_CRON_DAYS", "150"))  # on which a clock changes
SEED = int(os.environ.get("JW_CRON_SEED", "20260329"))
NEAR = 2 * cases.DAY
MOST = 2 * walker.SAFE // 60 + 1  # due times around a change, of an expression without seconds
RULES = [(gap, repeat) for gap in ("auto", "run_after", "skip") for repeat in ("auto", "first", "last", "both")]


def words_of(case):
    return case.expression.split()


def star_step_days(case, _ours, _theirs):
    """A day field of '*' with a step beside a restricted one: we want both to hold, as Vixie's cron does."""
    day, weekday = words_of(case)[-3], words_of(case)[-1]
    return "*" not in (day, weekday) and ("*/" in day or "*/" in weekday)


def value_twice(_case, _ours, theirs):
    """A list that names a value twice is refused."""
    return isinstance(theirs, str) and "duplicate values found" in theirs


def half_hour_back(case, _ours, theirs):
    """Where the clock is set back by half an hour cron-parser may find no time at all."""
    return case.zone == "Australia/Lord_Howe" and isinstance(theirs, str) and "loop limit exceeded" in theirs


def first_hour_lost(case, ours, theirs):
    """When APScheduler goes on to a later month, over a day on which the clock was set ahead, it begins an hour into a day."""
    if isinstance(ours, str) or isinstance(theirs, str) or not ours or not theirs or ours[0] >= theirs[0]:
        return False
    first = ours[0] // 1000
    return (first + cases.offset(case.zone, first)) % cases.DAY < 3600 and bool(
        cases.changes_between(case.zone, case.after // 1000, first))


Listed = collections.namedtuple("Listed", "peer holds expression zone after ours theirs")
# What follows is the example of each: the first due time of ours and of theirs, or a part of why it is refused.
LISTED = [
    Listed("croner", star_step_days, "0 0 */2 * MON", "UTC", "2026-01-06", "2026-01-19", "2026-01-07"),
    Listed("cron-parser", star_step_days, "0 0 */2 * MON", "UTC", "2026-01-06", "2026-01-19", "2026-01-07"),
    Listed("cron-parser", value_twice, "0 0 1-3,2 * *", "UTC", "2026-01-06", "2026-02-01", "duplicate values found: 2"),
    Listed("apscheduler", first_hour_lost, "19 */4 * 1 *", "Pacific/Chatham", "2000-05-15", "2000-12-31T10:34:00",
           "2000-12-31T14:34:00"),
    Listed("cron-parser", half_hour_back, "28 3 * * *", "Australia/Lord_Howe", "2024-04-06T04:22:04", "2024-04-06T16:58:00",
           "loop limit exceeded"),
]


def ms_of(date):
    return round((dt.datetime.fromisoformat(date).replace(tzinfo=cases.UTC) - cases.EPOCH) / dt.timedelta(milliseconds=1))


def text_of(answer):
    if isinstance(answer, str):
        return answer
    return ", ".join((cases.EPOCH + dt.timedelta(milliseconds=at)).isoformat() for at in answer)


def is_near_change(case, ours, theirs):
    """Whether a change of the clock may be why: it lies near the start, or near a time that only one of them has."""
    if isinstance(ours, str) or isinstance(theirs, str):
        return False
    return any(cases.changes_between(case.zone, at // 1000 - NEAR, at // 1000 + NEAR)
               for at in [case.after, *set(ours) ^ set(theirs)])


def to_walk(case, ours, theirs):
    """The same expression from before each change of the clock that may be why on, and until when to compare."""
    changes = {change for at in [case.after, *set(ours) ^ set(theirs)]
               for change in cases.changes_between(case.zone, at // 1000 - NEAR, at // 1000 + NEAR)}
    for change in sorted(changes):
        low, high = ((change + side * walker.SAFE) * 1000 for side in (-1, 1))
        yield case._replace(after=max(low - 1, case.after), n=MOST), high, change


def check_at_changes(found):
    """Ours is that of the walker, at the changes near which another program disagrees."""
    asks = [ask for case, ours, theirs in found for ask in to_walk(case, ours, theirs)]
    for (ask, high, change), answer in zip(asks, peers.ours([ask[0] for ask in asks]), strict=True):
        high = min(high, answer[-1]) if len(answer) == ask.n else high
        due = [at for at in walker.due(ask, change) if ask.after < at < high]
        assert [at for at in answer if at < high] == due, f"{ask}: the walker has {text_of(due)}"


@pytest.mark.parametrize("peer", list(peers.DIALECTS))
def test_peers(peer):
    maker = cases.Maker(random.Random(SEED))
    asked = [maker.case(peers.DIALECTS[peer]) for _ in range(CASES)]
    counts, at_changes, wrong = collections.Counter(), [], []
    for case, ours, theirs in zip(asked, peers.ours(asked), peers.theirs(peer, asked), strict=True):
        listed = next((one for one in LISTED if one.peer == peer and one.holds(case, ours, theirs)), None)
        if ours == theirs or isinstance(ours, str) and isinstance(theirs, str):
            counts["agree" if isinstance(ours, list) else "refused by both"] += 1
        elif isinstance(ours, str) and "never fires" in ours and theirs == []:
            counts["never fires"] += 1
        elif is_near_change(case, ours, theirs):
            counts["change of the clock"] += 1
            at_changes.append((case, ours, theirs))
        elif listed:
            counts[listed.holds.__name__] += 1
        else:
            wrong.append(f"{case.expression} | {case.zone} | {text_of([case.after])}\n    ours   {text_of(ours)}\n"
                         f"    theirs {text_of(theirs)}")
    check_at_changes(at_changes)
    print(f"\n{peer}: {CASES:,} cases: " + ", ".join(f"{n:,} {what}" for what, n in counts.most_common()))
    assert not wrong, f"{len(wrong)} unexplained:\n" + "\n".join(wrong[:20])
    assert counts["agree"] > CASES / 2


@pytest.mark.parametrize("one", LISTED, ids=lambda one: f"{one.peer}-{one.holds.__name__}")
def test_listed_difference(one):
    case = cases.Case(peers.DIALECTS[one.peer], one.expression, one.zone, ms_of(one.after), 1)
    assert peers.ours([case]) == [[ms_of(one.ours)]]
    (theirs,) = peers.theirs(one.peer, [case])
    assert one.theirs in theirs if isinstance(theirs, str) else theirs == [ms_of(one.theirs)]
    assert one.holds(case, peers.ours([case])[0], theirs)


def test_days_of_change():
    """Every rule, on days from 1970 to 2040 on which a clock changes."""
    rnd = random.Random(SEED)
    maker = cases.Maker(rnd)
    days = [(zone, change) for zone in cases.ZONES for change in cases.changes(zone)
            if change % 60 == 0]
    rnd.shuffle(days)
    asked, safe = collections.defaultdict(list), 28 * walker.HOUR
    for zone, change in days[:DAYS]:
        local = (cases.EPOCH + dt.timedelta(seconds=change + cases.offset(zone, change))).day
        for gap, repeat in rnd.sample(RULES, 4):
            words = maker.times() + [rnd.choice(["*", "*", "*/2", str(local)]), "*", rnd.choice(["*", "*", "0-3", "FRI-SAT"])]
            case = cases.Case("crontab", " ".join(words), zone, (change - safe) * 1000 - 1, MOST)
            asked[gap, repeat].append((case, change))
    n_times = 0
    for (gap, repeat), some in asked.items():
        for (case, change), ours in zip(some, peers.ours([case for case, _ in some], gap, repeat), strict=True):
            due = walker.due(case, change, gap, repeat, safe)
            ours = [at for at in ours if at < (change + safe) * 1000]
            assert ours == due, f"{case} {gap} {repeat}: {text_of(sorted(set(ours) ^ set(due)))}"
            n_times += len(due)
    print(f"\n{min(DAYS, len(days)):,} of {len(days):,} days of change, {sum(map(len, asked.values())):,} rules, "
          f"{n_times:,} due times")
    assert n_times > 20 * DAYS
