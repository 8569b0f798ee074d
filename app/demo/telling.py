"""Progress of the story: bars at a terminal, plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Progress:
    """Shows each act of the story as it goes on."""

    def __init__(self, console: Console) -> None:
        """Write to this console."""
        self._console = console

    @contextmanager
    def act(self, title: str, count: int) -> Iterator[Callable[[], None]]:
        """Show one act; what it gives is called when one more of `count` is done."""
        if not self._console.is_terminal:
            self._console.print(f"  {title}: {count}")
            yield lambda: None
            return
        columns = (TextColumn("  {task.description:<36}"), BarColumn(), MofNCompleteColumn())
        with Bars(*columns, TimeElapsedColumn(), console=self._console) as bars:
            task = bars.add_task(title, total=count)
            yield lambda: bars.advance(task)
