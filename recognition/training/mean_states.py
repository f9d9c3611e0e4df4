#!/usr/bin/python3
"""The mean of two states of one network that were trained on from the same: it errs less than either.

  mean_states.py A.pt B.pt OUT     OUT.pt and OUT.onnx are written; of the reader
"""
import sys

import torch

from networks import export


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    first, second = (torch.load(path, map_location='cpu') for path in sys.argv[1:3])
    mean = {name: (first[name] + second[name]) / 2 if value.is_floating_point() else value for name, value in first.items()}
    torch.save(mean, sys.argv[3] + '.pt')
    export(mean, 'reader', sys.argv[3] + '.onnx')


if __name__ == '__main__':
    main()
