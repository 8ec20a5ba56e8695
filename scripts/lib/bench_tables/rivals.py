"""What scikit-learn reaches with its defaults, on columns prepared as is usual."""

import warnings

import pandas
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

LOGISTIC, FOREST, BOOSTING = NAMES = ("logistic regression", "random forest", "boosting")
# The default of 100 steps is too few for many tables.
LOGISTIC_STEPS = 1000


def correct(table, frame, train, test, seed):
    """For each rival how many of the test rows it classifies correctly."""
    inputs, labels = columns(table, frame), frame[table.label].astype(str)
    numbers = [name for name in inputs if pandas.api.types.is_numeric_dtype(inputs[name])]
    categories = [name for name in inputs if name not in numbers]
    counts = {}
    for name, model in models(numbers, categories, seed).items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(inputs.iloc[train], labels.iloc[train])
        right = model.predict(inputs.iloc[test]) == labels.iloc[test].to_numpy()
        counts[name] = int(right.sum())
    return counts


def columns(table, frame):
    """What a person lets a model learn from."""
    unused = [table.label, *(name for name in table.names if name in frame)]
    inputs = frame.drop(columns=unused)
    for name in table.dates:
        moment = pandas.to_datetime(inputs.pop(name)).dt
        inputs[f"{name}: year"] = moment.year
        inputs[f"{name}: month"] = moment.month
        inputs[f"{name}: weekday"] = moment.dayofweek
    for name in inputs:
        if not pandas.api.types.is_numeric_dtype(inputs[name]):
            inputs[name] = inputs[name].astype("category")
    return inputs


def models(numbers, categories, seed):
    scaled = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    return {
        LOGISTIC: make_pipeline(
            one_hot(scaled, numbers, categories), LogisticRegression(max_iter=LOGISTIC_STEPS)
        ),
        # It takes missing numbers as they are, and so does boosting, categories too.
        FOREST: make_pipeline(
            one_hot("passthrough", numbers, categories),
            RandomForestClassifier(random_state=seed, n_jobs=-1),
        ),
        BOOSTING: HistGradientBoostingClassifier(random_state=seed),
    }


def one_hot(of_numbers, numbers, categories):
    encoder = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    parts = [("numbers", of_numbers, numbers), ("categories", encoder, categories)]
    return ColumnTransformer(parts, sparse_threshold=0)
