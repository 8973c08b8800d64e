/*
 * svg.c: writes SVG. See svg.h.
 *
 * Numbers are written with the point of the C locale, whatever the user's is.
 */
#include "loadgen/svg.h"

static const char style[] =
    "<style>\n"
    "svg { --back: #ffffff; --ink: #1f2328; --soft: #59636e; --grid: #d8dee4; --s0: #0a63b0;\n"
    "  --s1: #c24c00; --s2: #00795a; --s3: #9a3f86; --s4: #8a6100; --s5: #4b5563;\n"
    "  --e0: #cf222e; --e1: #2f81d8; --e2: #b28a00; }\n"
    "text { font: 13px system-ui, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif; fill: #1f2328;\n"
    "  fill: var(--ink); }\n"
    ".title { font-size: 16px; font-weight: 600; }\n"
    ".note { font-size: 12px; fill: #59636e; fill: var(--soft); }\n"
    ".end { text-anchor: end; }\n"
    ".middle { text-anchor: middle; }\n"
    ".back { fill: #ffffff; fill: var(--back); }\n"
    ".grid { stroke: #d8dee4; stroke: var(--grid); stroke-width: 1; }\n"
    ".axis { stroke: #59636e; stroke: var(--soft); stroke-width: 1; }\n"
    ".series { fill: none; stroke-width: 2; stroke-linejoin: round; }\n"
    ".s0 { stroke: #0a63b0; stroke: var(--s0); }\n"
    ".s1 { stroke: #c24c00; stroke: var(--s1); stroke-dasharray: 7 3; }\n"
    ".s2 { stroke: #00795a; stroke: var(--s2); stroke-dasharray: 2 3; }\n"
    ".s3 { stroke: #9a3f86; stroke: var(--s3); stroke-dasharray: 10 3 2 3; }\n"
    ".s4 { stroke: #8a6100; stroke: var(--s4); stroke-dasharray: 4 2; }\n"
    ".s5 { stroke: #4b5563; stroke: var(--s5); stroke-dasharray: 1 2; }\n"
    ".event0 { fill: #cf222e; fill: var(--e0); }\n"
    ".event1 { fill: #2f81d8; fill: var(--e1); }\n"
    ".event2 { fill: #b28a00; fill: var(--e2); }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "  svg { --back: #0d1117; --ink: #e6edf3; --soft: #9aa4af; --grid: #2d333b; --s0: #6cb6ff;\n"
    "    --s1: #f69d50; --s2: #57c99a; --s3: #dcbdfb; --s4: #e3c34b; --s5: #adbac7;\n"
    "    --e0: #ff7b72; --e1: #6cb6ff; --e2: #e3c34b; }\n"
    "}\n"
    "</style>\n";

/* One decimal is a tenth of a pixel. */
static void
put_number(LoadSvg *svg, const char *before, double number)
{
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_string_append(svg->text, before);
    g_string_append(svg->text, g_ascii_formatd(digits, sizeof digits, "%.1f", number));
}

static void
put_escaped(LoadSvg *svg, const char *words)
{
    g_autofree char *valid = g_utf8_make_valid(words, -1);
    g_autofree char *escaped = g_markup_escape_text(valid, -1);
    g_string_append(svg->text, escaped);
}

LoadSvg
load_svg(int width, int height, const char *description)
{
    LoadSvg svg = {g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")};
    g_string_append_printf(svg.text,
                           "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
                           "viewBox=\"0 0 %d %d\" role=\"img\">\n<title>",
                           width, height, width, height);
    put_escaped(&svg, description);
    g_string_append_printf(svg.text, "</title>\n%s", style);
    load_svg_box(&svg, 0, 0, width, height, "back");
    return svg;
}

void
load_svg_text(LoadSvg *svg, double x, double y, const char *classes, const char *words)
{
    put_number(svg, "<text x=\"", x);
    put_number(svg, "\" y=\"", y);
    g_string_append_printf(svg->text, "\" class=\"%s\">", classes);
    put_escaped(svg, words);
    g_string_append(svg->text, "</text>\n");
}

void
load_svg_line(LoadSvg *svg, double x1, double y1, double x2, double y2, const char *classes)
{
    put_number(svg, "<line x1=\"", x1);
    put_number(svg, "\" y1=\"", y1);
    put_number(svg, "\" x2=\"", x2);
    put_number(svg, "\" y2=\"", y2);
    g_string_append_printf(svg->text, "\" class=\"%s\"/>\n", classes);
}

void
load_svg_box(LoadSvg *svg, double x, double y, double width, double height, const char *classes)
{
    put_number(svg, "<rect x=\"", x);
    put_number(svg, "\" y=\"", y);
    put_number(svg, "\" width=\"", width);
    put_number(svg, "\" height=\"", height);
    g_string_append_printf(svg->text, "\" class=\"%s\"/>\n", classes);
}

void
load_svg_path_begin(LoadSvg *svg, double x, double y)
{
    put_number(svg, "<path d=\"M", x);
    put_number(svg, " ", y);
}

void
load_svg_path_to(LoadSvg *svg, double x, double y)
{
    put_number(svg, "L", x);
    put_number(svg, " ", y);
}

void
load_svg_path_end(LoadSvg *svg, const char *classes)
{
    g_string_append_printf(svg->text, "\" class=\"%s\"/>\n", classes);
}

gboolean
load_svg_write(LoadSvg *svg, const char *path, char **ret_problem)
{
    g_autoptr(GError) error = NULL;
    g_string_append(svg->text, "</svg>\n");
    gboolean written = g_file_set_contents(path, svg->text->str, (gssize)svg->text->len, &error);
    if (!written) {
        *ret_problem = g_strdup(error->message);
    }
    g_string_free(svg->text, TRUE);
    svg->text = NULL;
    return written;
}
