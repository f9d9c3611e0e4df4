#!/usr/bin/python3
"""Trains the line reader on lines that render_lines made and writes it as ONNX. Debian packages: python3-torch.

  train_lines.py LINES.bin OUTPUT.onnx [--epochs N] [--stop-after N] [--lines-used N] [--batch N] [--rate R] [--threads N] [--start STATE.pt]

The network sees 1 x 32 x 160 gray values in 0..1 and gives, for 40 columns, a score for each of
'-' (nothing), 0-9, A-Z: connectionist temporal classification (Graves 2006), so no character needs to be cut out.
"""
import argparse
import time

import numpy
import torch
from torch import nn

ALPHABET = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
HEIGHT, WIDTH, LABEL = 32, 160, 12


def block(inputs, outputs, pool):
    layers = [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return layers + ([nn.MaxPool2d(pool)] if pool else [])


class LineReader(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            *block(1, 24, (2, 2)), *block(24, 48, (2, 2)), *block(48, 72, (2, 1)), *block(72, 96, (2, 1)),
            nn.Conv2d(96, 128, (2, 5), padding=(0, 2), bias=False), nn.BatchNorm2d(128), nn.ReLU(),
            nn.Conv2d(128, 96, (1, 5), padding=(0, 2), bias=False), nn.BatchNorm2d(96), nn.ReLU(),
            nn.Dropout(0.1), nn.Conv2d(96, len(ALPHABET), 1))

    def forward(self, lines):
        return self.layers(lines)


def load(path):
    records = numpy.fromfile(path, dtype=numpy.uint8).reshape(-1, HEIGHT * WIDTH + LABEL)
    labels = [bytes(r[HEIGHT * WIDTH:]).rstrip(b'\0').decode() for r in records]
    return records[:, :HEIGHT * WIDTH].reshape(-1, 1, HEIGHT, WIDTH), labels


def decode(scores):
    texts = []
    for line in scores.argmax(1).squeeze(1).tolist():
        texts.append(''.join(ALPHABET[c] for i, c in enumerate(line) if c and (i == 0 or line[i - 1] != c)))
    return texts


def measure(model, images, labels):
    model.eval()
    right = 0
    with torch.no_grad():
        for k in range(0, len(labels), 256):
            texts = decode(model(torch.from_numpy(images[k:k + 256]).float() / 255))
            right += sum(a == b for a, b in zip(texts, labels[k:k + 256]))
    return right / len(labels)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('lines')
    parser.add_argument('output')
    parser.add_argument('--epochs', type=int, default=10)
    parser.add_argument('--threads', type=int, default=2)
    parser.add_argument('--stop-after', type=int, help='epochs, of a schedule that is planned for more')
    parser.add_argument('--lines-used', type=int, help='of each epoch, drawn anew (default: all)')
    parser.add_argument('--batch', type=int, default=64)
    parser.add_argument('--rate', type=float, default=3e-3)
    parser.add_argument('--start')
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    numpy.random.seed(1)
    images, labels = load(options.lines)
    held = 1000
    model = LineReader()
    if options.start:
        model.load_state_dict(torch.load(options.start))
    print('weights', sum(p.numel() for p in model.parameters()), flush=True)
    count = len(labels) - held
    batch = options.batch
    used = min(count, options.lines_used or count)
    steps = options.epochs * (used // batch)
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=steps, pct_start=0.15)
    loss_of = nn.CTCLoss(zero_infinity=True)
    codes = [[ALPHABET.index(c) for c in label] for label in labels]
    started = time.monotonic()
    for epoch in range(options.stop_after or options.epochs):
        model.train()
        order = numpy.random.permutation(count)[:used]
        total = 0.0
        for k in range(0, used - batch + 1, batch):
            chosen = order[k:k + batch]
            scores = model(torch.from_numpy(images[chosen]).float() / 255).squeeze(2).permute(2, 0, 1).log_softmax(2)
            targets = torch.tensor([c for i in chosen for c in codes[i]], dtype=torch.long)
            lengths = torch.tensor([len(codes[i]) for i in chosen])
            loss = loss_of(scores, targets, torch.full((batch,), scores.shape[0], dtype=torch.long), lengths)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        print('epoch %d loss %.4f held-out lines right %.4f  %.0f s' % (
            epoch + 1, total * batch / used, measure(model, images[count:], labels[count:]),
            time.monotonic() - started), flush=True)
        model.eval()
        torch.save(model.state_dict(), options.output + '.pt')
        torch.onnx.export(model, torch.zeros(1, 1, HEIGHT, WIDTH), options.output, opset_version=11,
                          input_names=['line'], output_names=['scores'])


if __name__ == '__main__':
    main()
