"""The doctor's room: says why a training misbehaves, where, how sure it is, and what to change."""

from pellucid.doctor.examine import examine as examine
from pellucid.doctor.explain import explain as explain
from pellucid.doctor.finding import Finding as Finding
from pellucid.doctor.report import Report as Report
from pellucid.doctor.treat import Treatment as Treatment
from pellucid.doctor.treat import treat as treat
from pellucid.doctor.watch import watch as watch

__all__ = ["Finding", "Report", "Treatment", "examine", "explain", "treat", "watch"]
