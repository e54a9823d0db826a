"""Semantic role labelling: who did what to whom, when, where and how, for each verb.

From the ground up: the labelled sentences (:mod:`~lmbook_utils.tasks.semantic_roles.data`), roles
as one tag for each token (``bio``), the best permitted sequence of tags (``viterbi``), three kinds
of labeller (``heuristics``, ``classical``, ``networks``), and how they are judged (``judging``).
"""
