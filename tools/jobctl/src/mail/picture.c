/* mail/picture.c: see mail/picture.h. Main thread.
 *
 * The page is put into a frame of the wanted width: a window of Chromium is never narrower than 500
 * pixels, but a frame is, and its page sees the frame's width. A first run says how high the page
 * is, a second draws a window of that height. Dark colours do not depend on the computer's: their
 * rules are made to hold always. */
#include "mail/picture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "jw/text.h"

#define INSTALL      "install one (Debian: apt-get install chromium), or name it in JW_DEV_CHROMIUM"
#define WINDOW_LEAST 500
#define HEIGHT_MAX   20000
#define TITLE        "<title>height "
#define ONLY_DARK    "@media (prefers-color-scheme:dark)"

/* (transfer full) */
static char *
find_program(const JcContext *context, GError **error)
{
    static const char *const names[] = { "chromium", "chromium-browser", "google-chrome",
                                         "google-chrome-stable", "chrome" };
    const char *given = jc_env(context, "JW_DEV_CHROMIUM");

    if (given != NULL) {
        return g_strdup(given);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        char *found = g_find_program_in_path(names[i]);
        if (found != NULL) {
            return found;
        }
    }
    return jw_fail_null(error, JW_ERROR_NOT_FOUND,
                        "a picture is drawn by Chromium, and there is none: " INSTALL);
}

/* The page in its frame. (transfer full) */
static char *
framed(const JcPicture *picture)
{
    GString *html = g_string_new(picture->html);

    if (picture->dark) {
        g_string_replace(html, ONLY_DARK, "@media all", 0);
    }
    g_autofree char *page =
        g_markup_printf_escaped("<!DOCTYPE html>\n<meta charset=\"utf-8\"><title>none</title>\n"
                                "<style>html,body{margin:0;background:%s}iframe{display:block;"
                                "border:0;margin:0 auto}</style>\n"
                                "<iframe id=\"f\" width=\"%d\" srcdoc=\"%s\"></iframe>\n",
                                picture->dark ? "#0b1220" : "#f1f5f9", picture->width, html->str);
    g_string_free(html, TRUE);
    return g_strconcat(page,
                       "<script>onload = () => {\n"
                       "  const height = f.contentDocument.documentElement.scrollHeight;\n"
                       "  f.style.height = height + 'px';\n"
                       "  document.title = 'height ' + height;\n"
                       "}</script>\n",
                       NULL);
}

/* Runs it with @what to do with the page. @ret_out: (out) (optional) (transfer full). */
static bool
run(const char *program, const char *dir, const char *what, int width, int height, char **ret_out,
    GError **error)
{
    g_autofree char *profile = g_strconcat("--user-data-dir=", dir, "/profile", NULL);
    g_autofree char *size = g_strdup_printf("--window-size=%d,%d", width, height);
    g_autofree char *page = g_strconcat("file://", dir, "/page.html", NULL);
    const char *arguments[] = {
        program,
        "--headless",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-first-run",
        "--force-device-scale-factor=2",
        "--timeout=20000",
        "--disable-extensions",
        "--host-resolver-rules=MAP * ~NOTFOUND", /* a page needs nothing from elsewhere */
        geteuid() == 0 ? "--no-sandbox" : "--disable-sync", /* root cannot have one */
        profile,
        size,
        what,
        page,
        NULL,
    };
    g_autofree char *err = NULL;
    g_autoptr(GError) cause = NULL;
    int status = 0;

    if (!g_spawn_sync(NULL, (char **)(uintptr_t)arguments, NULL, G_SPAWN_DEFAULT, NULL, NULL,
                      ret_out, &err, &status, &cause)
        || !g_spawn_check_wait_status(status, &cause)) {
        g_autofree char *said = jw_text_one_line(err != NULL ? err : "");
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "%s: %s; %.300s", program, cause->message,
                       said);
    }
    return true;
}

/* How high the page is in its frame. */
static bool
measure(const char *program, const char *dir, int width, int *ret_height, GError **error)
{
    g_autofree char *dom = NULL;
    int64_t height = 0;

    if (!run(program, dir, "--dump-dom", width, 800, &dom, error)) {
        return false;
    }
    const char *title = strstr(dom, TITLE);
    g_autofree char *digits =
        title != NULL ? g_strndup(title + strlen(TITLE), strcspn(title + strlen(TITLE), "<"))
                      : g_strdup("");
    if (!jw_text_int64(digits, "the height of the page", 1, HEIGHT_MAX, &height, error)) {
        return jw_prefix(error, "%s", program);
    }
    *ret_height = (int)height;
    return true;
}

static void
remove_folder(const char *dir)
{
    const char *arguments[] = { "rm", "-rf", "--", dir, NULL };

    (void)g_spawn_sync(NULL, (char **)(uintptr_t)arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL,
                       NULL, NULL, NULL, NULL);
}

static bool
draw_in(const char *program, const char *dir, const JcPicture *picture, const char *path,
        GError **error)
{
    g_autofree char *file = g_build_filename(dir, "page.html", NULL);
    g_autofree char *html = framed(picture);
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    g_autofree char *what = g_strconcat("--screenshot=", absolute, NULL);
    g_autoptr(GError) cause = NULL;
    const int width = MAX(picture->width, WINDOW_LEAST);
    int height = 0;

    if (!g_file_set_contents(file, html, -1, &cause)) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "%s", cause->message);
    }
    (void)g_unlink(absolute); /* what is there afterwards is of this run */
    if (!measure(program, dir, width, &height, error)
        || !run(program, dir, what, width, height, NULL, error)) {
        return false;
    }
    return g_file_test(absolute, G_FILE_TEST_IS_REGULAR)
           || jw_fail(error, JW_ERROR_UNAVAILABLE, "%s has not written '%s'; is its folder there?",
                      program, path);
}

bool
jc_picture_draw(const JcContext *context, const JcPicture *picture, const char *path,
                GError **error)
{
    g_autofree char *program = find_program(context, error);
    g_autoptr(GError) cause = NULL;
    g_autofree char *dir = program != NULL ? g_dir_make_tmp("jobctl-mail-XXXXXX", &cause) : NULL;

    if (program == NULL) {
        return false;
    }
    if (dir == NULL) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "%s", cause->message);
    }
    const bool done = draw_in(program, dir, picture, path, error);
    remove_folder(dir);
    return done;
}
