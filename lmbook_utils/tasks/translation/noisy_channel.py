r"""Translating with a noisy channel: a language model of French and IBM Model 1 of English.

The best French *y* for an English *x* is searched for by a beam: English words are translated from
left to right, a hypothesis is a beginning of a French sentence, and those that have translated
equally many words compete with each other.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from lmbook_utils._validation import (
    require_list,
    require_number,
    require_positive,
    require_type,
    require_whole,
)
from lmbook_utils.ngram import NGramModel
from lmbook_utils.tasks.translation.ibm_model1 import EMPTY_WORD, IBMModel1
from lmbook_utils.vocabulary import BOS, EOS, SPECIAL_TOKENS

_SMALLEST = 1e-6  # t of an English word that is left out though the empty word never produces it

_State = tuple[int, bool, tuple[str, ...]]


class _Hypothesis(NamedTuple):
    """The beginning of a translation."""

    score: float
    covered: int
    """The English words before this place are translated, …"""
    ahead: bool
    """… and the word after the next one is too."""
    words: tuple[str, ...]

    @property
    def state(self) -> _State:
        """What the future depends on, with a trigram model: the better of two such is kept."""
        return self.covered, self.ahead, self.words[-2:]


class NoisyChannel:
    r"""A decoder for the :math:`y` with the largest score, the sum of two logarithms and a bonus.

    .. math::
        \hat y = \arg\max_y \, \lambda \ln p(y) + \ln p(x \mid y) + b l

    With :math:`\lambda = 1` and :math:`b = 0` it is the noisy channel of the equation. In
    practice a weight of the language model and a bonus for each French word, :math:`l` of them,
    are tuned on validation sentences, as the channel model is not a good one.

    During the search, an English word is produced by one French word, its table's best ones, or
    by the empty word; a French word that produces nothing may stand before another; and two
    neighbouring English words may be translated in the other order. An English word that training
    did not have is copied. The hypotheses that are left at the end are ranked by the sum over all
    alignments, as IBM Model 1 has it.

    Equation: :eq:`eq-noisy-channel`

    Parameters
    ----------
    language_model
        Of French, fitted; the search assumes that it looks at the last two words or fewer.
    channel
        IBM Model 1 of English with French given, :math:`t(x \mid y)`.
    lm_weight, word_bonus
        The numbers :math:`\lambda` above 0 and :math:`b`, in nats for each word.
    beam
        How many hypotheses are kept.
    candidates
        How many French words are tried for an English word.
    helpers
        How many French words, the most frequent ones, may stand without an English word.

    Raises
    ------
    ValueError
        If a number is out of its range. Also if ``language_model`` is no ``NGramModel``, or
        ``channel`` is no ``IBMModel1``.

    Examples
    --------
    >>> english = [["the", "house"], ["the", "book"], ["a", "book"]]
    >>> french = [["la", "maison"], ["le", "livre"], ["un", "livre"]]
    >>> channel = IBMModel1().fit(english, given=french)
    >>> model = NGramModel(2, "add-k", k=0.1).fit(french)
    >>> NoisyChannel(model, channel).translate(["a", "book"])
    ['un', 'livre']
    """

    def __init__(
        self,
        language_model: NGramModel,
        channel: IBMModel1,
        lm_weight: float = 1.0,
        word_bonus: float = 0.0,
        beam: int = 10,
        candidates: int = 8,
        helpers: int = 20,
    ):
        require_type(NGramModel, language_model=language_model)
        require_type(IBMModel1, channel=channel)
        require_whole(1, beam=beam, candidates=candidates)
        require_whole(0, helpers=helpers)
        require_positive(lm_weight=lm_weight)
        require_number(word_bonus=word_bonus)
        self.language_model, self.channel = language_model, channel
        self.lm_weight, self.word_bonus, self.beam = lm_weight, word_bonus, beam
        words = language_model.vocabulary_.tokens[len(SPECIAL_TOKENS) :]
        self.helpers = words[:helpers]
        self._french_for = _best_french(language_model, channel, candidates)

    def translate(self, sentence: Sequence[str]) -> list[str]:
        """Translate English tokens to French tokens; no words, no translation.

        Raises
        ------
        ValueError
            If ``sentence`` is no list of strings, such as text that was not tokenised.
        """
        require_list(str, sentence=sentence)
        if not sentence:
            return []
        finished = _Search(self, sentence).run()
        best = max(finished, key=lambda words: self.score(sentence, words))
        return list(best)

    def score(self, sentence: Sequence[str], translation: Sequence[str]) -> float:
        """What the decoder maximises, in nats, with the sum over all alignments.

        The table has nothing on English words that training did not have: where they are copied
        they cost nothing, and where they are left out as much as in the search.

        Raises
        ------
        ValueError
            If ``sentence`` is no list of strings, or ``translation`` is no list of strings.
        """
        require_list(str, sentence=sentence, translation=translation)
        known = [word for word in sentence if word in self._french_for]
        lost = sum(word not in self._french_for and word not in translation for word in sentence)
        return (
            self.lm_weight * self.language_model.log_prob(translation)
            + self.channel.log_prob(known, given=translation)
            + lost * float(np.log(_SMALLEST))
            + self.word_bonus * len(translation)
        )

    def french_for(self, word: str) -> list[tuple[str, float]]:
        """The French words that are tried for an English word, each with :math:`\\ln t(x | y)`.

        Raises
        ------
        ValueError
            If ``word`` is no string.
        """
        require_type(str, word=word)
        return self._french_for.get(word, [(word, 0.0)])


def _best_french(
    language_model: NGramModel, channel: IBMModel1, number: int
) -> dict[str, list[tuple[str, float]]]:
    """For each English word the French y with the largest p(y) t(x | y), with ln t(x | y)."""
    frequencies = language_model.next_word_distribution()
    ranked: dict[str, list[tuple[float, str, float]]] = {}
    for french, table in channel.table_.items():
        if french == EMPTY_WORD:
            continue
        frequency = frequencies[language_model.vocabulary_.ids[french]]
        for english, t in table.items():
            if t > _SMALLEST:
                ranked.setdefault(english, []).append((frequency * t, french, np.log(t)))
    return {
        english: [(french, log_t) for _, french, log_t in sorted(found, reverse=True)[:number]]
        for english, found in ranked.items()
    }


class _Search:
    """The beam search for one sentence."""

    def __init__(self, decoder: NoisyChannel, sentence: Sequence[str]):
        self.decoder, self.sentence = decoder, sentence
        self.options = [decoder.french_for(word) for word in sentence]
        french_words = {french for options in self.options for french, _ in options}
        words = sorted(french_words.union(decoder.helpers))
        self.columns = {word: i for i, word in enumerate([*words, EOS])}
        vocabulary = decoder.language_model.vocabulary_
        self.ids = vocabulary.encode([*words, EOS])
        self.empty = [
            np.log(max(decoder.channel.probability(word, EMPTY_WORD), _SMALLEST))
            for word in sentence
        ]
        self.log_probs = cache(self._log_probs)

    def _log_probs(self, context: tuple[str, ...]) -> np.ndarray:
        """Weighted, of all candidates and ``</s>`` after a context."""
        distribution = self.decoder.language_model.next_word_distribution(context)
        with np.errstate(divide="ignore"):  # a word may be impossible
            weighted: np.ndarray = self.decoder.lm_weight * np.log(distribution[self.ids])
        return weighted

    def run(self) -> list[tuple[str, ...]]:
        """Return the translations that are in the beam at the end."""
        stacks: list[dict[_State, _Hypothesis]] = [{} for _ in range(len(self.sentence) + 1)]
        start = _Hypothesis(0.0, 0, False, ())
        stacks[0][start.state] = start
        for translated, stack in enumerate(stacks[:-1]):
            for hypothesis in self.best(stack):
                for longer in self.extensions(hypothesis):
                    rival = stacks[translated + 1].get(longer.state)
                    if rival is None or longer.score > rival.score:
                        stacks[translated + 1][longer.state] = longer
        ended = {
            state: h._replace(score=h.score + self.lm(h.words, EOS))
            for state, h in stacks[-1].items()
        }
        return [h.words for h in self.best(ended)]

    def best(self, stack: dict[_State, _Hypothesis]) -> list[_Hypothesis]:
        """Return as many hypotheses as the beam is wide, the best first."""
        return sorted(stack.values(), key=lambda h: -h.score)[: self.decoder.beam]

    def extensions(self, hypothesis: _Hypothesis) -> list[_Hypothesis]:
        """Translate the next English word, or the one after it."""
        found = []
        for place in (hypothesis.covered, hypothesis.covered + 1):
            if place >= len(self.sentence) or (place > hypothesis.covered and hypothesis.ahead):
                continue
            covered, ahead = hypothesis.covered, place > hypothesis.covered
            if not ahead:
                covered += 2 if hypothesis.ahead else 1
            found += [
                _Hypothesis(hypothesis.score + score, covered, ahead, hypothesis.words + words)
                for words, score in self.translations(hypothesis.words, place)
            ]
        return found

    def translations(
        self, before: tuple[str, ...], place: int
    ) -> list[tuple[tuple[str, ...], float]]:
        """Ways to translate one English word: no French word, one, or one with a helper."""
        bonus = self.decoder.word_bonus
        ways: list[tuple[tuple[str, ...], float]] = [((), self.empty[place])]
        for french, log_t in self.options[place]:
            ways.append(((french,), log_t + bonus + self.lm(before, french)))
        for helper in sorted(self.decoder.helpers, key=lambda word: -self.lm(before, word))[:2]:
            start = bonus + self.lm(before, helper)
            for french, log_t in self.options[place]:
                score = start + log_t + bonus + self.lm((*before, helper), french)
                ways.append(((helper, french), score))
        return ways

    def lm(self, before: tuple[str, ...], word: str) -> float:
        """Weighted log-probability of a word after the last two before it."""
        context = before[-2:] if len(before) >= 2 else (BOS, *before)
        weighted: float = self.log_probs(context)[self.columns[word]]
        return weighted
