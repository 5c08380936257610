"""`torimatome feedback`: one page back to each body that answered (還元カード), as .xlsx and .html.

A card holds its body's own answers, promises and open questions; of all others it tells shares
alone, and of fewer than five bodies none.
"""

from dataclasses import dataclass
from pathlib import Path

from pipeline.frame.answers import answers_of
from pipeline.history.promises import ledger
from pipeline.loop.feedback.cards import Card, cards_of
from pipeline.loop.feedback.page import card_page
from pipeline.loop.feedback.sheet import write_card
from pipeline.machine.lock import at_work
from pipeline.machine.publish import publish, staging_folder
from pipeline.run import gather, judge_gathered
from pipeline.settings import Settings
from pipeline.write.names import unique_names

__all__ = ["Card", "FeedbackResult", "cards_of", "feed_back"]

FOLDER = "還元"
_SUFFIXES = (".xlsx", ".html")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedbackResult:
    """What was written: the folder, and how many bodies have a card there."""

    folder: Path
    cards: int


def feed_back(settings: Settings) -> FeedbackResult:
    """Judge the month's inbox and write 還元/ below outbox/YYYY-MM/, two files a body.

    Cards of an earlier run that nobody has any more are taken away. Raises TorimatomeError where
    nothing can be read or written; then nothing is changed.
    """
    with at_work(settings.outbox):
        judged, history = judge_gathered(gather(settings))
        batch = judged.batch
        frame = answers_of(batch.submissions)
        cards = cards_of(batch, frame, judged.open, ledger(batch, frame, history))
        stems = unique_names(
            {card.respondent.id: f"還元_{card.respondent.name}" for card in cards}, suffix=""
        )
        folder = settings.outbox / settings.month
        with staging_folder(folder) as staged:
            (staged / FOLDER).mkdir()
            for card in cards:
                path = staged / FOLDER / stems[card.respondent.id]
                write_card(card, path.with_name(f"{path.name}.xlsx"))
                page = card_page(card)
                path.with_name(f"{path.name}.html").write_text(page, encoding="utf-8", newline="\n")
            gone = [
                path.relative_to(folder)
                for path in sorted((folder / FOLDER).glob("還元_*"))
                if path.suffix in _SUFFIXES and not (staged / path.relative_to(folder)).exists()
            ]
            publish(staged, folder, gone=gone)
    return FeedbackResult(folder=folder / FOLDER, cards=len(cards))
