"""Translating with a trained encoder-decoder: greedy search, beam search, and attention maps."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import log_softmax

from lmbook_utils._validation import require_list, require_sentences, require_type, require_whole
from lmbook_utils.tasks.translation.encoder_decoder import EncoderDecoder, encode_sources
from lmbook_utils.vocabulary import Vocabulary

# What a translation does not hold; the unknown word is trained on and never written.
_NEVER_WRITTEN = list(Vocabulary.never_written)  # an index of NumPy


class Hypothesis(NamedTuple):
    """A translation that beam search found."""

    tokens: list[str]
    log_prob: float
    """Of the tokens and the end, in nats."""
    score: float
    """The log-probability per token, by which hypotheses of different length are ranked."""


def translate_greedily(
    network: EncoderDecoder, sentences: Sequence[Sequence[str]], max_tokens: int = 40
) -> list[list[str]]:
    """Translate sentences with the most probable next word at each step.

    Parameters
    ----------
    network
        Trained.
    sentences
        Source sentences, each a list of tokens. One without words has the translation without
        words.
    max_tokens
        Where a translation is cut off.

    Raises
    ------
    ValueError
        If ``network`` is no ``EncoderDecoder``, or ``sentences`` is no list of lists of strings.

    Examples
    --------
    >>> from lmbook_utils.tasks.translation.encoder_decoder import build_encoder_decoder
    >>> network = build_encoder_decoder(Vocabulary(["a"]), Vocabulary(["un"]), units=2)
    >>> translate_greedily(network, [[]])
    [[]]
    """
    require_type(EncoderDecoder, network=network)
    require_sentences(sentences=sentences)
    require_whole(1, max_tokens=max_tokens)
    if not any(sentences):
        return [[] for _ in sentences]
    source = encode_sources(sentences, network.source)
    states, state = network.encoder.predict_on_batch(source)
    ids = np.full((len(source), 1), Vocabulary.bos_id, np.int32)
    written = []
    for _ in range(max_tokens):
        log_probs, state = _next(network, ids, state, states, source)
        ids = log_probs.argmax(axis=1).astype(np.int32)[:, None]
        written.append(ids[:, 0])
    return [
        _words(network, row) if sentence else []
        for row, sentence in zip(np.stack(written, axis=1), sentences, strict=True)
    ]


def beam_search(
    network: EncoderDecoder, sentence: Sequence[str], beam: int = 5, max_tokens: int = 40
) -> list[Hypothesis]:
    """Translate one sentence, following the ``beam`` most probable beginnings.

    Parameters
    ----------
    network
        Trained.
    sentence
        The tokens of the source sentence.
    beam
        How many beginnings are kept at each step, from 1.
    max_tokens
        Where the search ends.

    Returns
    -------
    list of Hypothesis
        Translations, the best first, at most ``beam`` of them; a sentence without words has one
        translation without words.

    Raises
    ------
    ValueError
        If ``network`` is no ``EncoderDecoder``, or ``sentence`` is no list of strings.

    Examples
    --------
    >>> from lmbook_utils.tasks.translation.encoder_decoder import build_encoder_decoder
    >>> network = build_encoder_decoder(Vocabulary(["a"]), Vocabulary(["un"]), units=2)
    >>> beam_search(network, [])
    [Hypothesis(tokens=[], log_prob=0.0, score=0.0)]
    """
    require_type(EncoderDecoder, network=network)
    require_list(str, sentence=sentence)
    require_whole(1, beam=beam, max_tokens=max_tokens)
    if not sentence:
        return [Hypothesis([], 0.0, 0.0)]
    one_source = encode_sources([sentence], network.source)
    one_states, state = network.encoder.predict_on_batch(one_source)
    prefixes, totals = np.full((1, 1), Vocabulary.bos_id, np.int32), np.zeros(1)
    finished: list[Hypothesis] = []
    for step in range(1, max_tokens + 1):
        states, source = (np.repeat(array, len(prefixes), 0) for array in (one_states, one_source))
        log_probs, state = _next(network, prefixes[:, -1:], state, states, source)
        candidates = totals[:, None] + log_probs
        best = np.argsort(-candidates, axis=None, kind="stable")[:beam]
        rows, words = np.unravel_index(best, candidates.shape)
        totals, state = candidates[rows, words], state[rows]
        prefixes = np.concatenate([prefixes[rows], words[:, None].astype(np.int32)], axis=1)
        ended = (words == Vocabulary.eos_id) | (step == max_tokens)
        for prefix, total in zip(prefixes[ended], totals[ended], strict=True):
            tokens = _words(network, prefix[1:])
            finished.append(Hypothesis(tokens, float(total), float(total) / step))
        if len(finished) >= beam or ended.all():
            break
        prefixes, totals, state = prefixes[~ended], totals[~ended], state[~ended]
    return sorted(finished, key=lambda hypothesis: -hypothesis.score)[:beam]


def attention_map(
    network: EncoderDecoder, sentence: Sequence[str], translation: Sequence[str]
) -> np.ndarray:
    """Where the decoder looks for each word of a translation.

    Parameters
    ----------
    network
        With attention.
    sentence, translation
        The tokens of a source sentence and of its translation.

    Returns
    -------
    ndarray of float32, shape (words of the translation + 1, words of the sentence + 1)
        Row *i* has the weights when word *i* is written; it sums to 1. The last row and the last
        column are those of ``</s>``.

    Raises
    ------
    ValueError
        If the network has no attention. Also if ``network`` is no ``EncoderDecoder``, ``sentence``
        is no list of strings, or ``translation`` is no list of strings.

    Examples
    --------
    >>> from lmbook_utils.tasks.translation.encoder_decoder import build_encoder_decoder
    >>> network = build_encoder_decoder(Vocabulary(["a"]), Vocabulary(["un"]), units=2)
    >>> attention_map(network, ["a"], ["un"]).shape
    (2, 2)
    """
    require_type(EncoderDecoder, network=network)
    require_list(str, sentence=sentence, translation=translation)
    if not network.has_attention:
        raise ValueError("network must have attention; it was built with attention=False")
    source = encode_sources([sentence], network.source)
    ids = np.array([[Vocabulary.bos_id, *network.target.encode(translation)]], np.int32)
    states, state = network.encoder.predict_on_batch(source)
    weights: np.ndarray = network.decoder.predict_on_batch([ids, state, states, source])[2][0]
    return weights


def _next(
    network: EncoderDecoder,
    ids: np.ndarray,
    state: np.ndarray,
    states: np.ndarray,
    source: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities of the next word (sentences, vocabulary), and the next state."""
    logits, state, *_ = network.decoder.predict_on_batch([ids, state, states, source])
    log_probs = log_softmax(logits[:, -1].astype(float), axis=-1)
    log_probs[:, _NEVER_WRITTEN] = -np.inf
    return log_probs, state


def _words(network: EncoderDecoder, ids: np.ndarray) -> list[str]:
    """The words before the end."""
    ends = np.flatnonzero(ids == Vocabulary.eos_id)
    return network.target.decode(ids[: ends[0]] if len(ends) else ids)
