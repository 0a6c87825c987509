"""What a file is gets decided by its content, never by its name."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fairs.core import storage
from fairs.core.errors import InvalidInput
from fairs.core.storage import Upload, judge

LARGEST = 2 * 2**20


@pytest.fixture(autouse=True, scope="module")
def _store(tmp_path_factory: pytest.TempPathFactory) -> None:
    # Applications under test set their own store before each of their tests.
    storage.configure(f"file://{tmp_path_factory.mktemp('files')}", LARGEST)


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind)
    return out.getvalue()


def pdf(extra: bytes = b"", packed: bytes = b"") -> bytes:
    body = (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R"
        + extra
        + b">>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    )
    if packed:
        stream = zlib.compress(packed)
        body += b"3 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%b\nendstream endobj\n" % (
            len(stream),
            stream,
        )
    return body + b"trailer<</Root 1 0 R>>\n%%EOF"


def bomb(width: int, height: int) -> bytes:
    """A small PNG that says it is enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("scan.pdf", pdf(), "application/pdf"),
        ("scan.exe", pdf(packed=b"1 0 <</Type/Font>>"), "application/pdf"),
        ("a.png", picture("PNG"), "image/png"),
        ("a.txt", picture("JPEG"), "image/jpeg"),
        ("telephone.jpg", picture("MPO"), "image/jpeg"),
        ("a.webp", picture("WEBP"), "image/webp"),
    ],
)
def test_a_good_file_is_known_by_its_content(name: str, content: bytes, kind: str) -> None:
    assert judge(Upload(name, content)) == kind


@pytest.mark.parametrize(
    "content",
    [
        b"", b"MZ\x90\x00 a program", b"#!/bin/sh\nrm -rf /", b"<svg onload=alert(1)>", b"<html>", b"PK\x03\x04", b"GIF89a" + bytes(50),
        picture("PNG")[:60], picture("JPEG")[:200], b"\x89PNG\r\n\x1a\n", picture("GIF"), picture("BMP"), picture("TIFF"),
        b"  %PDF-1.7 not at the beginning", bytes(LARGEST + 1), b"%PDF-" + bytes(LARGEST),
    ],
    ids=["empty", "exe", "script", "svg", "html", "zip", "gif head", "half a png", "half a jpeg", "png head", "gif", "bmp", "tiff",
         "late pdf", "large", "large pdf"],
)  # fmt: skip
def test_everything_else_is_refused_whatever_its_name(content: bytes) -> None:
    for name in ("scan.pdf", "photo.png"):
        with pytest.raises(InvalidInput) as refused:
            judge(Upload(name, content), field="scan")
        assert refused.value.field == "scan"


@pytest.mark.parametrize(("width", "height"), [(8_000, 8_000), (12_000, 12_000), (60_000, 60_000)])
def test_a_picture_with_absurdly_many_pixels_is_refused(width: int, height: int) -> None:
    with pytest.raises(InvalidInput, match="pixels"):
        judge(Upload("a.png", bomb(width, height)))


@pytest.mark.parametrize(
    "content",
    [
        pdf(b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
        pdf(b"/OpenAction<</S/Java#53cript/JS(app.alert(1))>>"),
        pdf(b"/AA<</O<</S/Launch/F(cmd.exe)>>>>"),
        pdf(b"/Names<</EmbeddedFiles 5 0 R>>"),
        pdf(b"/AcroForm<</XFA 5 0 R>>"),
        pdf(packed=b"1 0 <</S/JavaScript/JS(app.alert(1))>>"),
        pdf(packed=bytes(40 * 2**20)),
    ],
    ids=["script", "escaped", "launch", "files", "xfa", "packed", "bomb"],
)
def test_a_pdf_that_does_things_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput, match="active content"):
        judge(Upload("scan.pdf", content))


def test_a_scan_full_of_random_bytes_is_not_taken_for_a_script() -> None:
    noise = b"".join(zlib.compress(str(n).encode() * 3) for n in range(40_000))
    assert judge(Upload("scan.pdf", pdf() + noise + b"/JS /JS( /JS<")) == "application/pdf"


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"%PDF-1.4", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"RIFF0000WEBP"]),
)
def test_no_bytes_break_it(content: bytes, head: bytes) -> None:
    try:
        assert judge(Upload("x", head + content)) in {"application/pdf", "image/png", "image/jpeg", "image/webp"}
    except InvalidInput as refused:
        assert refused.code == "invalid_input"  # noqa: PT017
