"""A local cache in the layout of the hub, with a small model of timm in it."""

import hashlib
from pathlib import Path

import timm
import torch
from timm.models import get_pretrained_cfg
from timm.models._hub import save_for_hf


def save_to_cache(folder: Path, name: str, **settings) -> torch.nn.Module:
    """Write a model with random weights into a cache as if it came from the hub; return it."""
    torch.manual_seed(1)
    model = timm.create_model(name, **settings).eval()
    repository = folder / f"models--timm--{name}"
    revision = "0123456789abcdef0123456789abcdef01234567"
    snapshot, blobs = repository / "snapshots" / revision, repository / "blobs"
    save_for_hf(model, snapshot, safe_serialization=True)
    blobs.mkdir()
    for file in list(snapshot.iterdir()):
        if file.suffix not in (".safetensors", ".json"):
            file.unlink()
            continue
        blob = blobs / hashlib.sha256(file.read_bytes()).hexdigest()
        file.rename(blob)
        file.symlink_to(Path("../../blobs", blob.name))
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(revision)
    assert get_pretrained_cfg(name).hf_hub_id == f"timm/{name}"
    return model
