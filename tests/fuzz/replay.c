/* replay.c: runs a fuzz target without libFuzzer: every file named on the command line (or in a
 * directory named there), and as many seeded mutations of each. Under ctest with ASan and UBSan
 * this checks the decoders on every run; with clang's runtime the same targets link against
 * -fsanitize=fuzzer instead. */
#include "fuzz.h"

#include "jw/error.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUTATIONS 400

/* A fixed generator: a failure can be repeated. */
static uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);

static size_t
below(size_t limit)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return limit > 0 ? (size_t)(seed % limit) : 0;
}

static const char *const pieces[] = {
    "{",     "}",        "[",       "]",       ",",
    ":",     "\"",       "null",    "true",    "-0",
    "1e400", "\\",       "\\u0000", "\\ud800", "{\"$ne\":1}",
    "\xff",  "\xc3\xa7", "\"\"",    "0",       "9223372036854775808",
};

static void
mutate(GByteArray *bytes)
{
    const char *piece = pieces[below(G_N_ELEMENTS(pieces))];
    size_t at = below(bytes->len + 1);
    size_t length = below(MIN(bytes->len - at, 32) + 1);

    switch (below(4)) {
    case 0:
        if (at < bytes->len) {
            bytes->data[at] = (guint8)below(256);
        }
        return;
    case 1:
        if (length > 0) {
            g_byte_array_remove_range(bytes, (guint)at, (guint)length);
        }
        return;
    case 2: { /* a slice again, somewhere else */
        g_autofree guint8 *slice = g_memdup2(bytes->data + at, length);
        size_t to = below(bytes->len + 1);
        g_autoptr(GByteArray) rest = g_byte_array_new();
        g_byte_array_append(rest, bytes->data + to, (guint)(bytes->len - to));
        g_byte_array_set_size(bytes, (guint)to);
        if (length > 0) {
            g_byte_array_append(bytes, slice, (guint)length);
        }
        g_byte_array_append(bytes, rest->data, rest->len);
        return;
    }
    default: { /* a piece of JSON in place of what is there */
        size_t size = MIN(strlen(piece), bytes->len - at);
        if (size > 0) {
            memcpy(bytes->data + at, piece, size);
        }
        return;
    }
    }
}

/* An exact copy on the heap, so that ASan sees a read behind its end. */
static void
run(const guint8 *data, size_t length)
{
    g_autofree guint8 *copy = g_memdup2(data, length);

    (void)LLVMFuzzerTestOneInput(copy, length);
}

static size_t
run_file(const char *path)
{
    g_autofree char *content = NULL;
    gsize length = 0;

    if (!g_file_get_contents(path, &content, &length, NULL)) {
        return 0;
    }
    run((const guint8 *)content, length);
    for (int i = 0; i < MUTATIONS; i++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        g_byte_array_append(bytes, (const guint8 *)content, (guint)length);
        for (size_t k = 0; k <= below(4); k++) {
            mutate(bytes);
        }
        run(bytes->data, bytes->len);
    }
    return MUTATIONS + 1;
}

static size_t
run_path(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name = NULL;
    size_t n = 0;

    if (dir == NULL) {
        return run_file(path);
    }
    while ((name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        n += run_file(inner);
    }
    return n;
}

int
main(int argc, char **argv)
{
    size_t n = 0;

    jw_base_init();
    (void)LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        n += run_path(argv[i]);
    }
    (void)fprintf(stderr, "%zu inputs\n", n);
    return n > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
