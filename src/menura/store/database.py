"""Opening the database: what was committed is on the disk, whatever ends the process."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from menura.foundation.errors import MenuraError
from menura.foundation.printable import printable
from menura.store.tables import Base

SCHEMA = 1
APPLICATION = 0x4D656E75  # "Menu", which tells our databases from those of others
WAIT_S = 30  # for another process that writes


class Database:
    """One file. Sessions of any number of threads; one writes at a time.

    The journal is written ahead (WAL), so reading never waits for writing, and a commit returns
    only when the disk has it (synchronous=FULL): it survives a kill, and a power cut where the
    disk keeps its word. One that is not to be made, and lies where nothing can be written, is
    only read. Raises MenuraError where the file is not there (and not to be made), is no database
    of Menura's, or comes from a newer Menura.
    """

    def __init__(self, path: Path, *, make: bool = True):
        self.path = path
        if not make and not path.is_file():
            raise MenuraError(f"{printable(str(path))}: there is no such database")
        self._reads_only = not make and not _writable(path)
        connect = _connect_to_read if self._reads_only else _connect
        # A path is not handed over as a URL: it may hold any character.
        self._engine = create_engine(
            "sqlite://", creator=lambda: connect(path), poolclass=_pool_class(), pool_size=8
        )
        event.listen(self._engine, "begin", _begin)
        self._writing = threading.Lock()
        try:
            self._check()
        except SQLAlchemyError as error:
            self.close()
            raise _could_not(path, error) from None
        except MenuraError:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database."""
        with self._session(self._engine) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose work is committed when the block ends, and undone when it raises.

        The threads of this process queue for it; another process is waited for half a minute.
        """
        with self._writing, self._session(self._engine.execution_options(writes=True)) as session:
            yield session
            session.commit()

    def close(self) -> None:
        """Let the file go. The last one to do so folds the journal into it."""
        self._engine.dispose()

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        try:
            with Session(engine, expire_on_commit=False) as session:
                yield session
        except SQLAlchemyError as error:
            raise _could_not(self.path, error) from None

    def _check(self) -> None:
        """Make the tables where there are none; refuse those of a newer Menura."""
        with self.reading() if self._reads_only else self.writing() as session:
            connection = session.connection()
            schema = int(connection.execute(text("PRAGMA user_version")).scalar_one())
            if schema == 0 and self._reads_only:
                raise MenuraError(f"{printable(str(self.path))}: nothing is written in it yet")
            if schema == 0:
                Base.metadata.create_all(connection)
                connection.execute(text(f"PRAGMA application_id = {APPLICATION}"))
                connection.execute(text(f"PRAGMA user_version = {SCHEMA}"))
        if schema > SCHEMA:
            raise MenuraError(
                f"{printable(str(self.path))}: made by a newer Menura; upgrade with pip to read it"
            )


def _connect(path: Path) -> Any:
    import sqlite3  # here: the other rooms need not know which driver it is

    connection = sqlite3.connect(
        path, timeout=WAIT_S, check_same_thread=False, isolation_level=None
    )
    try:
        _refuse_foreign(connection, path)  # before anything is changed in it
        for pragma in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "fullfsync = ON",  # macOS; elsewhere it means nothing
            "checkpoint_fullfsync = ON",
            "foreign_keys = ON",
        ):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def _writable(path: Path) -> bool:
    """Whether the journal, which lies beside it, can be written too."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _connect_to_read(path: Path) -> Any:
    """Nothing is made beside the file. What a journal still holds is read with it; only a file
    without one is taken as it is (immutable), since SQLite would want to make one."""
    import sqlite3

    journal = path.with_name(f"{path.name}-wal")
    whole = not journal.exists() or not journal.stat().st_size
    address = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if whole else ''}"
    connection = sqlite3.connect(
        address, uri=True, timeout=WAIT_S, check_same_thread=False, isolation_level=None
    )
    try:
        _refuse_foreign(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _refuse_foreign(connection: Any, path: Path) -> None:
    [application] = connection.execute("PRAGMA application_id").fetchone()
    [n_tables] = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION and (application or n_tables):
        raise MenuraError(f"{printable(str(path))}: a database, but not one of Menura's")


def _pool_class() -> Any:
    from sqlalchemy.pool import QueuePool

    return QueuePool


def _begin(connection: Connection) -> None:
    """A writer takes its turn at once: two that begin as readers could never both go on."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _could_not(path: Path, error: SQLAlchemyError) -> MenuraError:
    reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
    return MenuraError(
        f"{printable(str(path))}: the database cannot be used ({reason}); see that the disk has "
        "room and the folder may be written in"
    )
