"""The helper package of the book "Large-Scale Language Models: From Theory to Practice".

Each module has one subject and belongs to one chapter; import the module that you need
(``from lmbook_utils import metrics``). Importing the package itself loads nothing heavy: it only
sets the variables that TensorFlow and Keras read when they start, so that the outputs in the book
can be reproduced. They are assigned, not set as defaults, because a value that happens to be in
the reader's shell would change the printed digits.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"  # no time-stamped start-up lines in a notebook's output
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"  # fewer differences between processors in the last digits
os.environ["TF_NUM_INTRAOP_THREADS"] = "2"  # a sum is cut into as many parts, and so rounded, alike
os.environ["KERAS_BACKEND"] = "tensorflow"

__version__ = "0.1.0"
