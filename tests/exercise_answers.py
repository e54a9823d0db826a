"""What the tests of the exercises' checks share: what a check says about an answer."""

CORRECT = "Correct.\n"


def said(capsys, check, answer):
    """Return what a check prints about an answer."""
    check(answer)
    return capsys.readouterr().out
