"""The main job on real data: the machine's own package index, loaded, read back and scanned.

Tens of thousands of records of very uneven size go in through the stock Python client while the load
generator hammers the same store; then every byte is compared, and prefix scans must return exactly the
right names in order.
"""

import json
import subprocess

from larder.ttypes import KeyRange, ScanOptions

from larder_harness import BUILD, PATIENCE, SANITIZED

LARDER_LOAD = BUILD / "bin" / "larder-load"
STORE = "default"
RECORDS_MIN = 10_000
MULTI_GET_KEYS = 200
# Package names never begin like this, so the keys of the load generator are easy to tell apart.
PREFIXES = [b"lib", b"libg", b"python3-", b"linux-image-", b"zz", b"gcc", b"a", b"0ad"]


def package_index():
    """Package name -> control stanza, of everything that apt knows of; of a part, with a sanitizer."""
    dump = subprocess.run(["apt-cache", "dumpavail"], check=True, capture_output=True).stdout
    records = {}
    for stanza in dump.split(b"\n\n"):
        if stanza.startswith(b"Package: "):
            records[stanza[len(b"Package: "):stanza.index(b"\n")].strip()] = stanza
    assert len(records) >= RECORDS_MIN, f"only {len(records)} packages: is the index there?"
    return dict(list(records.items())[::4]) if SANITIZED else records


def start_load(server, folder):
    return subprocess.Popen(
        [LARDER_LOAD, f"--target={server.address}", f"--store={STORE}", "--workload=mixed",
         "--connections=8", "--pipeline=4", "--records=20000", "--value-size=100",
         "--seconds=3600", f"--json={folder}/load.json"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def scan_names(client, prefix, reverse=False):
    """All keys that begin with the prefix, by pages of an odd size."""
    options = ScanOptions(keys_only=True, limit_items=997, reverse=reverse)
    names = []
    while True:
        page = client.scan(STORE, KeyRange(prefix=prefix), options)
        names += [item.key for item in page.items]
        if page.next_token is None:
            return names
        options.page_token = page.next_token


def test_the_package_index_survives_under_load(start_server, tmp_path):
    records = package_index()
    server = start_server()
    load = start_load(server, tmp_path)
    try:
        with server.store() as client:
            for name, stanza in records.items():
                assert client.put(STORE, name, stanza, None).applied
            for name, stanza in records.items():
                assert client.get(STORE, name, None).value == stanza, name
            names = sorted(records)
            for start in range(0, len(names), MULTI_GET_KEYS):
                some = names[start:start + MULTI_GET_KEYS]
                items = client.multi_get(STORE, some, None).items
                assert [item.value for item in items] == [records[name] for name in some]
            for prefix in PREFIXES:
                expected = [name for name in names if name.startswith(prefix)]
                assert scan_names(client, prefix) == expected, prefix
            expected = [name for name in names if name.startswith(b"lib")]
            assert scan_names(client, b"lib", reverse=True) == expected[::-1]
        assert load.poll() is None, load.stderr.read().decode()
    finally:
        load.terminate()
        printed, said = load.communicate(timeout=PATIENCE)
    assert load.returncode == 0, printed.decode() + said.decode()
    report = json.loads((tmp_path / "load.json").read_text())
    assert report, "the load generator reports what it did, also when it is stopped early"
