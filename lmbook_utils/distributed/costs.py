r"""What each way to divide a training moves over the wire, in bytes for one step.

- *Data parallel*: each worker has all weights and a part of the rows; gradients are added up.
- *Pipeline parallel*: each worker has some of the layers; activations go from one to the next.
- *Tensor parallel*: each worker has a part of every layer; activations are put together in each.

All functions count what *one* worker sends, for a worker in the middle of a pipeline. It receives
as much.
"""

from lmbook_utils._validation import require_whole


def lstm_parameters(vocab_size: int, embedding_dim: int, units: int, num_layers: int = 1) -> int:
    """The number of parameters of :func:`lmbook_utils.models.build_language_model`, an LSTM.

    Examples
    --------
    >>> lstm_parameters(5000, 128, 128)
    1416584
    """
    require_whole(
        1, vocab_size=vocab_size, embedding_dim=embedding_dim, units=units, num_layers=num_layers
    )
    inputs = [embedding_dim, *[units] * (num_layers - 1)]
    layers = sum(4 * units * (each + units + 1) for each in inputs)
    return vocab_size * embedding_dim + layers + vocab_size * (units + 1)


def gpt2_parameters(vocab_size: int, width: int, num_layers: int, context: int) -> int:
    """The number of parameters of a Transformer built as GPT-2 (Radford et al., 2019).

    Its output layer shares the weights of the embedding.

    Examples
    --------
    >>> gpt2_parameters(50257, width=768, num_layers=12, context=1024)
    124439808
    """
    require_whole(1, vocab_size=vocab_size, width=width, num_layers=num_layers, context=context)
    # Queries, keys, values and output: 4 d²; feed-forward: 8 d²; biases and two normalisations.
    layer = 12 * width**2 + 13 * width
    return vocab_size * width + context * width + num_layers * layer + 2 * width


def data_parallel_bytes(parameters: int, workers: int, number_bytes: int = 4) -> float:
    r"""Bytes that one worker sends in one step of data parallelism.

    Equation: :eq:`eq-all-reduce`

    A ring: the gradient is cut into :math:`K` parts, which go round twice. In the first
    :math:`K - 1` turns they are added up, in the next :math:`K - 1` the sums are handed on.

    Parameters
    ----------
    parameters
        The number of parameters.
    workers
        The number of workers, :math:`K`.
    number_bytes
        Bytes of one number.

    Raises
    ------
    ValueError
        If an argument is not a whole number from 1.

    Examples
    --------
    >>> data_parallel_bytes(1_000_000, workers=2)
    4000000.0
    """
    require_whole(1, parameters=parameters, workers=workers, number_bytes=number_bytes)
    return 2 * (workers - 1) / workers * parameters * number_bytes


def pipeline_parallel_bytes(
    batch_size: int, steps: int, width: int, workers: int, number_bytes: int = 4
) -> float:
    """Bytes that one worker sends in one step of pipeline parallelism.

    The activations of every word go to the next worker, and their gradients to the one before.

    Parameters
    ----------
    batch_size, steps
        Rows of the batch, and words of a row.
    width
        The length of the vector between two layers.
    workers, number_bytes
        As in :func:`data_parallel_bytes`.

    Raises
    ------
    ValueError
        If an argument is not a whole number from 1.

    Examples
    --------
    >>> pipeline_parallel_bytes(32, 20, width=128, workers=2)
    655360.0
    """
    require_whole(
        1,
        batch_size=batch_size,
        steps=steps,
        width=width,
        workers=workers,
        number_bytes=number_bytes,
    )
    return 0.0 if workers == 1 else 2.0 * batch_size * steps * width * number_bytes


def pipeline_bubble(workers: int, micro_batches: int) -> float:
    r"""The share of the time in which a worker of a pipeline waits (Huang et al., 2019).

    Equation: :eq:`eq-pipeline-bubble`

    Raises
    ------
    ValueError
        If an argument is not a whole number from 1.

    Examples
    --------
    >>> pipeline_bubble(workers=4, micro_batches=1), pipeline_bubble(workers=4, micro_batches=29)
    (0.75, 0.09375)
    """
    require_whole(1, workers=workers, micro_batches=micro_batches)
    return (workers - 1) / (micro_batches + workers - 1)


def tensor_parallel_bytes(
    batch_size: int,
    steps: int,
    width: int,
    num_layers: int,
    workers: int,
    number_bytes: int = 4,
    recurrent: bool = False,
) -> float:
    r"""Bytes that one worker sends in one step of tensor parallelism.

    In a Transformer, the parts of each layer's attention and of its feed-forward network are added
    up on the way forward, and their gradients on the way back: four all-reduces of all activations
    in each layer (Shoeybi et al., 2019). In a recurrent layer whose units are divided, each worker
    needs the whole state at the next word: the parts are gathered on the way forward, and their
    gradients are added up on the way back.

    Parameters
    ----------
    batch_size, steps, width, workers, number_bytes
        As in :func:`pipeline_parallel_bytes`.
    num_layers
        The number of layers that are divided.
    recurrent
        Whether they are recurrent layers, and not those of a Transformer.

    Raises
    ------
    ValueError
        If a number is not a whole number from 1.

    Examples
    --------
    >>> tensor_parallel_bytes(32, 20, width=128, num_layers=1, workers=2, recurrent=True)
    327680.0
    """
    require_whole(
        1,
        batch_size=batch_size,
        steps=steps,
        width=width,
        num_layers=num_layers,
        workers=workers,
        number_bytes=number_bytes,
    )
    activations = batch_size * steps * width * number_bytes
    # An all-reduce sends 2 (K - 1) / K of an array; gathering, or adding up alone, half of that.
    all_reduces = 1 if recurrent else 4
    return all_reduces * num_layers * 2 * (workers - 1) / workers * activations
