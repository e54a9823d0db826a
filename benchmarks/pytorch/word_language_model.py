"""A language model in PyTorch, for ``../rnn.py``, which starts this file with a Python that has it.

For each line ``NAME SIZE STEPS`` on its standard input it trains so many steps, and answers with
the seconds that they took, by the clock on the wall and by that of the processor. SIZE is a JSON
list: vocabulary, units, layers, batch, steps in a batch. The design is that of PyTorch's example
of this name.
"""

import json
import sys
import time
from collections.abc import Callable
from functools import cache

import torch
from torch import nn

CLIP_NORM, RATE = 0.25, 0.1  # the example's first rate, 20, is for its own data


class LanguageModel(nn.Module):
    def __init__(self, vocabulary: int, units: int, layers: int, dropout: float):
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.embedding = nn.Embedding(vocabulary, units)
        between = dropout if layers > 1 else 0.0
        self.recurrent = nn.LSTM(units, units, layers, dropout=between)
        self.decoder = nn.Linear(units, vocabulary)

    def forward(self, ids: torch.Tensor, state: tuple) -> tuple[torch.Tensor, tuple]:
        hidden, state = self.recurrent(self.dropout(self.embedding(ids)), state)
        logits = self.decoder(self.dropout(hidden)).flatten(0, 1)
        return nn.functional.log_softmax(logits, dim=1), state


@cache
def build(name: str, size: str) -> Callable[[], None]:
    """Return what trains a model by one batch."""
    vocabulary, units, layers, batch, steps = json.loads(size)
    torch.manual_seed(0)
    model = LanguageModel(vocabulary, units, layers, dropout=0.0)
    ids = torch.randint(4, vocabulary, (steps, batch))
    targets = torch.randint(4, vocabulary, (steps * batch,))
    state = tuple(torch.zeros(layers, batch, units) for _ in range(2))
    adam = torch.optim.Adam(model.parameters(), 1e-4) if name == "Adam" else None

    def step() -> None:
        nonlocal state
        model.zero_grad()
        log_probs, state = model(ids, tuple(part.detach() for part in state))
        nn.functional.nll_loss(log_probs, targets).backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
        if adam is not None:
            adam.step()
            return
        for weights in model.parameters():
            weights.data.add_(weights.grad, alpha=-RATE)

    step()  # the first one allocates
    return step


def main() -> None:
    print(json.dumps({"torch": torch.__version__}), flush=True)
    for line in sys.stdin:
        name, size, steps = line.split("\t")
        step = build(name, size)
        start = time.perf_counter(), time.process_time()
        for _ in range(int(steps)):
            step()
        seconds = [time.perf_counter() - start[0], time.process_time() - start[1]]
        print(json.dumps(seconds), flush=True)


if __name__ == "__main__":
    main()
