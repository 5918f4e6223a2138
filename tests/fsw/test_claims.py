"""Every sentence of docs/sequencer.md is claimed by a test, and every claim has its sentence."""

import re
from pathlib import Path

HERE = Path(__file__).parent
SENTENCES = HERE.parents[1] / "docs" / "sequencer.md"


def test_every_requirement_has_a_claim_and_every_claim_a_requirement() -> None:
    stated = re.findall(r"^- \*\*(SEQ-\d\d)\*\*", SENTENCES.read_text(encoding="utf-8"), re.M)
    claimed = {
        number
        for path in HERE.glob("test_*.py")
        for number in re.findall(
            r"^@(?:pytest\.mark\.)?requirement\(\"(SEQ-\d\d)\"\)$",
            path.read_text(encoding="utf-8"),
            re.M,
        )
    }

    assert len(stated) == len(set(stated))
    assert claimed == set(stated)


def test_every_requirement_has_a_reason() -> None:
    sentences = SENTENCES.read_text(encoding="utf-8").split("- **SEQ-")[1:]

    assert all("*Because* " in sentence for sentence in sentences)
