"""The training of `vae.py` in PyTorch: the same images, start, batches and steps; its own noise."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch
import vae
from torch import nn
from torch.nn import functional as F
from versus import Side, batches, same_start, versus

import pellucid

DATA = [vae.load(seed) for seed in range(6)]


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(nn.Linear(64, 128), nn.GELU(), nn.Linear(128, 4))
        self.decode = nn.Sequential(nn.Linear(2, 128), nn.GELU(), nn.Linear(128, 64))

    def forward(self, x):
        mean, log_variance = self.encode(x).chunk(2, dim=1)
        z = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        return self.decode(z), mean, log_variance


def negative_elbo(outputs, x):
    logits, mean, log_variance = outputs
    drawn = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    kl = (mean**2 + log_variance.exp() - 1 - log_variance).sum() / 2
    return (drawn + kl) / len(x)


def train_theirs(seed):
    torch.manual_seed(seed)
    x = torch.tensor(DATA[seed][0])
    model = same_start(VAE(), vae.make_model(seed))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, fused=True)
    for epoch in batches(len(x), 48, vae.EPOCHS, seed):
        for rows in epoch:
            optimizer.zero_grad()
            batch = x[rows]
            negative_elbo(model(batch), batch).backward()
            optimizer.step()
    return model


def score(package, loss):
    def of(model, seed):
        x = package.tensor(DATA[seed][1])
        with package.no_grad():
            return sum(loss(model(x), x).item() for _ in range(20)) / 20

    return of


if __name__ == "__main__":
    ours = Side(lambda seed: vae.train(DATA[seed][0], seed), score(pellucid, vae.negative_elbo))
    theirs = Side(train_theirs, score(torch, negative_elbo))
    versus(Path(__file__).parent, "nats, negative ELBO", ours, theirs, "{:.2f}")
