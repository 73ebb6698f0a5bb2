"""The loop that a user would write: a dataset, transforms, a DataLoader, a model."""

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset, Subset
from torchvision import models, transforms

from cbal.models.model import Spec


class Pictures(Dataset):
    """Images as torchvision's data sets give them: PIL images, transformed one by one."""

    def __init__(self, images: np.ndarray, labels: np.ndarray, spec: Spec):
        """Keep the images; resize and normalise each when it is asked for."""
        self.images, self.labels = images, labels
        self.transform = transforms.Compose(
            [
                transforms.Resize(spec.image_size),
                transforms.ToTensor(),
                transforms.Normalize(spec.mean, spec.std),
            ]
        )

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, row: int) -> tuple[torch.Tensor, int]:
        return self.transform(Image.fromarray(self.images[row])), int(self.labels[row])


class Loop:
    """Training and extraction with a DataLoader; `tuned` as tutorials on speed advise."""

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        spec: Spec,
        device: torch.device,
        batch_size: int,
        workers: int,
        tuned: bool,
    ):
        """Build the model; loaders are made for each call, as for each round."""
        self.data = Pictures(images, labels, spec)
        self.device, self.batch_size, self.workers, self.tuned = device, batch_size, workers, tuned
        self.model = models.get_model(spec.architecture, num_classes=spec.classes).to(device)
        self.format = torch.channels_last if tuned else torch.contiguous_format
        self.model = self.model.to(memory_format=self.format)
        self.rough = tuned and device.type == "cuda"
        self.sgd = torch.optim.SGD(
            self.model.parameters(), lr=0.001, momentum=0.9, weight_decay=5e-4
        )

    def train(self, n: int) -> None:
        """Train for one epoch on n images."""
        self.model.train()
        for x, y in self._loader(n, shuffle=True):
            x, y = self._moved(x), y.to(self.device, non_blocking=self.tuned)
            with self._autocast():
                loss = nn.functional.cross_entropy(self.model(x), y)
            self.sgd.zero_grad()
            loss.backward()
            self.sgd.step()

    @torch.no_grad()
    def extract(self, n: int) -> None:
        """Extract the head's inputs and the probabilities of n images."""
        self.model.eval()
        caught = []
        head = self.model.get_submodule("fc").register_forward_pre_hook(
            lambda _, inputs: caught.append(inputs[0].cpu())
        )
        for x, _ in self._loader(n, shuffle=False):
            with self._autocast():
                logits = self.model(self._moved(x))
            logits.float().softmax(1).cpu()
        head.remove()

    def _loader(self, n: int, shuffle: bool) -> DataLoader:
        return DataLoader(
            Subset(self.data, range(n)),
            self.batch_size,
            shuffle=shuffle,
            num_workers=self.workers,
            pin_memory=self.rough,
        )

    def _moved(self, x: torch.Tensor) -> torch.Tensor:
        return x.to(self.device, non_blocking=self.tuned, memory_format=self.format)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.rough)
