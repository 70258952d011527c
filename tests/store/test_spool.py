"""The spool: what SQL could not take lies on disk, encrypted and whole, oldest first, until it can."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import pytest

from sms_service.privacy import Keys
from sms_service.store.spool import HALF_SECONDS, LONGEST_PAUSE, MAX_TRIES, Spool, Spooled, SpoolFull


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", Keys(bytes(32)).service)


def kept(spool: Spool) -> list[bytes]:
    return [spooled.data for spooled in spool.waiting()]


def test_messages_come_out_oldest_first_and_whole(spool: Spool) -> None:
    spool.put(200.0, "twilio:b", b"second")
    spool.put(1000.5, "twilio:c", b"third")
    spool.put(100.25, "twilio:a", "first: हाँ".encode())

    assert kept(spool) == ["first: हाँ".encode(), b"second", b"third"]
    assert len(spool) == 3


def test_what_was_taken_is_gone_and_taking_it_twice_is_harmless(spool: Spool) -> None:
    spool.put(1.0, "a", b"one")
    [one] = spool.waiting()
    spool.done(one)
    spool.done(one)
    assert kept(spool) == []
    assert len(spool) == 0


def test_a_message_delivered_again_lies_there_once(spool: Spool) -> None:
    spool.put(1.0, "twilio:SM1", b"one")
    spool.put(1.0, "twilio:SM1", b"one")
    assert kept(spool) == [b"one"]


def test_two_messages_of_the_same_moment_both_lie_there(spool: Spool) -> None:
    spool.put(1.0, "twilio:SM1", b"one")
    spool.put(1.0, "twilio:SM2", b"two")
    assert sorted(kept(spool)) == [b"one", b"two"]


def test_it_survives_a_restart(tmp_path: Path, spool: Spool) -> None:
    spool.put(1.0, "a", b"one")
    assert kept(Spool(tmp_path / "spool", Keys(bytes(32)).service)) == [b"one"]


def test_on_disk_there_is_no_text_and_no_number(tmp_path: Path, spool: Spool) -> None:
    spool.put(1.0, "sms:+919876543210", b"REG 9876543210 Ram Kumar")
    [file] = (tmp_path / "spool").iterdir()
    assert b"Ram Kumar" not in file.read_bytes()
    assert "9876543210" not in file.name


def test_half_a_message_that_a_crash_left_is_none(tmp_path: Path, spool: Spool) -> None:
    spool.put(1.0, "a", b"one")
    (tmp_path / "spool" / "000000000000002-abc.77.half").write_bytes(b"\x01half")
    assert kept(spool) == [b"one"]
    assert len(spool) == 1


def test_what_a_crash_left_half_written_is_dropped_and_nothing_else(tmp_path: Path, spool: Spool) -> None:
    waiting, aside = tmp_path / "spool", tmp_path / "spool_set_aside"
    spool.put(1.0, "a", b"one")
    (aside / "000000000000003-def").write_bytes(b"set aside")
    left = [waiting / "000000000000002-abc.77-5.half", aside / "000000000000003-def.77.half", waiting / ".probe.77"]
    for file in left:
        file.write_bytes(b"\x01half")
    written = left[0].stat().st_mtime

    assert spool.drop_halves(written + HALF_SECONDS - 1) == 0  # somebody may be at it
    assert spool.drop_halves(written + HALF_SECONDS + 60) == 3

    assert kept(spool) == [b"one"]
    assert [file.name for file in aside.iterdir()] == ["000000000000003-def"]


def test_whoever_is_still_writing_what_was_dropped_is_told_so(
    tmp_path: Path, spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its gateway would be told that we have it. Nothing of it is left, and the next try is taken."""

    def slow_disk(_descriptor: int) -> None:
        assert spool.drop_halves(math.inf) == 1

    monkeypatch.setattr(os, "fsync", slow_disk)
    with pytest.raises(SpoolFull):
        spool.put(1.0, "a", b"one")
    assert list((tmp_path / "spool").iterdir()) == []
    monkeypatch.undo()
    spool.put(1.0, "a", b"one")
    assert kept(spool) == [b"one"]


@pytest.mark.parametrize("damage", [b"damaged", b"", b"\x01", bytes(10_000)], ids=["other", "empty", "cut", "zeros"])
def test_a_damaged_message_stays_and_does_not_hold_up_those_behind_it(
    tmp_path: Path, spool: Spool, caplog: pytest.LogCaptureFixture, damage: bytes
) -> None:
    spool.put(1.0, "a", b"one")
    [first] = (tmp_path / "spool").iterdir()
    first.write_bytes(damage)
    spool.put(2.0, "b", b"two")

    assert kept(spool) == [b"", b"two"]
    assert first.exists()
    assert "cannot be read: it is damaged" in caplog.text


def test_a_message_that_the_disk_does_not_give_back_does_not_hold_up_those_behind_it(
    tmp_path: Path, spool: Spool, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "spool" / "000000000000500-abc").mkdir()  # to read it is an OSError, as EIO is
    spool.put(2.0, "b", b"two")

    assert kept(spool) == [b"", b"two"]
    assert [one.data for one in spool.kept()] == [b"two"]
    assert "cannot be read from the disk: Is a directory" in caplog.text


def test_thousands_of_messages_come_out_in_their_order_each_once(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _file: None)  # this is about no power cut, and each takes a moment
    for number in range(3_000):
        spool.put(float(number), f"twilio:{number}", b"%d" % number)
    came = []
    for one in spool.waiting(time.time()):
        came.append(int(one.data))
        spool.done(one)
    assert came == list(range(3_000))
    assert (len(spool), spool.oldest()) == (0, None)


def test_a_message_that_fails_waits_longer_each_time_and_is_then_set_aside(tmp_path: Path, spool: Spool) -> None:
    spool.put(1.0, "a", b"one")
    spool.put(2.0, "b", b"two")
    now, pauses = 1000.0, []
    while found := [one for one in spool.waiting(now) if one.data == b"one"]:
        pauses.append(spool.failed(found[0], now))
        assert [one.data for one in spool.waiting(now)] == [b"two"], "it holds up nobody"
        now += pauses[-1]

    assert pauses == [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 0]
    assert len(pauses) == MAX_TRIES
    assert (len(spool), spool.failing, spool.set_aside) == (1, 0, 1)
    [file] = (tmp_path / "spool_set_aside").iterdir()
    assert b"one" not in file.read_bytes()


def test_the_pauses_are_an_hour_at_most(spool: Spool) -> None:
    kept_ = spool.put(1.0, "a", b"one")
    assert spool.failed(Spooled(kept_.file, kept_.data, tries=8), 0.0) <= LONGEST_PAUSE


def test_what_was_set_aside_is_tried_once_more_and_then_set_aside_again(tmp_path: Path, spool: Spool) -> None:
    spool.failed(Spooled(spool.put(1.0, "a", b"one").file, b"one", tries=MAX_TRIES - 1), 0.0)
    again = Spool(tmp_path / "spool", Keys(bytes(32)).service)  # after a restart
    assert (kept(again), again.set_aside) == ([], 1)

    assert again.bring_back() == 1

    [one] = again.waiting(0.0)
    assert (one.data, again.set_aside, again.failing) == (b"one", 0, 1)
    assert again.failed(one, 0.0) == 0
    assert again.set_aside == 1


def test_a_try_that_two_sweepers_make_at_once_counts_once(spool: Spool) -> None:
    one = spool.put(1.0, "a", b"one")
    spool.failed(one, 0.0)
    spool.failed(one, 0.0)
    assert [found.tries for found in spool.waiting()] == [1]


def test_a_spool_that_cannot_be_written_is_refused_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "spool", Path("/proc/self")):
        with pytest.raises(SpoolFull, match=f"the spool folder {folder} is not writable: "):
            Spool(folder, Keys(bytes(32)).service)


def test_a_disk_that_is_full_is_told(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SpoolFull, match="the spool cannot take a message: No space left on device"):
        spool.put(1.0, "a", b"one")
    assert kept(spool) == []
