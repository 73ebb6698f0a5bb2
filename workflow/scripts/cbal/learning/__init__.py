"""Training and use of a model: device, batches, training, inference, evaluation."""
