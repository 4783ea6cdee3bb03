"""The cycle collector rests while a text is read, and never longer."""

import gc
from threading import Barrier, Thread

import pytest

import extractor
from extractor import collector

TEXT = "会议要求：一是加强巡查，严禁带火种进山。二是县应急管理局要在6月底前完成排查。对密接人员实行7天集中隔离。\n" * 20


def test_an_extraction_leaves_no_cycles_behind() -> None:
    extractor.extract(TEXT)
    gc.collect()
    with collector.resting():
        extractor.extract(TEXT)
        assert gc.collect() == 0


def test_the_collector_works_again_after_an_error() -> None:
    with pytest.raises(extractor.TextError):
        extractor.extract("加强巡查\ud800")
    assert gc.isenabled()


def test_a_collector_switched_off_by_the_caller_stays_off() -> None:
    gc.disable()
    try:
        extractor.extract("一是加强巡查。")
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_last_of_several_readers_switches_it_on() -> None:
    inside, leave = Barrier(2), Barrier(2)

    def read() -> None:
        with collector.resting():
            inside.wait(10)
            leave.wait(10)

    other = Thread(target=read)
    with collector.resting():
        other.start()
        inside.wait(10)
    assert not gc.isenabled(), "the other still reads"
    leave.wait(10)
    other.join(10)
    assert gc.isenabled()
