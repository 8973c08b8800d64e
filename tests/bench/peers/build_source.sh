#!/usr/bin/env bash
# build_source.sh CACHE: builds RocksDB and LevelDB from Debian's source packages, for comparison.
#
# The Debian packages are built without -DNDEBUG and for any x86-64; these are built as their makers
# advise for speed: -O3 -DNDEBUG -march=native, calls within the library bound at once, and LevelDB
# with the processor's CRC-32C (crc32c/crc32c.h, because Debian 12 has no package of that library).
# Their sonames are those of the packages, so that a program linked with the packages runs with
# these when LD_LIBRARY_PATH names CACHE/lib.
#
# apt gets the sources by a list of its own in CACHE, made of the machine's own list; nothing outside
# of CACHE is changed. What is there already is not made again. It takes about ten processor minutes.
set -euo pipefail

cache=${1:?usage: build_source.sh CACHE}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
jobs=${JOBS:-1}
flags='-O3 -DNDEBUG -march=native -fno-semantic-interposition'
mkdir -p "$cache"/{apt/lists/partial,apt/cache/archives/partial,src,build,lib}

apt_here() {
  apt-get -q -o Dir::Etc::SourceList="$cache/apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$cache/apt/lists" -o Dir::Cache="$cache/apt/cache" \
    -o APT::Sandbox::User="$(id -un)" "$@"
}

# Prints the folder of a package's source.
fetch() {
  local package=$1
  if ! compgen -G "$cache/src/$package-*/debian" >/dev/null; then
    apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' \
      'Created-By: Packages' 'Origin: Debian' | sort -u >"$cache/apt/sources.list"
    apt_here update >&2
    (cd "$cache/src" && apt_here source "$package") >&2
  fi
  compgen -G "$cache/src/$package-*/"
}

# build PACKAGE TARGET OPTION...: its shared library, into CACHE/lib.
build() {
  local package=$1 target=$2
  shift 2
  compgen -G "$cache/lib/lib$package.so.*" >/dev/null && return
  cmake -G Ninja -S "$(fetch "$package")" -B "$cache/build/$package" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_FLAGS_RELEASE="$flags" -DCMAKE_SHARED_LINKER_FLAGS=-Wl,-Bsymbolic-functions "$@" >&2
  nice -n 19 cmake --build "$cache/build/$package" --target "$target" -j "$jobs" >&2
  cp -a "$cache/build/$package/lib$package.so"* "$cache/lib/"
}

build leveldb leveldb -DBUILD_SHARED_LIBS=ON -DLEVELDB_BUILD_TESTS=OFF \
  -DLEVELDB_BUILD_BENCHMARKS=OFF -DCMAKE_CXX_FLAGS_RELEASE="$flags -DHAVE_CRC32C=1 -I$here"
build rocksdb rocksdb-shared -DPORTABLE=OFF -DWITH_ZSTD=ON -DWITH_SNAPPY=OFF -DWITH_LZ4=OFF \
  -DWITH_GFLAGS=OFF -DWITH_LIBURING=OFF -DWITH_TESTS=OFF -DWITH_TOOLS=OFF -DWITH_CORE_TOOLS=OFF \
  -DWITH_BENCHMARK_TOOLS=OFF -DFAIL_ON_WARNINGS=OFF -DUSE_RTTI=ON \
  -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=14 -DCMAKE_CXX_FLAGS_RELEASE="$flags"
