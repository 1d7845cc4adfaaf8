# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 The net_vio authors
"""The result lines that every Python test program prints, and its command line.

One line a test, at the start of a line: "PASS name", "FAIL name: why", "SKIP name: why".
The exit status is 0 if no test failed, 1 if one did, 2 if the command line was wrong.

A test is a function of one argument, the parsed command line. It passes when it returns, fails when
it raises, and is skipped when it raises Skip. Its name is the function's, without "test_".

    import results

    def test_answer(args):
        results.equal(6 * 7, 42, "the answer")

    if __name__ == "__main__":
        results.main(group="demo")
"""

import argparse
import signal
import sys
import traceback
from typing import Any, Callable, NoReturn, Optional, Sequence

LONGEST_WHY = 600  # characters of a reason on a result line

Test = Callable[[argparse.Namespace], None]


class Skip(Exception):
    """Raised by a test that this machine cannot run; the text says why."""


class Failure(AssertionError):
    """Raised by the checks below; its text is all that the reader needs."""


class OutOfTime(Exception):
    """A test's time limit; not a TimeoutError, which a test may expect from a socket."""


def check(condition: Any, why: str) -> None:
    """Fail with this text unless the condition holds."""
    if not condition:
        raise Failure(why)


def equal(got: Any, expected: Any, what: str) -> None:
    """Fail unless both are equal, and say both."""
    if got != expected:
        raise Failure(f"{what}: got {got!r}, expected {expected!r}")


class Results:
    """Runs tests one by one, prints their result lines and counts them."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self.counts = {"PASS": 0, "FAIL": 0, "SKIP": 0}

    def _say(self, verdict: str, name: str, why: str = "") -> None:
        self.counts[verdict] += 1
        why = " ".join(why.split())
        if len(why) > LONGEST_WHY:
            why = why[:LONGEST_WHY] + "..."
        print(f"{verdict} {name}: {why}" if why else f"{verdict} {name}", flush=True)

    def check(self, name: str, test: Callable[[], None]) -> None:
        """Run one test under the time limit; an interruption is told, then passed on."""
        signal.signal(signal.SIGALRM, _out_of_time)
        signal.alarm(self.seconds)
        try:
            test()
        except Skip as skip:
            self._say("SKIP", name, str(skip) or "no reason given")
        except Failure as failure:
            self._say("FAIL", name, str(failure))
        except Exception as error:  # pylint: disable=broad-except
            for line in traceback.format_exc().splitlines():
                print(f"  {line}")
            self._say("FAIL", name, f"{type(error).__name__}: {error}")
        except BaseException:
            self._say("FAIL", name, "interrupted")
            raise
        else:
            self._say("PASS", name)
        finally:
            signal.alarm(0)

    def status(self) -> int:
        """The exit status; to have run nothing is a failure too."""
        ran_something = any(self.counts.values())
        return 0 if ran_something and self.counts["FAIL"] == 0 else 1


def _out_of_time(_number: int, _frame: Any) -> NoReturn:
    raise OutOfTime("the test took too long")


def _terminated(_number: int, _frame: Any) -> NoReturn:
    """SIGTERM unwinds like Ctrl-C, so that the tests end what they started."""
    raise KeyboardInterrupt


def tests_of_program() -> list[Test]:
    """Every test_... of the program, in its order: none can be forgotten."""
    return [value for name, value in vars(sys.modules["__main__"]).items()
            if name.startswith("test_")]


def main(tests: Optional[Sequence[Test]] = None, *, group: str,
         arguments: Optional[Callable[[argparse.ArgumentParser], None]] = None,
         seconds: int = 120) -> NoReturn:
    """Run the tests that the command line names, or all, and exit; None: all of the program."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="tests to run (all)")
    parser.add_argument("--list", action="store_true", help="print the names and exit")
    if arguments is not None:
        arguments(parser)
    args = parser.parse_args()

    names = {f"{group}.{test.__name__.removeprefix('test_')}": test
             for test in (tests or tests_of_program())}
    if args.list:
        print("\n".join(names))
        sys.exit(0)
    unknown = [name for name in args.names if name not in names]
    if unknown:
        parser.error(f"no such test: {', '.join(unknown)}; --list names them")
    signal.signal(signal.SIGTERM, _terminated)
    results = Results(seconds)
    try:
        for name in args.names or names:
            results.check(name, lambda test=names[name]: test(args))
    except KeyboardInterrupt:
        sys.exit(130)
    sys.exit(results.status())
