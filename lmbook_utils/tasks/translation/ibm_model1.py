r"""IBM Model 1: which word translates which, learned by EM from sentence pairs without alignments.

The model tells how a sentence :math:`x = x_1 \dots x_m` comes about when its translation
:math:`y = y_1 \dots y_l` is given: each place chooses one of the words of *y*, or the empty word
:math:`y_0`, all with the same probability, and draws its own word from that word's table :math:`t`:

.. math::
    p(x \mid y) = \prod_{j=1}^m \frac{1}{l + 1} \sum_{i=0}^l t(x_j \mid y_i)

The factor for the length of *x* is left out: it has no part in learning :math:`t`.
"""

from collections.abc import Sequence

import numpy as np

from lmbook_utils._validation import require_list, require_sentences, require_type, require_whole

EMPTY_WORD = ""

_SMALLEST = 1e-12  # the probability of a word that its sentence cannot explain


class IBMModel1:
    r"""A table of translation probabilities :math:`t(x \mid y)`, estimated by EM.

    Equation: :eq:`eq-ibm-model-1`

    P. F. Brown and others (1993). The Mathematics of Statistical Machine Translation.

    Attributes
    ----------
    table_ : dict of str to dict of str to float
        For each given word *y* (``""`` is the empty word) the probabilities of the words *x*.
    log_likelihoods_ : list of float
        Of the training pairs in nats, before the first step of EM and after each.

    Examples
    --------
    >>> english = [["the", "house"], ["the", "book"], ["a", "book"]]
    >>> french = [["la", "maison"], ["le", "livre"], ["un", "livre"]]
    >>> model = IBMModel1().fit(english, given=french, iterations=20)
    >>> model.best("livre", 1)[0][0]
    'book'
    >>> model.align(["the", "book"], given=["le", "livre"])
    [0, 1]
    """

    def fit(
        self,
        sentences: Sequence[Sequence[str]],
        given: Sequence[Sequence[str]],
        iterations: int = 10,
    ) -> "IBMModel1":
        """Estimate the table by EM; it begins with the same probability for all words.

        Parameters
        ----------
        sentences
            The tokens of the sentences *x* that the model generates.
        given
            The tokens of their translations *y*, in the same order.
        iterations
            The number of EM steps.

        Returns
        -------
        IBMModel1
            The model itself.

        Raises
        ------
        ValueError
            If there is no word at all, the two are not equally many, or ``iterations`` is no whole
            number from 1. Also if ``sentences`` is no list of lists of strings, or ``given`` is no
            list of lists of strings.
        """
        require_sentences(sentences=sentences, given=given)
        require_whole(1, iterations=iterations)
        links = _Links(sentences, given)
        t = np.full(len(links.pairs), 1 / links.words)
        self.log_likelihoods_ = [links.log_likelihood(t)]
        for _ in range(iterations):
            t = links.maximize(links.expect(t))
            self.log_likelihoods_.append(links.log_likelihood(t))
        self.table_: dict[str, dict[str, float]] = {}
        for (y, x), probability in zip(links.pairs, t.tolist(), strict=True):
            self.table_.setdefault(y, {})[x] = probability
        return self

    def probability(self, word: str, given: str) -> float:
        """The probability :math:`t(x | y)`; 0 for two words that never met in training.

        Raises
        ------
        ValueError
            If ``word`` is no string, or ``given`` is no string.
        """
        require_type(str, word=word, given=given)
        return self.table_.get(given, {}).get(word, 0.0)

    def best(self, given: str, number: int) -> list[tuple[str, float]]:
        """The most probable words for a given word, the best first; none for an unknown word.

        Raises
        ------
        ValueError
            If ``given`` is no string.
        """
        require_type(str, given=given)
        require_whole(0, number=number)
        words = self.table_.get(given, {})
        return sorted(words.items(), key=lambda item: (-item[1], item[0]))[:number]

    def probabilities(self, sentence: Sequence[str], given: Sequence[str]) -> np.ndarray:
        """The table for one sentence pair, shape (words of x, 1 + words of y); column 0: empty.

        Raises
        ------
        ValueError
            If ``sentence`` is no list of strings, or ``given`` is no list of strings.
        """
        require_list(str, sentence=sentence, given=given)
        columns = [self.table_.get(y, {}) for y in (EMPTY_WORD, *given)]
        rows = [[column.get(x, 0.0) for column in columns] for x in sentence]
        return np.array(rows, float).reshape(len(sentence), len(given) + 1)

    def log_prob(self, sentence: Sequence[str], given: Sequence[str]) -> float:
        """Log-probability of a sentence when its translation is given, in nats.

        A word that nothing explains counts as one of probability 1e-12, not 0.
        """
        sums = self.probabilities(sentence, given).sum(axis=1)
        return float(np.log(np.maximum(sums / (len(given) + 1), _SMALLEST)).sum())

    def align(self, sentence: Sequence[str], given: Sequence[str]) -> list[int | None]:
        """For each word of the sentence the place in ``given`` that most probably generated it.

        ``None`` stands for the empty word. It is also the answer where no word explains it.

        Raises
        ------
        ValueError
            If ``sentence`` is no list of strings, or ``given`` is no list of strings.
        """
        require_list(str, sentence=sentence, given=given)
        choices = self.probabilities(sentence, given).argmax(axis=1)
        return [int(choice) - 1 if choice else None for choice in choices]


class _Links:
    """Every word of a sentence beside every word of its translation, laid out in arrays.

    ``pairs`` holds each pair of words (y, x) that meet in a sentence pair. A link is such a
    meeting at one place: ``pair`` says which pair it is, ``place`` which word of the corpus it is
    that has to be explained.
    """

    def __init__(self, sentences: Sequence[Sequence[str]], given: Sequence[Sequence[str]]):
        if len(sentences) != len(given):
            raise ValueError(
                "sentences and given must be equally many; there were "
                f"{len(sentences)} and {len(given)}"
            )
        ids: dict[tuple[str, str], int] = {}
        pair: list[int] = []
        place: list[int] = []
        choices: list[int] = []
        for x_words, y_words in zip(sentences, given, strict=True):
            for x in x_words:
                for y in (EMPTY_WORD, *y_words):
                    pair.append(ids.setdefault((y, x), len(ids)))
                    place.append(len(choices))
                choices.append(len(y_words) + 1)
        if not choices:
            raise ValueError("sentences must hold at least one word; there was none")
        self.pairs = list(ids)
        self.words = len({x for _, x in self.pairs})
        y_ids: dict[str, int] = {}
        self.y_of_pair = np.array([y_ids.setdefault(y, len(y_ids)) for y, _ in self.pairs])
        self.pair, self.place, self.choices = map(np.array, (pair, place, choices))

    def expect(self, t: np.ndarray) -> np.ndarray:
        """E-step: how often each pair is expected to be a translation, shape (pairs,)."""
        of_link = t[self.pair]
        share = of_link / np.bincount(self.place, of_link)[self.place]
        return np.bincount(self.pair, share, minlength=len(self.pairs))

    def maximize(self, expected: np.ndarray) -> np.ndarray:
        """M-step: the relative frequencies of the expected counts, shape (pairs,)."""
        t: np.ndarray = expected / np.bincount(self.y_of_pair, expected)[self.y_of_pair]
        return t

    def log_likelihood(self, t: np.ndarray) -> float:
        """Of all words of the sentences, in nats."""
        return float(np.log(np.bincount(self.place, t[self.pair]) / self.choices).sum())
