import gzip
import os
from contextlib import suppress

import pytest

from semivis_gen.io.text.streams import OutputStream


@pytest.mark.parametrize("compress", [False, True])
def test_content_and_equal_bytes(tmp_path, compress):
    for name in ("a", "b"):
        stream = OutputStream(tmp_path / name, compress=compress)
        for i in range(100):
            stream.write(b"%d\n" % i * 1000)
        stream.close()
    content = (tmp_path / "a").read_bytes()
    assert content == (tmp_path / "b").read_bytes()
    text = b"".join(b"%d\n" % i * 1000 for i in range(100))
    assert (gzip.decompress(content) if compress else content) == text


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("size", [10, 10_000_000])
def test_errors_of_the_thread_reach_the_caller(tmp_path, compress, size):
    (tmp_path / "full").symlink_to("/dev/full")
    stream = OutputStream(tmp_path / "full", compress=compress)

    def finish():
        stream.write(os.urandom(size))
        stream.write(b"more")
        stream.close()

    with pytest.raises(OSError, match="No space left"):
        finish()
    with suppress(OSError):  # as after any error; the file is closed then
        stream.close()
    assert stream._file.closed
