"""Pictures in letters, for terminals: charts of dots, fields of shades, matrices as tables."""

from pellucid.lenses.render.lettered.picture import lettered as lettered

__all__ = ["lettered"]
