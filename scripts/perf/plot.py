# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The figures as bars, in SVG: a few rectangles need no plotting package.

The picture has no background of its own, and words take the colour that suits the reader's: one
picture is right on light and on dark pages.
"""

from html import escape
from typing import Iterator, Optional

from .collect import FIGURES, Cell, Collection
from .launch import FAST, FAST_512, PLAIN
from .plan import DEFAULT, OURS, PEER

KINDS = ("rx", "tx", "fwd")
LEFT, WIDTH, RATIO, BAR, GAP, TOP = 290, 400, 130, 13, 11, 88
BARS = ((PEER, PLAIN), (OURS, FAST), (OURS, FAST_512))
NAMES = (*(f"{driver}, {setup.title}" for driver, setup in BARS), "floor")
STYLE = """<style>
text { fill: #1c2733; } .span { stroke: #1c2733; }
.bar0 { fill: #8895a3; } .bar1 { fill: #1f7a9c; } .bar2 { fill: #3d9a6a; } .bar3 { fill: #c8701a; }
.floor { stroke: #c8701a; stroke-dasharray: 4 3; }
@media (prefers-color-scheme: dark) {
text { fill: #e4e9ee; } .span { stroke: #e4e9ee; }
.bar0 { fill: #7d8a98; } .bar1 { fill: #3aa5cc; } .bar2 { fill: #5cc08c; } .bar3 { fill: #e8994a; }
.floor { stroke: #e8994a; }
}
</style>"""


def label(x: float, y: float, words: str, more: str = "") -> str:
    """Words."""
    return f'<text x="{x:.0f}" y="{y:.0f}" {more}>{escape(words)}</text>'


def bar(cell: Cell, kind: str, y: float, scale: float, number: int) -> Iterator[str]:
    """A median, with a line from the least to the most."""
    figure = cell.figure(kind)
    if figure is None:
        yield label(LEFT + 4, y + BAR - 3, "refused" if cell.refused else "not measured")
        return
    yield (f'<rect class="bar{number}" x="{LEFT}" y="{y}" width="{figure.median * scale:.1f}" '
           f'height="{BAR}"/>')
    yield (f'<line class="span" x1="{LEFT + figure.least * scale:.1f}" '
           f'x2="{LEFT + figure.most * scale:.1f}" y1="{y + BAR / 2}" y2="{y + BAR / 2}"/>')
    yield label(LEFT + figure.most * scale + 5, y + BAR - 3, f"{figure.median:.1f}")


def ratio(ours: Cell, rival: Optional[float], kind: str) -> str:
    """To the peer's, in the way in which the goals say it."""
    value = ours.median(kind)
    return f"{value / rival:.2f}" if value is not None and rival else "-"


def panel(got: Collection, modes: list, kind: str, y: float) -> Iterator[str]:
    """All modes' bars of one kind, below their title."""
    groups = [[got.get(driver, mode, setup) for driver, setup in BARS] for mode in modes]
    figures = [figure for group in [[got.floor], *groups] for cell in group
               if (figure := cell.figure(kind))]
    scale = WIDTH / max((figure.most for figure in figures), default=1)
    default = got.get(PEER, DEFAULT, PLAIN).median(kind)
    fastest = got.best(kind, [group[0].case for group in groups])
    better = "more is better" if kind == "fwd" else "a packet, less is better"
    yield label(8, y + 16, f"{FIGURES[kind]}, {better}", 'font-weight="bold"')
    yield label(LEFT + WIDTH + 60, y + 16, "of the peer\u2019s default, fastest")
    y += 26
    top = y
    for mode, group in zip(modes, groups):
        yield label(8, y + 2 * BAR - 3, mode.title)
        for number, cell in enumerate(group):
            if cell.case in got.by_case:
                yield from bar(cell, kind, y, scale, number)
            if number > 0 and cell.figure(kind):
                yield label(LEFT + WIDTH + 60, y + BAR - 3,
                            f"{ratio(cell, default, kind)}, {ratio(cell, fastest, kind)}")
            y += BAR
        y += GAP
    floor = got.floor.median(kind)
    if floor is not None:
        x = LEFT + floor * scale
        yield (f'<line class="floor" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 4}" '
               f'y2="{y - GAP + 4}"/>')


def svg(got: Collection) -> str:
    """The whole plot."""
    modes = list(dict.fromkeys(case.mode for case in got.by_case))
    high = 26 + len(modes) * (len(BARS) * BAR + GAP) + 10
    width, height = LEFT + WIDTH + 60 + RATIO + 60, TOP + len(KINDS) * high
    lines = ['<!-- SPDX-License-Identifier: BSD-3-Clause -->',
             '<!-- Copyright(c) 2026 The net_vio authors -->',
             f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
             f'width="{width}" height="{height}" font-family="sans-serif" font-size="12">', STYLE]
    for number, name in enumerate(NAMES):
        lines += [f'<rect class="bar{number}" x="8" y="{8 + 18 * number}" width="{BAR}" '
                  f'height="{BAR}"/>', label(BAR + 14, 20 + 18 * number, name)]
    for number, kind in enumerate(KINDS):
        lines += panel(got, modes, kind, TOP + number * high)
    return "\n".join([*lines, "</svg>"]) + "\n"
