"""Which kind of model a table makes: of rows, of a series, of a graph, or of its own inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from pellucid.data.fields import Fields
from pellucid.data.joined import LINKS
from pellucid.data.lags import Lags
from pellucid.data.prepare import Preparation
from pellucid.data.table import Table
from pellucid.nn.module import Module
from pellucid.training.graph_model import GraphModel, Known
from pellucid.training.networks.architecture import Architecture
from pellucid.training.rebuilding_model import RebuildingModel
from pellucid.training.series_model import SeriesModel
from pellucid.training.shaping import Shaping
from pellucid.training.table_model import TableModel

__all__ = ["model_of", "saved_model"]


def model_of(
    table: Table, preparation: Preparation, shaping: Shaping
) -> tuple[TableModel, NDArray[Any]]:
    """An untrained model for a table, and what its network gets for the table's rows.

    Args:
        table: what to learn from.
        preparation: the steps learned from its training rows.
        shaping: what the table is to the family of networks.
    """
    kind, columns = shaping.settings.model, len(preparation.feature_names)
    if kind == "gcn":
        alone = preparation.inputs == (LINKS,)
        known = Known.of(table) if alone else None
        inputs = columns + (len(known.names) if known else 0)
        shape = shaping.architecture(inputs, preparation.outputs)
        model: TableModel = GraphModel(shape.build(), shape, preparation, {}, known)
        return model, model.features(table)
    features = preparation.transform(table)
    if kind == "autoencoder":
        shape = shaping.architecture(columns, columns)
        return RebuildingModel(shape.build(), shape, preparation), features
    shape = shaping.architecture(columns, preparation.outputs)
    if table.lags is not None:
        return SeriesModel(shape.build(), shape, preparation, {}, table.lags), features
    return TableModel(shape.build(), shape, preparation), features


def saved_model(
    network: Module,
    architecture: Architecture,
    preparation: Preparation,
    facts: Mapping[str, Any],
    data: Mapping[str, Any],
) -> TableModel:
    """The model that a `model.json` describes.

    Args:
        network: with its weights.
        architecture: of the network.
        preparation: cells to features.
        facts: how it was trained.
        data: the whole description.
    """
    if architecture.kind == "gcn":
        return GraphModel(network, architecture, preparation, facts, _known(data["nodes"]))
    if architecture.kind == "autoencoder":
        return RebuildingModel(network, architecture, preparation, facts)
    if "lags" in data:
        lags = Lags.from_json(data["lags"])
        return SeriesModel(network, architecture, preparation, facts, lags)
    return TableModel(network, architecture, preparation, facts)


def _known(data: Any) -> Known | None:
    if data is None:
        return None
    fields = Fields(data, "nodes", ("column", "names"))
    column = None if fields.data["column"] is None else fields.text("column")
    return Known(fields.texts("names", least=1), column)
