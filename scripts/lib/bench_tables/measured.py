"""What was measured of one table with one seed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How a worker trains."""

    seconds: int
    # As `training.search` in the worker's configuration; None leaves it at its default.
    search: str | None

    def lines(self, seed):
        """Lines of a worker's configuration."""
        lines = [
            "[limits]",
            f"training_seconds = {self.seconds}",
            f"least_training_seconds = {min(3, self.seconds)}",
            "",
            "[training]",
        ]
        if self.search:
            lines.append(f'search = "{self.search}"')
        return [*lines, "", "[training.settings]", f"seed = {seed}", ""]


@dataclass(frozen=True)
class Measured:
    """A model's result, and the rows by which it was judged, for its rivals."""

    # None if no score was proved.
    correct: int | None
    outcome: str
    train: list
    test: list
