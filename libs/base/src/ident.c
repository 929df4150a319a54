/* ident.c: UUIDs, random bytes, digests, the name of this process.
 * Any thread; the last UUIDv7 of the process is kept under a lock.
 * Randomness is getrandom(2): g_random_* and g_uuid_string_random are predictable. */
#include "jw/ident.h"
#include "jw/sync.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

/* Jobwire's own name space for derived ids. It must never change: stored ids are derived from it.
 */
static const uint8_t derive_namespace[16] = { 0x2a, 0x43, 0x43, 0x76, 0x2f, 0xf7, 0x2d, 0x4d,
                                              0xab, 0x8c, 0x50, 0x05, 0x34, 0x1c, 0xe8, 0x30 };

void
jw_random_bytes(void *ret, size_t length)
{
    uint8_t *next = ret;
    while (length > 0) {
        ssize_t got = getrandom(next, length, 0);
        if (got < 0) {
            g_assert(errno == EINTR); /* otherwise ids could be guessed */
            continue;
        }
        next += got;
        length -= (size_t)got;
    }
}

double
jw_random_unit(void)
{
    uint32_t noise = 0;

    jw_random_bytes(&noise, sizeof noise);
    return (double)noise / 4294967296.0;
}

static void
write_uuid(const uint8_t bytes[16], char ret[JW_UUID_LEN + 1])
{
    static const char hex[] = "0123456789abcdef";
    char *out = ret;
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *out++ = '-';
        }
        *out++ = hex[bytes[i] >> 4];
        *out++ = hex[bytes[i] & 15];
    }
    *out = '\0';
}

static void
set_version(uint8_t bytes[16], unsigned version)
{
    bytes[6] = (uint8_t)((bytes[6] & 0x0f) | (version << 4));
    bytes[8] = (uint8_t)((bytes[8] & 0x3f) | 0x80);
}

/* The random part of a UUIDv7: 12 bits in front of the variant, 62 behind it. */
typedef struct {
    uint16_t high;
    uint64_t low;
} RandomPart;

#define LOW_MASK ((UINT64_C(1) << 62) - 1)

static RandomPart
fresh_part(void)
{
    RandomPart part;
    jw_random_bytes(&part.high, sizeof part.high);
    jw_random_bytes(&part.low, sizeof part.low);
    part.high &= 0x7ff; /* the top bit stays free for counting up */
    part.low &= LOW_MASK;
    return part;
}

static RandomPart
next_part(RandomPart last)
{
    uint32_t step;
    jw_random_bytes(&step, sizeof step);
    RandomPart part = { last.high, last.low + step + 1 };
    if (part.low > LOW_MASK) {
        part.low &= LOW_MASK;
        part.high = (uint16_t)((part.high + 1) & 0xfff);
    }
    return part;
}

void
jw_uuid_v7(int64_t now_ms, char ret[JW_UUID_LEN + 1])
{
    static JwMutex mutex = { PTHREAD_MUTEX_INITIALIZER };
    static int64_t last_ms = -1;
    static RandomPart last;

    jw_mutex_lock(&mutex);
    last = now_ms == last_ms ? next_part(last) : fresh_part();
    last_ms = now_ms;
    RandomPart part = last;
    jw_mutex_unlock(&mutex);

    uint8_t bytes[16];
    uint64_t time = (uint64_t)now_ms;
    for (int i = 0; i < 6; i++) {
        bytes[i] = (uint8_t)(time >> (40 - 8 * i));
    }
    bytes[6] = (uint8_t)(part.high >> 8);
    bytes[7] = (uint8_t)part.high;
    for (int i = 0; i < 8; i++) {
        bytes[8 + i] = (uint8_t)(part.low >> (56 - 8 * i));
    }
    set_version(bytes, 7);
    write_uuid(bytes, ret);
}

static void
derive_part(GChecksum *sum, const char *part)
{
    /* "5:hello", so that no two lists of parts read the same */
    char length[24];
    int written = g_snprintf(length, sizeof length, "%zu:", strlen(part));
    g_checksum_update(sum, (const guchar *)length, written);
    g_checksum_update(sum, (const guchar *)part, (gssize)strlen(part));
}

void
jw_uuid_derive(char ret[JW_UUID_LEN + 1], const char *kind, ...)
{
    g_return_if_fail(ret != NULL && kind != NULL);

    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
    g_checksum_update(sum, derive_namespace, sizeof derive_namespace);
    derive_part(sum, kind);
    va_list parts;
    va_start(parts, kind);
    for (const char *part; (part = va_arg(parts, const char *)) != NULL;) {
        derive_part(sum, part);
    }
    va_end(parts);

    uint8_t digest[20];
    gsize length = sizeof digest;
    g_checksum_get_digest(sum, digest, &length);
    set_version(digest, 5);
    write_uuid(digest, ret);
}

bool
jw_uuid_valid(const char *text)
{
    if (text == NULL) {
        return false;
    }
    for (int i = 0; i < JW_UUID_LEN; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !g_ascii_isxdigit(text[i])) {
            return false;
        }
    }
    return text[JW_UUID_LEN] == '\0';
}

char *
jw_sha256_hex(const void *data, size_t length)
{
    g_return_val_if_fail(data != NULL || length == 0, NULL);

    return g_compute_checksum_for_data(G_CHECKSUM_SHA256, data != NULL ? data : "", length);
}

void
jw_process_name(char ret[JW_PROCESS_NAME_SIZE])
{
    char host[32] = "host";

    (void)gethostname(host, sizeof host - 1);
    (void)g_snprintf(ret, JW_PROCESS_NAME_SIZE, "%s/%d", host, (int)getpid());
}
