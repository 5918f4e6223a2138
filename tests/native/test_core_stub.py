"""The typed stub and the compiled module are twins."""

import ast
import inspect
from pathlib import Path

import flightsw._native
from flightsw._native import lib

STUB = Path(inspect.getfile(flightsw._native)).with_name("_core.pyi")


def test_the_stub_names_exactly_what_the_compiled_module_holds() -> None:
    classes = [node for node in ast.parse(STUB.read_text()).body if isinstance(node, ast.ClassDef)]
    (stub,) = (node for node in classes if node.name == "_Lib")

    functions = {node.name for node in stub.body if isinstance(node, ast.FunctionDef)}
    constants = {ast.unparse(node.target) for node in stub.body if isinstance(node, ast.AnnAssign)}

    assert functions | constants == set(dir(lib))
