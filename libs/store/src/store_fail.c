/* store_fail.c: libmongoc's errors in the words of jw/error.h. Any thread. Decides by domain and
 * code, never by text. The question is always: can the write have happened? */
#include "store_mongo.h"
#include "jw/error.h"

/* Server codes (src/mongo/base/error_codes.yml); with error API 2 they come in one domain. */
static JwErrorCode
server_code(uint32_t code, bool wrote)
{
    switch (code) {
    case 11000: /* DuplicateKey */
    case 11001:
    case 12582:
        return JW_ERROR_CONFLICT;
    case 10058: /* not primary, before 3.0 */
    case 10107: /* NotWritablePrimary */
    case 13435: /* NotPrimaryNoSecondaryOk */
    case 13436: /* NotPrimaryOrSecondary */
    case 11600: /* InterruptedAtShutdown */
    case 11602: /* InterruptedDueToReplStateChange */
    case 91:    /* ShutdownInProgress */
    case 189:   /* PrimarySteppedDown */
    case 112:   /* WriteConflict */
    case 14031: /* OutOfDiskSpace */
    case 13:    /* Unauthorized: the account of the service, so nothing a caller could cure */
    case 18:    /* AuthenticationFailed */
    case 43:    /* CursorNotFound: the server was restarted under a scan */
        return JW_ERROR_UNAVAILABLE;
    case 6:    /* HostUnreachable, from a router */
    case 7:    /* HostNotFound */
    case 50:   /* MaxTimeMSExpired */
    case 64:   /* WriteConcernFailed */
    case 89:   /* NetworkTimeout */
    case 262:  /* ExceededTimeLimit */
    case 9001: /* SocketException */
        return wrote ? JW_ERROR_IN_DOUBT : JW_ERROR_UNAVAILABLE;
    case 2:     /* BadValue */
    case 9:     /* FailedToParse */
    case 31249: /* path collision in a projection */
    case 31250:
        return JW_ERROR_INVALID; /* names of fields come from definitions */
    case 10334:                  /* BSONObjectTooLarge */
    case 17280:                  /* KeyTooLong */
    case 17420:
        return JW_ERROR_TOO_LARGE;
    default:
        return JW_ERROR_INTERNAL;
    }
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
code_of(const bson_error_t *cause, bool wrote)
{
    switch (cause->domain) {
    case 0: /* the driver failed the call and says nothing */
        return wrote ? JW_ERROR_IN_DOUBT : JW_ERROR_INTERNAL;
    case MONGOC_ERROR_SERVER_SELECTION:
        return JW_ERROR_UNAVAILABLE;
    case MONGOC_ERROR_STREAM:
        return stream_code(cause->code, wrote);
    case MONGOC_ERROR_PROTOCOL: /* an answer came that nobody can read */
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
        return server_code(cause->code, wrote);
    default:
        return JW_ERROR_INTERNAL;
    }
}

G_GNUC_PRINTF(4, 0)
static bool
fail(GError **error, const bson_error_t *cause, bool wrote, const char *format, va_list args)
{
    g_autofree char *doing = g_strdup_vprintf(format, args);

    return jw_fail(error, code_of(cause, wrote), "%s: %s (mongo %u/%u)", doing, cause->message,
                   cause->domain, cause->code);
}

bool
jw_store_fail_write(GError **error, const bson_error_t *cause, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    bool done = fail(error, cause, true, format, args);
    va_end(args);
    return done;
}

bool
jw_store_fail_read(GError **error, const bson_error_t *cause, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    bool done = fail(error, cause, false, format, args);
    va_end(args);
    return done;
}

bool
jw_store_check_concern(GError **error, const bson_t *reply, const char *what)
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
