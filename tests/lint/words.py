"""words.py: words that only we would understand, and the field's word for each. A row: what it is, the words (a word ends at an
underscore and at a hump, and case is free), what to say instead, lines that it must find, lines that it must leave alone."""

WORDS = [
    ("room", r"(?:this|a|each|every|one|other|two|these|lower|higher|the \w+) rooms?(?! (?:for|to))|room's|rooms",
     "component, library or module",
     ["/* Private to this room. */", "# rooms it links", "/* in the room's struct */", "JW_ROOMS"],
     ["the queue has no room", "size_t room = 3;", "/* makes room for one */"]),
    ("duty", r"duty|duties", "task, maintenance", ["/* the duties thread */"], ["heavy"]),
    ("stillness", r"stillness", "liveness", ["JwStillness *self;"], ["still"]),
    ("keeper", r"keepers?", "maintenance", ["/* the keeper finds it */"], ["int keep;"]),
    ("hint", r"hint(?:s|ed|ing)?", "command", ["a pending job is hinted", "self->hints", "sch_hints_new();"], ["hindered"]),
    ("hand back", r"hand(?:s|ed|ing)?[ _]back", "release", ["jobs are handed back", "JW_CHANGE_HAND_BACK"], ["a handler"]),
    ("settle", r"settl(?:e|es|ed|ing)", "commit, resolve or finish", ["settle(self);"], ["setting"]),
    ("scene", r"scenes?", "dispatcher, context", ["JwHttpScene *scene;"], ["obscene"]),
    ("spoil", r"spoil(?:s|ed|t|ing)?", "corrupt", ["spoil(store, id);"], ["spool"]),
    ("beat", r"beat(?:s|en|ing)?", "heartbeat", ["/* has not beaten yet */"], ["a heartbeat"]),
    ("gate", r"gates?", "authenticator, check", ["/* the token gate */", "JwAuthGate *gate;"], ["aggregate", "gateway", "JW_GATEWAY_URL"]),
    ("numbered transition", r"(?-i:T)[1-9](?:-(?-i:T)[1-9])?(?![\d:])", "the transition's name", ["/* claim a job (T2) */"],
     ["GList T;", "2026-11-01T1:00", "t1"]),
    ("numbered API", r"façades? \d{3}|seed \d{3}", "the API's name", ["/* façade 000 */", "/* Seed 000's body */"], ["a fixed seed 20"]),
    ("elsewhere", r"design/\w+|\.\./shared", "what it says; the repository has no such file",
     ["/* see design/libraries.md */", "Without `../shared`"], ["the design"]),
]


def word(words):
    return rf"(?:(?<![A-Za-z\d])|(?<=[a-z])(?=[A-Z]))(?i:{words})(?![a-z]|(?<=[A-Z])[A-Z])"
