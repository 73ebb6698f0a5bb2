"""Memory of a pass over many images: what is kept must not lie between large tensors."""

import subprocess
import sys

from tests.conftest import ROOT

PASSES = """
import resource, sys
from pathlib import Path
import numpy as np, torch
from torchvision.models import resnet18
from cbal.learning.batches import Batches
from cbal.learning.device import Execution
from cbal.learning.extraction import extract
from cbal.models.model import Spec
from cbal.storage.feature_files import to_batch, write_features

def memory():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20

torch.set_num_threads(1)
images = np.random.default_rng(0).integers(256, size=(3000, 64, 64, 3)).astype(np.uint8)
execution, model = Execution(torch.device("cpu")), resnet18(num_classes=10)
def once(n):
    batches = Batches(images, np.arange(n), Spec("resnet18", 10, 3, 64), execution.device)
    rows = (to_batch(np.arange(len(x)), x, p, 10) for x, p in extract(model, batches, execution))
    write_features(Path(sys.argv[1]), rows)
once(300)
before = memory()
once(3000)
print(memory() - before)
"""


def test_extraction_takes_no_more_memory_for_more_images(tmp_path):
    """Rows that waited one by one for their row group held 480 to 540 MiB in place of 120."""
    command = [sys.executable, "-c", PASSES, tmp_path / "features.parquet"]
    environment = {"PYTHONPATH": str(ROOT / "workflow/scripts")}
    grown = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert float(grown.stdout) < 250
