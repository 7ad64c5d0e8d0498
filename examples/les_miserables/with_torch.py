"""The training of `les_miserables.py` in PyTorch, with its graph convolution written out."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import les_miserables as example
import torch
from torch import nn
from versus import Side, same_start, versus

COUNT = len(example.NAMES)
SPLITS = [example.Split(seed) for seed in range(6)]


class GCNConv(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.lin = nn.Linear(inputs, outputs, bias=False)
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x, shares):
        return shares @ self.lin(x) + self.bias


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = GCNConv(COUNT, example.WIDTH)
        self.second = GCNConv(example.WIDTH, example.POINT)

    def forward(self, x, shares):
        return self.second(self.first(x, shares).relu(), shares)


def shares_of(split):
    """D^-1/2 (A + I) D^-1/2, with the strengths as A."""
    matrix = torch.eye(COUNT)
    matrix[*torch.tensor(split.edges)] = torch.tensor(split.strengths)
    scale = matrix.sum(1).rsqrt()
    return scale[:, None] * matrix * scale


def train_theirs(seed):
    split = SPLITS[seed]
    model = same_start(Encoder(), example.make_model(seed))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01, fused=True)
    x, shares = torch.eye(COUNT), shares_of(split)
    meet, weight = torch.tensor(split.meet), torch.tensor(split.weight)
    for _ in range(example.EPOCHS):
        optimizer.zero_grad()
        points = model(x, shares)
        scores = points @ points.T
        nn.functional.binary_cross_entropy_with_logits(scores, meet, weight).backward()
        optimizer.step()
    with torch.no_grad():
        return model(x, shares).numpy()


def score(points, seed):
    return example.area(SPLITS[seed], points @ points.T)


if __name__ == "__main__":
    ours = Side(lambda seed: example.train(SPLITS[seed], seed), score)
    versus(Path(__file__).parent, "hidden pairs ranked rightly", ours, Side(train_theirs, score))
