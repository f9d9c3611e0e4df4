#!/usr/bin/python3
"""Trains the detector on photos of drawn plates in drawn streets. README.md beside this says how it is used."""
import math

import torch
from torch.nn import functional

import photograph
import plates
from drawings import Store
from networks import CELL, LineDetector
from options import Optimiser, Saver, parse

HIGH, WIDE = 192, 320  # of a window, in the network's pixels
SLOTS = 3              # plates in a window, at most
LENGTHS = (15.0, 165.0)  # of a line, in the network's pixels


def street(store, count, factor):
    """Pieces of drawn streets, near or far, turned a little, sometimes two in one."""
    device = store.device
    high, wide = HIGH * factor, WIDE * factor
    out = None
    for layer in range(2):
        pick = torch.randint(0, store.background_count, (count,), device=device)
        source = store.backgrounds[pick][:, None].float()
        scale = torch.exp(photograph.uniform(count, math.log(0.35), math.log(1.6), device)) / factor
        angle = photograph.normal(count, 0.2, device)
        c, s = angle.cos() * scale, angle.sin() * scale
        at = photograph.uniform(2 * count, 60, 450, device).reshape(2, count)
        view = photograph.matrix([[c, -s, at[0] - c * wide / 2 + s * high / 2], [s, c, at[1] - s * wide / 2 - c * high / 2], [0, 0, 1]], count, device)
        piece = photograph.sample(source, *photograph.places(view, high, wide), 'reflection')
        if layer == 0:
            out = piece
        else:
            edge = photograph.uniform(count, -0.4, 1.4, device)[:, None, None, None] * high
            slope = photograph.normal(count, 0.2, device)[:, None, None, None]
            ys = torch.arange(high, device=device, dtype=torch.float32)[None, None, :, None]
            xs = torch.arange(wide, device=device, dtype=torch.float32)[None, None, None, :]
            out = torch.where(ys > edge + slope * xs, piece, out)
    return out


def place(store, scene, factor, present):
    """Hangs a drawing into each scene; returns the scene, the drawing's index and where its pixels came to lie."""
    count, device = scene.shape[0], scene.device
    high, wide = scene.shape[2:]
    pick = torch.randint(0, store.count, (count,), device=device)
    line, plate = store.line[pick], store.plate[pick]
    middle = math.exp(torch.empty(1).uniform_(math.log(LENGTHS[0]), math.log(LENGTHS[1])).item())
    length = (middle * torch.exp(photograph.normal(count, 0.2, device))).clamp(*LENGTHS) * factor
    shrink = length / (line[:, 2] - line[:, 0])
    pooled = max(1, min(8, int(0.8 / shrink.median().item())))
    drawings = functional.avg_pool2d(store.gray[pick][:, None].float(), pooled) if pooled > 1 else store.gray[pick][:, None].float()
    angle = photograph.normal(count, 0.08, device)
    angle = torch.where(torch.rand(count, device=device) < 0.25, photograph.uniform(count, -0.6, 0.6, device), angle)
    c, s = angle.cos() * shrink, angle.sin() * shrink
    squeeze = torch.exp(-photograph.normal(count, 0.12, device).abs())
    shear = photograph.normal(count, 0.1, device)
    inside = (length * 0.55).clamp(max=wide * 0.5)
    at_x = inside + torch.rand(count, device=device) * (wide - 2 * inside)
    at_y = torch.rand(count, device=device) * (high * 0.94) + high * 0.03
    cx, cy = (line[:, 0] + line[:, 2]) / 2, (line[:, 1] + line[:, 3]) / 2
    persp = photograph.normal(2 * count, 0.0005, device).reshape(2, count)
    about = photograph.matrix([[1, 0, -cx], [0, 1, -cy], [0, 0, 1]], count, device)
    turned = photograph.matrix([[c * squeeze, -s + c * shear, 0], [s * squeeze, c + s * shear, 0], [persp[0], persp[1], 1]], count, device)
    to_photo = photograph.matrix([[1, 0, at_x], [0, 1, at_y], [0, 0, 1]], count, device) @ turned @ about
    xs, ys = photograph.places(torch.linalg.inv(to_photo), high, wide)
    seen = photograph.sample(drawings, xs, ys, pooled=pooled)
    reach = torch.rand(count, device=device) ** 2 * 28 + 0.5
    reach = torch.maximum(reach, 1 / shrink)[:, None, None]
    box = plate[:, :, None, None]
    beside = torch.maximum(box[:, 0] - 3 - xs, xs - box[:, 2] - 3).clamp(min=0)
    above = torch.maximum(box[:, 1] - 3 - ys, ys - box[:, 3] - 3).clamp(min=0)
    mask = (1 - torch.sqrt(beside ** 2 + above ** 2) / reach).clamp(0, 1)[:, None]
    mask = mask * present[:, None, None, None]
    return scene + (seen - scene) * mask, pick, to_photo, (length / factor)


def targets_of(store, pick, to_photo, factor, present, heat, weight, shape, shape_weight):
    """Writes one slot's lines into the maps that the network is to give."""
    device = heat.device
    line = store.line[pick]
    cx, cy = (line[:, 0] + line[:, 2]) / 2, (line[:, 1] + line[:, 3]) / 2
    one = torch.ones_like(cx)
    points = torch.stack([torch.stack([cx, cy, one], 1), torch.stack([line[:, 2], cy, one], 1), torch.stack([line[:, 0], cy, one], 1),
                          torch.stack([cx, line[:, 3], one], 1), torch.stack([cx, line[:, 1], one], 1)], 1)
    points = (photograph.transform(points, to_photo) + 0.5) / (CELL * factor)
    along, down = (points[:, 1] - points[:, 2]) / 2, (points[:, 3] - points[:, 4]) / 2
    centre = (points[:, 1] + points[:, 2]) / 2
    rows, columns = heat.shape[1:]
    ys = torch.arange(rows, device=device, dtype=torch.float32)[None, :, None] + 0.5
    xs = torch.arange(columns, device=device, dtype=torch.float32)[None, None, :] + 0.5
    dx, dy = torch.broadcast_tensors(xs - centre[:, 0, None, None], ys - centre[:, 1, None, None])
    half = along.norm(dim=1)
    unit = along / half[:, None].clamp(min=1e-3)
    u = dx * unit[:, 0, None, None] + dy * unit[:, 1, None, None]
    v = -dx * unit[:, 1, None, None] + dy * unit[:, 0, None, None]
    su, sv = (half * 0.2).clamp(min=0.55)[:, None, None], (down.norm(dim=1) * 0.5).clamp(min=0.5)[:, None, None]
    bump = torch.exp(-0.5 * ((u / su) ** 2 + (v / sv) ** 2))
    best = bump.amax((1, 2), keepdim=True)
    bump = torch.where(bump >= best, torch.ones_like(bump), bump)
    inside = (centre[:, 0] > 0) & (centre[:, 0] < columns) & (centre[:, 1] > 0) & (centre[:, 1] < rows)
    is_plate = present & (store.codes[pick, 0] > 0) & inside
    bump = bump * is_plate[:, None, None]
    large_enough = down.norm(dim=1) * 2 * CELL > 3.2
    weight *= 1 - ((bump > 0.05) & ~large_enough[:, None, None]).float()
    # A plate that another one covers is gone with its own targets.
    covered = (u.abs() < half[:, None, None] * 1.3) & (v.abs() < down.norm(dim=1)[:, None, None] * 2.4) & present[:, None, None]
    heat.copy_(torch.maximum(torch.where(covered, torch.zeros_like(heat), heat), bump))
    own = bump > 0.5
    values = torch.stack([-dx, -dy, *(t.reshape(-1, 1, 1).expand_as(dx) for t in (along[:, 0], along[:, 1], down[:, 0], down[:, 1]))], 1)
    shape.copy_(torch.where(own[:, None], values, shape))
    scale = 1 / (down.norm(dim=1) * 2).clamp(min=0.4)
    shape_weight.copy_(torch.where(own, scale[:, None, None].expand_as(own), torch.where(covered, torch.zeros_like(shape_weight), shape_weight)))


def windows(store, count):
    """Photos and what the network is to say of them."""
    device = store.device
    factor = 1 if torch.rand(1).item() < 0.4 else 2
    scene = street(store, count, factor)
    rows, columns = HIGH // CELL, WIDE // CELL
    heat = torch.zeros(count, rows, columns, device=device)
    weight = torch.ones(count, rows, columns, device=device)
    shape = torch.zeros(count, 6, rows, columns, device=device)
    shape_weight = torch.zeros(count, rows, columns, device=device)
    for slot in range(SLOTS):
        present = torch.rand(count, device=device) < (0.85, 0.5, 0.25)[slot]
        scene, pick, to_photo, _ = place(store, scene, factor, present)
        targets_of(store, pick, to_photo, factor, present, heat, weight, shape, shape_weight)
    photo = photograph.develop(scene, blur_max=1.1 * factor, noise=0.8)
    cut_out = torch.rand(count, device=device) < 0.2
    photo = photo if factor == 1 else functional.avg_pool2d(photo, factor)
    photo = (photo - 128) / 64
    return cut(photo, pick, to_photo, factor, present & cut_out, store, heat, weight, shape_weight), heat, weight, shape, shape_weight


def cut(photo, pick, to_photo, factor, cut_out, store, heat, weight, shape_weight):
    """Some pictures hold a plate and nothing else: what is around it is nothing, as beyond a picture's edge."""
    count, device = photo.shape[0], photo.device
    plate = store.plate[pick]
    one = torch.ones_like(plate[:, 0])
    corners = torch.stack([torch.stack([plate[:, a], plate[:, b], one], 1) for a, b in ((0, 1), (2, 1), (2, 3), (0, 3))], 1)
    corners = photograph.transform(corners, to_photo) / factor
    slack = photograph.normal(4 * count, 2.0, device).reshape(4, count)
    low_x, high_x = corners[..., 0].amin(1) - 1 + slack[0], corners[..., 0].amax(1) + 1 + slack[1]
    low_y, high_y = corners[..., 1].amin(1) - 1 + slack[2], corners[..., 1].amax(1) + 1 + slack[3]
    for maps, step in ((photo, 1), (heat[:, None], CELL), (weight[:, None], CELL), (shape_weight[:, None], CELL)):
        ys = (torch.arange(maps.shape[2], device=device)[None, None, :, None] + 0.5) * step
        xs = (torch.arange(maps.shape[3], device=device)[None, None, None, :] + 0.5) * step
        low = (xs < low_x[:, None, None, None]) | (xs > high_x[:, None, None, None])
        outside = (low | (ys < low_y[:, None, None, None]) | (ys > high_y[:, None, None, None])) & cut_out[:, None, None, None]
        if maps.shape[2] == weight.shape[1] and maps.data_ptr() == weight.data_ptr():
            continue  # what lies outside is still to be called nothing
        maps.masked_fill_(outside, 0)
    return photo


def loss_of(answer, heat, weight, shape, shape_weight):
    logit = answer[:, 0]
    p = torch.sigmoid(logit).clamp(1e-4, 1 - 1e-4)
    own = (heat >= 0.999).float()
    positive = -(1 - p) ** 2 * p.log() * own
    negative = -(1 - heat) ** 4 * p ** 2 * (1 - p).log() * (1 - own)
    lines = own.sum().clamp(min=1)
    found = ((positive + negative) * weight).sum() / lines
    off = functional.smooth_l1_loss(answer[:, 1:], shape, reduction='none', beta=0.1).sum(1)
    return found + 1.5 * (off * shape_weight * weight).sum() / shape_weight.gt(0).sum().clamp(min=1)


def measure(model, store):
    """Of drawn plates, how many are found, by how long they are; how many more places are named; how far off the ends are."""
    model.eval()
    found, lines, extra, off, count = 0, 0, 0, 0.0, 0
    with torch.no_grad():
        for _ in range(8 if store.device.type == 'cuda' else 1):
            photo, heat, weight, shape, shape_weight = windows(store, 64 if store.device.type == 'cuda' else 8)
            answer = model(photo)
            p = torch.sigmoid(answer[:, 0])
            peak = (p == functional.max_pool2d(p[:, None], 3, 1, 1)[:, 0]) & (p > 0.3)
            own = (heat >= 0.999) & (weight > 0)
            near = functional.max_pool2d(p[:, None], 3, 1, 1)[:, 0] > 0.3
            found += (own & near).sum().item()
            lines += own.sum().item()
            extra += (peak & (heat < 0.05) & (weight > 0)).sum().item()
            error = ((answer[:, 3:5] - shape[:, 2:4]).abs().sum(1) * shape_weight)[own]
            off += error.sum().item()
            count += photo.shape[0]
    model.train()
    return 'found %.3f extra a window %.3f ends off %.3f heights' % (found / max(1, lines), extra / count, off / max(1, lines))


def main():
    options = parse(__doc__, batch=128, rate=2e-3)
    store = Store(options.fonts, options.processes, options.drawings, options.device, options.seed + 500, backgrounds=2000)
    store.allocate()
    store.refresh(at_least=options.first)
    print('first drawings after %.0f s' % options.seconds(), flush=True)
    model = LineDetector().to(options.device)
    with torch.no_grad():
        model.end[-1].bias[0] = -4.0
    if options.start:
        model.load_state_dict(torch.load(options.start, map_location=options.device))
    optimiser = Optimiser(model, options)
    saver = Saver(model, 'detector', options)
    model.train()
    step = 0
    while True:
        progress = max(step / options.steps, options.seconds() / options.limit_s)
        if progress >= 1:
            break
        optimiser.set_rate(progress)
        store.refresh()
        with torch.no_grad():
            parts = [windows(store, max(1, options.batch // options.sizes)) for _ in range(options.sizes)]
            photo, heat, weight, shape, shape_weight = (torch.cat(p) for p in zip(*parts))
        answer = saver.answers(photo)
        loss = loss_of(answer, heat, weight, shape, shape_weight)
        optimiser.step(loss)
        step += 1
        saver.after(step, loss, store, measure)
    saver.finish(step, store, measure)
    store.close()


if __name__ == '__main__':
    main()
