"""GB/T 28181 codes cut into segments, with their meanings."""

from __future__ import annotations

import pytest

from sheets.gb28181 import decode, device_type, industries, is_code, networks, reserved_industry, reserved_network


def test_the_sample_camera_of_the_form() -> None:
    parts = decode("34012341001320175079")
    assert (parts.region, parts.access_unit, parts.industry) == ("340123", "41", "00")
    assert (parts.type, parts.network, parts.serial) == ("132", "0", "175079")
    assert parts.industry_name == "社会治安路面接入"
    assert parts.type_name == "网络摄像机(IPC)/在线视频图像信息采集设备编码"
    assert (parts.network_name, parts.network_name_2016) == ("公安视频传输网", "监控报警专网")
    assert parts.grouped == "34012341 00 132 0 175079"


def test_the_sample_platform_of_the_form() -> None:
    parts = decode("34012341002000175079")
    assert (parts.type_name, parts.type_group) == ("中心信令控制服务器编码", "平台设备")


def test_both_editions_where_they_differ() -> None:
    assert industries()["44"] == ("建筑业接入", "电力企业接入")
    assert industries()["00"] == ("社会治安路面接入", "")
    assert networks()["5"] == ("公安信息网", "")
    assert networks()["8"] == ("专线", "社会资源接入网")
    meanings = {segment: meaning for _, segment, meaning in decode("34152400441328000001").explain()}
    assert meanings["行业"] == "建筑业接入（2016版：电力企业接入）"
    assert meanings["行政区划"] == "金寨县"


def test_ranges_of_types() -> None:
    assert device_type("128") == ("扩展的前端主设备类型", "前端主设备")
    assert device_type("202")[0] == "媒体分发服务器编码"
    assert device_type("999")[1] == "扩展类型"
    assert device_type("110") == ("", "")


def test_reserved() -> None:
    assert [code for code in ("00", "14", "15", "59", "60", "89", "90", "99") if reserved_industry(code)] == [
        "15",
        "60",
        "89",
        "90",
        "99",
    ]
    assert [digit for digit in "0123456789" if reserved_network(digit)] == ["9"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "3415240000132000000",
        "341524000013200000011",
        "３４１５２４００００１３２００００００１",
        "34152400001320000001\n",
    ],
)
def test_what_is_no_code(text: str) -> None:
    assert not is_code(text)
    with pytest.raises(ValueError, match="20 ASCII digits"):
        decode(text)


def test_the_code_tables_are_complete() -> None:
    assert list(industries()) == [f"{number:02d}" for number in range(100)]
    assert list(networks()) == list("0123456789")
