"""The training of `transformer_classify.py` in PyTorch: same sequences, start, batches, steps."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
import transformer_classify as example
from torch import nn
from versus import Side, batches, same_start, versus

import pellucid

LEARN = [example.make_data(example.ROWS, seed) for seed in range(6)]
SCORE = [example.make_data(example.SCORED, 1_000_000 + seed) for seed in range(6)]


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        width = example.WIDTH
        self.signs = nn.Embedding(len(example.SIGNS), width)
        self.places = nn.Embedding(example.LONGEST, width)
        layer = nn.TransformerEncoderLayer(width, 4, 2 * width, dropout=0, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(width, 2)

    def forward(self, x):
        empty = x == 0
        h = self.encoder(self.signs(x) + self.places.weight, src_key_padding_mask=empty)
        seen = (~empty).unsqueeze(-1).float()
        return self.head((h * seen).sum(1) / seen.sum(1))


def train_theirs(seed):
    x, y = (torch.tensor(part) for part in LEARN[seed])
    model = same_start(Reader(), example.make_model(seed))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, fused=True)
    steps = example.EPOCHS * -(-len(x) // 64)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in batches(len(x), 64, example.EPOCHS, seed):
        for rows in epoch:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[rows]), y[rows]).backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def score(library):
    def of(model, seed):
        x, y = SCORE[seed]
        return 100 * ((example.chances(model, x, library) > 0.5) == y).mean()

    return of


if __name__ == "__main__":
    ours = Side(lambda seed: example.train(LEARN[seed], seed), score(pellucid))
    theirs = Side(train_theirs, score(torch))
    versus(Path(__file__).parent, "% answered rightly", ours, theirs, "{:.1f}")
