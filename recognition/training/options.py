"""What both trainings share: the command line, the schedule, and saving."""
import argparse
import math
import os
import time

import torch

from networks import export


class Options(argparse.Namespace):
    def seconds(self):
        return time.monotonic() - self.started


def parse(what, batch, rate):
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument('output', help='folder; reader.onnx or detector.onnx and the state go there')
    parser.add_argument('--fonts', nargs='+', default=['/usr/share/fonts'])
    parser.add_argument('--processes', type=int, default=max(1, (os.cpu_count() or 2) - 1), help='that draw')
    parser.add_argument('--drawings', type=int, default=8000, help='kept at a time')
    parser.add_argument('--first', type=int, default=1000, help='drawings to wait for before the first step')
    parser.add_argument('--steps', type=int, default=100000)
    parser.add_argument('--limit-s', type=float, default=1e9, help='the schedule ends after so many seconds, if that is sooner')
    parser.add_argument('--batch', type=int, default=batch)
    parser.add_argument('--sizes', type=int, default=4, help='distances a batch is photographed from')
    parser.add_argument('--rate', type=float, default=rate)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--start', help='state to go on from')
    parser.add_argument('--frozen', type=int, default=0, help='layers at the beginning that stay as they are (the reader)')
    parser.add_argument('--heights', type=float, nargs=2, default=(6.0, 42.0), help='of characters in a photo, pixels (the reader)')
    parser.add_argument('--save-every-s', type=float, default=60)
    options = parser.parse_args(namespace=Options())
    options.started = time.monotonic()
    options.device_type = 'cuda' if torch.cuda.is_available() else 'cpu'
    options.device = torch.device(options.device_type)
    os.makedirs(options.output, exist_ok=True)
    torch.manual_seed(options.seed)
    if options.device_type == 'cuda':
        torch.backends.cudnn.benchmark = False
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    return options


class Optimiser:
    """AdamW with a warm start and a cosine's end, clipped."""

    def __init__(self, model, options):
        self.model, self.rate = model, options.rate
        self.inner = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=options.rate, weight_decay=1e-3)

    def set_rate(self, progress):
        warm = min(1.0, progress / 0.04)
        for group in self.inner.param_groups:
            group['lr'] = self.rate * max(0.02, warm) * (0.5 + 0.5 * math.cos(math.pi * min(1.0, progress)) + 0.002)

    def step(self, loss):
        self.inner.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.inner.step()


class Saver:
    """Says how training goes, and writes what there is, so that an ended run leaves its newest weights."""

    def __init__(self, model, kind, options):
        self.model, self.kind, self.options = model, kind, options
        if options.device_type == 'cuda':
            model.to(memory_format=torch.channels_last)
        self.last = options.started
        self.sum, self.count = None, 0

    def answers(self, inputs):
        """The network's answers while it is trained: in half the precision where there is a device for that."""
        cuda = self.options.device_type == 'cuda'
        if cuda:
            inputs = inputs.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.options.device_type, dtype=torch.bfloat16, enabled=cuda):
            return self.model(inputs).float()

    def after(self, step, loss, store, measure):
        part = loss.detach()
        self.sum = part if self.sum is None else self.sum + part
        self.count += 1
        if time.monotonic() - self.last < self.options.save_every_s and step != 20:
            return
        self.last = time.monotonic()
        self.write(step, store, measure)

    def write(self, step, store, measure):
        print('%s step %d  %.0f s  loss %.4f  drawings %d  %s' % (
            self.kind, step, self.options.seconds(), (self.sum / max(1, self.count)).item(), store.drawn, measure(self.model, store)), flush=True)
        self.sum, self.count = None, 0
        path = os.path.join(self.options.output, self.kind)
        torch.save(self.model.state_dict(), path + '.new')
        os.replace(path + '.new', path + '.pt')

    def finish(self, step, store, measure):
        if self.count:
            self.write(step, store, measure)
        export(self.model.state_dict(), self.kind, os.path.join(self.options.output, self.kind + '.onnx'))
