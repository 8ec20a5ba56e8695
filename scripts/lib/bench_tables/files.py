"""Files of tables, read and divided without a change to any cell."""

import json

import pandas


def frame(path):
    """The rows with their types, as a person reads them with pandas."""
    if path.suffix == ".parquet":
        return pandas.read_parquet(path)
    if path.suffix == ".json":
        return pandas.read_json(path, convert_dates=False)
    return pandas.read_csv(path)


def texts(path):
    """The rows of a text file, every cell as it stands there."""
    return pandas.read_csv(path, dtype=str, na_filter=False)


def part(path, rows, to):
    """Writes these rows to a file of the same form."""
    if path.suffix == ".parquet":
        pandas.read_parquet(path).iloc[rows].to_parquet(to, index=False)
    elif path.suffix == ".json":
        every = json.loads(path.read_text(encoding="utf-8"))
        to.write_text(json.dumps([every[row] for row in rows]), encoding="utf-8")
    else:
        texts(path).iloc[rows].to_csv(to, index=False)


def cells(path):
    """Names of the columns, and for each row its cells as texts, None where one is missing."""
    if path.suffix in (".parquet", ".json"):
        rows = frame(path)
        return list(rows.columns), [[text(cell) for cell in row] for row in rows.values.tolist()]
    rows = texts(path)
    return list(rows.columns), rows.values.tolist()


def text(cell):
    """A typed cell as a text of a file."""
    if cell is None or cell is pandas.NA or cell != cell:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell if isinstance(cell, str) else repr(cell)
