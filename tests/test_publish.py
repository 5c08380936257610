"""A month is moved into place wholly or not at all."""

from pathlib import Path

import pytest

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.machine.publish import publish, recover, staging_folder


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def content(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_new_files_replace_old_ones_and_others_stay(tmp_path: Path) -> None:
    staged, target = tmp_path / "staged", tmp_path / "2026-11"
    write(target, {"a.xlsx": "old", "data/x.csv": "old", "確認票.xlsx": "by hand"})
    write(staged, {"a.xlsx": "new", "data/x.csv": "new", "run.json": "new"})
    publish(staged, target)
    assert content(target) == {
        "a.xlsx": "new",
        "data/x.csv": "new",
        "run.json": "new",
        "確認票.xlsx": "by hand",
    }


def test_a_locked_file_leaves_the_old_month_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged, target = tmp_path / "staged", tmp_path / "2026-11"
    old = {"a.csv": "old", "集計_2026-11.xlsx": "old"}
    write(target, old)
    write(staged, {"a.csv": "new", "b.csv": "new", "集計_2026-11.xlsx": "new"})
    replace = Path.replace

    def locked(self: Path, destination: Path) -> Path:
        # Windows refuses to put another file over one that is open in Excel.
        if destination == target / "集計_2026-11.xlsx" and ".old" not in self.parts:
            raise PermissionError(13, "Permission denied", str(self), None, str(destination))
        return replace(self, destination)

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(TorimatomeError) as caught:
        publish(staged, target)
    assert caught.value.exit_code is ExitCode.NOTHING_WRITTEN
    assert "集計_2026-11.xlsx" in caught.value.message
    assert "閉じてから" in caught.value.message
    assert content(target) == old


def test_a_full_disk_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(TorimatomeError) as caught, staging_folder(tmp_path / "2026-11"):
        raise OSError(28, "No space left on device")
    assert caught.value.exit_code is ExitCode.NOTHING_WRITTEN
    assert "空き容量" in caught.value.message
    assert not list(tmp_path.iterdir())


def test_folders_of_killed_runs_are_cleared(tmp_path: Path) -> None:
    left = tmp_path / ".torimatome-2026-11-dead"
    left.mkdir()
    other = tmp_path / ".torimatome-2026-10-alive"
    other.mkdir()
    with staging_folder(tmp_path / "2026-11") as folder:
        assert folder.parent == tmp_path
        assert not left.exists()
    assert [path.name for path in tmp_path.iterdir()] == [other.name]


def test_an_outbox_that_is_a_file_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("")
    with (
        pytest.raises(TorimatomeError) as caught,
        staging_folder(tmp_path / "outbox" / "2026-11"),
    ):
        pass
    assert "書き込めませんでした" in caught.value.message


# ---- what a killed run leaves ----------------------------------------------------------------


def killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str) -> Path:
    """Publish two files over old ones and stop dead where `at` was to be replaced."""
    target = tmp_path / "2026-11"
    write(target, {"a.csv": "old", "b.csv": "old", "確認票.xlsx": "decided"})
    replace = Path.replace

    class KilledError(BaseException):
        pass

    def dead(self: Path, destination: Path) -> Path:
        if destination == target / at:
            raise KilledError
        return replace(self, destination)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", dead)
        with staging_folder(target) as staged:
            write(staged, {"a.csv": "new", "b.csv": "new"})
            with pytest.raises(KilledError):
                publish(staged, target)
    return target


def test_a_killed_publishing_is_finished_by_the_next_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = killed(tmp_path, monkeypatch, "b.csv")
    assert content(target) == {"a.csv": "new", "b.csv": "old", "確認票.xlsx": "decided"}
    recover(tmp_path)
    assert content(target) == {"a.csv": "new", "b.csv": "new", "確認票.xlsx": "decided"}
    assert [path.name for path in tmp_path.iterdir()] == ["2026-11"]


def test_what_people_changed_after_a_kill_is_never_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = killed(tmp_path, monkeypatch, "b.csv")
    (target / "b.csv").unlink()
    (target / "b.csv").write_text("by hand")
    recover(tmp_path)
    assert content(target) == {"a.csv": "old", "b.csv": "by hand", "確認票.xlsx": "decided"}


def test_the_backup_of_an_earlier_version_is_put_back(tmp_path: Path) -> None:
    left = tmp_path / ".torimatome-2026-11-abc_de12"
    write(left, {".old/確認票_2026-11.xlsx": "decided", "確認票_2026-11.xlsx": "new"})
    write(tmp_path / "2026-11", {"a.csv": "old"})
    recover(tmp_path)
    assert content(tmp_path) == {"2026-11/a.csv": "old", "2026-11/確認票_2026-11.xlsx": "decided"}


def test_the_staging_folder_is_open_to_all_who_may_use_the_outbox(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with staging_folder(tmp_path / "2026-11") as folder:
        assert folder.stat().st_mode == (tmp_path / "plain").stat().st_mode
