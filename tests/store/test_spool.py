"""The spool: what SQL could not take lies on disk, encrypted and whole, oldest first, until it can."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sms_service.privacy import Keys
from sms_service.store.spool import LONGEST_PAUSE, MAX_TRIES, Spool, Spooled, SpoolFull


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


def test_a_damaged_message_stays_and_does_not_hold_up_those_behind_it(
    tmp_path: Path, spool: Spool, caplog: pytest.LogCaptureFixture
) -> None:
    spool.put(1.0, "a", b"one")
    [first] = (tmp_path / "spool").iterdir()
    first.write_bytes(b"damaged")
    spool.put(2.0, "b", b"two")

    assert kept(spool) == [b"two"]
    assert first.exists()
    assert "cannot be read" in caplog.text


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
