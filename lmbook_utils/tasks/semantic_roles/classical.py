"""Between rules and networks: features that people made up, and a logistic regression on them.

Gildea and Jurafsky (2002) classified the constituents of a parse tree by features such as voice,
position, head word, and the path through the tree from the constituent to the verb. There is no
parser here, so each token is classified, and the path goes over the parts of speech between.
"""

from collections.abc import Sequence

import numpy as np
from nltk.stem import PorterStemmer
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from lmbook_utils._validation import require_index, require_list, require_positive, require_whole
from lmbook_utils.tagging import tag_parts_of_speech
from lmbook_utils.tasks.semantic_roles.bio import TAGS, encode_bio
from lmbook_utils.tasks.semantic_roles.data import Proposition
from lmbook_utils.tasks.semantic_roles.heuristics import is_passive, noun_chunks

_STEMMER = PorterStemmer()
_LONGEST_PATH = 8
_NEVER = -30.0  # the log-probability of a tag that was never seen in training


def token_features(tokens: Sequence[str], predicate: int) -> list[dict[str, str | bool]]:
    """Describe each token of a sentence as seen from one of its verbs.

    The word, its stem's end and its part of speech; the words beside it; on which side of the verb
    it is, and how far; the path, the parts of speech from it to the verb without repetitions; the
    verb's stem and voice; the preposition that its chunk hangs on; where it is in its chunk.

    Parameters
    ----------
    tokens
        The words as they were written.
    predicate
        The index of the verb.

    Returns
    -------
    list of dict
        Name of a feature → its value, for each token.

    Raises
    ------
    ValueError
        If ``tokens`` is no list of strings, or ``predicate`` is no index of it.

    Examples
    --------
    >>> features = token_features("It was built by Ada .".split(), predicate=2)
    >>> features[4]["side"], features[4]["preposition"], features[4]["voice"]
    ('behind', 'by', 'passive')
    """
    require_list(str, tokens=tokens)
    require_index("tokens", len(tokens), predicate=predicate)
    tags = tag_parts_of_speech(tokens)
    chunk_of = {
        i: (start, end) for start, end in noun_chunks(tokens, tags) for i in range(start, end)
    }
    words = [token.lower() for token in tokens]
    verb = _STEMMER.stem(words[predicate])
    voice = "passive" if is_passive(tokens, tags, predicate) else "active"

    def at(items: Sequence[str], i: int) -> str:
        return items[i] if 0 <= i < len(items) else "<none>"

    rows: list[dict[str, str | bool]] = []
    for i, word in enumerate(words):
        start, end = chunk_of.get(i, (i, i + 1))
        side = "before" if i < predicate else "behind" if i > predicate else "verb"
        path = _path(tags, i, predicate)
        preposition = _preposition(words, tags, start)
        rows.append(
            {
                "bias": True,
                "word": word,
                "ending": word[-3:],
                "part of speech": tags[i],
                "word before": at(words, i - 1),
                "word behind": at(words, i + 1),
                "tag before": f"{at(tags, i - 1)} {tags[i]}",
                "tag behind": f"{tags[i]} {at(tags, i + 1)}",
                "side": side,
                "side and distance": f"{side} {min(abs(i - predicate), 6)}",
                "side and voice": f"{side} {voice}",
                "voice": voice,
                "path": path,
                "path and voice": f"{path} {voice}",
                "verb and side": f"{verb} {side} {voice}",
                "preposition": preposition,
                "preposition and side": f"{preposition} {side} {voice}",
                "place in chunk": f"{i - start == 0} {end - i == 1} {side}",
                "commas": f"{side} {min(_count(words, i, predicate, ','), 3)}",
                "verbs": f"{side} {min(_count(tags, i, predicate, 'VERB'), 3)}",
                "is a number": word.isdigit(),
            }
        )
    return rows


class FeatureLabeller:
    """Logistic regression over the features of each token.

    Parameters
    ----------
    C
        The inverse of the strength of the regularisation.
    min_count
        Features of fewer tokens than this are left out.

    Examples
    --------
    >>> one = Proposition("A", "train", 0, ("Ada", "wrote", "it"), 1, (("ARG0", 0, 1),))
    >>> FeatureLabeller(min_count=1).fit([one]).log_probs(one.tokens, 1).shape
    (3, 13)
    """

    def __init__(self, C: float = 1.0, min_count: int = 2):
        require_positive(C=C)
        require_whole(1, min_count=min_count)
        self.C, self.min_count = C, min_count

    def fit(self, propositions: Sequence[Proposition]) -> "FeatureLabeller":
        """Learn from labelled propositions; returns itself.

        Raises
        ------
        ValueError
            If there is none, or no role in any of them. Also if ``propositions`` is no list of
            ``Proposition``.
        """
        require_list(Proposition, propositions=propositions)
        rows, tags = [], []
        for p in propositions:
            rows += token_features(p.tokens, p.predicate)
            tags += encode_bio(p.roles, len(p.tokens))
        if len(set(tags)) < 2:
            raise ValueError("propositions must hold at least one role to learn from")
        self.vectorizer_ = DictVectorizer()
        matrix = self.vectorizer_.fit_transform(rows)
        frequent = np.flatnonzero(np.asarray((matrix != 0).sum(axis=0))[0] >= self.min_count)
        self.vectorizer_.restrict(frequent, indices=True)
        self.model_ = LogisticRegression(C=self.C, max_iter=300)
        with threadpool_limits(1):  # the matrices are small: more threads would only wait
            self.model_.fit(matrix[:, frequent], tags)
        return self

    def log_probs(self, tokens: Sequence[str], predicate: int) -> np.ndarray:
        """The log-probability of each tag at each token, shape (tokens, tags).

        Raises
        ------
        ValueError
            If ``tokens`` is no list of strings, or ``predicate`` is no index of it.
        """
        features = self.vectorizer_.transform(token_features(tokens, predicate))
        found = np.full((len(tokens), len(TAGS)), _NEVER)
        columns = [TAGS.index(tag) for tag in self.model_.classes_]
        found[:, columns] = np.maximum(self.model_.predict_log_proba(features), _NEVER)
        return found


def _path(tags: Sequence[str], i: int, predicate: int) -> str:
    """The parts of speech from a token to the verb, without repetitions, at most eight."""
    step = 1 if i <= predicate else -1
    between = [tags[j] for j in range(i, predicate + step, step)]
    path = [tag for j, tag in enumerate(between) if j == 0 or tag != between[j - 1]]
    return " ".join(path if len(path) <= _LONGEST_PATH else [*path[:3], "…", *path[-3:]])


def _preposition(words: Sequence[str], tags: Sequence[str], start: int) -> str:
    """The preposition right before a chunk, or the token itself if it is one."""
    if tags[start] in ("ADP", "PRT"):
        return words[start]
    return words[start - 1] if start and tags[start - 1] in ("ADP", "PRT") else "<none>"


def _count(items: Sequence[str], i: int, predicate: int, what: str) -> int:
    """How often something stands between a token and the verb."""
    return list(items[min(i, predicate) + 1 : max(i, predicate)]).count(what)
