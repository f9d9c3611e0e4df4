"""Processes that draw plates without end, and the store on the training device that keeps the newest of them."""
import multiprocessing
import os
import queue

import cv2
import numpy as np
import torch

import plates
from glyphs import Fonts
from networks import ALPHABET

CHUNK = 48


def _draw(folders, seed, backgrounds_too, out):
    os.nice(10)  # the training itself feeds the device and is not to wait
    cv2.setNumThreads(1)
    dice = np.random.default_rng(seed)
    fonts = Fonts(folders)
    turn = 0
    while True:
        turn += 1
        if backgrounds_too and turn % 3 == 0:
            out.put(('backgrounds', np.stack([plates.background(fonts, dice) for _ in range(12)])))
            continue
        drawn = [plates.draw(fonts, dice) for _ in range(CHUNK)]
        codes = np.zeros((CHUNK, plates.TEXT_MAX), np.int64)
        for i, picture in enumerate(drawn):
            codes[i, :len(picture.text)] = [ALPHABET.index(c) for c in picture.text]
        out.put(('plates', np.stack([p.gray for p in drawn]), np.array([p.line for p in drawn], np.float32),
                 np.array([p.plate for p in drawn], np.float32), np.array([p.other for p in drawn], np.float32), codes))


class Store:
    """The newest drawings. Used by one thread; `close()` ends the processes."""

    def __init__(self, folders, processes, capacity, device, seed, backgrounds=0):
        self.queue = multiprocessing.Queue(maxsize=4 * processes)
        self.workers = [multiprocessing.Process(target=_draw, args=(folders, seed * 1000 + i, backgrounds > 0, self.queue), daemon=True)
                        for i in range(processes)]
        for w in self.workers:
            w.start()
        self.device, self.capacity, self.backgrounds_max = device, capacity, backgrounds
        self.drawn = self.backgrounds_drawn = 0

    def allocate(self):
        """After the processes have started: a device's memory does not survive a fork."""
        shape = (self.capacity, plates.HEIGHT, plates.WIDTH)
        self.gray = torch.zeros(shape, dtype=torch.uint8, device=self.device)
        self.line = torch.zeros(self.capacity, 4, device=self.device)
        self.plate = torch.zeros(self.capacity, 4, device=self.device)
        self.other = torch.zeros(self.capacity, 4, device=self.device)
        self.codes = torch.zeros(self.capacity, plates.TEXT_MAX, dtype=torch.int64, device=self.device)
        self.backgrounds = torch.zeros(max(1, self.backgrounds_max), 512, 512, dtype=torch.uint8, device=self.device)

    @property
    def count(self):
        return min(self.drawn, self.capacity)

    @property
    def background_count(self):
        return min(self.backgrounds_drawn, self.backgrounds_max)

    def _take(self, item):
        if item[0] == 'backgrounds':
            at = (self.backgrounds_drawn + np.arange(len(item[1]))) % self.backgrounds_max
            self.backgrounds[torch.from_numpy(at).to(self.device)] = torch.from_numpy(item[1]).to(self.device)
            self.backgrounds_drawn += len(item[1])
            return
        at = torch.from_numpy((self.drawn + np.arange(len(item[1]))) % self.capacity).to(self.device)
        for store, values in zip((self.gray, self.line, self.plate, self.other, self.codes), item[1:]):
            store[at] = torch.from_numpy(values).to(self.device)
        self.drawn += len(item[1])

    def refresh(self, at_least=0, most=6):
        """Takes what has been drawn since; waits until there are `at_least` plates."""
        while self.count < at_least or (at_least and self.backgrounds_max and self.background_count < 24):
            self._take(self.queue.get())
        for _ in range(most):
            try:
                self._take(self.queue.get_nowait())
            except queue.Empty:
                return

    def close(self):
        for w in self.workers:
            w.kill()
