"""Encoders of texts by sentence-transformers (Reimers and Gurevych 2019)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from cbal.data.duplicates import first_names
from cbal.errors import InputError
from cbal.learning import device as devices
from cbal.log import say
from cbal.models.encoding import How
from cbal.models.text_names import INSTALL_TEXT
from cbal.storage.files import whole_folder
from cbal.wording import counted

AT_ONCE = 8192  # texts in memory; in batches they are sorted by length
BATCH = 32  # the default of sentence-transformers


class Encoder:
    """A model of sentence-transformers, with its own maximal length, pooling and normalisation."""

    def __init__(self, how: How):
        self._device = devices.choose(how.threads, how.gpu_jobs)
        self._model = _model(str(how.encoder), str(self._device), local_files_only=True)
        self._batch_size = how.batch_size or BATCH
        self.device = devices.describe(self._device)

    def encode(
        self, texts: pa.ChunkedArray, train: np.ndarray, names: Sequence[str]
    ) -> Iterator[np.ndarray]:
        """Yield the features, float32[b, d], of n texts in their order.

        Args:
            texts: the n texts.
            train: not looked at: the model is not trained.
            names: names of the texts.
        """
        self._say_what_is_cut(texts, names)
        with devices.enough_memory("make `models: forward_batch_size:` smaller"):
            for start in range(0, len(texts), AT_ONCE):
                yield self._model.encode(
                    texts.slice(start, AT_ONCE).to_pylist(),
                    batch_size=self._batch_size,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )

    def _say_what_is_cut(self, texts: pa.ChunkedArray, names: Sequence[str]) -> None:
        """Say which texts are longer than the encoder reads."""
        most = self._model.max_seq_length
        if most is None:
            return
        # A token takes a byte or more, so only these can be too long.
        long = [i for i, text in enumerate(texts) if len(text.as_py().encode()) + 2 > most]
        cut = []
        for start in range(0, len(long), AT_ONCE):
            part = long[start : start + AT_ONCE]
            tokens = self._model.tokenizer(
                [texts[i].as_py() for i in part], truncation=False, verbose=False
            )
            cut += [i for i, ids in zip(part, tokens["input_ids"]) if len(ids) > most]
        if cut:
            say(
                f"the encoder reads {most} tokens: the end of "
                f"{counted(len(cut), 'longer text')} of {len(texts)} is cut off "
                f"({first_names([names[i] for i in cut])})"
            )

    def peak_mb(self) -> float:
        """Return the peak memory in MB, of the GPU where there is one."""
        return devices.peak_memory_mb(self._device)


def fetch(weights: str, out: Path) -> None:
    """Write a copy of a model: from a folder, the hub's cache, or the hub.

    `HF_HOME`, `HF_HUB_OFFLINE` and the other variables of the hub's client count.

    Args:
        weights: name of the model on the hub, or its folder.
        out: folder to write.

    Raises:
        InputError: sentence-transformers is not installed, there is no such model, or there is no
            network.
    """
    try:  # without a question to the hub, which would wait for a network
        model = _model(weights, "cpu", local_files_only=True)
    except InputError:
        if Path(weights).is_dir():
            raise
        model = _model(weights, "cpu", local_files_only=False)
    with whole_folder(out) as building:
        # A model card would be made with facts from the hub.
        model.save(str(building), create_model_card=False, safe_serialization=True)
    width = model.get_embedding_dimension()
    say(f"{weights}: features of {width} numbers, of {model.max_seq_length} tokens at most")


def _model(weights: str, device: str, local_files_only: bool):
    """Return a model of sentence-transformers.

    Raises:
        InputError: it cannot be loaded.
    """
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging
    except ImportError as error:
        raise InputError(
            f"sentence-transformers is not installed ({error}); run `{INSTALL_TEXT}`"
        ) from error
    logging.disable_progress_bar()  # the log is a file
    try:
        return SentenceTransformer(weights, device=device, local_files_only=local_files_only)
    except Exception as error:  # the hub's client and transformers raise exceptions of many types
        raise _not_loaded(weights, error) from error


def _not_loaded(weights: str, error: Exception) -> InputError:
    from huggingface_hub.constants import HF_HUB_CACHE

    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    if Path(weights).is_dir():
        return InputError(f"{weights}: no model of sentence-transformers ({line}); mend `weights:`")
    folder = f"models--{weights.replace('/', '--')}"
    return InputError(
        f"{weights}: cannot be downloaded ({line}); mend the name, or without a network put the "
        f"folder {folder} of a hub's cache into {HF_HUB_CACHE}, set HF_HOME, or set `weights:` to "
        "a folder of the model"
    )
