"""The referee of the n-gram models, KenLM, agrees with itself."""

import random

import pytest

WORDS = [f"w{rank}" for rank in range(1, 401)]


def generated_text(number, seed):
    """Return sentences of 1 to 12 words whose frequencies follow Zipf's law, as in real text.

    Without rare words no discount of Kneser and Ney can be estimated, and lmplz gives up.
    """
    generator = random.Random(seed)
    weights = [1 / rank for rank in range(1, len(WORDS) + 1)]
    return [generator.choices(WORDS, weights, k=generator.randint(1, 12)) for _ in range(number)]


def test_the_program_and_the_module_give_the_same_perplexity(kenlm, tmp_path):
    test = [*generated_text(20, seed=1), ["an", "unknown", "w1"], []]
    arpa = kenlm.train(generated_text(200, seed=0), 2, tmp_path)
    model = kenlm.load(arpa)
    assert model.order == 2
    log10 = sum(model.score(" ".join(sentence)) for sentence in test)
    tokens = sum(len(sentence) + 1 for sentence in test)
    assert kenlm.perplexity(arpa, test) == pytest.approx(10 ** (-log10 / tokens), rel=1e-5)


def test_a_text_too_poor_for_the_discounts_needs_the_fallback(kenlm, tmp_path):
    text = [["a", "b"], ["a", "c"]]
    with pytest.raises(RuntimeError, match="discount_fallback"):
        kenlm.train(text, 2, tmp_path)
    arpa = kenlm.train(text, 2, tmp_path, discount_fallback=True)
    assert kenlm.load(arpa).order == 2
