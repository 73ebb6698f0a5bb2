"""Splitting a network before a named module, into a frozen part and a trained part.

The frozen part turns images into activations, which are computed once. The trained part turns
activations into logits. Both consist of modules of the network, under their names in the network.
"""

from collections.abc import Sequence

import torch
from torch import fx, nn

from cbal.errors import InputError

# Names in an error message: at most so many, each of at most so many parts between dots. Deeper
# names split a network too, inside of a block.
MOST_NAMES, DEEPEST = 40, 3


class _Outline(fx.Tracer):
    """A tracer that looks only into the modules around a named one.

    All other modules stay as they are, with their own code for training and evaluation.
    """

    def __init__(self, name: str):
        super().__init__()
        parts = name.split(".")
        self.around = {".".join(parts[:n]) for n in range(1, len(parts))}

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return module_qualified_name not in self.around


def split(model: nn.Module, name: str, of_head: str) -> tuple[nn.Module, nn.Module]:
    """Return the part before the named module, and the part from it on.

    The second applied to the output of the first gives what the model gives. Both share the
    model's weights.

    Args:
        model: the whole network; it is put into evaluation mode.
        name: of the module, as in `model.named_modules()`.
        of_head: name of the model's head.

    Raises:
        InputError: the model has no such module, or cannot be split there; lists the names of
            those at which it can.
    """
    parts = _parts(model, name, of_head)
    if isinstance(parts, str):
        names = splittable(model, of_head)
        if not names:
            raise InputError(
                f"trainable {name!r}: {parts}, and no module of this model will do; write all or "
                "head"
            )
        last = f"the last {MOST_NAMES}: " if len(names) > MOST_NAMES else ""
        raise InputError(
            f"trainable {name!r}: {parts}; write all, head, or the name of a module, as "
            f"{last}{', '.join(names[-MOST_NAMES:])}"
        )
    return parts


def splittable(model: nn.Module, of_head: str) -> list[str]:
    """Return the names of modules at which the model can be split, in the model's order.

    Of several with the same trained part there is the first, as `layer4` and not `layer4.0`.
    """
    found: dict[tuple[str, ...], str] = {}
    for name, module in model.named_modules():
        if name.count(".") >= DEEPEST or next(module.parameters(), None) is None:
            continue
        parts = _parts(model, name, of_head)
        if not isinstance(parts, str):
            trained = tuple(key for key, _ in parts[1].named_parameters())
            found.setdefault(trained, name)
    return list(found.values())


def _parts(model: nn.Module, name: str, of_head: str) -> tuple[nn.Module, nn.Module] | str:
    """Return both parts, or the reason why there are none."""
    if name not in dict(model.named_modules()) or not name:
        return "the model has no such module"
    model.eval()  # the auxiliary outputs of GoogLeNet and Inception are for training alone
    try:
        nodes = list(_Outline(name).trace(model).nodes)
    except Exception as error:  # code that cannot be traced fails with many types
        return f"the code around it cannot be split ({str(error).splitlines()[0]})"
    first = next((i for i, node in enumerate(nodes) if _is_in(node, name)), None)
    if first is None:
        return "the model does not call it in evaluation"
    early, late = nodes[:first], nodes[first:]
    needed = [node for node in early if set(node.users) & set(late) and node.op != "get_attr"]
    if len(needed) != 1:
        return "the part after it needs more than its input"
    if needed[0].op == "placeholder":
        return "nothing is before it"
    frozen = fx.GraphModule(model, _graph(early, [], needed[0]), "Frozen")
    trained = fx.GraphModule(model, _graph(late, needed, None), "Trained")
    if of_head not in dict(trained.named_modules()):
        return "the head is before it"
    return frozen, trained


def _is_in(node: fx.Node, name: str) -> bool:
    return node.op == "call_module" and f"{node.target}.".startswith(f"{name}.")


def _graph(
    nodes: Sequence[fx.Node], given: Sequence[fx.Node], returned: fx.Node | None
) -> fx.Graph:
    """Return a graph of some nodes of another graph.

    Args:
        nodes: in their order; parameters that they use and that are elsewhere are added.
        given: nodes that become arguments.
        returned: node that is returned; None where the nodes have an output already.
    """
    graph, copies = fx.Graph(), {}
    for node in given:
        copies[node] = graph.placeholder("activations")

    def copy_of(node: fx.Node) -> fx.Node:
        if node not in copies:
            copies[node] = graph.node_copy(node, copy_of)
        return copies[node]

    for node in nodes:
        copy_of(node)
    if returned is not None:
        graph.output(copies[returned])
    return graph


@torch.inference_mode()
def activation_shape(frozen: nn.Module, channels: int, image_size: int) -> tuple[int, ...]:
    """Return the shape of one image's activations, from a pass of a part on the device `meta`.

    Raises:
        InputError: the part has no output for each image.
    """
    images = torch.empty(2, channels, image_size, image_size, device="meta")
    return shape_of_one(frozen.eval()(images), len(images))


def shape_of_one(activations: torch.Tensor, images: int) -> tuple[int, ...]:
    """Return the shape of one image's activations, given those of some images.

    Raises:
        InputError: they are not one tensor with a row for each image.
    """
    if not isinstance(activations, torch.Tensor) or len(activations) != images:
        raise InputError(
            "trainable: what this module gets has no row for each image; name one around it"
        )
    return tuple(activations.shape[1:])
