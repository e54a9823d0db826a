"""A small text, and a strategy for random ones, that the tests of n-gram models share."""

from hypothesis import strategies as st

from lmbook_utils.ngram import SMOOTHINGS

TEXT = [
    sentence.split()
    for sentence in (
        "the cat sat on the mat",
        "the dog sat on the log",
        "a cat saw the dog",
        "the dog saw a cat and the cat ran",
        "the cat sat",
        "on the mat a dog ran",
    )
]
HELD_OUT = [s.split() for s in ("the dog sat on the mat", "a cat ran", "the bird sang")]
NORMALISED = [name for name in SMOOTHINGS if name != "stupid-backoff"]

words = st.sampled_from(["a", "b", "c", "d", "<unk>"])
texts = st.lists(st.lists(words, max_size=6), min_size=1, max_size=8).filter(
    lambda text: any(word != "<unk>" for sentence in text for word in sentence)
)
