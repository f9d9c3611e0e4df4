#!/usr/bin/python3
"""Trains the reader's last layers on a processor: what the layers before them give for each line is kept, not computed again.

  train_last_layers.py STATE.pt OUT LINES EPOCHS RATE SEED [FONTS...]     OUT.pt and OUT.onnx are written

Half an hour for 12,000 lines and 3 epochs. It moves what the reader does with what it sees, such as when it is silent; what
it can see is up to the layers before, and to train_reader.py.
"""
import math
import sys

import torch
from torch import nn

from drawings import Store
from networks import export, LineReader
import train_reader

KEPT = 11  # layers at the beginning that stay
BATCH, DRAWINGS = 96, 128
HEIGHTS = (7.0, 40.0)  # of characters, in a photo's pixels
WRONG = 0.05  # of the lines are cut out beside the text


def seen_lines(model, store, count):
    """What the first layers give for `count` lines, in half the precision, and the lines' texts."""
    features, codes = [], []
    with torch.no_grad():
        for _ in range(max(1, count // DRAWINGS)):
            store.refresh()
            height = math.exp(torch.empty(1).uniform_(math.log(HEIGHTS[0]), math.log(HEIGHTS[1])).item())
            lines, texts = train_reader.photos_of_lines(store, DRAWINGS, height, wrong_share=WRONG)
            features.append(model.layers[:KEPT](lines).half())
            codes.append(texts)
    return torch.cat(features), torch.cat(codes)


def measure(last, features, codes):
    last.eval()
    with torch.no_grad():
        pairs = list(zip(train_reader.texts_of(last(features.float())), train_reader.truth_of(codes)))
    texts, others = [p for p in pairs if p[1]], [p for p in pairs if not p[1]]
    return 'right %.3f  too short %.3f  silent %.3f' % (
        sum(a == b for a, b in texts) / max(1, len(texts)), sum(len(a) < len(b) for a, b in texts) / max(1, len(texts)),
        sum(not a for a, _ in others) / max(1, len(others)))


def train(last, features, codes, epochs, rate):
    """The last twelfth of the lines is for measuring."""
    used = len(features) - len(features) // 12
    optimiser = torch.optim.AdamW(last.parameters(), lr=rate, weight_decay=1e-3)
    loss_of = nn.CTCLoss(zero_infinity=True)
    steps, step = epochs * (used // BATCH), 0
    for epoch in range(epochs):
        order = torch.randperm(used)
        last.eval()  # the norms stay
        last[2].train()  # the dropout
        for start in range(0, used - BATCH + 1, BATCH):
            for group in optimiser.param_groups:
                group['lr'] = rate * min(1, (step + 1) / (0.04 * steps)) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
            some = order[start:start + BATCH]
            log = last(features[some].float()).squeeze(2).permute(2, 0, 1).log_softmax(2)
            texts = codes[some]
            loss = loss_of(log, texts[texts > 0], torch.full((BATCH,), log.shape[0], dtype=torch.long), (texts > 0).sum(1))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(last.parameters(), 5.0)
            optimiser.step()
            step += 1
        print('epoch %d  %s' % (epoch + 1, measure(last, features[used:], codes[used:])), flush=True)


def main():
    if len(sys.argv) < 7:
        sys.exit(__doc__)
    state, out, count, epochs, rate, seed = sys.argv[1], sys.argv[2], *(int(a) for a in sys.argv[3:5]), float(sys.argv[5]), int(sys.argv[6])
    torch.manual_seed(seed)
    store = Store(sys.argv[7:] or ['/usr/share/fonts'], 1, 4000, torch.device('cpu'), seed)
    store.allocate()
    store.refresh(at_least=600)
    model = LineReader()
    model.load_state_dict(torch.load(state, map_location='cpu'))
    features, codes = seen_lines(model.eval(), store, count)
    store.close()
    train(model.layers[KEPT:], features, codes, epochs, rate)
    torch.save(model.state_dict(), out + '.pt')
    export(model.state_dict(), 'reader', out + '.onnx')


if __name__ == '__main__':
    main()
