"""A Ray cluster, by Ray Data: machines that see the same folders under the same names."""

import json
import logging
import os
import socket
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from menura.foundation.atomic import temporary_beside
from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.foundation.version import __version__
from menura.prepared.child import Child, Payload, as_raised, described
from menura.prepared.engines.contract import LONGEST_S, Engine

if TYPE_CHECKING:
    from ray.data import Dataset

# For a cluster that this process starts: it tells nobody about itself, and what goes wrong is
# said by us.
_ENVIRONMENT = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}
_REACHED_WITHIN_S = 10.0
_CHECKED_WITHIN_S = 120.0


class Ray(Engine):
    """Ray Data over the nodes of a cluster.

    address: "HOST:PORT" of the cluster, as `ray.init` takes it; None takes the one that Ray
    finds (`RAY_ADDRESS`, or one begun on this machine), else starts one on this machine.

    Ray does a task again when its machine is lost. Where the calling program has connected to
    Ray before, that connection is used, and left as it is.
    """

    takes_address = True

    def __init__(self, n_workers: int | None = None, address: str | None = None):
        super().__init__(n_workers, address)
        self._ours = False

    def begin(self) -> None:
        """See Engine."""
        try:
            import ray
            import ray.data
        except ImportError:
            raise MenuraError(
                '--engine ray needs one more library: pip install "menura[cluster]"'
            ) from None
        if ray.is_initialized():
            return
        for name, value in _ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        try:
            _reach(self.address or os.environ.get("RAY_ADDRESS", ""))
            ray.init(address=self.address, log_to_driver=False, logging_level=logging.CRITICAL)
        except (OSError, RuntimeError, ValueError) as error:
            where = f" at {printable(self.address)}" if self.address else ""
            raise MenuraError(
                f"no Ray cluster could be reached{where} ({_first_line(error)}); give the address "
                "that `ray start --head` showed, as --address HOST:PORT"
            ) from None
        self._ours = True

    def check(self, reads: Path, writes: Path) -> None:
        """See Engine. Every machine is asked, and must have this version of Menura as well."""
        import ray

        token = temporary_beside(writes / "seen")
        token.touch()
        try:
            with _said_plainly():
                answers = [
                    _ask(node["NodeID"], reads, writes, token)
                    for node in ray.nodes()
                    if node["Alive"] and node["Resources"].get("CPU", 0) >= 1
                ]
                if not answers:
                    raise MenuraError("the Ray cluster has no machine with a core to work on")
                faults = ray.get(answers, timeout=_CHECKED_WITHIN_S)
        finally:
            token.unlink(missing_ok=True)
        for fault in faults:
            if fault:
                raise MenuraError(fault)

    def results(self, function: str, payloads: list[Payload]) -> Generator[tuple[int, Payload]]:
        """See Engine. One block of the dataset is one task, so that each is done or not."""
        if not payloads:
            return
        with _said_plainly():
            for row in _dataset(function, payloads, self._n_tasks(len(payloads))).iter_rows():
                answer = json.loads(row["answer"])
                if "failed" in answer:
                    raise as_raised(answer["failed"])
                if "refused" in answer:
                    raise MenuraError(answer["refused"])
                yield int(row["index"]), answer["result"]

    def close(self) -> None:
        """See Engine. Leaving the cluster ends what we run on it."""
        import ray

        if self._ours:
            ray.shutdown()
            self._ours = False

    def _n_tasks(self, wanted: int) -> int:
        import ray

        cores = int(ray.cluster_resources().get("CPU", 1))
        return max(1, min(self.n_workers or cores, wanted))


def _reach(address: str) -> None:
    """Raise OSError where nobody answers at HOST:PORT; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host, int(port)), timeout=_REACHED_WITHIN_S).close()


def _dataset(function: str, payloads: list[Payload], n_tasks: int) -> "Dataset":
    import ray

    # It would print its plans and bars among our own lines.
    logging.getLogger("ray.data").setLevel(logging.CRITICAL)
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    rows = [
        {"index": index, "payload": json.dumps(payload)} for index, payload in enumerate(payloads)
    ]
    return ray.data.from_items(rows, override_num_blocks=len(rows)).map(
        _Worker,
        fn_constructor_args=(function, LONGEST_S),
        compute=ray.data.ActorPoolStrategy(size=n_tasks),
        num_cpus=1,
    )


class _Worker:
    """Lives on one core of the cluster and does one task after the other."""

    def __init__(self, function: str, longest_s: float):
        self._child = Child(function, longest_s)

    def __call__(self, row: dict[str, Any]) -> dict[str, Any]:
        return {"index": row["index"], "answer": json.dumps(self._answer(row["payload"]))}

    def _answer(self, payload: str) -> Payload:
        """What went wrong is an answer too: Ray would print and wrap what is raised."""
        try:
            return {"result": self._child.do(json.loads(payload))}
        except MenuraError as error:
            return {"refused": str(error)}
        except Exception as error:
            return {"failed": described(error)}


def _ask(node: str, reads: Path, writes: Path, token: Path) -> Any:
    """A promise of what is wrong at a node, or ""."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    there = NodeAffinitySchedulingStrategy(node, soft=False)
    task = ray.remote(num_cpus=0, scheduling_strategy=there)(_fault)
    return task.remote(__version__, str(reads), str(writes), str(token))


def _fault(version: str, reads: str, writes: str, token: str) -> str:
    """What is wrong on the machine that this runs on, in one line; "" when all is well."""
    machine = socket.gethostname()
    if version != __version__:
        return (
            f"machine {machine} has menura {__version__} and this one {version}; install the same "
            "version on every machine of the cluster"
        )
    for path in (reads, token):
        if not Path(path).is_file():
            shown = printable(path if path == reads else writes)
            return (
                f"machine {machine} does not see {shown}; the source and --out must be on storage "
                "that every machine of the cluster sees under the same name"
            )
    try:
        with tempfile.TemporaryFile(dir=writes):
            return ""
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return f"machine {machine} cannot write into {printable(writes)} ({reason})"


@contextmanager
def _said_plainly() -> Iterator[None]:
    """What goes wrong with the cluster itself, in one line."""
    from ray.exceptions import GetTimeoutError, RayError

    try:
        yield
    except GetTimeoutError:
        raise MenuraError(
            f"the Ray cluster did not answer within {_CHECKED_WITHIN_S:g} s; see `ray status`"
        ) from None
    except RayError as error:
        if "No module named" in str(error):
            raise MenuraError(
                "the machines of the Ray cluster cannot import menura; install it on every one "
                'of them: pip install "menura[cluster]"'
            ) from None
        raise MenuraError(
            f"the Ray cluster could not go on ({_first_line(error)}); see `ray status`, then start "
            "it again with --resume: what is done is kept"
        ) from None


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return printable(lines[0][:200]) if lines else type(error).__name__
