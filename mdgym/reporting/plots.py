"""Plots for a report as inline SVG, without any library; colours are the classes c0, c1, ... of the page."""

import math
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from mdgym.statistics import Estimate
from mdgym.thermo import Sample

COLOURS = 8
_WIDTH = 360
_LEFT = 138
_RIGHT = 348
_LABEL = 22
_BINS = 10
_LONGEST = 20_000


def text(value: object, longest: int = _LONGEST) -> str:
    """Return any text as HTML: escaped, without control characters and lone surrogates, and cut when it is long."""
    whole = str(value)
    cut = f"\n… ({len(whole) - longest} more characters)" if len(whole) > longest else ""
    clean = "".join(c if c in "\n\t" or not _strange(c) else "\ufffd" for c in whole[:longest].replace("\r\n", "\n"))
    return escape(clean + cut)


def _strange(character: str) -> bool:
    return character < " " or "\x7f" <= character <= "\x9f" or "\ud800" <= character <= "\udfff"


def intervals(
    labels: Sequence[str], colours: Sequence[int], rows: Sequence[tuple[str, Sequence[Estimate | None]]]
) -> str:
    """Return a plot of means in 0 to 1 with their intervals, a row per group and a dot per run.

    Args:
        labels: Names of the runs.
        colours: Their numbers.
        rows: Name of each group, and one estimate per run; None where a run has no such group.
    """
    step = 12 + 8 * len(labels)
    bottom = 8 + step * len(rows)
    parts = [_grid_line(value, bottom) for value in (0.0, 0.25, 0.5, 0.75, 1.0)]
    for row, (name, values) in enumerate(rows):
        middle = 8 + step * (row + 0.5)
        short = name if len(name) <= _LABEL else name[: _LABEL - 1] + "…"
        parts.append(
            f'<text class="l" x="{_LEFT - 8}" y="{middle + 4:.0f}" text-anchor="end">{text(short)}'
            f"<title>{text(name)}</title></text>"
        )
        for index, value in enumerate(values):
            if value is not None and value.value is not None:
                y = middle + 8 * (index - (len(labels) - 1) / 2)
                parts.append(_dot(f"{name}, {labels[index]}", value, y, colours[index]))
    return _svg("mean reward with 95 % interval", _WIDTH, bottom + 20, parts)


def histogram(labels: Sequence[str], colours: Sequence[int], rewards: Sequence[Sequence[float]]) -> str:
    """Return a histogram of rewards in bins of 0.1, a bar per run in each; the last bin includes 1."""
    counts = [[0] * _BINS for _ in rewards]
    for row, values in zip(counts, rewards, strict=True):
        for value in values:
            row[min(int(value * _BINS), _BINS - 1)] += 1
    shares = [[count / max(sum(row), 1) for count in row] for row in counts]
    top = max((share for row in shares for share in row), default=0.0) or 1.0
    left, height = 44, 130
    slot = (_WIDTH - left - 8) / _BINS
    bar = (slot - 4) / max(len(counts), 1)
    parts = [
        f'<text x="{left - 4}" y="14" text-anchor="end">{100 * top:.0f} %</text>',
        f'<text x="{left - 4}" y="{height + 4}" text-anchor="end">0</text>',
        f'<line class="g" x1="{left}" x2="{_WIDTH - 8}" y1="{height}" y2="{height}"/>',
    ]
    for number in range(0, _BINS + 1, 2):
        x = left + slot * number
        parts.append(f'<text x="{x:.1f}" y="{height + 16}" text-anchor="middle">{number / _BINS:g}</text>')
    for index, (row, share) in enumerate(zip(counts, shares, strict=True)):
        for place, count in enumerate(row):
            if count:
                tall = max(share[place] / top * (height - 10), 1.0)
                title = f"{labels[index]}: {count} from {place / _BINS:g} to {(place + 1) / _BINS:g}"
                parts.append(
                    f'<rect class="f c{colours[index] % COLOURS}" x="{left + slot * place + 2 + bar * index:.1f}" '
                    f'y="{height - tall:.1f}" width="{max(bar - 0.5, 0.5):.1f}" height="{tall:.1f}">'
                    f"<title>{text(title)}</title></rect>"
                )
    return _svg("share of rollouts by reward", _WIDTH, height + 22, parts)


def course(samples: Sequence[Sample], colour: int) -> str:
    """Return small plots of temperature, pressure and energy over the steps; empty where there is nothing to draw.

    Args:
        samples: What `mdgym.thermo.thermo` took.
        colour: Number of the run.
    """
    steps = [float(sample[0]) for sample in samples]
    axis = "step"
    if any(later < earlier for earlier, later in pairwise(steps)):
        # The script set the step back: over the step, the lines would run backwards.
        steps, axis = [float(index) for index in range(len(samples))], "sample"
    names = ("temperature", "pressure", "potential energy per atom")
    plots = (_line(name, axis, steps, [s[i + 1] for s in samples], colour) for i, name in enumerate(names))
    return "".join(plots)


def _line(name: str, axis: str, steps: Sequence[float], values: Sequence[float], colour: int) -> str:
    known = [(x, y) for x, y in zip(steps, values, strict=True) if math.isfinite(y)]
    if len(known) < 2 or steps[0] == steps[-1]:
        return ""
    low, high = min(y for _, y in known), max(y for _, y in known)
    left, right, top, bottom = 4.0, 236.0, 32.0, 92.0

    def place(x: float, y: float) -> str:
        across = left + (right - left) * (x - steps[0]) / (steps[-1] - steps[0])
        up = (y - low) / (high - low) if high > low else 0.5
        return f"{across:.1f},{bottom - (bottom - top) * up:.1f}"

    points = " ".join(place(x, y) for x, y in known)
    parts = [
        f'<text class="l" x="4" y="11">{name}</text>',
        f'<text x="4" y="24">{low:.4g} to {high:.4g}</text>',
        f'<line class="g" x1="4" x2="236" y1="{bottom + 3}" y2="{bottom + 3}"/>',
        f'<polyline class="p c{colour % COLOURS}" points="{points}"/>',
        f'<text x="4" y="107">{axis} {steps[0]:.0f}</text>',
        f'<text x="236" y="107" text-anchor="end">{steps[-1]:.0f}</text>',
    ]
    return _svg(name, 240, 112, parts)


def _dot(name: str, value: Estimate, y: float, colour: int) -> str:
    mean = value.value or 0.0
    title = f"{name}: {mean:.3f}"
    line = ""
    if value.low is not None and value.high is not None:
        title += f" ({value.low:.2f}–{value.high:.2f}, {value.tasks} tasks)"
        line = f'<line class="p" x1="{_x(value.low):.1f}" x2="{_x(value.high):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
    dot = f'<circle class="f" cx="{_x(mean):.1f}" cy="{y:.1f}" r="3.2"/>'
    return f'<g class="c{colour % COLOURS}">{line}{dot}<title>{text(title)}</title></g>'


def _grid_line(value: float, bottom: float) -> str:
    x = _x(value)
    return (
        f'<line class="g" x1="{x:.1f}" x2="{x:.1f}" y1="4" y2="{bottom}"/>'
        f'<text x="{x:.1f}" y="{bottom + 14}" text-anchor="middle">{value:g}</text>'
    )


def _x(value: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * value


def _svg(label: str, width: int, height: float, parts: Sequence[str]) -> str:
    # `label` is a text of this module, never of a policy.
    return f'<svg viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{label}">{"".join(parts)}</svg>'
