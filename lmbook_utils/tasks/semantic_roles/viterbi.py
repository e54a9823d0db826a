"""The best sequence of tags among those that are permitted."""

import itertools
from collections.abc import Sequence

import numpy as np

from lmbook_utils._validation import array_of, real_numbers, require_index, require_list
from lmbook_utils.tasks.semantic_roles.bio import TAGS, decode_bio, may_follow
from lmbook_utils.tasks.semantic_roles.data import Role


def best_path(
    scores: np.ndarray, first: np.ndarray, follows: np.ndarray
) -> tuple[np.ndarray, float]:
    r"""Find the sequence of tags with the highest sum of scores that breaks no rule.

    Equation: :eq:`eq-srl-viterbi`

    Viterbi (1967): for each place and tag, the best sequence that ends there is the best one that
    may come before it, and one tag more. The work grows with the length of the sentence times the
    square of the number of tags; there are ``tags ** tokens`` sequences.

    Parameters
    ----------
    scores
        What each tag at each token adds, shape (tokens, tags): log-probabilities, as a rule. Minus
        infinity forbids a tag.
    first
        Whether a tag may begin, shape (tags,).
    follows
        Whether a tag may come after another one, shape (tags, tags), row before column.

    Returns
    -------
    path : ndarray of int, shape (tokens,)
        Of sequences with equal sums, one in which the lowest tags come last.
    total : float
        The sum of its scores; 0 for no tokens.

    Raises
    ------
    ValueError
        If the shapes do not fit, a score is NaN or plus infinity, or no sequence is permitted.

    Examples
    --------
    Token by token, the best tags would be O and I-ARG0, which is not permitted:

    >>> first, follows = may_follow(["O", "B-ARG0", "I-ARG0"])
    >>> scores = np.log([[0.5, 0.4, 0.1], [0.3, 0.1, 0.6]])
    >>> best_path(scores, first, follows)[0].tolist()
    [1, 2]
    """
    scores = real_numbers("scores", scores)
    first, follows = (
        array_of("first", first).astype(bool),
        array_of("follows", follows).astype(bool),
    )
    _check(scores, first, follows)
    if not len(scores):
        return np.array([], int), 0.0
    best = np.where(first, scores[0], -np.inf)
    before = np.zeros(scores.shape, int)
    for t in range(1, len(scores)):
        candidates = np.where(follows, best[:, None], -np.inf)  # (tag before, tag)
        before[t] = candidates.argmax(axis=0)
        best = candidates.max(axis=0) + scores[t]
    total = float(best.max())
    if total == -np.inf:
        raise ValueError("scores permit no sequence; too many are minus infinity")
    path = [int(best.argmax())]
    for t in range(len(scores) - 1, 0, -1):
        path.append(int(before[t, path[-1]]))
    return np.array(path[::-1]), total


def best_roles(log_probs: np.ndarray, predicate: int) -> list[Role]:
    """Decode the roles of one predicate; the predicate itself is outside all of them.

    Parameters
    ----------
    log_probs
        Of each tag of :data:`~lmbook_utils.tasks.semantic_roles.bio.TAGS` at each token, shape
        (tokens, 13).
    predicate
        The index of the verb.

    Raises
    ------
    ValueError
        If the predicate is no token, or as :func:`best_path`.

    Examples
    --------
    >>> log_probs = np.full((3, len(TAGS)), -3.0)
    >>> log_probs[0, TAGS.index("B-ARG0")] = log_probs[2, TAGS.index("I-ARG1")] = -0.1
    >>> log_probs[2, TAGS.index("B-ARG1")] = -1.0
    >>> best_roles(log_probs, predicate=1)
    [('ARG0', 0, 1), ('ARG1', 2, 3)]
    """
    scores = _of_all_tags(log_probs).copy()
    require_index("tokens", len(scores), predicate=predicate)
    scores[predicate, 1:] = -np.inf  # the predicate is O, the first tag
    path, _ = best_path(scores, *may_follow())
    return decode_bio([TAGS[tag] for tag in path])


def greedy_tags(log_probs: np.ndarray) -> list[str]:
    """The most probable tag of each token by itself, permitted or not.

    Examples
    --------
    >>> greedy_tags(np.eye(len(TAGS))[[2, 0]])
    ['I-ARG0', 'O']
    """
    return [TAGS[tag] for tag in np.argmax(_of_all_tags(log_probs), axis=1)]


def broken_rules(tags: Sequence[str]) -> int:
    """Count the places where a sequence of tags breaks a rule.

    Examples
    --------
    >>> broken_rules(["I-ARG0", "O", "B-ARG1", "I-ARG1", "I-ARG0"])
    2
    """
    require_list(str, tags=tags)
    if unknown := sorted(set(tags) - set(TAGS)):
        raise ValueError(f"tags must be among {', '.join(TAGS)}; {unknown} are not")
    first, follows = may_follow()
    ids = [TAGS.index(tag) for tag in tags]
    pairs = itertools.pairwise(ids)
    return sum(not first[i] for i in ids[:1]) + sum(not follows[pair] for pair in pairs)


def _of_all_tags(log_probs: np.ndarray) -> np.ndarray:
    log_probs = real_numbers("log_probs", log_probs, "tokens, tags")
    if log_probs.shape[1] != len(TAGS) or np.isnan(log_probs).any() or (log_probs == np.inf).any():
        raise ValueError(
            f"log_probs must have the shape (tokens, {len(TAGS)}), without NaN and plus infinity; "
            f"the shape was {log_probs.shape}"
        )
    return log_probs


def _check(scores: np.ndarray, first: np.ndarray, follows: np.ndarray) -> None:
    tags = len(first) if first.ndim == 1 else -1
    if scores.ndim != 2 or scores.shape[1] != tags or follows.shape != (tags, tags):
        raise ValueError(
            "scores, first and follows must have the shapes (tokens, tags), (tags,) and "
            f"(tags, tags); they had {scores.shape}, {first.shape} and {follows.shape}"
        )
    if np.isnan(scores).any() or (scores == np.inf).any():
        raise ValueError("scores must be numbers or minus infinity; one was not")
