"""The style of views in HTML: the colors of the report, light and dark.

A notebook says whether it is dark by an attribute or a class of its own; where it says nothing, the
reader's system decides.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["RULES", "STYLE", "dark_of", "fixed"]

_LIGHT = (
    "--panel:#FFFFFF;--ink:#1A2330;--muted:#52606E;--hair:#DFE3E8;--border:#8894A2;--wash:#F4F6F8;"
    "--positive:#0A5EA8;--negative:#B3500F;--good:#1B7A4B;--warn:#8A5A00;--error:#B3261E;"
    "--now:#7A3E9D;--zero:#F5F4F0;--class-a:#B3500F;--class-b:#0A5EA8;--class-c:#12856B;"
    "--class-d:#B06A9B;--class-e:#3F9BD6;--class-f:#5B6570;color-scheme:light"
)
_DARK = (
    "--panel:#161B22;--ink:#E9EEF4;--muted:#A3B0BE;--hair:#2A323C;--border:#647284;--wash:#1E252E;"
    "--positive:#58AEF7;--negative:#F2994A;--good:#5CC98F;--warn:#E3B04B;--error:#F58A80;"
    "--now:#C79BF2;--zero:#1D232B;--class-a:#F2994A;--class-b:#58AEF7;--class-c:#45C9A5;"
    "--class-d:#E3A3CF;--class-e:#7DB8DC;--class-f:#A9B4BF;color-scheme:dark"
)
_SCOPE = ".pellucid-view"
_LIGHT_HOSTS = ('[data-jp-theme-light="true"]', ".vscode-light", '[data-theme="light"]')
_DARK_HOSTS = ('[data-jp-theme-light="false"]', ".vscode-dark", '[data-theme="dark"]')


def _below(hosts: tuple[str, ...], tokens: str) -> str:
    return ",".join(f"{host} {_SCOPE}" for host in hosts) + f"{{{tokens}}}"


def _rules() -> str:
    lines = Path(__file__).with_name("view.css").read_text("utf-8").splitlines()
    return "".join(line.strip() for line in lines)


# For a page that has the colors already.
RULES = _rules()
STYLE = (
    f"{_SCOPE}{{{_LIGHT}}}@media (prefers-color-scheme:dark){{{_SCOPE}{{{_DARK}}}}}"
    f"{_below(_LIGHT_HOSTS, _LIGHT)}{_below(_DARK_HOSTS, _DARK)}{RULES}"
)


def fixed(dark: bool) -> str:
    """The style of a picture that is light or dark wherever it stands."""
    return f"{_SCOPE}{{{_DARK if dark else _LIGHT}}}{RULES}"


def dark_of(color: str) -> str:
    """What a color of the light theme is on dark; any other stays.

    Example:
        >>> dark_of("#0a5ea8"), dark_of("#123456")
        ('#58aef7', '#123456')
    """
    pairs = zip(_LIGHT.lower().split(";"), _DARK.lower().split(";"), strict=True)
    known = dict((a.split(":")[1], b.split(":")[1]) for a, b in pairs)
    return known.get(color.lower(), color)
