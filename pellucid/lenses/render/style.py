"""The style of views in HTML. Colors and sizes are those of the report.

A notebook says whether it is dark by an attribute or a class of its own; where it says nothing, the
reader's system decides.
"""

from __future__ import annotations

__all__ = ["STYLE"]

_LIGHT = (
    "--panel:#FFFFFF;--ink:#1A2330;--muted:#52606E;--hair:#DFE3E8;--border:#8894A2;--wash:#F4F6F8;"
    "--positive:#0A5EA8;--negative:#B3500F;--now:#7A3E9D;--good:#1B7A4B;--warn:#8A5A00;"
    "color-scheme:light;"
)
_DARK = (
    "--panel:#161B22;--ink:#E9EEF4;--muted:#A3B0BE;--hair:#2A323C;--border:#647284;--wash:#1E252E;"
    "--positive:#58AEF7;--negative:#F2994A;--now:#C79BF2;--good:#5CC98F;--warn:#E3B04B;"
    "color-scheme:dark;"
)
_RULES = """
{background:var(--panel);color:var(--ink);border:1px solid var(--hair);border-radius:12px;
 padding:16px 20px 18px;margin:4px 0;box-sizing:border-box;max-width:1080px;text-align:left;
 font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
 font-variant-numeric:tabular-nums}
 h3{font-size:16px;line-height:1.35;font-weight:650;margin:0;color:inherit;letter-spacing:-.005em}
 p{margin:0}
 .sentence{color:var(--muted);margin-top:2px;max-width:76ch}
 .equation{margin-top:14px;padding:12px 16px;background:var(--wash);border-radius:8px;overflow-x:auto;
 padding-left:calc(16px + 1.6em);text-indent:-1.6em;font:17px/1.75 "STIX Two Math","STIX Two Text","Cambria Math","Latin Modern Math","DejaVu Serif",
 Georgia,serif}
 .equation span{display:inline-block;text-indent:0;margin-right:.1em}
 .equation span+span{padding-left:.15em}
 .caption{font-weight:600;margin-top:16px}
 .outline{margin-top:12px}
 .item{margin-left:calc(var(--depth)*1.5em);padding:3px 0 3px 12px;border-left:2px solid var(--hair)}
 .item .f{font-size:15.5px}
 .item small{color:var(--muted);font-size:12.5px;margin-left:1em;white-space:nowrap}
 .remark{margin-top:12px;max-width:96ch}
 .remark.good .mark{color:var(--good);font-weight:700}
 .remark.warn .mark{color:var(--warn)}
 .note{color:var(--muted);font-size:13px;margin-top:6px;max-width:84ch}
 .scroll{overflow-x:auto;margin-top:16px}
 .scroll:focus-visible{outline:3px solid var(--positive);outline-offset:2px;border-radius:4px}
 table{border-collapse:collapse;width:auto;max-width:100%;font-size:13px;line-height:1.4;margin:0;color:inherit;
 border:0;background:none}
 caption{caption-side:top;text-align:left;color:var(--ink);font-weight:600;font-size:14px;
 padding:0 0 6px}
 th,td{padding:5px 12px;border:0;border-bottom:1px solid var(--hair);text-align:left;
 vertical-align:baseline;white-space:nowrap;background:none;color:inherit}
 th:first-child,td:first-child{padding-left:0}
 th:last-child,td:last-child{padding-right:0}
 thead th{color:var(--muted);font:500 13px/1.4 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,
 sans-serif;border-bottom-color:var(--border);vertical-align:bottom}
 tbody tr:hover{background:var(--wash)}
 tfoot td{border-bottom:0;border-top:1px solid var(--border);font-weight:600}
 tbody tr:last-child td{border-bottom:0}
 .n{text-align:right}
 .w{white-space:normal;min-width:9em}
 .f{font-family:"STIX Two Math","STIX Two Text","Cambria Math","Latin Modern Math","DejaVu Serif",
 Georgia,serif;font-size:14.5px}
 .c{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
 font-size:12.5px}
 td.b{width:110px;min-width:80px;vertical-align:middle}
 .plus{color:var(--positive)}
 .minus{color:var(--negative)}
 .bar{display:block;height:9px;min-width:1px;border-radius:2px}
 .bar.plus{background:var(--positive)}
 .bar.minus{background:repeating-linear-gradient(115deg,var(--negative) 0 4px,transparent 4px 6px)}
@media (forced-colors:active){
 .bar{background:CanvasText;forced-color-adjust:none}
}
@media print{
 {background:none;border-color:#888}
}
"""


def _scoped(rules: str, scope: str) -> str:
    """Every selector inside the scope, so that the page around it is left alone."""
    lines = []
    for line in rules.strip().split("\n"):
        if line.startswith("{"):
            line = scope + line
        elif line.startswith(" ") and "{" in line:
            selectors, rest = line.strip().split("{", 1)
            names = (f"{scope} {s}" if s else scope for s in selectors.split(","))
            line = f"{','.join(names)}{{{rest}"
        lines.append(line.strip())
    return "".join(lines)


_SCOPE = ".pellucid-view"
_DARK_HOSTS = (
    '[data-jp-theme-light="false"]',
    ".vscode-dark",
    '[data-theme="dark"]',
    ".dark-theme",
)
_LIGHT_HOSTS = ('[data-jp-theme-light="true"]', ".vscode-light", '[data-theme="light"]')


def _hosts(hosts: tuple[str, ...], tokens: str) -> str:
    return ",".join(f"{h} {_SCOPE}" for h in hosts) + "{" + tokens + "}"


STYLE = (
    f"{_SCOPE}{{{_LIGHT}}}"
    f"@media (prefers-color-scheme:dark){{{_SCOPE}{{{_DARK}}}}}"
    f"{_hosts(_LIGHT_HOSTS, _LIGHT)}{_hosts(_DARK_HOSTS, _DARK)}"
    f"{_scoped(_RULES, _SCOPE)}"
)
