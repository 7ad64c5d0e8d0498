"""How often the doctor is right: `python -m tests.doctor.score [--lib torch|pellucid] [--json]`.

Every faulty program, its repaired twin and every healthy program is watched, in both forms. The
misses of two thirds of them are listed; of the rest there are figures only, so that nothing can be
bent to fit them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from tests.doctor.programs.shelf import PROGRAMS
from tests.doctor.scoring import Outcome, Rates, ran, rates, versions

GOALS = "first >= 0.80   some >= 0.90   precision >= 0.85   false alarms <= 0.05"


def main(given: Sequence[str] | None = None) -> int:
    """Run, print, and give 0 where the goals are met."""
    asked = _asked(given)
    libs = [asked.lib] if asked.lib else ["torch", "pellucid"]
    outcomes: list[Outcome] = []
    for name, program in PROGRAMS.items():
        if asked.only and not name.startswith(asked.only):
            continue
        if asked.set and (asked.set == "kept") != program.kept_back:
            continue
        for version in versions(program):
            for lib in libs:
                for seed in range(asked.seeds):
                    outcomes.append(ran(program, version, lib, seed, asked.seconds))
                    if asked.verbose and not program.kept_back:
                        print(_told(outcomes[-1]), file=sys.stderr, flush=True)
    if asked.json:
        print(json.dumps([o.to_dict() for o in outcomes], indent=1))
    else:
        _print(outcomes, libs)
    found = rates(outcomes)
    good = found.first >= 0.8 and found.some >= 0.9 and found.precision >= 0.85
    return 0 if good and found.alarms <= 0.05 and not found.errors else 1


def _asked(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.doctor.score", description=__doc__)
    parser.add_argument("--lib", choices=["torch", "pellucid"])
    parser.add_argument("--only", help="programs whose name starts so: a kind, or kind/name")
    parser.add_argument("--set", choices=["open", "kept"], help="one of the two sets alone")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5.0, help="time for trials")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="each outcome as it comes")
    return parser.parse_args(given)


def _print(outcomes: Sequence[Outcome], libs: Sequence[str]) -> None:
    heads = ("", "faulty", "first", "some", "precision", "sound", "alarms", "s/program", "errors")
    print("{:32}{:>8}{:>8}{:>8}{:>11}{:>8}{:>8}{:>11}{:>8}".format(*heads))
    for kind in dict.fromkeys(o.program.kind or "healthy" for o in outcomes):
        _line(kind, [o for o in outcomes if (o.program.kind or "healthy") == kind])
    for lib in libs:
        mine = [o for o in outcomes if o.lib == lib]
        _line(f"all, {lib}", mine)
        _line("  open set", [o for o in mine if not o.program.kept_back])
        _line("  set kept back", [o for o in mine if o.program.kept_back])
    print(f"{'goals':32}{GOALS}")
    if len(libs) == 2:
        print(f"{'same first finding in both':32}{_agreement(outcomes):.3f}")
    for o in outcomes:
        if (o.missed or o.error) and not o.program.kept_back:
            print(_told(o))


def _line(name: str, outcomes: Sequence[Outcome]) -> None:
    r: Rates = rates(outcomes)
    print(
        f"{name:32}{r.faulty:8}{r.first:8.3f}{r.some:8.3f}{r.precision:11.3f}{r.sound:8}"
        f"{r.alarms:8.3f}{r.seconds:11.2f}{r.errors:8}"
    )


def _agreement(outcomes: Sequence[Outcome]) -> float:
    """The share of runs of which both forms say the same first."""
    said: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for o in outcomes:
        said.setdefault((o.name, o.version), []).append(o.kinds[:1])
    pairs = [s for s in said.values() if len(s) >= 2]
    return sum(s[0] == s[-1] for s in pairs) / len(pairs) if pairs else float("nan")


def _told(o: Outcome) -> str:
    mark = "miss" if o.missed or o.error else "ok"
    said = ", ".join(o.kinds) or "nothing"
    return (
        f"{mark:5}{o.lib:9}{o.version:9}{o.name:58}{o.quality:7.2f}{o.seconds:6.1f}s"
        f"  said: {said}{'  ' + o.error if o.error else ''}"
    )


if __name__ == "__main__":
    sys.exit(main())
