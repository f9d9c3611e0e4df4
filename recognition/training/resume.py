#!/usr/bin/python3
"""Makes a state that can be trained on from a committed network, whose batch norms are folded into its convolutions.

  resume.py NETWORK.onnx STATE.pt [FONTS...]

Each norm is put back with what its convolution gives on drawn photos: it takes away that mean and deviation and adds them
again, so that the network says what it said. For the line reader and the line detector; the weights' names tell which.
"""
import sys

import numpy as np
import onnx
from onnx import numpy_helper
import torch

from drawings import Store
from networks import Conv, LineDetector, LineReader
import train_detector
import train_reader

DRAWINGS, LINES, WINDOWS = 1500, 2048, 96


def unfolded(path):
    """The network, with norms that only add the biases."""
    stored = {i.name: torch.from_numpy(np.array(numpy_helper.to_array(i))) for i in onnx.load(path).graph.initializer}
    model = LineReader() if 'layers.0.conv.weight' in stored else LineDetector()
    state = {}
    for name, value in model.state_dict().items():
        folded = name.replace('.norm.bias', '.conv.bias')
        state[name] = stored[folded] if folded in stored else value
        if state[name].shape != value.shape:
            raise SystemExit('%s: %s has another shape than networks.py says' % (path, folded))
    missing = {n.replace('.norm.bias', '.conv.bias') for n in state if n.endswith(('conv.weight', 'norm.bias'))} - set(stored)
    if missing:
        raise SystemExit('%s: without %s' % (path, ', '.join(sorted(missing))))
    model.load_state_dict(state)
    for module in model.modules():
        if isinstance(module, Conv):
            module.norm.weight.data.fill_((1 + module.norm.eps) ** 0.5)
    return model.eval()


def restore_norms(model, inputs):
    """Sets each norm by what its convolution gives for these inputs; the answers stay."""
    sums = {}

    def hook(module, _, output):
        sums[module] = (output.mean((0, 2, 3)), output.var((0, 2, 3), unbiased=False))

    convs = [m for m in model.modules() if isinstance(m, Conv)]
    hooks = [m.conv.register_forward_hook(hook) for m in convs]
    with torch.no_grad():
        before = model(inputs)
    for h in hooks:
        h.remove()
    for m in convs:
        mean, variance = sums[m.conv]
        m.norm.running_mean.copy_(mean)
        m.norm.running_var.copy_(variance)
        m.norm.weight.data.copy_((variance + m.norm.eps).sqrt())
        m.norm.bias.data.add_(mean)
    with torch.no_grad():
        return (model(inputs) - before).abs().max().item()


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    model = unfolded(sys.argv[1])
    reader = isinstance(model, LineReader)
    store = Store(sys.argv[3:] or ['/usr/share/fonts'], 1, DRAWINGS, torch.device('cpu'), seed=77, backgrounds=0 if reader else 48)
    store.heights = (6.0, 42.0)
    store.allocate()
    store.refresh(at_least=DRAWINGS)
    torch.manual_seed(77)
    with torch.no_grad():
        inputs = train_reader.mixed_batch(store, LINES, 8)[0] if reader else train_detector.windows(store, WINDOWS)[0]
    store.close()
    print('largest change of a score: %.5f' % restore_norms(model, inputs))
    torch.save(model.state_dict(), sys.argv[2])


if __name__ == '__main__':
    main()
