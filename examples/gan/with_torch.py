"""The training of `gan.py` in PyTorch: same networks, starts and steps; rows and noise its own.

python examples/gan/with_torch.py
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import gan
import torch
from torch import nn
from torch.nn import functional as F
from versus import Side, same_start, versus

import pellucid


def train_theirs(data, x, seed):
    torch.manual_seed(seed)
    n, h = gan.WIDTH[data]
    draw = [nn.Linear(gan.NOISE, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, n)]
    end, silenced = ([nn.Tanh()], 0.3) if data == "digits" else ([], 0.0)
    judge = []
    for size in (n, h):
        judge += [nn.Linear(size, h), nn.LeakyReLU(0.2), nn.Dropout(silenced)]
    generator, critic = nn.Sequential(*draw, *end), nn.Sequential(*judge, nn.Linear(h, 1))
    for theirs, ours in zip((generator, critic), gan.make_models(data, seed), strict=True):
        same_start(theirs, ours)
    settings = {"lr": gan.RATE, "betas": gan.BETAS, "fused": True}
    optimizer_g = torch.optim.Adam(generator.parameters(), **settings)
    optimizer_c = torch.optim.Adam(critic.parameters(), **settings)
    x = torch.tensor(x)
    for _ in range(gan.STEPS):
        real = x[torch.randint(0, len(x), (gan.BATCH,))]
        drawn = generator(torch.randn(gan.BATCH, gan.NOISE))
        optimizer_c.zero_grad()
        (F.softplus(-critic(real)) + F.softplus(critic(drawn.detach()))).mean().backward()
        optimizer_c.step()
        optimizer_g.zero_grad()
        F.softplus(-critic(drawn)).mean().backward()
        optimizer_g.step()
    return generator


def compare(data):
    rows = [gan.load(data, 10_000, seed) for seed in range(6)]

    def score(package):
        def of(generator, seed):
            with package.no_grad():
                drawn = generator(package.randn(1000, gan.NOISE)).numpy()
            return gan.told_apart(rows[seed][:1000], drawn)

        return of

    ours = Side(lambda seed: gan.train(data, rows[seed], seed), score(pellucid))
    theirs = Side(lambda seed: train_theirs(data, rows[seed], seed), score(torch))
    folder = Path(__file__).parent
    versus(f"{folder}:{data}", "% told apart", ours, theirs, "{:.1f}")


if __name__ == "__main__":
    for data in [w for w in gan.WIDTH if w in sys.argv] or gan.WIDTH:
        sys.argv = [w for w in sys.argv if w not in gan.WIDTH]
        compare(data)
