"""``make train``: the similarity model and the calibration, from the labelled messages, into the package.

Needs scikit-learn, which nothing needs at run time.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bench.eval.messages import Message, training
from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.classify.calibration import write_calibration
from sealane_investigator.classify.similarity import Similarity, features, write_similarity

#: Features that are kept, votes a feature keeps, and how strongly large coefficients are punished (1/C).
MAX_FEATURES = 12_000
MAX_VOTES = 10
C = 30.0

DATA = Path(__file__).parents[2] / "investigator" / "sealane_investigator" / "classify" / "data"


def train(messages: Sequence[Message]) -> Similarity:
    """Return the model that these messages teach; the same messages give the same model."""
    known = [message for message in messages if message.error_class is not ErrorClass.UNKNOWN]
    vectorizer = TfidfVectorizer(analyzer=_features, sublinear_tf=True, min_df=2, max_features=MAX_FEATURES)
    matrix: csr_matrix = vectorizer.fit_transform(known)
    model = LogisticRegression(C=C, max_iter=400, class_weight="balanced")
    model.fit(matrix, [message.error_class.value for message in known])
    idf = vectorizer.idf_
    return Similarity(
        tuple(ErrorClass(name) for name in model.classes_),
        tuple(float(value) for value in model.intercept_),
        {
            name: (round(float(idf[column]), 2), _votes(model.coef_[:, column]))
            for name, column in vectorizer.vocabulary_.items()
        },
    )


def _features(message: Message) -> list[str]:
    return features(message.wording)


def _votes(coefficients: np.ndarray) -> tuple[tuple[int, float], ...]:
    strongest = np.argsort(-np.abs(coefficients), kind="stable")[:MAX_VOTES]
    return tuple(
        (int(at), round(float(coefficients[at]), 2)) for at in sorted(strongest) if abs(coefficients[at]) >= 0.01
    )


def main() -> None:
    """Train on everything and write the package's data; takes about two minutes."""
    from bench.eval.calibrating import calibrate, first_tries, outcomes
    from bench.eval.leaving_out import judge_left_out

    messages = training()
    left_out = judge_left_out(messages, rules=False)
    (DATA / "similarity.json.gz").write_bytes(write_similarity(train(messages)))
    calibration = calibrate([*first_tries(), *outcomes(left_out)])
    (DATA / "calibration.json").write_text(write_calibration(calibration), encoding="utf-8")


if __name__ == "__main__":
    main()
