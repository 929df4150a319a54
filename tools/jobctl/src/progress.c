/* progress.c: the progress bar. One thread. */
#include "progress.h"

#include <unistd.h>

#include "jobctl.h"

#define BAR_CELLS 24
#define DRAW_MS   100

void
jc_progress_init(JcProgress *self, FILE *file, JwClock *clock, const char *label)
{
    const int fd = fileno(file);

    *self = (JcProgress){ .file = file, .clock = clock, .label = label };
    self->terminal = fd >= 0 && isatty(fd) == 1;
    self->started_ms = jw_clock_mono_ms(clock);
    self->drawn_ms = self->started_ms - DRAW_MS;
}

char *
jc_progress_bar(int64_t done, int64_t total)
{
    const double part = total > 0 ? CLAMP((double)done / (double)total, 0.0, 1.0) : 0.0;
    const int full = (int)(part * BAR_CELLS);
    GString *text = g_string_new("[");

    for (int i = 0; i < BAR_CELLS; i++) {
        g_string_append_c(text, i < full ? '#' : '.');
    }
    g_string_append_printf(text, "] %3d%%", (int)(part * 100));
    return g_string_free(text, FALSE);
}

char *
jc_progress_text(const char *label, int64_t done, int64_t total, int64_t rows, int64_t elapsed_ms)
{
    g_autofree char *bar = jc_progress_bar(done, total);
    GString *text = g_string_new(NULL);

    g_string_append_printf(text, "%s %s", label, bar);
    if (rows >= 0) {
        g_autofree char *count = jc_count_text(rows);
        g_string_append_printf(text, "  %s rows", count);
    }
    if (rows > 0 && elapsed_ms > 0) {
        g_autofree char *rate = jc_count_text(rows * 1000 / elapsed_ms);
        g_string_append_printf(text, "  %s/s", rate);
    }
    if (done > 0 && total > done && elapsed_ms >= 1000) {
        const double left_s = (double)elapsed_ms / 1000.0 * (double)(total - done) / (double)done;
        const int64_t left = (int64_t)left_s + 1;
        g_string_append_printf(text, "  %d:%02d left", (int)(left / 60), (int)(left % 60));
    }
    return g_string_free(text, FALSE);
}

void
jc_progress_update(JcProgress *self, int64_t done, int64_t total, int64_t rows)
{
    const int64_t now_ms = self->terminal ? jw_clock_mono_ms(self->clock) : 0;

    if (!self->terminal || now_ms - self->drawn_ms < DRAW_MS) {
        return;
    }
    g_autofree char *text =
        jc_progress_text(self->label, done, total, rows, now_ms - self->started_ms);
    fprintf(self->file, "\r\033[K%s", text);
    (void)fflush(self->file);
    self->drawn_ms = now_ms;
    self->drawn = true;
}

void
jc_progress_clear(JcProgress *self)
{
    if (self->drawn) {
        fputs("\r\033[K", self->file);
        (void)fflush(self->file);
        self->drawn = false;
    }
}
