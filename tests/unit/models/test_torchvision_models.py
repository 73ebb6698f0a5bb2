import subprocess
import sys

import pytest
import torch
from torchvision import models

from cbal.models.torchvision_models import module_of
from tests.conftest import ROOT

SCRIPT = """
import sys
import torch
from cbal.models.torchvision_models import torchvision_model

torch.manual_seed(0)
state = torchvision_model({architecture!r}, 3, {module!r}).state_dict()
print(sum(value.double().sum().item() for value in state.values()))
print(len(state), "torchvision" in sys.modules, "torch._dynamo" in sys.modules)
import torchvision
print(torchvision.models.resnet18, torchvision.ops.nms)
"""


@pytest.mark.parametrize("architecture", ["resnet18", "mobilenet_v3_small"])
def test_its_module_alone_gives_the_same_model(architecture):
    module = module_of(architecture)
    script = SCRIPT.format(architecture=architecture, module=module)
    result = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": "workflow/scripts"},
    )
    assert result.returncode == 0, result.stderr
    total, rest, whole = result.stdout.splitlines()
    torch.manual_seed(0)
    state = models.get_model(architecture, weights=None, num_classes=3).state_dict()
    assert float(total) == sum(value.double().sum().item() for value in state.values())
    needs_ops = architecture != "resnet18"
    assert rest == f"{len(state)} False {needs_ops}"
    assert "resnet18" in whole  # a later import of torchvision is complete
