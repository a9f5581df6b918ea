"""The contrast of every pair of colors that the styles put together, in light and in dark, computed from the CSS.

usage: test_contrast.py CSS...

Text needs 4.5:1, the border of a control and the mark of the focus 3:1. Pairs come from two places: a rule that sets
both color and background, and the lists below, for what stands on a ground that another rule sets. A color that some
rule uses for text and that is in neither list fails too.
"""
import re
import sys

TEXT, LINE = 4.5, 3.0
grounds = ["ground", "surface", "sunk"]
blazes = ["river", "heather", "berry", "fern", "copper", "slate"]
inks = ["sky", "leaf", "sun", "clay", "stone", "soil"]  # under a word only on the style page
text = ([(c, g) for c in ("ink", "ink-soft", "accent") for g in grounds + ["accent-bg"]]
        + [(c, g) for c in ("ok", "danger", "warn") for g in ("ground", "surface", f"{c}-bg")]
        + [("ink", f"{c}-bg") for c in ("ok", "warn", "danger")] + [("ink-soft", f"{c}-bg") for c in ("ok", "warn")]
        + [("accent", "warn-bg"), ("accent", "ok-bg")]
        + [(c, g) for c in blazes for g in ("ground", "surface", f"{c}-bg")] + [("ink", c) for c in inks])
line = ([(c, g) for c in ("field", "focus", "accent", "pen", "m-line") for g in grounds]
        + [("danger", "surface"), ("m-dot", "m3"), ("ink", "surface"), ("m3", "ground"), ("focus", "accent-bg")])


def themes(css):
    """{light, dark}: token to color; dark is light with what it sets anew."""
    light = re.search(r"^:root \{(.*?)^\}", css, re.M | re.S)[1]
    dark = re.search(r"@media \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}", css, re.M | re.S)[1]
    tokens = lambda s: dict(re.findall(r"--([\w-]+): (#[0-9a-fA-F]{3,6})\b", s))
    return {"light": tokens(light), "dark": tokens(light) | tokens(dark)}


def screen_rules(css):
    """Selector and declarations of every rule that is not for paper; media queries are flattened."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"@media print \{(?:[^{}]|\{[^{}]*\})*\}", "", css)
    return re.findall(r"([^{}]+)\{([^{}]*)\}", css)


def luminance(color):
    h = color.lstrip("#")
    h = "".join(2 * x for x in h) if len(h) == 3 else h
    rgb = [int(h[i:i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a, b):
    hi, lo = sorted((luminance(a), luminance(b)), reverse=True)
    return (hi + 0.05) / (lo + 0.05)


def main(paths):
    css = "\n".join(open(p, encoding="utf-8").read() for p in paths)
    assert abs(contrast("#000", "#fff") - 21) < 1e-9
    found, used = set(), set()
    for selector, body in screen_rules(css):
        ink = re.search(r"(?:^|;)\s*color: var\(--([\w-]+)\)", body)
        ground = re.search(r"(?:^|;)\s*background: var\(--([\w-]+)\)", body)
        if ink:
            used.add((ink[1], selector.strip()))
            if ground:
                found.add((ink[1], ground[1]))
    pairs = [(a, b, TEXT) for a, b in sorted(set(text) | found)] + [(a, b, LINE) for a, b in line]
    known = {a for a, b, least in pairs if least == TEXT}
    bad = [f"--{c} is used for text by {s} and in no pair" for c, s in sorted(used) if c not in known]
    for theme, colors in themes(css).items():
        ratios = {}
        for a, b, least in pairs:
            if a not in colors or b not in colors:
                bad.append(f"{theme}: no color --{a if a not in colors else b}")
                continue
            ratio = contrast(colors[a], colors[b])
            ratios[(a, b, least)] = ratio
            if ratio < least:
                bad.append(f"{theme}: --{a} {colors[a]} on --{b} {colors[b]}: {ratio:.2f}, needs {least}")
        for least, what in ((TEXT, "text"), (LINE, "line")):
            (a, b, _), low = min((x for x in ratios.items() if x[0][2] == least), key=lambda x: x[1])
            print(f"{theme}: {sum(k[2] == least for k in ratios)} {what} pairs, lowest {low:.2f} ({a} on {b})")
    print("\n".join(bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
