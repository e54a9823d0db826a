"""A network that writes summaries, judged on the right papers and on wrong ones.

    python benchmarks/summarisation_writing.py

The encoder-decoder with attention of the chapter on translation gets the name of an aspect and the
first 100 words of a paper, and is trained to write the summary: 300 pairs. The weights of the epoch
with the best validation loss are kept. Its summaries of the test papers are compared with their
references, and with those of another paper each. Writes ``results/summarisation_writing.json``
after each of three seeds. Takes about ten minutes on one core.
"""

import lmbook_utils  # noqa: F401, I001  (sets what TensorFlow reads at start-up)

from collections.abc import Sequence

import numpy as np
from recording import record
from summarisation import Papers, judge_texts, rounded

from lmbook_utils import datasets, reproducibility
from lmbook_utils.datasets.aclsum import ASPECTS, Paper
from lmbook_utils.tasks.summarisation import words
from lmbook_utils.tasks.translation import encoder_decoder, search, training
from lmbook_utils.tasks.translation.text import Pair
from lmbook_utils.vocabulary import Vocabulary

SEEDS = (0, 1, 2)
UNITS, DROPOUT, EPOCHS, RATE = 64, 0.3, 50, 1e-2
SOURCE_WORDS, MOST_WORDS = 100, 30


def writing_pairs(papers: Sequence[Paper]) -> list[Pair]:
    """The name of an aspect and the beginning of a paper → the summary; aspect by aspect."""
    sources = [
        [word for sentence in paper.sentences for word in words.sentence_words(sentence)]
        for paper in papers
    ]
    return [
        Pair([aspect, *source[:SOURCE_WORDS]], words.sentence_words(paper.summaries[aspect]))
        for aspect in ASPECTS
        for paper, source in zip(papers, sources, strict=True)
    ]


def write(papers: Papers, seed: int) -> tuple[list[list[str]], dict]:
    """Train an encoder-decoder with attention; its summaries of the test papers, and its losses."""
    reproducibility.set_seed(seed)
    pairs = {part: writing_pairs(of) for part, of in papers.items()}
    source = Vocabulary.from_sentences([pair.english for pair in pairs["train"]], min_count=4)
    target = Vocabulary.from_sentences([pair.french for pair in pairs["train"]], min_count=2)
    network = encoder_decoder.build_encoder_decoder(source, target, UNITS, dropout=DROPOUT)
    history = training.train(
        network, pairs["train"], EPOCHS, pairs["validation"], learning_rate=RATE
    )
    written = search.translate_greedily(
        network, [pair.english for pair in pairs["test"]], MOST_WORDS
    )
    texts = [" ".join(tokens) for tokens in written]
    n = len(papers["test"])
    best = int(np.argmin([epoch["val_loss"] for epoch in history]))
    losses = {"best_epoch": best + 1} | {k: round(v, 3) for k, v in history[best].items()}
    losses["last_epoch"] = {k: round(v, 3) for k, v in history[-1].items()}
    return [texts[i * n : (i + 1) * n] for i in range(len(ASPECTS))], losses


def of_wrong_papers(texts: Sequence[Sequence[str]]) -> list[list[str]]:
    """Give each paper the summaries of the next one."""
    return [[*own[1:], own[0]] for own in texts]


def main() -> None:
    papers, found = datasets.load_aclsum(), []
    for seed in SEEDS:
        texts, losses = write(papers, seed)
        found.append(
            {
                "seed": seed,
                "losses": losses,
                "different_summaries": len({text for own in texts for text in own}),
                "right_papers": rounded(judge_texts(papers, texts))["means"],
                "wrong_papers": rounded(judge_texts(papers, of_wrong_papers(texts)))["means"],
                "of_the_first_test_paper": [own[0] for own in texts],
            }
        )
        print(found[-1], flush=True)
        record("summarisation_writing", {"runs": found})


if __name__ == "__main__":
    main()
