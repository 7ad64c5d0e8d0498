"""The training of `karate.py` in PyTorch, which has no layers on graphs: here they are, in it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import karate
import torch
from torch import nn
from torch.nn import functional as F
from versus import Side, same_start, versus

LOOPED = torch.tensor(karate.EDGES)
LOOPED = torch.cat([LOOPED, torch.arange(34).repeat(2, 1)], 1)  # everyone is a friend of oneself
FROM, TO = LOOPED


class GCNConv(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.lin = nn.Linear(inputs, outputs, bias=False)
        self.bias = nn.Parameter(torch.zeros(outputs))
        degree = torch.bincount(TO, minlength=34).float()
        share = (degree[FROM] * degree[TO]).rsqrt()
        self.share = torch.sparse_coo_tensor(LOOPED.flip(0), share, (34, 34)).to_sparse_csr()

    def forward(self, x):
        return self.share @ self.lin(x) + self.bias


class GATConv(nn.Module):
    def __init__(self, inputs, outputs, heads=1):
        super().__init__()
        self.lin = nn.Linear(inputs, heads * outputs, bias=False)
        self.att_src = nn.Parameter(torch.zeros(1, heads, outputs))
        self.att_dst = nn.Parameter(torch.zeros(1, heads, outputs))
        self.bias = nn.Parameter(torch.zeros(heads * outputs))

    def forward(self, x):
        x = self.lin(x).view(34, *self.att_src.shape[1:])
        to, source = (x * self.att_dst).sum(-1), (x * self.att_src).sum(-1)
        score = F.leaky_relu(source[FROM] + to[TO], 0.2)
        share = (score - score.detach().max()).exp()  # far from overflow; it cancels
        total = torch.zeros(34, share.shape[1]).index_add(0, TO, share)
        sent = x[FROM] * (share / total[TO])[:, :, None]
        return torch.zeros_like(x).index_add(0, TO, sent).flatten(1) + self.bias


class Net(nn.Module):
    def __init__(self, kind):
        super().__init__()
        width = karate.WIDTH
        if kind == "gcn":
            self.first, self.second = GCNConv(34, width), GCNConv(width, 2)
        else:
            self.first, self.second = GATConv(34, width // 4, heads=4), GATConv(width, 2)

    def forward(self, x):
        return self.second(F.elu(self.first(x)))


def train_theirs(kind, seed):
    model = same_start(Net(kind), karate.make_model(kind, seed))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005, weight_decay=5e-4, fused=True)
    x, sides = torch.eye(34), torch.tensor(karate.SIDES[karate.KNOWN])
    for _ in range(karate.EPOCHS):
        optimizer.zero_grad()
        F.cross_entropy(model(x)[karate.KNOWN], sides).backward()
        optimizer.step()
    return model.eval()


def compare(kind):
    def ours(model, seed):
        return karate.right(model).sum() - 2  # the two that were known are not counted

    def theirs(model, seed):
        return karate.right(model, torch).sum() - 2

    here, figure = f"{Path(__file__).parent}:{kind}", f"{kind.upper()}: right of 32 members"
    sides = (
        Side(lambda s: karate.train(kind, s), ours),
        Side(lambda s: train_theirs(kind, s), theirs),
    )
    versus(here, figure, *sides, "{:.0f}")


if __name__ == "__main__":
    compare("gcn")
    compare("gat")
