"""N-gram models: what a reader trains and asks."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from os import PathLike

import numpy as np

from lmbook_utils import em, metrics
from lmbook_utils._validation import (
    is_list,
    is_number,
    require_list,
    require_number,
    require_type,
    require_whole,
)
from lmbook_utils.ngram import arpa, pruning, smoothing
from lmbook_utils.ngram.counting import (
    NGramCounts,
    count_ngrams,
    make_stream,
    make_stream_and_vocabulary,
)
from lmbook_utils.ngram.tables import Table, next_word_log_probs, score_stream
from lmbook_utils.vocabulary import BOS, Vocabulary

SMOOTHINGS = ("mle", "add-k", "jelinek-mercer", "absolute", "kneser-ney", "stupid-backoff")

_LARGEST_WEIGHT = 1 - 1e-6  # so that a word which no held-out text had keeps some probability


class NGramModel:
    """A language model that looks at the last ``order - 1`` words.

    Sentences are lists of strings. The model adds ``<s>`` before and ``</s>`` after each; it never
    predicts ``<s>``, and always predicts ``</s>``.

    Parameters
    ----------
    order
        The length of the longest n-grams: 1 for a unigram model, 2 for a bigram model, ….
    smoothing
        ``"mle"``: relative frequencies. After a context that was never seen, those of the order
        below. A word that never followed its context has probability 0.
        ``"add-k"``: ``k`` more of each count.
        ``"jelinek-mercer"``: each order mixed with the one below, with ``weights``.
        ``"absolute"``: ``discount`` less of each count, the rest interpolated.
        ``"kneser-ney"``: interpolated modified Kneser–Ney, equal to KenLM's.
        ``"stupid-backoff"``: scores that are no probabilities, with the factor ``alpha``.
    k
        For ``"add-k"``, above 0.
    discount
        For ``"absolute"``, from 0 to 1; ``None`` for an estimate for each order.
    weights
        For ``"jelinek-mercer"``: one for each order, of 1 first, each from 0 and below 1. ``None``
        to have them estimated by EM on the held-out text that :meth:`fit` gets.
    alpha
        For ``"stupid-backoff"``, above 0 and up to 1.

    Attributes
    ----------
    vocabulary_ : Vocabulary
        The words that the model knows.
    tables_ : list of Table
        The n-grams of each order.
    weights_ : ndarray of shape (order,)
        The weights of Jelinek–Mercer smoothing.

    Raises
    ------
    ValueError
        If an argument is out of its range.

    Examples
    --------
    >>> sentences = [["the", "cat", "sat"], ["the", "dog", "sat"], ["a", "cat", "ran"]]
    >>> model = NGramModel(order=2, smoothing="mle").fit(sentences)
    >>> probabilities = model.next_word_distribution(["the"])
    >>> {w: round(float(p), 2) for w, p in zip(model.vocabulary_.tokens, probabilities) if p}
    {'cat': 0.5, 'dog': 0.5}
    >>> round(model.perplexity([["the", "cat", "ran"]]), 3)
    1.565
    """

    def __init__(
        self,
        order: int = 5,
        smoothing: str = "kneser-ney",
        k: float = 1.0,
        discount: float | None = None,
        weights: Sequence[float] | None = None,
        alpha: float = 0.4,
    ):
        require_whole(1, order=order)
        if smoothing not in SMOOTHINGS:
            raise ValueError(
                f"smoothing must be one of {', '.join(SMOOTHINGS)}; it was {smoothing!r}"
            )
        if not is_number(k) or not 0 < k < np.inf:
            raise ValueError(f"k must be a number above 0; it was {k!r}")
        if discount is not None and (not is_number(discount) or not 0 <= discount <= 1):
            raise ValueError(f"discount must be from 0 to 1, or None; it was {discount!r}")
        if not is_number(alpha) or not 0 < alpha <= 1:
            raise ValueError(f"alpha must be above 0 and at most 1; it was {alpha!r}")
        if weights is not None and (
            not is_list(weights)
            or len(weights) != order
            or not all(is_number(w) and 0 <= w < 1 for w in weights)
        ):
            raise ValueError(
                f"weights must be {order} numbers from 0 and below 1, one for each order; "
                f"they were {weights!r}"
            )
        self.order, self.smoothing = order, smoothing
        self.k, self.discount, self.weights, self.alpha = k, discount, weights, alpha

    def fit(
        self,
        sentences: Iterable[Sequence[str]],
        vocabulary: Vocabulary | None = None,
        held_out: Iterable[Sequence[str]] | None = None,
    ) -> "NGramModel":
        """Count the n-grams of a text, and estimate the model's probabilities.

        Parameters
        ----------
        sentences
            The training text, each sentence a list of tokens.
        vocabulary
            The words that the model shall know; others become ``<unk>``, which is counted like a
            word. ``None`` for all words of the text.
        held_out
            A text that is not in ``sentences``, for the weights of Jelinek–Mercer smoothing.

        Returns
        -------
        NGramModel
            The model itself.

        Raises
        ------
        ValueError
            If there is no sentence, one is not a list of strings, or a token is ``<s>``, ``</s>``
            or ``<pad>``; or if ``held_out`` is missing where it is needed. Also if ``vocabulary``
            is no ``Vocabulary``.
        """
        if vocabulary is not None:
            require_type(Vocabulary, vocabulary=vocabulary)
        if self.smoothing == "jelinek-mercer" and self.weights is None and held_out is None:
            raise ValueError(
                "held_out must be given: the weights of Jelinek–Mercer smoothing are estimated on "
                "text that was not counted (or give the weights to NGramModel)"
            )
        counts, self.vocabulary_ = self._count(sentences, vocabulary)
        self.tables_ = self._estimate(counts, held_out)
        return self

    def _count(
        self, sentences: Iterable[Sequence[str]], vocabulary: Vocabulary | None
    ) -> tuple[list[NGramCounts], Vocabulary]:
        if vocabulary is None:
            stream, vocabulary = make_stream_and_vocabulary(sentences)
        else:
            stream = make_stream(sentences, vocabulary)
        if not len(stream.ids):
            raise ValueError("sentences must hold at least one sentence; there was none")
        return count_ngrams(stream, self.order, len(vocabulary)), vocabulary

    def _estimate(
        self, counts: list[NGramCounts], held_out: Iterable[Sequence[str]] | None
    ) -> list[Table]:
        if self.smoothing == "add-k":
            return smoothing.add_k(counts, self.k, self._V)
        if self.smoothing == "stupid-backoff":
            return smoothing.stupid_backoff(counts, self.alpha, self._V)
        if self.smoothing == "jelinek-mercer":
            self.weights_ = self._interpolation_weights(counts, held_out)
        orders = _taken_off(counts)
        if self.smoothing == "jelinek-mercer":
            discounted = smoothing.jelinek_mercer(orders, self.weights_)
        elif self.smoothing == "absolute":
            discounted = smoothing.absolute(orders, self.discount)
        elif self.smoothing == "kneser-ney":
            discounted = smoothing.kneser_ney(orders)
        else:
            discounted = smoothing.maximum_likelihood(orders)
        return smoothing.interpolate(discounted, self._V)

    def _interpolation_weights(
        self, counts: list[NGramCounts], held_out: Iterable[Sequence[str]] | None
    ) -> np.ndarray:
        if self.weights is not None:
            return np.array(self.weights, float)
        sentences = () if held_out is None else held_out
        stream = make_stream(sentences, self.vocabulary_, "held_out")
        if not len(stream.ids):
            raise ValueError("held_out must hold at least one sentence; there was none")
        estimates, known = smoothing.held_out_estimates(counts, stream, self._V)
        base = 1 / smoothing.number_of_predicted(self._V)
        weights = em.interpolation_weights(estimates, known, base).weights
        limited: np.ndarray = np.minimum(weights, _LARGEST_WEIGHT)
        return limited

    @property
    def _V(self) -> int:
        return len(self._require_fitted().vocabulary_)

    @property
    def _log_missing(self) -> float:
        return float(np.log(self.alpha)) if self.smoothing == "stupid-backoff" else 0.0

    def _require_fitted(self) -> "NGramModel":
        if not hasattr(self, "vocabulary_"):
            raise ValueError("the model has not seen any text yet: call fit or read_arpa first")
        return self

    def score(self, sentences: Iterable[Sequence[str]]) -> np.ndarray:
        """Log-probability of each token, and of the ``</s>`` after each sentence.

        Returns
        -------
        ndarray of float64, shape (tokens,)
            In nats, in the order of the text. Only ``"mle"`` gives a word the probability 0, whose
            logarithm is ``-inf``.

        Raises
        ------
        ValueError
            As :meth:`fit`.
        """
        vocab_size = self._V
        stream = make_stream(sentences, self.vocabulary_)
        log_probs = score_stream(self.tables_, stream, vocab_size, self._log_missing)
        return log_probs[stream.history > 0]

    def log_prob(self, sentence: Sequence[str]) -> float:
        """Log-probability of one sentence with its end, in nats: the sum of :meth:`score`."""
        return float(self.score([sentence]).sum())

    def perplexity(self, sentences: Iterable[Sequence[str]]) -> float:
        """Perplexity per token; each ``</s>`` counts as one, ``<s>`` does not.

        With a word of probability 0 it is infinite; a ``RuntimeWarning`` then says how many there
        are.

        Raises
        ------
        ValueError
            As :meth:`fit`, or if there is no sentence.
        """
        log_probs = self.score(sentences)
        if not len(log_probs):
            raise ValueError("sentences must hold at least one sentence; there was none")
        if impossible := int(np.isneginf(log_probs).sum()):
            warnings.warn(
                f"{impossible} of {len(log_probs)} tokens have probability 0, so the perplexity is "
                "infinite; a smoothing method leaves some probability for what was not counted",
                RuntimeWarning,
                stacklevel=2,
            )
        return metrics.perplexity(log_probs)

    def next_word_distribution(self, context: Sequence[str] = ()) -> np.ndarray:
        """Probability of every word as the next one of a sentence.

        Parameters
        ----------
        context
            The words before it, of which the model looks at the last ``order - 1``. Begin with
            ``<s>`` where the sentence begins; without it, and with fewer words than the model looks
            at, what came before is unknown.

        Returns
        -------
        ndarray of float64, shape (vocabulary,)
            Indexed by the ids of ``vocabulary_``. It sums to 1, except with ``"stupid-backoff"``.

        Raises
        ------
        ValueError
            If ``context`` is no list of strings, or holds ``</s>``, ``<pad>``, or ``<s>`` elsewhere
            than at its beginning.
        """
        require_list(str, context=context)
        vocab_size = self._V
        at_start = list(context[:1]) == [BOS]
        words = context[1:] if at_start else context
        ids = make_stream([words], self.vocabulary_, "context").ids[0 if at_start else 1 : -1]
        log_probs = next_word_log_probs(self.tables_, ids, vocab_size, self._log_missing)
        probabilities: np.ndarray = np.exp(log_probs)
        return probabilities

    def generate(
        self, prompt: Sequence[str] = (), max_tokens: int = 30, seed: int = 0
    ) -> list[str]:
        """Draw a sentence, one word after the other, until it ends.

        Parameters
        ----------
        prompt
            The tokens that the sentence begins with.
        max_tokens
            How many tokens to add at most.
        seed
            Of the random numbers.

        Returns
        -------
        list of str
            The prompt and what was added, without ``</s>``. ``<unk>`` is drawn only where nothing
            else can come, as it happens with ``"mle"``.

        Raises
        ------
        ValueError
            If ``prompt`` is no list of strings, or holds ``<s>``, ``</s>`` or ``<pad>``; or if
            ``max_tokens`` is no whole number from 0. Also if ``seed`` is no whole number from 0.

        Examples
        --------
        >>> model = NGramModel(order=2, smoothing="mle").fit([["so", "it", "goes"]])
        >>> model.generate()
        ['so', 'it', 'goes']
        """
        require_whole(0, seed=seed)
        require_whole(0, max_tokens=max_tokens)
        rng = np.random.default_rng(seed)
        make_stream([prompt], self.vocabulary_, "prompt")  # complains of what is no prompt
        words = list(prompt)
        for _ in range(max_tokens):
            probabilities = self.next_word_distribution([BOS, *words])
            unknown, probabilities[Vocabulary.unk_id] = probabilities[Vocabulary.unk_id], 0
            if not probabilities.any():
                probabilities[Vocabulary.unk_id] = unknown
            word = rng.choice(len(probabilities), p=probabilities / probabilities.sum())
            if word == Vocabulary.eos_id:
                break
            words.append(self.vocabulary_.tokens[word])
        return words

    def prune(self, threshold: float) -> "NGramModel":
        """A smaller model without the n-grams that change its perplexity least.

        See :func:`lmbook_utils.ngram.pruning.prune`.

        Parameters
        ----------
        threshold
            The largest relative rise of the training perplexity for which an n-gram is dropped,
            from 0; for example 1e-8.

        Raises
        ------
        ValueError
            If ``threshold`` is negative, or the model's scores are no probabilities.
        """
        vocab_size = self._V
        require_number(0, threshold=threshold)
        self._require_probabilities("be pruned")
        tables = pruning.prune(self.tables_, threshold, vocab_size)
        return self._from_tables(tables, self.vocabulary_, self.smoothing)

    def _require_probabilities(self, what: str) -> None:
        if self.smoothing == "stupid-backoff":
            raise ValueError(
                f"smoothing must give probabilities for a model to {what}; the scores of "
                "stupid-backoff are none"
            )

    @property
    def sizes(self) -> tuple[int, ...]:
        """The number of n-grams of each order, of 1 first; ``<pad>`` is not one of them."""
        first, *others = self._require_fitted().tables_
        return len(first.keys) - 1, *(len(table.keys) for table in others)

    @property
    def nbytes(self) -> int:
        """The bytes of memory that the tables take, without the vocabulary's strings."""
        return sum(
            array.nbytes
            for table in self._require_fitted().tables_
            for array in (table.keys, table.log_probs, table.log_backoffs)
        )

    def write_arpa(self, path: str | PathLike[str]) -> None:
        """Write the model as an ARPA file, which KenLM, SRILM and others read.

        Raises
        ------
        ValueError
            If the scores are no probabilities (stupid back-off), or ``path`` is no path.
        OSError
            If the file cannot be written.
        """
        self._require_fitted()._require_probabilities("be written as an ARPA file")
        arpa.write(path, self.tables_, self.vocabulary_)

    @classmethod
    def read_arpa(cls, path: str | PathLike[str]) -> "NGramModel":
        """Read a model from an ARPA file, written by this book or by another program.

        Its ``smoothing`` is ``"arpa"``: nobody knows how it was smoothed.

        Raises
        ------
        ValueError
            If the file is damaged or no ARPA file; the message names the line. Also if ``path`` is
            no path.
        OSError
            If there is no such file.
        """
        return cls._from_tables(*arpa.read(path), smoothing="arpa")

    @classmethod
    def _from_tables(
        cls, tables: list[Table], vocabulary: Vocabulary, smoothing: str
    ) -> "NGramModel":
        model = cls(len(tables))
        model.smoothing = smoothing
        model.tables_, model.vocabulary_ = tables, vocabulary
        return model


def _taken_off(counts: list[NGramCounts]) -> Iterator[NGramCounts]:
    """Yield the counts of each order, and take them off the list, which frees their memory."""
    while counts:
        yield counts.pop(0)
