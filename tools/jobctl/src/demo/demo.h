/* demo/demo.h: invented data that looks real: the same seed gives the same records.
 * One thread. Each week is drawn by itself from (seed, its Monday), so a later run adds the new
 * week and finds the others there. */
#pragma once
#include "demo/random.h"
#include "jw/error.h"
#include "jw/value.h"

G_BEGIN_DECLS

#define JC_DEMO_FIELDS_MAX 16u

typedef struct {
    int64_t rows, weeks;
    uint64_t seed;
    int64_t until_ms; /* the last whole week (Monday to Sunday, UTC) before it is the last one */
} JcDemo;

/* What a kind of data knows about the record it is to create. */
typedef struct {
    uint64_t seed;
    int64_t week_rows;
    JcRandom *random;
    const char *id;
    int64_t time_ms;
    int weekday;   /* 0: Monday */
    double hour;   /* 0 … 24 */
    double load;   /* about 1 on an ordinary hour: how much of what can be done is asked for */
    GString *text; /* for a string of the record; it lives until the next one */
} JcDemoCall;

typedef struct {
    const char *report, *collection, *date_field;
    const char *const *fields;  /* NULL-terminated; the first is the id */
    const char *const *columns; /* how a CSV file names them */
    double day_weights[7];      /* from Monday */
    const double (*hours)[2];   /* hour of the day and weight, straight lines between; 0 outside */
    size_t n_hours;
    double staff; /* what an hour of weight 1 would have to be to be a load of 1 */
    void (*create)(const JcDemoCall *call, JwValue *values);
} JcDemoKind;
extern const JcDemoKind jc_demo_calls, jc_demo_learning;
const JcDemoKind *jc_demo_find(const char *report); /* or NULL */

/* @values in the order of the kind's fields; all strings live until it returns. */
typedef bool (*JcDemoFunc)(const char *id, const JwValue *values, gpointer data, GError **error);
bool jc_demo_run(const JcDemo *demo, const JcDemoKind *kind, JcDemoFunc each, gpointer data,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The first moment and the one after the last. */
void jc_demo_span(const JcDemo *demo, int64_t *ret_start_ms, int64_t *ret_end_ms);

/* For the kinds. */
void jc_demo_text(JwValue *value, const char *text);
void jc_demo_int(JwValue *value, double number, double min, double max); /* rounded, within */

G_END_DECLS
