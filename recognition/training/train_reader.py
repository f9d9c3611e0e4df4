#!/usr/bin/python3
"""Trains the line reader on photos of drawn plates, made while it trains. README.md beside this says how it is used."""
import math
import time

import torch
from torch import nn

import photograph
import plates
from drawings import Store
from networks import ALPHABET, LINE_HEIGHT, LINE_TEXT_HEIGHT, LINE_WIDTH, LineReader
from options import Optimiser, parse, Saver

MARGIN = 0.8  # of the picture beside a line, in character heights: recognition/read.cc cuts lines out with as much


def cut_of(line, other, wrong):
    """Where a line image's pixels lie in the drawing: what detection would say, with its errors. 3 x 3, per line."""
    count, device = line.shape[0], line.device
    how = torch.randint(0, 5, (count,), device=device)
    line = torch.where((wrong & (how >= 3))[:, None], other, line)
    height = line[:, 3] - line[:, 1]
    length = line[:, 2] - line[:, 0]
    cx, cy = (line[:, 0] + line[:, 2]) / 2, (line[:, 1] + line[:, 3]) / 2
    spread = torch.where(torch.rand(count, device=device) < 0.25, 2.0, 1.0)
    cx = cx + photograph.normal(count, 0.16, device) * height * spread
    cy = cy + photograph.normal(count, 0.05, device) * height * spread
    length = (length + photograph.normal(count, 0.25, device) * height * spread).clamp(min=10)
    tall = height * torch.exp(photograph.normal(count, 0.08, device) * spread)
    stretch = torch.exp(photograph.normal(count, 0.1, device))
    # recognition/read.cc looks at unsure lines with narrower characters, too.
    stretch = stretch * torch.where(torch.rand(count, device=device) < 0.25, photograph.uniform(count, 1.0, 1.4, device), 1.0)
    # A cut that misses the line is to read as nothing: one on other print, too close, above or below, or beside it, and then
    # no character may be left in the picture, or the reader learns to leave out what it sees well.
    side = torch.sign(torch.rand(count, device=device) - 0.5)
    cy = torch.where(wrong & (how == 0), cy + side * height * photograph.uniform(count, 0.95, 1.6, device), cy)
    factor = torch.where(wrong & (how == 2), photograph.uniform(count, 0.2, 0.4, device), 1.0)
    tall, length = tall * factor, length * factor
    per_y = tall / LINE_TEXT_HEIGHT
    per_x = torch.maximum(per_y * stretch, (length + 2 * MARGIN * tall) / LINE_WIDTH)
    beyond = per_x * LINE_WIDTH / 2 + length / 2 + height * photograph.uniform(count, 0.2, 1.5, device)
    cx = torch.where(wrong & (how == 1), cx + side * beyond, cx)
    lean = photograph.normal(count, 0.08, device) * per_y
    slope = photograph.normal(count, 0.02, device) * spread * per_x
    return photograph.matrix([[per_x, lean, cx - per_x * LINE_WIDTH / 2 - lean * LINE_HEIGHT / 2],
                              [slope, per_y, cy - per_y * LINE_HEIGHT / 2 - slope * LINE_WIDTH / 2],
                              [0, 0, 1.0]], count, device)


def view_of(line, scale, wide, high):
    """Where a photo's pixels lie in the drawing: a camera that is turned and to the side. 3 x 3, per line."""
    count, device = line.shape[0], line.device
    cx, cy = (line[:, 0] + line[:, 2]) / 2, (line[:, 1] + line[:, 3]) / 2
    angle = photograph.normal(count, 0.07, device) + torch.where(torch.rand(count, device=device) < 0.1, photograph.normal(count, 0.25, device), 0.0)
    angle = angle.clamp(-0.55, 0.55)
    c, s = angle.cos() / scale, angle.sin() / scale
    squeeze = torch.exp(photograph.normal(count, 0.08, device).abs())
    shear = photograph.normal(count, 0.08, device) / scale
    about = photograph.matrix([[1, 0, -wide / 2 + 0.5 + torch.rand(count, device=device)], [0, 1, -high / 2 + 0.5 + torch.rand(count, device=device)],
                               [0, 0, 1]], count, device)
    persp = photograph.normal(2 * count, 0.0006, device).reshape(2, count) * scale
    turned = photograph.matrix([[c * squeeze, -s + shear, 0], [s * squeeze, c, 0], [persp[0] / scale, persp[1] / scale, 1]], count, device)
    back = photograph.matrix([[1, 0, cx], [0, 1, cy], [0, 0, 1]], count, device)
    return back @ turned @ about


def photos_of_lines(store, count, text_height, wrong_share=0.06):
    """`count` line images as the reader's program cuts them out of photos whose characters are `text_height` pixels high."""
    device = store.device
    pick = torch.randint(0, store.count, (count,), device=device)
    drawings, line, codes = store.gray[pick][:, None].float(), store.line[pick], store.codes[pick]
    scale = text_height / (line[:, 3] - line[:, 1])
    wide, high = 8 * math.ceil(text_height * 10.5 / 8), 8 * math.ceil(text_height * 4.2 / 8)
    view = view_of(line, scale, wide, high)
    fine = max(1, min(5, round(36 / text_height)))
    seen = photograph.sample(drawings, *photograph.places(view, high * fine, wide * fine, 1 / fine))
    if fine > 1:
        seen = nn.functional.avg_pool2d(seen, fine)
    photo = photograph.develop(seen, blur_max=min(3.2, text_height * 0.13))
    wrong = torch.rand(count, device=device) < wrong_share
    other = store.other[pick]
    wrong &= (other != line).any(1) | (torch.rand(count, device=device) < 0.6)
    to_photo = torch.linalg.inv(view) @ cut_of(line, torch.where((other == line).all(1)[:, None], torch.stack([line[:, 0], line[:, 1] - 1.3 * (line[:, 3] - line[:, 1]), line[:, 2], line[:, 1] - 0.3 * (line[:, 3] - line[:, 1])], 1), other), wrong)
    per = max(1, int(text_height // LINE_TEXT_HEIGHT))  # as rectify(): shrunk by a whole number first
    if per > 1:
        photo = nn.functional.avg_pool2d(photo, per)
        to_photo = photograph.matrix([[1 / per, 0, 0.5 / per - 0.5], [0, 1 / per, 0.5 / per - 0.5], [0, 0, 1]], count, device) @ to_photo
    xs, ys = photograph.places(to_photo, LINE_HEIGHT, LINE_WIDTH)
    xs, ys = within(store.plate[pick], view, per, xs, ys)
    lines = photograph.sample(photo, xs, ys).round()
    codes = torch.where(wrong[:, None], torch.zeros_like(codes), codes)
    return normalize(lines), codes


def within(plate, view, per, xs, ys):
    """Some pictures end at their plate: what is beyond is its last pixels again, as rectify() has it."""
    count, device = plate.shape[0], plate.device
    one = torch.ones_like(plate[:, 0])
    corners = torch.stack([torch.stack([plate[:, a], plate[:, b], one], 1) for a, b in ((0, 1), (2, 1), (2, 3), (0, 3))], 1)
    corners = (photograph.transform(corners, torch.linalg.inv(view)) + 0.5) / per - 0.5
    corners = corners + photograph.normal(8 * count, 1.0, device).reshape(count, 4, 2)
    ends = torch.rand(count, device=device) < 0.15
    far = torch.full((count,), 1e6, device=device)
    low, high = corners.amin(1), corners.amax(1)
    low, high = torch.where(ends[:, None], low, -far[:, None]), torch.where(ends[:, None], high, far[:, None])
    clamped = [torch.minimum(torch.maximum(v, low[:, k, None, None]), high[:, k, None, None]) for k, v in enumerate((xs, ys))]
    return clamped[0], clamped[1]


def normalize(lines):
    mean = lines.mean((2, 3), keepdim=True)
    deviation = lines.std((2, 3), keepdim=True, unbiased=False).clamp(min=2.0)
    return ((lines - mean) / deviation).clamp(-4, 4)


def mixed_batch(store, count, sizes):
    """Photos from near and far."""
    parts = []
    for _ in range(sizes):
        text_height = math.exp(torch.empty(1).uniform_(math.log(store.heights[0]), math.log(store.heights[1])).item())
        parts.append(photos_of_lines(store, count // sizes, text_height))
    return torch.cat([p[0] for p in parts]), torch.cat([p[1] for p in parts])


def texts_of(scores):
    best = scores.argmax(1).squeeze(1).cpu()
    out = []
    for line in best.tolist():
        out.append(''.join(ALPHABET[c] for i, c in enumerate(line) if c and (i == 0 or line[i - 1] != c)))
    return out


def truth_of(codes):
    return [''.join(ALPHABET[c] for c in line if c) for line in codes.cpu().tolist()]


def measure(model, store):
    model.eval()
    said = []
    with torch.no_grad():
        for height in (7, 10, 14, 22, 36):
            lines, codes = photos_of_lines(store, 512 if store.device.type == 'cuda' else 48, float(height), wrong_share=0.0)
            pairs = [(a, b) for a, b in zip(texts_of(model(lines)), truth_of(codes))]
            plates_right = [a == b for a, b in pairs if b]
            silent = [a == b for a, b in pairs if not b]
            said.append('%d px %.3f/%.2f' % (height, sum(plates_right) / max(1, len(plates_right)), sum(silent) / max(1, len(silent))))
    model.train()
    return '  '.join(said)


def main():
    options = parse(__doc__, batch=1024, rate=3e-3)
    store = Store(options.fonts, options.processes, options.drawings, options.device, options.seed)
    store.heights = options.heights
    store.allocate()
    store.refresh(at_least=options.first)
    print('first drawings after %.0f s' % options.seconds(), flush=True)
    model = LineReader().to(options.device)
    if options.start:
        model.load_state_dict(torch.load(options.start, map_location=options.device))
    keep = model.layers[:options.frozen]
    for parameter in keep.parameters():
        parameter.requires_grad_(False)
    optimiser = Optimiser(model, options)
    loss_of = nn.CTCLoss(zero_infinity=True)
    saver = Saver(model, 'reader', options)
    model.train()
    step = 0
    while True:
        progress = max(step / options.steps, options.seconds() / options.limit_s)
        if progress >= 1:
            break
        optimiser.set_rate(progress)
        if options.frozen:
            model.eval()  # what is known stays: no batch's mean replaces the learnt one
            model.layers[-2].train()
        store.refresh()
        with torch.no_grad():
            lines, codes = mixed_batch(store, options.batch, options.sizes)
        scores = saver.answers(lines)
        log = scores.squeeze(2).permute(2, 0, 1).log_softmax(2)
        lengths = (codes > 0).sum(1)
        targets = codes[codes > 0]
        loss = loss_of(log, targets, torch.full((len(codes),), log.shape[0], dtype=torch.long, device=log.device), lengths)
        optimiser.step(loss)
        step += 1
        saver.after(step, loss, store, measure)
    saver.finish(step, store, measure)
    store.close()


if __name__ == '__main__':
    main()
