/* picture.h: a page of HTML as people see it, as a PNG. One thread, the main one. */
#pragma once
#include "jobctl.h"

G_BEGIN_DECLS

typedef struct {
    const char *html;
    int width; /* of the window that shows it; its height is that of the page */
    bool dark; /* as a window in dark colours shows it */
} JcPicture;

/* Draws it with a headless Chromium into the file @path: that of JW_DEV_CHROMIUM, or one of the
 * usual names in PATH. NOT_FOUND: there is none, with what to install; UNAVAILABLE: it failed. */
bool jc_picture_draw(const JcContext *context, const JcPicture *picture, const char *path,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
