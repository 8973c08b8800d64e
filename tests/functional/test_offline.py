"""larderd --verify and --repair: the files of stores that nobody serves."""

import re
import subprocess

import pytest

from larder.ttypes import Failed, FailedCode, KeyRange, ScanOptions
from larder_harness import LARDERD, PATIENCE, flush

LSM = '[store "default"]\nengine=lsm\n'
TWO = LSM + '[store "other"]\nengine=lsm\n[store "memory"]\nengine=hashmap\n'
OK, USAGE, CORRUPT, UNAVAILABLE, IO = 0, 64, 65, 69, 74


def larderd(*arguments, status):
    done = subprocess.run([LARDERD, *map(str, arguments)], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def filled(start_server):
    """A server that was stopped, with tables and a log in two stores."""
    server = start_server(config=TWO)
    with server.store() as client, server.admin() as admin:
        for name in ("default", "other"):
            for i in range(2000):
                client.client.send_put(name, b"key%04d" % i, b"value %d " % i * 20, None)
            for _ in range(2000):
                client.client.recv_put()
            flush(admin, name)
            client.put(name, b"later", b"in the log", None)
    server.stop()
    server.data = server.folder / "data"
    return server


def damage(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0x40]))


def table_of(server, store="default"):
    """The largest table of a store."""
    tables = (server.data / "stores" / store).glob("*.sst")
    return max(tables, key=lambda table: table.stat().st_size)


def test_what_is_intact(filled):
    said = larderd("--verify", filled.data, status=OK)
    good = re.findall(r"^store (\w+): \d+ files, \d+ bytes, (\d+) entries.*: good$", said, re.M)
    assert [name for name, _ in good] == ["default", "other"]
    assert all(int(entries) >= 2000 for _, entries in good)
    assert re.search(r"^store memory: .* nothing to verify", said, re.M)
    one = larderd("--verify", filled.data / "stores" / "other", status=OK)
    assert ": good\n" in one and "store" not in one.split(":")[0]
    filled.start()
    with filled.store() as client:
        assert client.get("other", b"later", None).value == b"in the log"


def test_damage_is_found_with_its_place(filled):
    table = table_of(filled)
    damage(table, 5000)
    said = larderd("--verify", filled.data, status=CORRUPT)
    assert re.search(rf"^store default: damage: {table.name}, byte \d+: ", said, re.M), said
    assert re.search(r"^store default: .* 1 damage.*: damaged$", said, re.M), said
    assert re.search(r"^store other: .*: good$", said, re.M)
    larderd("--verify", filled.data / "stores" / "other", status=OK)


def test_a_missing_file_is_found(filled):
    table = table_of(filled)
    table.unlink()
    said = larderd("--verify", filled.data, status=CORRUPT)
    assert table.name in said and "damaged\n" in said


def values(client, store):
    """Every record of a store; raises Failed where one cannot be read."""
    found, token = {}, None
    while True:
        page = client.scan(store, KeyRange(), ScanOptions(page_token=token))
        found |= {item.key: item.value for item in page.items}
        token = page.next_token
        if token is None:
            return found


def test_a_damaged_table_is_repaired(filled):
    table = table_of(filled)
    damage(table, 5000)
    filled.start()
    with filled.store() as client:
        with pytest.raises(Failed) as error:
            values(client, "default")
        assert error.value.code == FailedCode.CORRUPTION
        assert len(values(client, "other")) == 2001
    filled.stop()
    said = larderd("--repair", filled.data, status=CORRUPT)
    assert re.search(rf"^store default: lost: {table.name}", said, re.M), said
    assert re.search(r"^store default: .*: usable again, with losses$", said, re.M), said
    assert re.search(r"^store other: .*: usable$", said, re.M), said
    assert (filled.data / "stores" / "default" / "quarantine" / table.name).exists()
    larderd("--verify", filled.data, status=OK)
    filled.start()
    with filled.store() as client:
        found = values(client, "default")
        assert found[b"later"] == b"in the log" and 1900 < len(found) < 2001
        assert all(found[key] == b"value %d " % int(key[3:]) * 20 for key in found if key != b"later")
        assert client.put("default", b"new", b"v", None).applied


def test_a_store_without_its_manifest_is_repaired(filled):
    for file in (filled.data / "stores" / "default").glob("MANIFEST-*"):
        file.unlink()
    filled.start(wait=False)
    filled.wait_for_end(CORRUPT)
    larderd("--verify", filled.data, status=CORRUPT)
    said = larderd("--repair", filled.data / "stores" / "default", status=OK)
    assert said.endswith(": usable\n")
    filled.start()
    with filled.store() as client:
        assert len(values(client, "default")) == 2001


def test_what_is_in_use_is_left_alone(filled):
    filled.start()
    for option in ("--verify", "--repair"):
        assert "in use" in larderd(option, filled.data, status=UNAVAILABLE)
        assert "in use" in larderd(option, filled.data / "stores" / "default", status=UNAVAILABLE)


def test_what_is_no_directory_of_ours(tmp_path):
    assert "no file ENGINE" in larderd("--verify", tmp_path, status=IO)
    assert "cannot look into" in larderd("--verify", tmp_path / "none", status=IO)
    assert "exclude" in larderd("--verify", tmp_path, "--repair", tmp_path, status=USAGE)
