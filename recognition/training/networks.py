"""The two networks, and how they become ONNX that OpenCV's dnn reads: convolutions, batch norms folded, ReLU, pooling, sums."""
import torch
from torch import nn

ALPHABET = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
LINE_HEIGHT, LINE_WIDTH, LINE_TEXT_HEIGHT = 32, 160, 20  # as recognition/detect.h
CELL = 8  # the detector answers once every 8 x 8 pixels


class Conv(nn.Module):
    def __init__(self, inputs, outputs, size=3, stride=1, dilation=1, padding=None, relu=True):
        super().__init__()
        size = size if isinstance(size, tuple) else (size, size)
        padding = padding if padding is not None else tuple(dilation * (s - 1) // 2 for s in size)
        self.conv = nn.Conv2d(inputs, outputs, size, stride, padding, dilation, bias=False)
        self.norm = nn.BatchNorm2d(outputs)
        self.relu = relu

    def forward(self, x):
        x = self.norm(self.conv(x))
        return torch.relu(x) if self.relu else x


class Residual(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return torch.relu(x + self.layers(x))


def residual(channels, size=3, dilations=(1, 1)):
    return Residual(Conv(channels, channels, size, dilation=dilations[0]), Conv(channels, channels, size, dilation=dilations[1], relu=False))


class LineReader(nn.Module):
    """A line image, mean 0 and deviation 1, to scores of 37 characters in 40 columns: connectionist temporal classification."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            Conv(1, 24), nn.MaxPool2d(2),
            Conv(24, 48), Conv(48, 48), nn.MaxPool2d(2),
            Conv(48, 88), residual(88), nn.MaxPool2d((2, 1)),
            Conv(88, 128), Conv(128, 128), nn.MaxPool2d((2, 1)),
            Conv(128, 176, (2, 3), padding=(0, 1)),
            residual(176, (1, 5)), nn.Dropout(0.1),
            nn.Conv2d(176, len(ALPHABET), 1))

    def forward(self, lines):
        return self.layers(lines)


class LineDetector(nn.Module):
    """A picture, (gray - 128) / 64, to 7 numbers a cell: whether a line of plate characters has its middle here (a logit), the
    offset to it, half the line from its middle to its right end, half its height from its middle down; in cells. What is far
    around a cell is looked at with half as many cells a side, for it is most of the work. Sides divide by 16."""

    def __init__(self, fine=24, near=40, far=64, both=32):
        super().__init__()
        self.begin = nn.Sequential(Conv(1, fine, 5, 4), Conv(fine, near, 3, 2))
        self.near = Conv(near, both, 3)
        self.far = nn.Sequential(Conv(near, far, 3, 2), residual(far, dilations=(1, 2)), residual(far, dilations=(4, 1)),
                                 nn.ConvTranspose2d(far, both, 2, 2))
        self.end = nn.Sequential(Conv(both, both, 3), nn.Conv2d(both, 7, 1))

    def forward(self, pictures):
        cells = self.begin(pictures)
        return self.end(torch.relu(self.near(cells) + self.far(cells)))


def fold(model):
    """The same network with each batch norm inside its convolution."""
    for module in model.modules():
        if isinstance(module, Conv):
            module.conv = nn.utils.fuse_conv_bn_eval(module.conv.eval(), module.norm.eval())
            module.norm = nn.Identity()
    return model


def count_work(model, height, width):
    """Millions of multiplications for one input."""
    total = [0]

    def hook(module, inputs, output):
        places = inputs[0] if isinstance(module, nn.ConvTranspose2d) else output
        total[0] += module.weight.numel() * places.shape[2] * places.shape[3]

    hooks = [m.register_forward_hook(hook) for m in model.modules() if isinstance(m, (nn.Conv2d, nn.ConvTranspose2d))]
    model.eval()
    with torch.no_grad():
        model(torch.zeros(1, 1, height, width))
    for h in hooks:
        h.remove()
    return total[0] / 1e6


def export(state, kind, path):
    model = {'reader': LineReader, 'detector': LineDetector}[kind]()
    model.load_state_dict({k: v.float().cpu() for k, v in state.items()})
    model = fold(model.eval())
    size = (LINE_HEIGHT, LINE_WIDTH) if kind == 'reader' else (368, 640)
    options = dict(opset_version=11, input_names=['input'], output_names=['scores'])
    try:
        torch.onnx.export(model, torch.zeros(1, 1, *size), path, dynamo=False, **options)
    except TypeError:  # an older torch has that exporter only
        torch.onnx.export(model, torch.zeros(1, 1, *size), path, **options)
