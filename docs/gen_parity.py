"""Writes the page that goes through PyTorch name by name: what is here, and why something is not.

PyTorch's names and arguments are pinned in `assets/torch-names.json`, so that the page can be made
where PyTorch is not installed. `python docs/gen_parity.py --pin` reads them anew (from 2.13.0).
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
import sys
import types
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

__all__ = ["pages", "pinned"]

NAMES = Path(__file__).resolve().parent / "assets" / "torch-names.json"
ROOMS = {
    "torch": "Functions",
    "torch.Tensor": "Methods and attributes of a Tensor",
    "torch.nn": "nn",
    "torch.nn.functional": "nn.functional",
    "torch.nn.init": "nn.init",
    "torch.nn.utils": "nn.utils",
    "torch.optim": "optim",
    "torch.optim.lr_scheduler": "optim.lr_scheduler",
    "torch.optim.swa_utils": "optim.swa_utils",
    "torch.linalg": "linalg",
    "torch.special": "special",
    "torch.autograd": "autograd",
    "torch.amp": "amp",
}
# Names that only PyTorch's own machinery calls.
_INTERNAL = re.compile(
    r"^(_|cudnn_|mkldnn|miopen_|fbgemm_|quantize|quantized_|q_|sym_|choose_qparams|fake_quant|"
    r"fused_|native_|nnpack|slow_conv|is_vulkan|is_grad_e|is_warn|int_repr|"
    r"dequantize|per_ch|sparse_|lobpcg|types$|typename$|utils$|hspmm|hsmm|saddmm|sspaddmm|smm$|dsmm|"
    r"spmm|resize_as_sparse|batch_norm_|autocast_|get_autocast|set_autocast|is_autocast|import_ir|"
    r"parse_|merge_type|unify_type|profiler_|prepare_multi|init_num|thread_safe|unsafe_|wait$|fork$|"
    r"boolean_dispatch|has_torch|handle_torch|assert_int|classproperty|Optional|are_determ|"
    r"compiled_with|is_storage|get_file_path|clear_autocast|hash_tensor|slice_inverse|"
    r"NestedIOFunction|factory_kwargs|const_data_ptr|output_nr|record_stream|reinforce|as_subclass|"
    r"is_ipu|is_maia|is_mkldnn|is_mtia|is_xla|map2_|module_load|grad_dtype|variable$|"
    r"swap_in_optimizer|scaled_mm|scaled_grouped|grouped_mm|enforce_grad|set_multithreading|"
    r"is_deterministic_|is_anomaly_check|lstm_cell$|gru_cell$|rnn_\w+_cell|conv_tbc|convolution$)"
    r"|_copy$|Storage$|Type$|_size$|_with_indices$|csr|csc|bsr|_dlpack$|_nested_strides$"
)
# Why a name is not here, by the first pattern that fits.
_REASONS = (
    (r"complex|conj|imag|^real$|polar|_as_real|stft|cdouble|cfloat|chalf|^eig$|eigvals$|is_neg|"
     r"resolve_neg|angle", "complex numbers are not here"),
    (r"sparse|coalesce|indices|values$|dense|crow|ccol|SparseAdam",
     "sparse matrices are places and numbers, and multiply dense ones; Tensors are dense"),
    (r"cuda|device|xpu|share_memory|pin_memory|storage|DataParallel|distributed",
     "Tensors live on the CPU of one process"),
    (r"qscheme|quant|mkldnn", "no quantized numbers"),
    (r"deterministic|flush_denormal|matmul_precision|warn_always|interop|default_tensor_type",
     "a setting of PyTorch's own engine; the numbers here are always the same for a seed"),
    (r"anomaly", "not here yet"),
    (r"_$", "in place: the method of the same name, or `x[:] = …`"),
    (r"lu|ldl|geqrf|orgqr|ormqr|householder|_ex$|lstsq|symeig|solve$|svd_lowrank|pca_lowrank|"
     r"nuclear_norm|matrix_rank|frobenius", "`linalg` has the ways that are used"),
    (r"bessel|polynomial|airy|zeta|gamma|^i[01]|erfcx|log_ndtr", "rarely used in networks"),
    (r"set_|resize|strided|new$|type$|layout|dim_order|memory_format", "memory is not laid out by "
     "hand"),
    (r"^(constant|dirac|eye|kaiming_normal|kaiming_uniform|normal|orthogonal|sparse|uniform|"
     r"xavier_normal|xavier_uniform|clip_grad_norm|NLLLoss2d|Container|Variable|volatile)$",
     "PyTorch has given it up itself; the newer name is here"),
    (r"fuse_|convert_conv", "the compiled engine does it by itself"),
)  # fmt: skip


def pages() -> dict[str, str]:
    """Path and Markdown text of the page."""
    return {"parity.md": "\n\n".join(_page()) + "\n"}


def pinned() -> dict[str, dict[str, list[list[str]] | None]]:
    """By room and name, the arguments with their defaults; None where PyTorch does not say."""
    found: dict[str, dict[str, list[list[str]] | None]] = json.loads(NAMES.read_text("utf-8"))
    return found


def arguments(call: Any) -> list[list[str]] | None:
    """Names of the arguments and their defaults, as texts."""
    target = call.__init__ if isinstance(call, type) else call
    try:
        taken = inspect.signature(target).parameters
    except (TypeError, ValueError):
        return None
    out = []
    for name, p in taken.items():
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) or name in ("self", "input"):
            continue
        plain = inspect.isfunction(p.default) or inspect.isclass(p.default)
        shown = "" if p.default is p.empty else repr(p.default.__name__ if plain else p.default)
        out.append([name, "…" if name in ("device", "dtype") and shown else shown])
    return out


def _page() -> Iterator[str]:
    rooms = pinned()
    counts = {room: _counts(room, names) for room, names in rooms.items()}
    yield "# PyTorch, name by name"
    yield (
        "Every public name of PyTorch 2.13 in the rooms that networks are built from, whether it "
        "is here, and, where it is not, why. *Same arguments* means names, order and defaults, "
        "read from both signatures; what PyTorch writes in C does not say its own. That results "
        "and gradients agree is what the tests hold; [Coming from PyTorch](from-pytorch.md) says "
        "where they differ on purpose. Names that only PyTorch's own machinery calls are left out."
    )
    rows = [f"| [{ROOMS[r]}](#{_anchor(ROOMS[r])}) | {h} | {n} |" for r, (h, n) in counts.items()]
    yield "\n".join(["| room | here | of |", "|---|---|---|", *rows])
    for room, names in rooms.items():
        yield f"## {ROOMS[room]}"
        yield "\n".join(_table(room, names))
        absent = [n for n in names if not _here(room, n)]
        if absent:
            yield "Not here:"
            yield "\n".join(["| name | why |", "|---|---|", *_absent(absent)])


def _absent(names: Iterable[str]) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(_reason(name), []).append(name)
    for why, members in sorted(groups.items()):
        yield f"| {', '.join(f'`{m}`' for m in members)} | {why} |"


def _reason(name: str) -> str:
    return next((why for pattern, why in _REASONS if re.search(pattern, name)), "not here yet")


def _table(room: str, names: dict[str, list[list[str]] | None]) -> Iterator[str]:
    """What is here: the names whose arguments are the same, those that differ, the others."""
    groups: dict[str, list[str]] = {"same arguments": [], "PyTorch's does not say": []}
    differ = []
    for name, theirs in names.items():
        if not _here(room, name):
            continue
        mine = arguments(_ours(room, name))
        if theirs is None or mine is None or not callable(_ours(room, name)):
            groups["PyTorch's does not say"].append(name)
        elif mine == theirs:
            groups["same arguments"].append(name)
        else:
            differ.append(f"| `{name}` | {_shown(mine)} | {_shown(theirs)} |")
    yield from ["| arguments | names |", "|---|---|"]
    for title, members in groups.items():
        if members:
            yield f"| {title} | {', '.join(f'`{m}`' for m in members)} |"
    if differ:
        yield from ["", "| name | arguments here | in PyTorch |", "|---|---|---|", *differ]


def _shown(taken: list[list[str]]) -> str:
    names = ", ".join(f"{n}={d}" if d else n for n, d in taken).replace("|", "\\|")
    return f"`{names}`" if names else "none by name"


def _counts(room: str, names: Iterable[str]) -> tuple[int, int]:
    listed = list(names)
    return sum(_here(room, n) for n in listed), len(listed)


def _here(room: str, name: str) -> bool:
    return hasattr(_room(room), name)


def _ours(room: str, name: str) -> Any:
    return getattr(_room(room), name)


def _room(room: str) -> Any:
    if room == "torch.Tensor":
        return importlib.import_module("pellucid").Tensor
    return importlib.import_module(room.replace("torch", "pellucid", 1))


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9_ -]", "", title.lower()).replace(" ", "-")


def _pin() -> None:
    """Read PyTorch's names and arguments."""
    found = {}
    for room in ROOMS:
        is_class = room == "torch.Tensor"
        there = importlib.import_module("torch" if is_class else room)
        there = there.Tensor if is_class else there
        found[room] = {n: arguments(getattr(there, n)) for n in _public(room, there)}
    NAMES.write_text(json.dumps(found, indent=0, ensure_ascii=False) + "\n", "utf-8")


def _public(room: str, there: Any) -> list[str]:
    listed = set(getattr(there, "__all__", ()))
    if room in ("torch", "torch.Tensor", "torch.nn.functional", "torch.nn.utils") or not listed:
        listed |= {n for n in dir(there) if not n.startswith("_")}
    return sorted(n for n in listed if not _INTERNAL.search(n) and _counts_as(room, there, n))


def _counts_as(room: str, there: Any, name: str) -> bool:
    value = getattr(there, name, None)
    if room == "torch.Tensor":
        return value is not None
    if isinstance(value, types.ModuleType) or not callable(value):
        return False
    rooms_of_functions = ("torch", "torch.nn.functional", "torch.nn.utils", "torch.nn.init")
    return not isinstance(value, type) or room not in rooms_of_functions


if __name__ == "__main__":
    if "--pin" in sys.argv:
        _pin()
    print(pages()["parity.md"])
