"""What the measurements of all seeds come to, for people and for programs."""

import datetime
import importlib.metadata
import math
import os
import platform

from .rivals import LOGISTIC, NAMES

# A model may be so many points behind the best rival, on so large a share of the tables.
POINTS, SHARE = 1.0, 0.75
NORMAL_95 = 1.959964
# Shares are compared with some room for rounding.
ROUNDING = 1e-9


def summary(results):
    """One table, all seeds together."""
    first, rows = results[0], sum(result["test_rows"] for result in results)
    proved = [result["correct"] for result in results if result["correct"] is not None]
    rivals = {name: sum(result["rivals"][name] for result in results) / rows for name in NAMES}
    best, told = max(rivals.values()), {name: first[name] for name in ("table", "rows", "classes")}
    told |= {"shape": first["shape"], "seeds": len(results), "test_rows": rows, "rivals": rivals}
    if len(proved) < len(results):
        outcomes = sorted({result["outcome"] for result in results if result["correct"] is None})
        return told | {"score": None, "outcomes": outcomes, "close": False, "above_logistic": False}
    score, (low, high) = sum(proved) / rows, wilson(sum(proved), rows)
    behind = 100 * (score - best)
    return told | {
        "score": score,
        "low": low,
        "high": high,
        "difference": behind,
        "close": behind >= -POINTS - ROUNDING,
        "above_logistic": score >= rivals[LOGISTIC] - ROUNDING,
    }


def wilson(correct, rows):
    """The interval that holds a share with 95 %, as if all rows were different ones."""
    square, share = NORMAL_95**2, correct / rows
    middle = (share + square / (2 * rows)) / (1 + square / rows)
    root = math.sqrt(share * (1 - share) / rows + square / (4 * rows**2))
    half = NORMAL_95 * root / (1 + square / rows)
    return max(0.0, middle - half), min(1.0, middle + half)


def goal(summaries):
    """Whether the models are good enough."""
    close = sum(told["close"] for told in summaries)
    behind = [told["table"] for told in summaries if not told["above_logistic"]]
    enough = bool(summaries) and close >= SHARE * len(summaries) - ROUNDING
    return {
        "tables": len(summaries),
        "within_a_point_of_the_best": close,
        "behind_logistic_regression": behind,
        "reached": enough and not behind,
    }


def text(summaries, word):
    """A table in Markdown."""
    head = ["table", "rows", "classes", "tested", word, "95 %", *NAMES, "to the best"]
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *(cells(told) for told in summaries)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cells(told):
    counts = [f"{told[name]:,}" for name in ("rows", "classes", "test_rows")]
    rivals = [percent(share) for share in told["rivals"].values()]
    if told["score"] is None:
        return [told["table"], *counts, ", ".join(told["outcomes"]), "–", *rivals, "–"]
    interval = f"{100 * told['low']:.1f}–{100 * told['high']:.1f}"
    difference = f"{told['difference']:+.2f}"
    return [told["table"], *counts, percent(told["score"]), interval, *rivals, difference]


def percent(share):
    return f"{100 * share:.2f}"


def goal_text(reached):
    close, tables = reached["within_a_point_of_the_best"], reached["tables"]
    behind = ", ".join(reached["behind_logistic_regression"]) or "none"
    return (
        f"{close} of {tables} tables are at most {POINTS:g} point behind the best rival "
        f"(goal: {SHARE:.0%}). Behind logistic regression: {behind} (goal: none)."
    )


def document(mode, settings, results, summaries, packages):
    """Everything, as JSON."""
    return {
        "mode": mode,
        "settings": settings,
        "machine": f"{os.cpu_count()} x {processor()}",
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "versions": {name: importlib.metadata.version(name) for name in packages}
        | {"python": platform.python_version()},
        "goal": goal(summaries),
        "tables": summaries,
        "results": results,
    }


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
