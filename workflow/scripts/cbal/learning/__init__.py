"""How a model learns and is asked: device, batches, training, inference, evaluation."""
