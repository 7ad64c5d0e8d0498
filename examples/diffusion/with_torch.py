"""The training of `diffusion.py` in PyTorch: same network, start, batches, steps; its own noise.

The time is that of training and of drawing 1,000 samples.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import diffusion
import torch
from torch import nn
from torch.nn import functional as F
from versus import Side, batches, same_start, versus


class Denoiser(nn.Module):
    def __init__(self, n, hidden):
        super().__init__()
        self.enter, self.leave = nn.Linear(n + 20, hidden), nn.Linear(hidden, n)
        self.blocks = nn.ModuleList(nn.Linear(hidden, hidden) for _ in range(3))
        self.register_buffer("kept", torch.tensor(diffusion.KEPT))
        self.register_buffer("waves", torch.tensor(diffusion.WAVES))

    def noise_in(self, x, t):
        h = F.silu(self.enter(torch.cat([x, self.waves[t]], dim=1)))
        for block in self.blocks:
            h = h + F.silu(block(h))
        return self.leave(h)

    def forward(self, x):
        t = torch.randint(0, diffusion.T, (len(x),))
        noise, kept = torch.randn_like(x), self.kept[t][:, None]
        return self.noise_in(kept.sqrt() * x + (1 - kept).sqrt() * noise, t), noise


def train(data, x, seed):
    torch.manual_seed(seed)
    x, epochs = torch.tensor(x), diffusion.EPOCHS[data]
    model = same_start(Denoiser(*diffusion.WIDTH[data]), diffusion.make_model(data, seed))
    optimizer = torch.optim.Adam(model.parameters(), lr=diffusion.RATE, fused=True)
    steps = epochs * -(-len(x) // diffusion.BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for epoch in batches(len(x), diffusion.BATCH, epochs, seed):
        for rows in epoch:
            optimizer.zero_grad()
            F.mse_loss(*model(x[rows])).backward()
            optimizer.step()
            schedule.step()
    return model


@torch.no_grad()
def sample(model, count, n):
    x = torch.randn(count, n)
    for t in reversed(range(diffusion.T)):
        beta, kept = (torch.tensor(v[t]) for v in (diffusion.BETA, diffusion.KEPT))
        noise = model.noise_in(x, torch.full((count,), t))
        x = (x - beta / (1 - kept).sqrt() * noise) / (1 - beta).sqrt()
        x = x + (t > 0) * beta.sqrt() * torch.randn_like(x)
    return x.numpy() if n == 2 else x.clamp(-1, 1).numpy()


def compare(data):
    rows = [diffusion.load(data, seed) for seed in range(6)]
    n, epochs = diffusion.WIDTH[data][0], diffusion.EPOCHS[data]

    def ours(seed):
        return diffusion.sample(diffusion.train(data, rows[seed], seed, epochs), 1000, n)

    def theirs(seed):
        return sample(train(data, rows[seed], seed), 1000, n)

    def score(drawn, seed):
        return diffusion.told_apart(rows[seed][:1000], drawn)

    folder = Path(__file__).parent
    versus(f"{folder}:{data}", "% told apart", Side(ours, score), Side(theirs, score), "{:.1f}")


if __name__ == "__main__":
    for data in [w for w in diffusion.WIDTH if w in sys.argv] or diffusion.WIDTH:
        sys.argv = [w for w in sys.argv if w not in diffusion.WIDTH]
        compare(data)
