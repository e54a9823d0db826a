"""The checks of exercises: a right answer passes, a wrong one is told what is wrong with it."""

from collections import Counter

import numpy as np
import pytest

from lmbook_utils import corpus, datasets, exercises, metrics, preprocessing
from lmbook_utils.subwords import merge_pair

CORRECT = "Correct.\n"


def said(capsys, check, answer):
    """Return what a check prints about an answer."""
    check(answer)
    return capsys.readouterr().out


# ---------------------------------------------------------------------------------------------
# Chapter 1


def test_absolute_discounting_on_the_toy_sentences(capsys):
    p_sang = (1 - 0.5) / 16 + 0.5 * 9 / 16 / 10  # 16 tokens of 9 kinds, 10 words that can come
    right = 0.5 * 2 / 2 * p_sang  # "cat" came twice, before two words
    check = exercises.check_toy_absolute
    assert said(capsys, check, right) == CORRECT
    assert said(capsys, check, round(right, 4)) == CORRECT
    assert "too small" in said(capsys, check, right - 0.0001)
    assert "too large" in said(capsys, check, p_sang)


def bigrams_of(articles, vocabulary):
    for sentence in (sentence for article in articles for sentence in article):
        words = [word if word in vocabulary else "<unk>" for word in sentence]
        yield from zip(["<s>", *words], [*words, "</s>"], strict=True)


def test_the_estimate_of_unseen_bigrams(capsys):
    counts = Counter(bigrams_of(corpus.load_tokenized()["train"], corpus.load_encoded().vocabulary))
    share = sum(count for count in counts.values() if count == 1) / sum(counts.values())
    check = exercises.check_unseen_bigrams
    assert said(capsys, check, share) == CORRECT
    assert "too small" in said(capsys, check, share - 0.002)
    assert "too large" in said(capsys, check, share + 0.002)
    assert "a share is from 0 to 1" in said(capsys, check, 100 * share)


def continuation(bigrams):
    ends = [second for _, second in set(bigrams)]
    return {word: ends.count(word) / len(ends) for word in ends}


def test_a_right_continuation_probability_passes(capsys):
    assert said(capsys, exercises.check_continuation_probability, continuation) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda b: {w: 1 / len(b) for _, w in b}, "the result sums to"),
        (lambda b: {w: [x for _, x in b].count(w) / len(b) for _, w in b}, "each different bigram"),
        (lambda b: {v: 1.0 for v, _ in b}, "the words of the result are ['new'] and not ['york']"),
        (lambda b: 1.0, "the result is no dictionary"),
        (lambda b: {w: "all" for _, w in b}, "expected a number"),
        (lambda b: b.missing, "it raised AttributeError"),
    ],
)
def test_what_is_wrong_with_a_continuation_probability_is_said(capsys, function, complaint):
    message = said(capsys, exercises.check_continuation_probability, function)
    assert message.startswith("Not yet: ")
    assert complaint in message


# ---------------------------------------------------------------------------------------------
# Chapter 2


def test_the_parameters_of_a_simple_network(capsys):
    check = exercises.check_rnn_parameters
    right = lambda V, d, m: V * (d + m + 1) + m * (d + m + 1)  # noqa: E731
    assert said(capsys, check, right) == CORRECT
    assert "too large" in said(capsys, check, lambda V, d, m: right(V, d, m) + 1)
    assert "too small" in said(capsys, check, lambda V, d, m: right(V, d, m) - V)
    assert "expected a number" in said(capsys, check, lambda V, d, m: None)


def of_sigmoids(z, w):
    s = 1 / (1 + np.exp(-z))
    gradient = s * (1 - s) / s.sum()
    gradient[w] -= 1 - s[w]
    return gradient


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (of_sigmoids, CORRECT),
        (lambda z, w: -of_sigmoids(z, w), "a small step along z[0]"),
        (lambda z, w: of_sigmoids(z, 0), "for z = [0.0, 0.0, 0.0] and w = 1"),
        (lambda z, w: np.exp(z) / np.exp(z).sum(), "a small step along z[0]"),
        (lambda z, w: 0.0, "the result should be 3 numbers"),
        (lambda z, w: ["a"] * len(z), "the result should be 3 numbers"),
        (lambda z: z, "it raised TypeError"),
    ],
)
def test_the_gradient_of_divided_sigmoids(capsys, function, message):
    assert message in said(capsys, exercises.check_sigmoid_gradient, function)


def test_the_forget_gate_that_halves_a_gradient(capsys):
    check = exercises.check_forget_gate
    assert said(capsys, check, 0.5 ** (1 / 100)) == CORRECT
    assert said(capsys, check, 0.9931) == CORRECT
    assert "the factor is 0.006" in said(capsys, check, 0.95)
    assert "between 0 and 1" in said(capsys, check, 4.97)


def gru_step(x, h, p):
    x_u, x_r, x_g = np.split(x @ p["W_xh"] + p["b_xh"], 3)
    h_u, h_r, h_g = np.split(h @ p["W_hh"] + p["b_hh"], 3)
    u, r = (1 / (1 + np.exp(-a)) for a in (x_u + h_u, x_r + h_r))
    return u * h + (1 - u) * np.tanh(x_g + r * h_g)


def without_a_bias(x, h, p):
    return gru_step(x, h, {**p, "b_hh": 0 * p["b_hh"]})


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (gru_step, CORRECT),
        (lambda x, h, p: gru_step(x, h, p).tolist(), CORRECT),
        (without_a_bias, "the new state is wrong from entry 0 on"),
        (lambda x, h, p: gru_step(x, h, p)[None], "the result has the shape (1, 1), not (1,)"),
        (lambda x, h, p: p["missing"], "it raised KeyError"),
    ],
)
def test_the_step_of_a_gru(capsys, function, message):
    assert message in said(capsys, exercises.check_gru_step, function)


# ---------------------------------------------------------------------------------------------
# Chapter 3


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ([0.5, 0.25, 0.25], "sum to 1 and not to 0"),
        ([-0.5, -0.25, 0.75], "those of the log-likelihood"),
        ([-0.5, 0.25, 0.25], "the third word came"),
        ([0.5, 0.25], "expected 3 numbers"),
        (["a", "b", "c"], "expected 3 numbers"),
        ([np.nan, 0, 0], "expected 3 numbers"),
    ],
)
def test_the_gradient_of_the_cross_entropy(capsys, answer, complaint):
    assert said(capsys, exercises.check_softmax_gradient, (0.5, 0.25, -0.75)) == CORRECT
    message = said(capsys, exercises.check_softmax_gradient, answer)
    assert message.startswith("Not yet: ")
    assert complaint in message


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (1, "is the relative frequency"),
        (1.5, "for the counts 3, 1, 0 is (0.636, 0.273, 0.091) and not (0.571, 0.286, 0.143)"),
        (0.5, "no maximum where a count is 0"),
        ("one", "expected a number"),
    ],
)
def test_the_prior_whose_mode_is_add_one(capsys, answer, complaint):
    assert said(capsys, exercises.check_dirichlet_mode, 2) == CORRECT
    assert complaint in said(capsys, exercises.check_dirichlet_mode, answer)


def nesterov(theta, v, gradient, rate, momentum):
    v = momentum * v - rate * gradient
    return theta + momentum * v - rate * gradient, v


def plain_momentum(theta, v, gradient, rate, momentum):
    v = momentum * v - rate * gradient
    return theta + v, v


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (plain_momentum, "after step 1, theta has moved by v"),
        (lambda t, v, g, r, m: (t - r * g, v - r * g), "after step 1, theta has moved by v"),
        (lambda t, v, g, r, m: (nesterov(t, v, g, r, m)[0], v), "after step 1, v is not right"),
        (lambda t, v, g, r, m: nesterov(t, v, g, r, m)[0], "not a pair"),
        (lambda t, v, g, r, m: (t - 2 * r * g, m * v - r * g), "after step 1, theta is not right"),
        (lambda t, v, g, r, m: ("t", "v"), "expected 3 numbers"),
        (lambda theta: theta, "it raised TypeError"),
    ],
)
def test_a_step_of_nesterov(capsys, function, complaint):
    assert said(capsys, exercises.check_nesterov, nesterov) == CORRECT
    assert complaint in said(capsys, exercises.check_nesterov, function)


def class_probabilities(log_weights, log_p):
    logs = log_weights + log_p
    shares = np.exp(logs - logs.max(axis=1, keepdims=True))
    return shares / shares.sum(axis=1, keepdims=True)


def underflowing(log_weights, log_p):
    with np.errstate(invalid="ignore"):
        shares = np.exp(log_weights + log_p)
        return shares / shares.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (underflowing, "for texts of thousands of words, the result holds NaN"),
        (lambda w, p: np.exp(w + p), "do not sum to 1"),
        (lambda w, p: class_probabilities(0, p), "are weights used?"),
        (lambda w, p: class_probabilities(w, p).T, "the shape (3, 4) and not (4, 3)"),
        (lambda w, p: w.missing, "it raised AttributeError"),
    ],
)
def test_the_probabilities_of_classes(capsys, function, complaint):
    assert said(capsys, exercises.check_class_probabilities, class_probabilities) == CORRECT
    assert complaint in said(capsys, exercises.check_class_probabilities, function)


# ---------------------------------------------------------------------------------------------
# Chapter 4


@pytest.fixture(scope="module")
def words_needed():
    """The answer, found by adding one word after the other."""
    counts = Counter(
        token for article in corpus.load_tokenized()["train"] for s in article for token in s
    )
    covered = 0
    for number, (_, count) in enumerate(counts.most_common(), start=1):
        covered += count
        if covered >= 0.95 * counts.total():
            return number
    raise AssertionError


def test_the_coverage_is_right_for_one_number_only(capsys, words_needed):
    assert said(capsys, exercises.check_coverage, words_needed) == CORRECT
    assert "cover less than 95%" in said(capsys, exercises.check_coverage, words_needed - 1)
    assert "so are fewer words" in said(capsys, exercises.check_coverage, words_needed + 1)


@pytest.mark.parametrize("answer", [0, -3, 2.5, 10**9, float("inf")])
def test_a_coverage_that_is_no_number_of_words(capsys, answer):
    assert "is a whole number from 1 to" in said(capsys, exercises.check_coverage, answer)


def windows(ids, n):
    rows = np.arange(len(ids) - n)[:, None] + np.arange(n)
    return ids[rows], ids[n:]


@pytest.mark.parametrize(
    "function", [windows, lambda ids, n: [a.tolist() for a in windows(ids, n)]]
)
def test_windows_may_be_arrays_or_lists(capsys, function):
    assert said(capsys, exercises.check_windows, function) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda ids, n: windows(ids, n)[0], "not a pair"),
        (lambda ids, n: None, "not a pair"),
        (lambda ids, n: (windows(ids, n)[0], ids[:-n]), "some targets are not the right ids"),
        (lambda ids, n: (windows(ids, n)[0][:, ::-1], ids[n:]), "some inputs are not the right"),
        (lambda ids, n: (windows(ids[:-1], n)[0], ids[n:]), "the inputs have the shape"),
        (lambda ids, n: 1 / 0, "it raised ZeroDivisionError: division by zero"),
        (lambda ids: ids, "it raised TypeError"),
        ("windows", "it raised TypeError"),
    ],
)
def test_what_is_wrong_with_windows_is_said_for_an_example(capsys, function, complaint):
    message = said(capsys, exercises.check_windows, function)
    assert message.startswith("Not yet: for ids [")
    assert complaint in message


def test_the_unknown_share_of_the_news(capsys):
    vocabulary = corpus.load_encoded().vocabulary
    tokens = [
        token
        for item in dict.fromkeys(datasets.load_news())
        for sentence in preprocessing.split_sentences(item)
        for token in preprocessing.tokenize(sentence)
    ]
    share = sum(token not in vocabulary for token in tokens) / len(tokens)
    check = exercises.check_news_unknown_share
    assert said(capsys, check, share) == CORRECT
    assert "is too small" in said(capsys, check, share - 0.002)
    assert "is too large" in said(capsys, check, share + 0.002)
    assert "a share is from 0 to 1" in said(capsys, check, 100 * share)


# ---------------------------------------------------------------------------------------------
# Chapter 5


def test_the_parameter_count_is_that_of_the_model_itself(capsys):
    models = pytest.importorskip("lmbook_utils.models")
    model = models.build_language_model("lstm", 5000, embedding_dim=64, rnn_units=96)
    count = model.count_params()
    assert said(capsys, exercises.check_parameter_count, count) == CORRECT
    assert "too small" in said(capsys, exercises.check_parameter_count, count - 1)
    assert "too large" in said(capsys, exercises.check_parameter_count, count + 1)


def top_p(probabilities, p):
    order = np.argsort(-probabilities)
    before = np.cumsum(probabilities[order]) - probabilities[order]
    kept = np.where(np.isin(np.arange(len(order)), order[before < p - 1e-12]), probabilities, 0)
    return kept / kept.sum()


def test_top_p_of_the_reader_and_of_the_book_pass(capsys):
    generation = pytest.importorskip("lmbook_utils.generation")

    def of_the_book(probabilities, p):
        return generation.next_word_probabilities(np.log(probabilities), top_p=p)

    assert said(capsys, exercises.check_top_p, top_p) == CORRECT
    assert said(capsys, exercises.check_top_p, of_the_book) == CORRECT


def without_the_last(probabilities, p):
    kept = np.where(probabilities == probabilities.max(), probabilities, 0)
    return kept / kept.sum()


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda q, p: q, "there should be fewer words left than 4"),
        (without_the_last, "there should be more words left than 1"),
        (lambda q, p: top_p(q, p)[::-1], "the most probable words should stay"),
        (lambda q, p: top_p(q, p) * 0.5, "the result sums to 0.500, not 1"),
        (lambda q, p: (top_p(q, p) > 0) / (top_p(q, p) > 0).sum(), "keep their proportions"),
        (lambda q, p: q[:2], "the result has shape (2,)"),
        (lambda q, p: "a", "the result holds no numbers"),
    ],
)
def test_what_is_wrong_with_top_p_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_top_p, function)


# ---------------------------------------------------------------------------------------------
# Chapter 6


def test_a_right_perplexity_passes(capsys):
    function = lambda p: np.exp(-np.log(p).mean())  # noqa: E731
    assert said(capsys, exercises.check_perplexity, function) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda p: np.prod(p) ** (-1 / len(p)), "a sum of logarithms is not"),
        (lambda p: -np.log(p).mean(), "for probabilities [0.25, 0.25, 0.25], the result is 1.386"),
        (lambda p: 1 / p.mean(), "for probabilities [0.5, 0.125, 0.01]"),
        (lambda p: p, "expected a number"),
        (lambda p: None, "expected a number; it was None"),
    ],
)
def test_what_is_wrong_with_a_perplexity_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_perplexity, function)


def test_the_bits_of_the_uniform_model(capsys):
    check = exercises.check_uniform_bits
    assert said(capsys, check, 12.29) == CORRECT
    assert said(capsys, check, np.log2(5000)) == CORRECT
    assert "number of nats" in said(capsys, check, 8.517)
    assert "too small" in said(capsys, check, 12)
    assert "too large" in said(capsys, check, 13)


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (5.0, CORRECT),
        (40, "whole word"),
        (40 / 7, "the blank"),
        (37 / 8, "choice of <unk>"),
        (3 / 8, "the spelling"),
        (3.466, "nats"),
        (4, "too small"),
        (6, "too large"),
    ],
)
def test_the_cost_of_an_unknown_word(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_unknown_word, answer)


def encode(word, merges):
    pieces = [*word, " "]
    for pair in merges:
        pieces = merge_pair(pieces, pair)
    return pieces


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (encode, CORRECT),
        (lambda word, merges: encode(word, merges)[:-1], "its characters and a blank"),
        (lambda word, merges: encode(word, merges[::-1]), "are not the pieces of 'low"),
        (lambda word, merges: encode(word, merges[:4]), "are not the pieces of 'low"),
        (lambda word, merges: encode(word, []) if not merges else "low ", "expected a list"),
        (lambda word, merges: encode(word * (1 + bool(merges)), merges), "and a blank; they were"),
        (lambda word, merges: word.no, "without merges, it raised AttributeError"),
    ],
)
def test_the_pieces_of_a_word(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_encode, function)


# ---------------------------------------------------------------------------------------------
# Chapter 7, recommendation


def mean_reciprocal_rank(ranks, k):
    return sum(1 / (rank + 1) for rank in ranks if rank < k) / len(ranks)


def test_a_right_mean_reciprocal_rank_passes(capsys):
    assert said(capsys, exercises.check_mean_reciprocal_rank, mean_reciprocal_rank) == CORRECT


# Chapter 7, sentiment analysis


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (0.8, CORRECT),
        (2 / 3, "each time counts"),
        (0.5, "too small"),
        (0.9, "too large"),
        (80, "a probability is from 0 to 1"),
        (None, "expected a number"),
    ],
)
def test_the_posterior_of_a_review(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_posterior, answer)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda ranks, k: np.mean([1 / (r + 1) for r in ranks]), "places beyond k give 0"),
        (
            lambda ranks, k: (
                np.sum([1 / (r + 1) for r in ranks if r < k]) / max(1, sum(r < k for r in ranks))
            ),
            "divide by all steps, not only by the hits",
        ),
        (lambda ranks, k: sum(1 / r for r in ranks if r < k), "it raised ZeroDivisionError"),
        (lambda ranks, k: "0.5", "expected a number; it was '0.5'"),
        (lambda ranks, k: 1.0, "for ranks [1, 3] and k = 20, the result is 1.000."),
    ],
)
def test_what_is_wrong_with_a_mean_reciprocal_rank_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_mean_reciprocal_rank, function)


def test_the_recall_of_chance(capsys):
    def message(answer):
        exercises.check_chance_recall(answer, films=5000)
        return capsys.readouterr().out

    assert message(20 / 5000) == CORRECT
    assert "too large" in message(0.02)
    assert "too small" in message(0.001)
    assert "that is recall@1" in message(1 / 5000)
    assert "expected a number" in message("0.004")


def test_a_right_bpr_loss_passes(capsys):
    def bpr(own, others):
        return -np.mean(np.log(1 / (1 + np.exp(np.array(others) - own))))

    assert said(capsys, exercises.check_bpr, bpr) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda own, others: np.mean(np.logaddexp(0, own - np.array(others))), "costs more than"),
        (
            lambda own, others: np.sum(np.logaddexp(0, np.array(others) - own)),
            "take the mean over the negatives",
        ),
        (lambda own, others: -own, "for the score 0.0 and the negatives [0.0]"),
        (lambda own: own, "it raised TypeError"),
    ],
)
def test_what_is_wrong_with_a_bpr_loss_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_bpr, function)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda t, g: metrics.precision_recall_f1(t, g, vocab_size=2).f1, CORRECT),
        (lambda t, g: np.mean(t == g), "that is the accuracy"),
        (lambda t, g: metrics.precision_recall_f1(t, g, average=None).f1[-1], "0.8571"),
        (lambda t, g: t[9], "it raised IndexError"),
    ],
)
def test_a_macro_f1(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_macro_f1, function)


# Chapter 7, summarisation


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (0.25, CORRECT),
        (0.8, "that is ROUGE-1"),
        (1 / 3, "the precision alone"),
        (0.2, "the recall alone"),
        (0.5, "too large"),
        (0.1, "too small"),
        (25, "ROUGE is from 0 to 1"),
        ("0.25", "expected a number"),
    ],
)
def test_a_rouge_2(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_rouge_2, answer)


def rank_step(ranks, weights, d):
    return (1 - d) / len(ranks) + d * ranks @ (weights / weights.sum(axis=1, keepdims=True))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (rank_step, CORRECT),
        (lambda r, w, d: (1 - d) + d * (rank_step(r, w, 1)), "divide what a place gives"),
        (lambda r, w, d: rank_step(r, w, 1), "the jump to any place"),
        (lambda r, w, d: rank_step(r, w, 0.5), "for 3 places, a rank is off by"),
        (lambda r, w, d: rank_step(r, w, d)[:2], "expected 3 numbers"),
        (lambda r, w, d: "ranks", "expected 3 numbers"),
        (lambda r, w, d: r @ "w", "it raised"),
    ],
)
def test_a_step_of_the_ranks(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_rank_step, function)


def next_sentence(scores, similarities, picked, trade_off):
    repeated = similarities[:, picked].max(axis=1) if picked else 0
    values = trade_off * scores - (1 - trade_off) * repeated
    values[picked] = -np.inf
    return int(values.argmax())


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (next_sentence, CORRECT),
        (lambda s, m, p, t: int(s.argmax()), "with [0] picked, it picks 0 again"),
        (lambda s, m, p, t: next_sentence(s, m, p, 1), "1 is not the best"),
        (lambda s, m, p, t: "0", "expected a place from 0 to 3; it was '0'"),
        (lambda s, m, p, t: m[:, p].max(), "with [] picked, it raised ValueError"),
    ],
)
def test_the_next_sentence(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_next_sentence, function)


@pytest.mark.parametrize(
    "check",
    [
        exercises.check_toy_absolute,
        exercises.check_unseen_bigrams,
        exercises.check_forget_gate,
        exercises.check_coverage,
        exercises.check_news_unknown_share,
        exercises.check_parameter_count,
        exercises.check_uniform_bits,
        exercises.check_unknown_word,
    ],
)
@pytest.mark.parametrize("answer", [None, "12", [1], np.array([1, 2]), float("nan"), True])
def test_what_is_no_number_is_never_right(capsys, check, answer):
    message = said(capsys, check, answer)
    assert message.startswith("Not yet: expected a number")


def test_a_wrong_answer_is_never_told_the_right_one(capsys, words_needed):
    message = said(capsys, exercises.check_coverage, 1) + said(
        capsys, exercises.check_coverage, 28_000
    )
    assert str(words_needed) not in message


# ---------------------------------------------------------------------------------------------
# Chapter 7, question answering


def test_the_smoothed_probability_of_a_question(capsys):
    check = exercises.check_smoothed
    ant, bee = (3 + 0.2) / 20, 0.1 / 20
    assert said(capsys, check, ant * ant * bee) == CORRECT
    assert "comes twice" in said(capsys, check, ant * bee)
    assert "no word of the collection impossible" in said(capsys, check, 0)
    assert "too large" in said(capsys, check, 0.5)
    assert "too small" in said(capsys, check, 1e-9)
    assert "at most 1" in said(capsys, check, 2)


def words_f1(guess, answer):
    given, wanted = guess.split(), answer.split()
    common = sum((Counter(given) & Counter(wanted)).values())
    return 2 * common / (len(given) + len(wanted))


def test_a_right_f1_of_words_passes(capsys):
    assert said(capsys, exercises.check_token_f1, words_f1) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda guess, answer: float(guess == answer), "the two share words"),
        (
            lambda g, a: (
                2 * sum(w in a.split() for w in g.split()) / (len(g.split()) + len(a.split()))
            ),
            "is shared once",
        ),
        (lambda guess, answer: 1 / 0, "it raised ZeroDivisionError"),
        (lambda guess, answer: "much", "expected a number"),
    ],
)
def test_what_is_wrong_with_an_f1_of_words_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_token_f1, function)


def fuse(lists, k):
    scores = {}
    for one in lists:
        for place, passage in enumerate(one, 1):
            scores[passage] = scores.get(passage, 0) + 1 / (k + place)
    return sorted(scores, key=scores.get, reverse=True)


def test_a_right_fusion_passes(capsys):
    assert said(capsys, exercises.check_fusion, fuse) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda lists, k: lists[0], "the result is ['a', 'b', 'c']"),
        (lambda lists, k: fuse(lists, 60), "with k = 0"),
        (lambda lists, k: lists["a"], "it raised TypeError"),
    ],
)
def test_what_is_wrong_with_a_fusion_is_said(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_fusion, function)


# Chapter 7, semantic role labelling


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [(34, CORRECT), (81, "those are all sequences"), (33, "too small"), (40, "too large")],
)
def test_the_number_of_permitted_sequences(capsys, answer, complaint):
    assert complaint in said(capsys, exercises.check_valid_sequences, answer)


def kappa(one, other):
    observed = np.mean([a == b for a, b in zip(one, other, strict=True)])
    chance = sum(one.count(x) * other.count(x) for x in set(one)) / len(one) ** 2
    return (observed - chance) / (1 - chance)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (kappa, CORRECT),
        (lambda one, other: 1.0, "the result is 1"),
        (lambda one, other: 1 / 0, "ZeroDivisionError"),
        (lambda one, other: "high", "expected a number"),
    ],
)
def test_kappa_of_two_annotators(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_kappa, function)


def decode(tags):
    spans = []
    for place, tag in enumerate(tags):
        if tag.startswith("B-"):
            spans.append([tag[2:], place, place + 1])
        elif tag.startswith("I-"):
            spans[-1][2] += 1
    return spans


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (decode, CORRECT),
        (lambda tags: [(x, a, b - 1) for x, a, b in decode(tags)], "after the last token"),
        (lambda tags: None, "expected a list"),
        (lambda tags: [1], "the result is [1]"),
    ],
)
def test_tags_become_spans(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_decode, function)


# ---------------------------------------------------------------------------------------------
# Chapter 8


def npmi(n12, n1, n2, total):
    return np.log(n12 * total / (n1 * n2)) / -np.log(n12 / total) if n12 else -1


def test_a_right_npmi_passes(capsys):
    assert said(capsys, exercises.check_npmi, npmi) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda n12, n1, n2, N: np.log2(n12 * N / (n1 * n2)), "should get 1; they got 3.3"),
        (lambda n12, n1, n2, N: npmi(n12, n1, n2, N) + 0.1 * (n12 == 5), "should get 0"),
        (lambda n12, n1, n2, N: npmi(n12, n1, n2, N) if n12 else 0, "should get -1; it got 0"),
        (lambda n12, n1, n2, N: npmi(n12, n1, n2, N) - 0.1 * (n12 == 3), "too small"),
        (lambda n12, n1, n2, N: 1 / 0, "it raised ZeroDivisionError"),
    ],
)
def test_a_wrong_npmi_is_told_why(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_npmi, function)


def analogy(vectors, a, b, c, unit=True, allowed=False):
    v = {word: x / np.linalg.norm(x) if unit else x for word, x in vectors.items()}
    words = [word for word in v if allowed or word not in (a, b, c)]
    return max(words, key=lambda word: v[word] @ (v[b] - v[a] + v[c]))


def test_a_right_analogy_passes(capsys):
    assert said(capsys, exercises.check_analogy, analogy) == CORRECT


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda *question: analogy(*question, allowed=True), "are not allowed"),
        (lambda *question: analogy(*question, unit=False), "brought to the length 1"),
        (lambda *question: 3, "expected a word"),
    ],
)
def test_a_wrong_analogy_is_told_why(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_analogy, function)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (lambda x, mask: (x * mask[:, :, None]).sum(1) / mask.sum(1)[:, None], CORRECT),
        (lambda x, mask: x.mean(axis=1), "the padding was counted"),
        (lambda x, mask: (x * mask[:, :, None]).sum(axis=1), "the sum, not the mean"),
        (lambda x, mask: (x * mask[:, :, None]).mean(axis=1), "the number of pieces does not"),
        (lambda x, mask: x[:, 0], "the numbers are others"),
        (lambda x, mask: x, "expected the shape (2, 3)"),
    ],
)
def test_the_masked_mean(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_masked_mean, function)


# Chapter 9


def test_the_seconds_of_an_all_reduce(capsys):
    check = exercises.check_all_reduce_seconds
    right = lambda P, K, b: 64 * P * (K - 1) / K / b  # noqa: E731
    assert said(capsys, check, right) == CORRECT
    assert "speed is in bits" in said(capsys, check, lambda P, K, b: right(P, K, b) / 8)
    assert "too small." in said(capsys, check, lambda P, K, b: right(P, K, b) / 2)
    assert "too large" in said(capsys, check, lambda P, K, b: 64 * P / b)


def rounded_row(row):
    scale = np.abs(row).max() / 127
    return np.rint(row / scale), scale


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (rounded_row, CORRECT),
        (lambda row: rounded_row(row)[0], "two things"),
        (lambda row: (row / rounded_row(row)[1], rounded_row(row)[1]), "not all numbers"),
        (lambda row: (rounded_row(row)[0], 1 / rounded_row(row)[1]), "do not give the row"),
        (lambda row: (np.trunc(row / rounded_row(row)[1]), rounded_row(row)[1]), "127|nearest"),
    ],
)
def test_a_quantised_row(capsys, function, message):
    answer = said(capsys, exercises.check_quantise_row, function)
    assert any(part in answer for part in message.split("|"))


def merged(one, other):
    counts = Counter(dict(one))
    counts.update(dict(other))
    return sorted(counts.items())


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (merged, CORRECT),
        (lambda one, other: dict(merged(one, other)), "should be a list"),
        (lambda one, other: merged(one, other)[::-1], "sorted"),
        (lambda one, other: [(name, 1) for name, _ in merged(one, other)], "a count is wrong"),
        (lambda one, other: one, "should be there once"),
        (lambda one, other: [*merged(one, other), ("zz", 1)], "in neither"),
        (lambda one, other: ["a"], "pairs"),
    ],
)
def test_merging_counts(capsys, function, message):
    assert message in said(capsys, exercises.check_merge, function)


def test_the_days_of_a_training(capsys):
    check = exercises.check_training_days
    assert said(capsys, check, 4.34) == CORRECT
    assert "too small" in said(capsys, check, 1.74)
    assert "too large" in said(capsys, check, 34.7)


# Chapter 11


def stop_early(losses, patience):
    best = 0
    for place, loss in enumerate(losses):
        if loss < losses[best]:
            best = place
        if place - best >= patience:
            return place, best
    return len(losses) - 1, best


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (stop_early, CORRECT),
        (lambda losses, patience: stop_early(losses, patience)[::-1], "should go on for longer"),
        (lambda losses, patience: stop_early(losses, patience + 1), "should stop earlier"),
        (lambda losses, patience: (stop_early(losses, patience)[0],) * 2, "of another evaluation"),
        (lambda losses, patience: 3, "should be two places"),
    ],
)
def test_early_stopping(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_early_stopping, function)


def drop_words(ids, rate, unknown, rng):
    return np.where(rng.random(ids.shape) < rate, unknown, ids)


def drop_in_place(ids, rate, unknown, rng):
    ids[rng.random(ids.shape) < rate] = unknown
    return ids


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (drop_words, CORRECT),
        (drop_in_place, "the array that was given has changed"),
        (lambda ids, rate, unknown, rng: drop_words(ids, rate, 0, rng), "to another than"),
        (lambda ids, rate, unknown, rng: drop_words(ids, 1 - rate, unknown, rng), "should change"),
        (
            lambda ids, rate, unknown, rng: np.where(rng.random((100, 1)) < rate, unknown, ids),
            "a draw of its own",
        ),
        (lambda ids, rate, unknown, rng: ids.ravel(), "the shape should be"),
    ],
)
def test_word_dropout(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_word_dropout, function)


def crossing(tokens, first, second):
    gap = np.subtract(first, second)
    place = np.flatnonzero((gap[:-1] < 0) & (gap[1:] > 0))[0]
    return np.exp(np.interp(0, gap[place : place + 2], np.log(tokens[place : place + 2])))


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (crossing, CORRECT),
        (lambda *arguments: 1.01 * crossing(*arguments), "too large"),
        (lambda *arguments: crossing(*arguments) / 2, "too small"),
        (lambda *arguments: "many", "expected a number"),
    ],
)
def test_the_crossing(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_crossing, function)


def best_rate(losses):
    finite = {rate: loss for rate, loss in losses.items() if loss == loss}
    best = min(finite, key=finite.get)
    return best, min(losses) < best < max(losses)


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (best_rate, CORRECT),
        (lambda losses: (best_rate(losses)[0], True), "at an end of the grid"),
        (lambda losses: (best_rate(losses)[0], False), "inside the grid"),
        (lambda losses: (max(losses), True), "another rate is the best"),
        (lambda losses: 0.1, "whether the grid is wide enough"),
    ],
)
def test_the_best_rate(capsys, function, complaint):
    assert complaint in said(capsys, exercises.check_best_rate, function)
