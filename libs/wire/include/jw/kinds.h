/* jw/kinds.h: the kinds of jobs, one row each: what a job of that kind carries, how its spec is
 * checked and made canonical, and what it leaves behind. Constant; any thread. The executor's
 * table of handlers (handlers/handlers.c) runs them. */
#pragma once
#include "jw/catalog.h"
#include "jw/json.h"

G_BEGIN_DECLS

typedef enum {
    JW_KIND_ARTIFACT = 1 << 0,   /* completes with a file, or a JSON result that says why not */
    JW_KIND_RESULT = 1 << 1,     /* completes with a JSON result */
    JW_KIND_RECIPIENTS = 1 << 2, /* its file may be mailed; without this recipients are refused */
} JwKindFlags;

#define JW_KIND_DEFAULT "report" /* of a schedule's job that names none */

#define JW_KIND_TIMEOUT_MOST_S 86400 /* of any job: a day */

typedef struct {
    const char *type;     /* jobType of commands and templates, type of documents: "report" */
    const char *subtype;  /* the member of a canonical spec that is the job's subtype; NULL: none */
    unsigned flags;       /* JwKindFlags */
    int64_t timeout_ms;   /* of one attempt, unless the job has its own; 0: none */
    int32_t max_attempts; /* unless the job has its own */
    /* The limit of what a canonical spec asks for, which goes before timeout_ms; 0: none. NULL:
     * none has one. */
    int64_t (*timeout_of)(const JwCatalog *catalog, const json_t *spec);
    const JwField *fields; /* of a spec; its limits keep a spec well under 1 MiB */
    /* Where a spec names the departments it reads, as names from the outermost in, ended by NULL;
     * NULL: nowhere. */
    const char *const *departments;
    /* The same of the format of its file, and of its edition; NULL: it has none. */
    const char *const *format, *const *edition;

    /* Notes what `fields` cannot check in @spec, whose own pointer is @base. Values that
     * `fields` refuses are skipped. False when there was a violation. NULL: nothing. */
    bool (*check)(const JwCatalog *catalog, const json_t *spec, const char *base,
                  JwViolations *violations);
    /* Notes why nobody who is limited to departments may have what @spec asks for. NULL: never. */
    bool (*check_limited)(const JwCatalog *catalog, const json_t *spec, const char *base,
                          JwViolations *violations);
    /* The canonical spec of one without violations, complete; a canonical one is unchanged.
     * @at_ms: the time the job is meant to start. (transfer full). NULL: as it is. */
    json_t *(*build)(const JwCatalog *catalog, const json_t *spec, int64_t at_ms);
    /* Notes what does not belong in the job of a schedule, where the spec's members stand beside
     * the job's own. NULL: nothing. */
    bool (*check_template)(const json_t *spec, const char *base, JwViolations *violations);
    /* Sets the zone of a schedule in the spec of its job, unless it has one. NULL: no zones. */
    void (*set_zone)(json_t *spec, const char *zone);
} JwJobKind;

/* kinds.c */
extern const JwJobKind *const jw_kinds[];
extern const size_t jw_n_kinds;

/* The kind of that type, or NULL. @type: may be NULL. (transfer none) */
const JwJobKind *jw_kind_find(const char *type);

/* The departments that @spec asks for; NULL: none. (transfer full) */
char **jw_kind_departments(const JwJobKind *self, const json_t *spec);

/* The format that @spec asks its file to have; NULL: none. (transfer none) */
const char *jw_kind_format(const JwJobKind *self, const json_t *spec);

/* The edition that @spec asks for; NULL: none. (transfer none) */
const char *jw_kind_edition(const JwJobKind *self, const json_t *spec);

/* Notes with @message each department that @spec, whose own pointer is @base, asks for beyond
 * @scope, and what cannot be limited to a scope at all. False when there was one. */
bool jw_kind_check_scope(const JwJobKind *self, const JwCatalog *catalog, const json_t *spec,
                         const char *base, const char *const *scope, const char *message,
                         JwViolations *violations);

G_END_DECLS
