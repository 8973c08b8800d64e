/*
 * svg.h: a picture, written element by element.
 *
 * The picture brings its own background and its colours for light and for dark surroundings (by
 * prefers-color-scheme), so it is readable wherever it is shown. Elements get their looks from
 * classes:
 *
 *   text        .title .note (small) .end (ends at its place) .middle
 *   lines       .grid .axis
 *   series      .s0 to .s5: a colour and a pattern each; areas .event0 to .event2
 *
 * Threading: one owner.
 */
#ifndef LARDER_LOADGEN_SVG_H
#define LARDER_LOADGEN_SVG_H

#include <glib.h>

enum { LOAD_SVG_SERIES = 6 };

typedef struct LoadSvg {
    GString *text;
} LoadSvg;

/* Begins a picture of that size, with words for people who do not see it. */
LoadSvg load_svg(int width, int height, const char *description);

/* `words` may be any bytes; they are shown as text. */
void load_svg_text(LoadSvg *svg, double x, double y, const char *classes, const char *words);

void load_svg_line(LoadSvg *svg, double x1, double y1, double x2, double y2, const char *classes);

void load_svg_box(LoadSvg *svg, double x, double y, double width, double height,
                  const char *classes);

/* A line through points: begins, goes on, ends. */
void load_svg_path_begin(LoadSvg *svg, double x, double y);
void load_svg_path_to(LoadSvg *svg, double x, double y);
void load_svg_path_end(LoadSvg *svg, const char *classes);

/* Ends the picture and writes it. FALSE: *ret_problem says why not; free it with g_free(). */
gboolean load_svg_write(LoadSvg *svg, const char *path, char **ret_problem);

#endif
