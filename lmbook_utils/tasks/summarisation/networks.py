"""Small networks over the vectors of a paper's sentences, trained on marked sentences.

R. Nallapati, F. Zhai and B. Zhou (2017). SummaRuNNer: A Recurrent Neural Network Based Sequence
Model for Extractive Summarization of Documents.
"""

from collections.abc import Sequence

import keras
import numpy as np
from keras import layers, ops

from lmbook_utils._validation import (
    finite_numbers,
    require_list,
    require_number,
    require_positive,
    require_type,
    require_whole,
)
from lmbook_utils.datasets.aclsum import ASPECTS, Paper
from lmbook_utils.training import FusedAdam


def build_extractor(
    features: int, units: int = 64, recurrent: bool = True, dropout: float = 0.3
) -> keras.Model:
    r"""Build a network that looks at the sentences of a paper, and gives each three log-odds.

    A GRU reads the sentences' vectors in both directions, so that its state at a sentence has
    seen what stands before and after it; without it, each sentence is looked at by itself.

    .. math::
        \ln \frac{P(y_i = 1)}{P(y_i = 0)} = v^\top [\overrightarrow{h}_i ; \overleftarrow{h}_i] + b

    Equation: :eq:`eq-extractor`

    Parameters
    ----------
    features
        The size of a sentence's vector.
    units
        Of the hidden layer; even, as each direction has half of them.
    recurrent
        Whether the hidden layer is recurrent.
    dropout
        The share of the inputs, and of the hidden units, that is set to 0 in training.

    Returns
    -------
    keras.Model
        Maps vectors (papers, sentences, features) and a mask (papers, sentences), which is 1 where
        there is a sentence, to log-odds (papers, sentences, 3), one for each aspect.

    Raises
    ------
    ValueError
        If ``features`` or ``units`` is not a whole number from 1, or ``units`` is not even.

    Examples
    --------
    >>> build_extractor(features=5, units=4).output_shape
    (None, None, 3)
    """
    require_whole(1, features=features, units=units)
    require_number(0, 1, dropout=dropout)
    if units % 2:
        raise ValueError(f"units must be even, half for each direction; it was {units}")
    vectors = keras.Input((None, features), name="vectors")
    mask = keras.Input((None,), dtype="int32", name="mask")
    hidden = layers.Dropout(dropout)(vectors)
    if recurrent:
        gru = layers.GRU(units // 2, return_sequences=True)
        hidden = layers.Bidirectional(gru)(hidden, mask=ops.cast(mask, "bool"))
    else:
        hidden = layers.Dense(units, activation="tanh")(hidden)
    logits = layers.Dense(len(ASPECTS), name="logits")(layers.Dropout(dropout)(hidden))
    return keras.Model([vectors, mask], logits, name="extractor")


def pad_papers(vectors: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Lay the vectors of papers of different length in one array, filled up with zeros.

    Parameters
    ----------
    vectors
        Of each paper, shape (sentences, features).

    Returns
    -------
    vectors : ndarray of float32, shape (papers, longest, features)
    mask : ndarray of int32, shape (papers, longest)

    Raises
    ------
    ValueError
        If there is no paper.

    Examples
    --------
    >>> padded, mask = pad_papers([np.ones((2, 1)), np.ones((1, 1))])
    >>> padded[:, :, 0].tolist(), mask.tolist()
    ([[1.0, 1.0], [1.0, 0.0]], [[1, 1], [1, 0]])
    """
    require_list(np.ndarray, vectors=vectors)
    if not len(vectors):
        raise ValueError("vectors must be of at least one paper; there was none")
    vectors = [finite_numbers("vectors", own, "sentences, features") for own in vectors]
    if len({own.shape[1] for own in vectors}) > 1:
        raise ValueError("vectors must have one number of features; they had several")
    longest = max(len(own) for own in vectors)
    padded = np.zeros((len(vectors), longest, vectors[0].shape[1]), np.float32)
    mask = np.zeros((len(vectors), longest), np.int32)
    for i, own in enumerate(vectors):
        padded[i, : len(own)] = own
        mask[i, : len(own)] = 1
    return padded, mask


def train_extractor(
    network: keras.Model,
    vectors: Sequence[np.ndarray],
    papers: Sequence[Paper],
    validation: tuple[Sequence[np.ndarray], Sequence[Paper]],
    epochs: int = 40,
    learning_rate: float = 3e-3,
    batch_size: int = 8,
    seed: int = 0,
) -> list[float]:
    """Train on the marks of all three aspects at once; keep the weights of the best epoch.

    Parameters
    ----------
    network
        From :func:`build_extractor`; is changed.
    vectors
        Of the sentences of each paper, shape (sentences, features).
    papers
        The training papers, with their labels.
    validation
        Vectors and papers by whose loss the best epoch is found.
    epochs
        How often all papers are seen.
    learning_rate
        Of Adam, above 0; it falls to 0 along a cosine.
    batch_size
        Papers in a step.
    seed
        Of the order of the papers.

    Returns
    -------
    list of float
        The validation loss after each epoch, in nats per sentence and aspect.

    Raises
    ------
    ValueError
        If a number is out of its range, or there is no paper. Also if ``network`` is no ``Model``,
        ``papers`` is no list of ``Paper``, or ``seed`` is no whole number from 0.

    Examples
    --------
    >>> keras.utils.set_random_seed(0)
    >>> paper = Paper("X1", "", ("One .", "Two ."), (), {}, dict.fromkeys(ASPECTS, (0, 1)))
    >>> vectors, papers = [np.eye(2)] * 4, [paper] * 4
    >>> network = build_extractor(2, 8, dropout=0)
    >>> losses = train_extractor(network, vectors, papers, (vectors, papers), epochs=20)
    >>> losses[-1] < losses[0]
    True
    """
    require_type(keras.Model, network=network)
    require_list(Paper, papers=papers)
    require_whole(0, seed=seed)
    require_whole(1, epochs=epochs, batch_size=batch_size)
    require_positive(learning_rate=learning_rate)
    inputs, targets, weights = _training_arrays(vectors, papers)
    steps = epochs * -(-len(papers) // batch_size)
    network.compile(
        FusedAdam(
            keras.optimizers.schedules.CosineDecay(learning_rate, steps), global_clipnorm=1.0
        ),
        keras.losses.BinaryCrossentropy(from_logits=True, reduction="mean_with_sample_weight"),
        jit_compile=False,
    )
    rng = np.random.default_rng(seed)
    losses: list[float] = []
    best = network.get_weights()
    for _ in range(epochs):
        order = rng.permutation(len(papers))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            longest = int(weights[rows].sum(axis=1).max())
            batch = [array[rows, :longest] for array in (*inputs, targets, weights)]
            network.train_on_batch(batch[:2], batch[2], sample_weight=batch[3])
        losses.append(_loss(network, *validation))
        if losses[-1] == min(losses):
            best = network.get_weights()
    network.set_weights(best)
    return losses


def _loss(network: keras.Model, vectors: Sequence[np.ndarray], papers: Sequence[Paper]) -> float:
    """Cross-entropy of the marks, in nats per sentence and aspect."""
    log_odds = np.concatenate(extractor_scores(network, vectors))
    labels = np.concatenate([_labels(paper) for paper in papers])
    return float(np.logaddexp(0, np.where(labels == 1, -log_odds, log_odds)).mean())


def extractor_scores(network: keras.Model, vectors: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Log-odds of each sentence of each paper: a list of arrays (sentences, 3).

    A paper without sentences has an array of none.

    Raises
    ------
    ValueError
        If ``network`` is no ``Model``.

    Examples
    --------
    >>> network = build_extractor(2, 4)
    >>> [s.shape for s in extractor_scores(network, [np.ones((3, 2)), np.ones((0, 2))])]
    [(3, 3), (0, 3)]
    """
    require_type(keras.Model, network=network)
    require_list(np.ndarray, vectors=vectors)
    if not any(map(len, vectors)):
        return [np.zeros((0, len(ASPECTS)), np.float32) for _ in vectors]
    padded, mask = pad_papers(vectors)
    if padded.shape[2] != network.input_shape[0][2]:
        raise ValueError(
            f"vectors must have {network.input_shape[0][2]} features; they had {padded.shape[2]}"
        )
    log_odds = network.predict_on_batch([padded, mask])
    return [own[: len(of)] for own, of in zip(log_odds, vectors, strict=True)]


def _training_arrays(
    vectors: Sequence[np.ndarray], papers: Sequence[Paper]
) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Inputs, targets (papers, sentences, 3) and the weight of each sentence, 0 for padding."""
    padded, mask = pad_papers(vectors)
    lengths = [len(paper.sentences) for paper in papers]
    if [len(own) for own in vectors] != lengths:
        raise ValueError("vectors must be one for each sentence of papers; they were not")
    targets = np.zeros((*mask.shape, len(ASPECTS)), np.float32)
    for i, paper in enumerate(papers):
        targets[i, : len(paper.sentences)] = _labels(paper)
    return [padded, mask], targets, mask.astype(np.float32)


def _labels(paper: Paper) -> np.ndarray:
    """The marks of a paper's sentences, shape (sentences, 3)."""
    return np.array([paper.labels[aspect] for aspect in ASPECTS], np.float32).T
