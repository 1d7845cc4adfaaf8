# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The figures as bars, in SVG: a few rectangles need no plotting package."""

from html import escape
from typing import Iterator

from .collect import KINDS, Cell, Collection

LEFT, WIDTH, BAR, GAP, TOP = 290, 440, 14, 14, 46
COLOURS = ("#9aa5b1", "#1f6f8b", "#d9822b")  # the peer, net_vio, the floor


def label(x: float, y: float, words: str, more: str = "") -> str:
    """Words."""
    return f'<text x="{x:.0f}" y="{y:.0f}" {more}>{escape(words)}</text>'


def bar(cell: Cell, kind: str, y: float, scale: float, colour: str) -> Iterator[str]:
    """A median, with a line from the least to the most, and its ratio to nothing."""
    figure = cell.figure(kind)
    if figure is None:
        yield label(LEFT + 4, y + BAR - 3, "refused" if cell.refused else "not measured")
        return
    yield (f'<rect x="{LEFT}" y="{y}" width="{figure.median * scale:.1f}" height="{BAR}" '
           f'fill="{colour}"/>')
    yield (f'<line x1="{LEFT + figure.least * scale:.1f}" x2="{LEFT + figure.most * scale:.1f}" '
           f'y1="{y + BAR / 2}" y2="{y + BAR / 2}" stroke="black"/>')
    yield label(LEFT + figure.most * scale + 5, y + BAR - 3, f"{figure.median:.1f}")


def panel(collection: Collection, kind: str, y: float) -> Iterator[str]:
    """All modes' bars of one kind, below their title."""
    figures = [figure for cell in collection.cells if (figure := cell.figure(kind))]
    scale = WIDTH / max((figure.most for figure in figures), default=1)
    better = "more is better" if kind == "fwd" else "a packet, less is better"
    yield label(8, y + 16, f"{KINDS[kind]}, {better}", 'font-weight="bold"')
    y += 26
    for pair in collection.pairs:
        yield label(8, y + BAR + 4, pair[0].mode.title)
        for cell, colour in zip(pair, COLOURS):
            yield from bar(cell, kind, y, scale, colour)
            y += BAR
        y += GAP
    floor = collection.floor.figure(kind)
    if floor is not None:
        x = LEFT + floor.median * scale
        yield (f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y - GAP + 6}" '
               f'y2="{y - GAP - len(collection.pairs) * (2 * BAR + GAP) + 4}" '
               f'stroke="{COLOURS[2]}" stroke-dasharray="4 3"/>')


def svg(collection: Collection) -> str:
    """The whole plot."""
    high = 26 + len(collection.pairs) * (2 * BAR + GAP) + 10
    lines = ['<!-- SPDX-License-Identifier: BSD-3-Clause -->',
             '<!-- Copyright(c) 2026 The net_vio authors -->',
             f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 60}" '
             f'height="{TOP + 3 * high}" font-family="sans-serif" font-size="12">',
             '<rect width="100%" height="100%" fill="white"/>']
    for x, name, colour in zip((8, 150, 270), ("net_virtio_user", "net_vio_user", "floor"),
                               COLOURS):
        lines += [f'<rect x="{x}" y="12" width="{BAR}" height="{BAR}" fill="{colour}"/>',
                  label(x + BAR + 4, 24, name)]
    for number, kind in enumerate(KINDS):
        lines += panel(collection, kind, TOP + number * high)
    return "\n".join([*lines, "</svg>"]) + "\n"
