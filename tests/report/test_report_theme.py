"""Colors: every class a mark carries has a rule, and contrast holds in light, dark and print."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pellucid.report
from pellucid.lenses.render import style
from pellucid.report import render
from tests.report import made_up
from tests.report.reader import read

RULES = re.sub(r"(?<!\.)\.pellucid-view", "", style.RULES)
CSS = (Path(pellucid.report.__file__).parent / "static" / "report.css").read_text("utf-8")


def tokens(block):
    return dict(re.findall(r"--([\w-]+): (#[0-9A-Fa-f]{6})", block))


ROOTS = re.findall(r":root \{(.*?)\}", CSS, re.S)
THEMES = {"light": tokens(ROOTS[0]), "dark": tokens(ROOTS[1]), "print": tokens(ROOTS[3])}


def luminance(color):
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def blend(top, under, part):
    pairs = ((int(top[i : i + 2], 16), int(under[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * part + b * (1 - part)):02x}" for a, b in pairs)


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read(theme):
    color = THEMES[theme]
    for ground in ("bg", "panel", "wash"):
        for text in ("ink", "muted", "positive", "now", "good", "warn", "error"):
            assert contrast(color[text], color[ground]) >= 4.5, (text, ground)
    assert contrast(color["ink"], blend(color["now"], color["wash"], 0.5)) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
def test_marks_can_be_seen(theme):
    color = THEMES[theme]
    for mark in ("border", *(f"class-{letter}" for letter in "abcdef")):
        assert contrast(color[mark], color["panel"]) >= 3, mark
    for letter in "abcdef":
        ground = blend(color[f"class-{letter}"], color["zero"], 0.62)
        assert contrast(color["ink"], ground) >= 3, letter


def test_the_colors_of_the_design():
    light, dark = THEMES["light"], THEMES["dark"]
    assert (light["ink"], light["positive"], light["negative"]) == ("#1A2330", "#0A5EA8", "#B3500F")
    assert (dark["ink"], dark["positive"], dark["negative"]) == ("#E9EEF4", "#58AEF7", "#F2994A")
    assert THEMES["print"] == {**light, "bg": "#FFFFFF"}


def test_every_token_exists_in_both_themes():
    used = set(re.findall(r"var\(--([\w-]+)\)", CSS)) - {"tint", "tone"}
    assert used <= set(THEMES["light"]) and set(THEMES["light"]) == set(THEMES["dark"])


def test_every_class_on_a_mark_has_a_rule():
    classes = set()
    for name in ("moons", "digits", "diabetes", "blobs", "surface"):
        for node in read(render(getattr(made_up, name)())).walk():
            if node.name in ("path", "rect", "text", "g", "use"):
                classes |= set((node.attributes.get("class") or "").split())
    # Found by script, inherited, or words for people who read the source.
    unstyled = {"axes", "field", "held", "learned", "plain"}
    missing = {name for name in classes - unstyled if not re.search(rf"\.{name}\b", CSS + RULES)}
    assert missing == set()


def test_motion_waits_for_a_person():
    script = (Path(pellucid.report.__file__).parent / "static" / "replay.js").read_text("utf-8")
    assert "prefers-reduced-motion" in script
    assert "transition" not in CSS and "animation" not in CSS
    assert not re.search(r"fetch|XMLHttp|import\(|eval|innerHTML|document\.write", script)
