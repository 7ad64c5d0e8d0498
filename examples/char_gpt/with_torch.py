"""The training of `char_gpt.py` in PyTorch: the same text, start, batches and steps."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import char_gpt
import torch
from char_gpt import CONTEXT, HEADS, LAYERS, LETTERS, STEPS, WIDTH
from torch import nn
from versus import Side, same_start, versus


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.letters = nn.Embedding(len(LETTERS), WIDTH)
        self.places = nn.Embedding(CONTEXT, WIDTH)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(
                WIDTH, HEADS, 4 * WIDTH, dropout=0, activation="gelu", batch_first=True,
                norm_first=True,
            )
            for _ in range(LAYERS)
        )  # fmt: skip
        self.norm = nn.LayerNorm(WIDTH)
        self.head = nn.Linear(WIDTH, len(LETTERS))
        self.register_buffer("mask", nn.Transformer.generate_square_subsequent_mask(CONTEXT))

    def forward(self, numbers):
        x = self.letters(numbers) + self.places.weight
        for layer in self.layers:
            x = layer(x, src_mask=self.mask, is_causal=True)
        return self.head(self.norm(x))


def train_theirs(seed):
    model = same_start(GPT(), char_gpt.make_model(seed))
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for x, y in char_gpt.batches(seed, STEPS):
        optimizer.zero_grad()
        logits = model(torch.tensor(x)).flatten(0, 1)
        nn.functional.cross_entropy(logits, torch.tensor(y).flatten()).backward()
        optimizer.step()
        schedule.step()
    return model.eval()


if __name__ == "__main__":
    ours = Side(char_gpt.train, lambda model, seed: char_gpt.bits(model))
    theirs = Side(train_theirs, lambda model, seed: char_gpt.bits(model, torch))
    versus(Path(__file__).parent, "bits per letter of new text", ours, theirs)
