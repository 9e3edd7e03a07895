"""The contract changes only where somebody means it to: every change of it is a line of `contract.txt` in the review.

Run this file with Python to write `contract.txt` anew.
"""

import ast
import inspect
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from cert_completion_hooks import CompletionRecord, CompletionState, spec, types
from cert_completion_hooks.memory import MemoryHost

SNAPSHOT = Path(__file__).with_name("contract.txt")


def body(module) -> list[ast.stmt]:
    return ast.parse(inspect.getsource(module)).body


def rendered() -> str:
    """Hooks with their arguments, and types with their fields and defaults, one line each."""
    return "\n".join([*lines_of(spec), *lines_of(types)]) + "\n"


def lines_of(module) -> Iterator[str]:
    for statement in body(module):
        if isinstance(statement, ast.FunctionDef) and not statement.name.startswith("_"):
            yield f"{decorators(statement)}{signature(statement)}"
        elif isinstance(statement, ast.ClassDef):
            bases = ", ".join(map(ast.unparse, statement.bases))
            yield f"{decorators(statement)}class {statement.name}({bases})"
            yield from (f"    {line}" for line in map(member, statement.body) if line)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            yield ast.unparse(statement)


def decorators(statement: ast.FunctionDef | ast.ClassDef) -> str:
    return "".join(f"@{ast.unparse(decorator)} " for decorator in statement.decorator_list)


def signature(function: ast.FunctionDef) -> str:
    returns = "" if function.returns is None else f" -> {ast.unparse(function.returns)}"
    return f"{function.name}({ast.unparse(function.args)}){returns}"


def member(statement: ast.stmt) -> str:
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return ast.unparse(statement)
    if isinstance(statement, ast.FunctionDef):
        return f"{decorators(statement)}{signature(statement)}"
    return ""


def hooks() -> dict[str, Callable[..., object]]:
    return {name: hook for name, hook in vars(spec).items() if hasattr(hook, f"{spec.PROJECT_NAME}_spec")}


def test_the_contract_is_as_it_was_agreed():
    assert rendered() == SNAPSHOT.read_text(encoding="utf-8"), (
        "The contract has changed. Hosts depend on it: only add (new hooks, new arguments, new fields with defaults). "
        "If it is meant so, run this test file with Python, which writes contract.txt anew."
    )


@pytest.mark.parametrize("name", hooks())
def test_every_hook_says_when_it_is_called_and_what_if_nobody_answers(name):
    described = inspect.getdoc(hooks()[name]) or ""
    assert "Called:" in described
    if name != "batch_finished":
        assert "Return:" in described
        assert "If nobody answers:" in described


@pytest.mark.parametrize("name", hooks())
def test_the_in_memory_host_answers_every_hook_with_all_its_arguments(name):
    implementation = getattr(MemoryHost(), name)
    assert hasattr(implementation, f"{spec.PROJECT_NAME}_impl")
    assert [*inspect.signature(implementation).parameters.values()] == [
        *inspect.signature(hooks()[name]).parameters.values()
    ]


def test_a_digest_stays_what_it_is():
    """Plans keep digests; a plan made before an update must still fit after it."""
    current = CompletionRecord(completed=date(2025, 5, 1), expires=date(2026, 5, 1), window_opens=date(2026, 4, 1))
    history = (CompletionRecord(completed=date(2024, 5, 1)), CompletionRecord(completed=None))
    state = CompletionState(current=current, history=history, assigned=True)
    assert state.digest() == "0daf5881ed2b786777a78a4b382f49d4ac74ccf7fb1c0295f1fe3a488eec19a6"
    assert CompletionState().digest() == "cbe5cfdf7c2118a9c3d78ef1d684f3afa089201352886449a06a6511cfef74a7"


if __name__ == "__main__":
    SNAPSHOT.write_text(rendered(), encoding="utf-8")
