"""Three hundred short news items, for a look at English that is not an encyclopedia's."""

from lmbook_utils.datasets import registry


def load_news() -> list[str]:
    """Load the Lee background corpus.

    Returns
    -------
    list of str
        300 news items, in the order of the file, each on one line. Seven repeat an earlier one;
        drop them (``list(dict.fromkeys(load_news()))``) before splitting or counting. One has a
        book's title in ``<i>`` tags.

    Raises
    ------
    OSError
        If the file is missing or damaged; the message says what to do.

    Examples
    --------
    >>> news = load_news()
    >>> len(news)
    300
    >>> news[0][:50]
    'Hundreds of people have been forced to vacate thei'
    """
    lines = registry.path("news").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines]
