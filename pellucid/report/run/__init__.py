"""From a finished run on a table to the content of its report."""

from pellucid.report.run.assemble import assemble as assemble

__all__ = ["assemble"]
