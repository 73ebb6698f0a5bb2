"""Features (the input of the head) and probabilities of many images."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import torch
from torch import nn

from cbal.images import Batches
from cbal.models import head


def schema(features: int, classes: int) -> pa.Schema:
    """Return the columns of `features.parquet`."""
    return pa.schema(
        {
            "sample_id": pa.int64(),
            "feature": pa.list_(pa.float16(), features),
            "probability": pa.list_(pa.float32(), classes),
        }
    )


@torch.inference_mode()
def extract(
    model: nn.Module, batches: Batches, classes: int, batch_size: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield features and softmax probabilities, batch by batch.

    Features are what the model's head is given, averaged over space where the head is
    a convolution (SqueezeNet): the average pooling layer for a ResNet, as in the
    paper's section 4.

    Yields:
        float16[batch, d] and float32[batch, classes].
    """
    caught: list[torch.Tensor] = []
    layer = head(model, classes)
    hook = layer.register_forward_pre_hook(lambda _, inputs: caught.append(inputs[0]))
    model.eval()
    try:
        for x in batches.in_order(batch_size):
            probability = model(x).softmax(1)
            feature = caught.pop()
            feature = feature.mean((2, 3)) if feature.ndim == 4 else feature.flatten(1)
            yield feature.half().cpu().numpy(), probability.float().cpu().numpy()
    finally:
        hook.remove()


def to_batch(
    sample_id: np.ndarray, feature: np.ndarray, probability: np.ndarray | None, classes: int
) -> pa.RecordBatch:
    """Return rows of `features.parquet`; probabilities are null where there is no trained head."""
    columns = schema(feature.shape[1], classes)
    if probability is None:
        probabilities = pa.nulls(len(sample_id), columns.field("probability").type)
    else:
        probabilities = pa.FixedSizeListArray.from_arrays(probability.ravel(), classes)
    features = pa.FixedSizeListArray.from_arrays(pa.array(feature.ravel()), feature.shape[1])
    return pa.record_batch([pa.array(sample_id), features, probabilities], schema=columns)
