"""What a reader should know before trusting the numbers."""

from __future__ import annotations

from pellucid.lenses.draw.html import Child, Markup, tag
from pellucid.lenses.numerals import plural
from pellucid.report.checks import alerts, checked
from pellucid.report.content import Alert, Content
from pellucid.report.limits import Limits

__all__ = ["body"]

ORDER = {"error": 0, "warn": 1, "info": 2}
WORDS = {"error": "Problem", "warn": "Warning", "info": "Note"}


def body(content: Content, limits: Limits) -> Child:
    """The alerts, the gravest first, or a line that says what was looked at."""
    found = sorted(alerts(content), key=lambda alert: ORDER[alert.level])
    if not found:
        passed = list(checked(content))
        return tag("p", f"None. {plural(len(passed), 'check')} passed: {'; '.join(passed)}.")
    return tag("ul", [_alert(alert) for alert in found], class_="alerts")


def _alert(alert: Alert) -> Markup:
    return tag(
        "li",
        tag("span", WORDS[alert.level], class_="badge"),
        tag(
            "div",
            tag("h3", alert.title),
            tag("p", alert.text),
            tag("p", alert.advice, class_="note") if alert.advice else None,
        ),
        class_=f"alert {alert.level}",
    )
