/* fail.c: libmongoc's errors as codes of jw/error.h. Any thread. Decides by domain and code,
 * never by message: can the write have happened? */
#include "mongo.h"
#include "jw/error.h"

/* What a code means for a write and for a read. */
#define REFUSED         JW_ERROR_UNAVAILABLE, JW_ERROR_UNAVAILABLE /* before it did anything */
#define CUT_OFF         JW_ERROR_IN_DOUBT, JW_ERROR_UNAVAILABLE    /* maybe after the write */
#define FAULT(category) JW_ERROR_##category, JW_ERROR_##category

/* Server codes (src/mongo/base/error_codes.yml); with error API 2 they come in one domain. Here
 * are all that the drivers' specifications call retryable; the server recognises such a retry,
 * but not a plain one, so for each code: may the write have happened? */
static const struct {
    uint32_t code;
    JwErrorCode write, read;
} server_codes[] = {
    { 11000, FAULT(CONFLICT) }, /* DuplicateKey */
    { 11001, FAULT(CONFLICT) },
    { 12582, FAULT(CONFLICT) },
    { 10058, REFUSED }, /* not primary, before 3.0 */
    { 10107, REFUSED }, /* NotWritablePrimary */
    { 13435, REFUSED }, /* NotPrimaryNoSecondaryOk */
    { 13436, REFUSED }, /* NotPrimaryOrSecondary */
    { 133, REFUSED },   /* FailedToSatisfyReadPreference: a router finds no primary */
    { 134, REFUSED },   /* ReadConcernMajorityNotAvailableYet */
    { 24, REFUSED },    /* LockTimeout */
    { 46, REFUSED },    /* LockBusy */
    { 112, REFUSED },   /* WriteConflict */
    { 117, REFUSED },   /* ConflictingOperationInProgress */
    { 14031, REFUSED }, /* OutOfDiskSpace */
    { 13, REFUSED },    /* Unauthorized: the service's own account, so not the caller's fault */
    { 18, REFUSED },    /* AuthenticationFailed */
    { 391, REFUSED },   /* ReauthenticationRequired */
    { 43, REFUSED },    /* CursorNotFound: the server was restarted under a scan */
    { 237, REFUSED },   /* CursorKilled */
    { 11600, CUT_OFF }, /* InterruptedAtShutdown */
    { 11601, CUT_OFF }, /* Interrupted */
    { 11602, CUT_OFF }, /* InterruptedDueToReplStateChange */
    { 91, CUT_OFF },    /* ShutdownInProgress */
    { 189, CUT_OFF },   /* PrimarySteppedDown: while it waited for the others to have it */
    { 6, CUT_OFF },     /* HostUnreachable, from a router */
    { 7, CUT_OFF },     /* HostNotFound */
    { 89, CUT_OFF },    /* NetworkTimeout */
    { 9001, CUT_OFF },  /* SocketException */
    { 202, CUT_OFF },   /* NetworkInterfaceExceededTimeLimit */
    { 279, CUT_OFF },   /* ClientDisconnect */
    { 50, CUT_OFF },    /* MaxTimeMSExpired */
    { 262, CUT_OFF },   /* ExceededTimeLimit */
    { 175, CUT_OFF },   /* QueryPlanKilled */
    { 64, CUT_OFF },    /* WriteConcernFailed */
    { 79, CUT_OFF },    /* UnknownReplWriteConcern */
    { 100, CUT_OFF },   /* UnsatisfiableWriteConcern */
    /* Names of fields come from definitions. */
    { 2, FAULT(INVALID) },     /* BadValue */
    { 9, FAULT(INVALID) },     /* FailedToParse */
    { 31249, FAULT(INVALID) }, /* path collision in a projection */
    { 31250, FAULT(INVALID) },
    { 10334, FAULT(TOO_LARGE) }, /* BSONObjectTooLarge */
    { 17280, FAULT(TOO_LARGE) }, /* KeyTooLong */
    { 17420, FAULT(TOO_LARGE) },
};

/* @reply: NULL for a read. */
static JwErrorCode
server_code(uint32_t code, bool wrote, const bson_t *reply)
{
    for (size_t i = 0; i < G_N_ELEMENTS(server_codes); i++) {
        if (server_codes[i].code == code) {
            return wrote ? server_codes[i].write : server_codes[i].read;
        }
    }
    /* Of a server newer than the table. */
    return reply != NULL && mongoc_error_has_label(reply, "RetryableWriteError")
               ? JW_ERROR_IN_DOUBT
               : JW_ERROR_INTERNAL;
}

/* Some documents of a batch were written, others refused. */
static bool
wrote_some(const bson_t *reply)
{
    static const char *const counts[] = { "insertedCount", "nMatched" };
    bson_iter_t iter;

    for (size_t i = 0; reply != NULL && i < G_N_ELEMENTS(counts); i++) {
        if (bson_iter_init_find(&iter, reply, counts[i]) && bson_iter_as_int64(&iter) > 0) {
            return true;
        }
    }
    return false;
}

static JwErrorCode
stream_code(uint32_t code, bool wrote)
{
    switch (code) {
    case MONGOC_ERROR_STREAM_NAME_RESOLUTION:
    case MONGOC_ERROR_STREAM_CONNECT:
    case MONGOC_ERROR_STREAM_NOT_ESTABLISHED:
        return JW_ERROR_UNAVAILABLE; /* nothing was sent */
    default:
        return wrote ? JW_ERROR_IN_DOUBT : JW_ERROR_UNAVAILABLE;
    }
}

static JwErrorCode
code_of(const bson_error_t *cause, bool wrote, const bson_t *reply)
{
    switch (cause->domain) {
    case 0: /* the driver failed the call without a code */
        return wrote ? JW_ERROR_IN_DOUBT : JW_ERROR_INTERNAL;
    case MONGOC_ERROR_SERVER_SELECTION:
        return JW_ERROR_UNAVAILABLE;
    case MONGOC_ERROR_STREAM:
        return stream_code(cause->code, wrote);
    case MONGOC_ERROR_PROTOCOL: /* an unreadable answer came */
        return wrote ? JW_ERROR_IN_DOUBT : JW_ERROR_UNAVAILABLE;
    case MONGOC_ERROR_WRITE_CONCERN:
        return JW_ERROR_IN_DOUBT;
    case MONGOC_ERROR_CLIENT:
    case MONGOC_ERROR_SASL:
    case MONGOC_ERROR_SCRAM:
        return JW_ERROR_UNAVAILABLE;
    case MONGOC_ERROR_BSON:
        return JW_ERROR_INVALID;
    case MONGOC_ERROR_COMMAND:
        return cause->code == MONGOC_ERROR_COMMAND_INVALID_ARG ? JW_ERROR_INVALID
                                                               : JW_ERROR_INTERNAL;
    case MONGOC_ERROR_SERVER:
        return server_code(cause->code, wrote, reply);
    default:
        return JW_ERROR_INTERNAL;
    }
}

G_GNUC_PRINTF(5, 0)
static bool
fail(GError **error, const bson_error_t *cause, bool wrote, const bson_t *reply, const char *format,
     va_list args)
{
    g_autofree char *doing = g_strdup_vprintf(format, args);
    JwErrorCode code = code_of(cause, wrote, reply);

    if (code == JW_ERROR_UNAVAILABLE && wrote_some(reply)) {
        code = JW_ERROR_IN_DOUBT;
    }
    return jw_fail(error, code, "%s: %s (mongo %u/%u)", doing, cause->message, cause->domain,
                   cause->code);
}

bool
jw_mongo_fail_write(GError **error, const bson_error_t *cause, const bson_t *reply,
                    const char *format, ...)
{
    va_list args;

    va_start(args, format);
    bool done = fail(error, cause, true, reply, format, args);
    va_end(args);
    return done;
}

bool
jw_mongo_fail_read(GError **error, const bson_error_t *cause, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    bool done = fail(error, cause, false, NULL, format, args);
    va_end(args);
    return done;
}

bool
jw_mongo_check_concern(GError **error, const bson_t *reply, const char *what)
{
    bson_iter_t iter, errors;
    bool failed = false;

    if (bson_iter_init_find(&iter, reply, "writeConcernError")) {
        failed = BSON_ITER_HOLDS_DOCUMENT(&iter);
    } else if (bson_iter_init_find(&iter, reply, "writeConcernErrors")) {
        failed = bson_iter_recurse(&iter, &errors) && bson_iter_next(&errors);
    }
    if (failed) {
        return jw_fail(error, JW_ERROR_IN_DOUBT, "%s: the server did not confirm the write concern",
                       what);
    }
    return true;
}
