// interop.js: Larder from Node.js: every method, every outcome, every extreme. CHECKS.md has the
// list.
'use strict';

const net = require('node:net');
const {
  S, assert, check, connect, fields, finish, int64, open, plain, port, protocol, rejected, store,
  thrift, transport,
} = require('./common');

const Admin = require('Admin');
const Observe = require('Observe');
const Store = require('Store');
const {
  API_VERSION, AppendOptions, BatchOptions, Condition, Durability, Expiry, Failed, FailedCode,
  Fence, GetOptions, Guard, HotDimension, IncrementOptions, Indeterminate, IndeterminateCode,
  InvalidCode, InvalidRequest, JobState, KeyRange, MultiGetOptions, Mutation, MutationKind, NotApplied,
  NotHere, NotHereCode, PingResult, PutOptions, RangeInfoOptions, Refused, RefusedCode,
  RemoveOptions, RemoveRangeOptions,
  ScanOptions, ServerInfoOptions, StopReason, StoreMode, StoreSpec,
} = require('larder_types');
const { TApplicationException, TApplicationExceptionType, Type, MessageType } = thrift.Thrift;

const ALL = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
const I64_MAX = 2n ** 63n - 1n;
const I64_MIN = -(2n ** 63n);

const data = store('DATA');
const scripted = store('SCRIPTED');
const older = store('OLDER');
const newer = store('NEWER');
const admin = connect(Admin, 'ADMIN');
const observe = connect(Observe, 'ADMIN');

/** Bytes of which byte i is i modulo 251. */
function pattern(length) {
  return Buffer.alloc(length, ALL.subarray(0, 251));
}

function bytes(hexadecimal) {
  return Buffer.from(hexadecimal, 'hex');
}

function bigEndian(number) {
  const value = Buffer.alloc(8);
  value.writeBigInt64BE(BigInt(number));
  return value;
}

function range(length) {
  return Array.from({ length }, (_, i) => i);
}

function numbered(prefix, number, digits) {
  return prefix + String(number).padStart(digits, '0');
}

function putOf(key, value, more = {}) {
  return new Mutation({ kind: MutationKind.PUT, key, value, ...more });
}

function incrementOf(key, delta) {
  return new Mutation({ kind: MutationKind.INCREMENT, key, delta });
}

function keysOf(page) {
  return page.items.map((item) => item.key.toString());
}

const absent = new Condition({ absent: true });
const present = new Condition({ present: true });

// -------------------------------------------------------------------------------------------- data

check(1, 'ping', data, async () => {
  const payload = Buffer.concat([bytes('00ff800a'), Buffer.from('larder')]);
  const result = await data.ping(payload);
  assert.deepEqual(result.payload, payload);
  assert(plain(result.now_ms) > 1_600_000_000_000);
  assert.equal((await data.ping(Buffer.alloc(0))).payload.length, 0);
});

check(2, 'server_info', data, async () => {
  const said = new ServerInfoOptions({ client: 'interop', api_version: API_VERSION });
  for (const options of [said, null]) {
    const info = await data.server_info(options);
    assert.equal(info.api_version, API_VERSION);
    assert.deepEqual(info.stores.map((each) => each.name), [S]);
    const longest = info.limits.find((limit) => limit.name === 'value_bytes');
    fields(longest, { value: 1048576, unit: 'bytes' });
    assert(info.methods.includes('put'));
  }
});

check(3, 'put and get', data, async () => {
  const written = await data.put(S, 'k', 'v', null);
  fields(written, { applied: true, existed: null, reason: NotApplied.WAS_APPLIED });
  assert(plain(written.version) > 0);
  fields(await data.get(S, 'k', null), {
    found: true, value: Buffer.from('v'), version: plain(written.version), expires_at_ms: 0,
    full_length: 1,
  });
  fields(await data.get(S, 'none', null), { found: false, value: null, version: 0 });
});

check(4, 'empty options', data, async () => {
  const written = await data.put(S, 'k', 'v', new PutOptions());
  fields(await data.get(S, 'k', new GetOptions()), {
    found: true, value: Buffer.from('v'), version: plain(written.version),
  });
  assert.equal((await data.scan(S, new KeyRange(), new ScanOptions())).items.length, 1);
});

check(5, 'an empty value', data, async () => {
  assert((await data.put(S, 'k', '', null)).applied);
  fields(await data.get(S, 'k', null), { found: true, value: Buffer.alloc(0), full_length: 0 });
});

check(6, 'every byte', data, async () => {
  const backwards = Buffer.from(ALL).reverse();
  await data.put(S, ALL, backwards, null);
  assert.deepEqual((await data.get(S, ALL, null)).value, backwards);
  for (const key of ['00', '7f', '80', 'ff', '0000'].map(bytes)) {
    await data.put(S, key, key, null);
  }
  const { items } = await data.scan(S, new KeyRange(), null);
  const keys = [bytes('00'), bytes('0000'), ALL, bytes('7f'), bytes('80'), bytes('ff')];
  assert.deepEqual(items.map((item) => item.key), keys);
  const values = keys.map((key) => (key === ALL ? backwards : key));
  assert.deepEqual(items.map((item) => item.value), values);
});

check(7, 'the longest value', data, async () => {
  const value = pattern(1048576);
  assert((await data.put(S, 'k', value, null)).applied);
  assert(value.equals((await data.get(S, 'k', null)).value));
  fields(await data.get(S, 'k', new GetOptions({ offset: 1048570, length: 100 })), {
    value: value.subarray(1048570), full_length: 1048576,
  });
});

check(8, 'a value too long', data, async () => {
  await rejected(data.put(S, 'k', pattern(1048577), null), InvalidRequest, {
    code: InvalidCode.OVER_LIMIT, field: 'value', limit: 1048576, actual: 1048577,
  });
  assert(!(await data.get(S, 'k', null)).found);
});

check(9, 'keys at their limits', data, async () => {
  assert((await data.put(S, pattern(1024), 'v', null)).applied);
  assert.equal((await data.get(S, pattern(1024), null)).value.toString(), 'v');
  await rejected(data.put(S, pattern(1025), 'v', null), InvalidRequest, {
    code: InvalidCode.OVER_LIMIT, field: 'key', limit: 1024, actual: 1025,
  });
  await rejected(data.put(S, '', 'v', null), InvalidRequest, {
    code: InvalidCode.BAD_ARGUMENT, field: 'key', limit: 1, actual: 0,
  });
});

check(10, 'conditions', data, async () => {
  const version = plain((await data.put(S, 'k', bytes('00ff'), null)).version);
  const unless = new PutOptions({ condition: absent, return_current: true });
  fields(await data.put(S, 'k', '2', unless), {
    applied: false, reason: NotApplied.CONDITION_FAILED, current_version: version,
    current_value: bytes('00ff'),
  });
  const earlier = new Condition({ version_equal: version - 1 });
  fields(await data.put(S, 'k', '2', new PutOptions({ condition: earlier })), {
    applied: false, current_value: null,
  });
  const holds = new Condition({
    value_equal: bytes('00ff'), present: true, version_at_most: version,
  });
  assert((await data.put(S, 'k', '2', new PutOptions({ condition: holds }))).applied);
});

check(11, 'reading less', data, async () => {
  const { version } = await data.put(S, 'k', 'value', null);
  fields(await data.get(S, 'k', new GetOptions({ if_version_not: version })), {
    unchanged: true, value: null,
  });
  fields(await data.get(S, 'k', new GetOptions({ want_value: false })), {
    found: true, value: null, full_length: 5,
  });
  const slice = await data.get(S, 'k', new GetOptions({ offset: 1, length: 3 }));
  assert.equal(slice.value.toString(), 'alu');
});

check(12, 'expiry', data, async () => {
  const expiresAt = async () => plain((await data.get(S, 'k', null)).expires_at_ms);
  const expiring = (expiry) => new PutOptions({ expiry: new Expiry(expiry) });
  const now = plain((await data.ping('')).now_ms);
  const written = await data.put(S, 'k', 'v', expiring({ ttl_ms: 3_600_000 }));
  assert(plain(written.expires_at_ms) > now);
  assert((await data.touch(S, 'k', new Expiry({ at_ms: 4_102_444_800_000 }), null)).applied);
  assert.equal(await expiresAt(), 4_102_444_800_000);
  await data.put(S, 'k', 'w', expiring({ keep: true }));
  assert.equal(await expiresAt(), 4_102_444_800_000);
  await data.touch(S, 'k', new Expiry(), null);
  assert.equal(await expiresAt(), 0);
  await data.put(S, 'k', 'x', expiring({ at_ms: 1 }));
  assert(!(await data.get(S, 'k', null)).found);
  fields(await data.touch(S, 'k', new Expiry({ ttl_ms: 1000 }), null), {
    applied: false, reason: NotApplied.KEY_ABSENT,
  });
});

check(13, 'remove', data, async () => {
  await data.put(S, 'k', 'v', null);
  fields(await data.remove(S, 'k', null), { applied: true, existed: true });
  fields(await data.remove(S, 'k', null), { applied: true, existed: false });
  const blind = new RemoveOptions({ want_existed: false });
  fields(await data.remove(S, 'k', blind), { applied: true, existed: null });
  const curious = new PutOptions({ want_existed: true });
  fields(await data.put(S, 'k', 'v', curious), { applied: true, existed: false });
  fields(await data.put(S, 'k', 'v', curious), { applied: true, existed: true });
  await data.remove(S, 'k', null);
  fields(await data.remove(S, 'k', new RemoveOptions({ condition: present })), {
    applied: false, reason: NotApplied.CONDITION_FAILED, existed: false,
  });
});

check(14, 'counters', data, async () => {
  fields(await data.increment(S, 'n', 5, new IncrementOptions({ initial: 10 })), { number: 15 });
  assert.deepEqual((await data.get(S, 'n', null)).value, bytes('000000000000000f'));
  fields(await data.increment(S, 'n', -20, null), { number: -5 });
  assert.deepEqual((await data.get(S, 'n', null)).value, bytes('fffffffffffffffb'));
  fields(await data.increment(S, 'n', 1, new IncrementOptions({ highest: -5 })), {
    applied: false, reason: NotApplied.OUT_OF_RANGE, number: -5,
  });
  await data.put(S, 't', 'text', null);
  fields(await data.increment(S, 't', 1, null), { reason: NotApplied.NOT_A_COUNTER });
});

check(15, 'both ends of i64', data, async () => {
  for (const [key, end, step] of [['max', I64_MAX, 1], ['min', I64_MIN, -1]]) {
    fields(await data.increment(S, key, int64(end), null), { number: end });
    assert.deepEqual((await data.get(S, key, null)).value, bigEndian(end));
    fields(await data.increment(S, key, step, null), {
      reason: NotApplied.OUT_OF_RANGE, number: end,
    });
  }
  const beyond = 2n ** 53n + 1n;
  fields(await data.increment(S, 'big', int64(beyond), null), { number: beyond });
});

check(16, 'append', data, async () => {
  fields(await data.append(S, 'l', 'one', null), { length: 3 });
  fields(await data.append(S, 'l', bytes('00ff'), null), { length: 5 });
  assert.deepEqual((await data.get(S, 'l', null)).value,
    Buffer.concat([Buffer.from('one'), bytes('00ff')]));
  fields(await data.append(S, 'l', '!', new AppendOptions({ max_length: 5 })), {
    reason: NotApplied.TOO_LONG, length: 5,
  });
  fields(await data.append(S, 'none', 'x', new AppendOptions({ create: false })), {
    reason: NotApplied.KEY_ABSENT,
  });
});

check(17, 'batch', data, async () => {
  await data.put(S, 'old', '1', null);
  const mutations = [
    putOf('new', '2'), incrementOf('n', 7), new Mutation({ kind: MutationKind.REMOVE, key: 'old' }),
    new Mutation({ kind: MutationKind.REMOVE_RANGE, key: 'x', stop_key: 'y' }),
  ];
  const options = new BatchOptions({
    guards: [
      new Guard({ key: 'old', condition: present }), new Guard({ key: 'new', condition: absent }),
    ],
  });
  const done = await data.batch(S, mutations, options);
  fields(done, { applied: true, failed_guard: -1, failed_mutation: -1 });
  assert.deepEqual(done.numbers.map(plain), [7]);
  assert(plain(done.version) > 0);
  fields(await data.get(S, 'new', null), { version: plain(done.version) });
  fields(await data.get(S, 'old', null), { found: false });
  fields(await data.batch(S, mutations, options), {
    applied: false, reason: NotApplied.CONDITION_FAILED, failed_guard: 0,
  });
  const fails = [putOf('a', '1'), putOf('new', '3', { condition: absent })];
  fields(await data.batch(S, fails, null), { applied: false, failed_mutation: 1 });
  fields(await data.get(S, 'a', null), { found: false });
});

check(18, 'bulk_write', data, async () => {
  const done = await data.bulk_write(
    S, [putOf('a', '1'), putOf('a', '2', { condition: absent }), incrementOf('n', 3)], null);
  const [first, second, third] = done.items;
  fields(first, { applied: true });
  fields(second, {
    applied: false, reason: NotApplied.CONDITION_FAILED, current_version: plain(first.version),
  });
  fields(third, { applied: true, number: 3 });
  fields(done, { applied_count: 2 });
});

check(19, 'multi_get', data, async () => {
  await data.put(S, 'a', '1', null);
  await data.put(S, 'b', '', null);
  const keys = ['b', 'none', 'a', 'a'];
  let { items } = await data.multi_get(S, keys, null);
  assert.deepEqual(items.map((item) => item.found), [true, false, true, true]);
  const one = Buffer.from('1');
  assert.deepEqual(items.map((item) => item.value), [Buffer.alloc(0), null, one, one]);
  ({ items } = await data.multi_get(S, keys, new MultiGetOptions({ want_values: false })));
  assert.deepEqual(items.map((item) => item.value), [null, null, null, null]);
  assert.deepEqual(items.map((item) => plain(item.full_length)), [0, 0, 1, 1]);
  assert.deepEqual((await data.multi_get(S, [], null)).items, []);
});

check(20, 'scan', data, async () => {
  const keys = range(10).map((i) => numbered('a', i, 2));
  await data.bulk_write(S, [...keys, 'b00'].map((key) => putOf(key, key)), null);
  const pages = [];
  let page = { next_token: null };
  do {
    page = await data.scan(S, new KeyRange({ prefix: 'a' }),
      new ScanOptions({ limit_items: 4, page_token: page.next_token }));
    page.items.forEach((item) => assert.deepEqual(item.value, item.key));
    assert.equal(page.stop_reason,
      page.next_token === null ? StopReason.RANGE_END : StopReason.LIMIT_ITEMS);
    pages.push(keysOf(page));
  } while (page.next_token !== null);
  assert.deepEqual(pages, [keys.slice(0, 4), keys.slice(4, 8), keys.slice(8)]);
  page = await data.scan(S, new KeyRange({ start_key: 'a05', stop_key: 'b00' }),
    new ScanOptions({ reverse: true }));
  assert.deepEqual(keysOf(page), ['a09', 'a08', 'a07', 'a06', 'a05']);
  page = await data.scan(S, new KeyRange(), new ScanOptions({ keys_only: true }));
  page.items.forEach((item) => fields(item, { value: null, full_length: 3 }));
  page = await data.scan(S, new KeyRange(), new ScanOptions({ count_only: true }));
  fields(page, { items: [], count: 11 });
});

check(21, 'range_info', data, async () => {
  const value = pattern(1000);
  await data.bulk_write(S, range(100).map((i) => putOf(numbered('k', i, 2), value)), null);
  const { infos } = await data.range_info(S, [new KeyRange(), new KeyRange({ prefix: 'none' })],
    new RangeInfoOptions({ split_bytes: 10_000 }));
  assert.equal(infos.length, 2);
  const splits = infos[0].split_keys.map(String);
  assert(plain(infos[0].estimated_keys) > 0 && splits.length > 0);
  assert.deepEqual(splits, [...splits].sort());
  assert(infos[0].dead_ratio >= 0 && infos[0].dead_ratio <= 1);
});

check(22, 'checksum', data, async () => {
  const sums = [];
  for (const value of ['value', 'other', 'value']) {
    await data.put(S, 'key', value, null);
    sums.push(await data.checksum(S, new KeyRange(), null));
  }
  fields(sums[0], { keys: 1, bytes: 8, checksum: plain(sums[2].checksum) });
  assert.notEqual(plain(sums[0].checksum), plain(sums[1].checksum));
});

check(23, 'remove_range', data, async () => {
  const count = async () =>
    plain((await data.scan(S, new KeyRange(), new ScanOptions({ count_only: true }))).count);
  const prefix = new KeyRange({ prefix: 'a' });
  await data.bulk_write(S, ['a0', 'a1', 'b0'].map((key) => putOf(key, 'v')), null);
  const dry = new RemoveRangeOptions({ dry_run: true });
  fields(await data.remove_range(S, prefix, dry), { version: 0 });
  assert.equal(await count(), 3);
  assert(plain((await data.remove_range(S, prefix, null)).version) > 0);
  assert.equal(await count(), 1);
});

check(24, 'many at once', data, async () => {
  const keys = range(2000).map((i) => numbered('key', i, 5));
  const puts = keys.map((key) => putOf(key, key));
  fields(await data.bulk_write(S, puts, null), { applied_count: 2000 });
  const increments = range(2000).map((i) => incrementOf(numbered('n', i, 5), 1));
  const counted = await data.batch(S, increments, null);
  assert.deepEqual(counted.numbers.map(plain), Array(2000).fill(1));
  const falling = [...keys].reverse();
  const { items } = await data.multi_get(S, falling, null);
  assert.deepEqual(items.map((item) => item.value.toString()), falling);
  const page = await data.scan(S, new KeyRange({ prefix: 'key' }),
    new ScanOptions({ limit_items: 10_000 }));
  assert.deepEqual(keysOf(page), keys);
});

check(25, 'too many at once', data, async () => {
  await rejected(data.multi_get(S, Array(32769).fill('x'), null), InvalidRequest, {
    code: InvalidCode.OVER_LIMIT, field: 'keys', limit: 32768, actual: 32769,
  });
});

check(26, 'pipelining', data, async () => {
  const writes = [];
  const counts = [];
  for (const i of range(50)) {
    writes.push(data.put(S, 'same', String(i), null));
    counts.push(data.increment(S, 'n', 1, null));
  }
  const versions = (await Promise.all(writes)).map((written) => plain(written.version));
  versions.slice(1).forEach((version, i) => assert(version > versions[i]));
  assert.deepEqual((await Promise.all(counts)).map((counted) => plain(counted.number)),
    range(50).map((i) => i + 1));
  assert.equal((await data.get(S, 'same', null)).value.toString(), '49');
});

// ----------------------------------------------------------------------------------------- refused

check(27, 'InvalidRequest', data, async () => {
  const error = await rejected(data.get('unknown', 'k', null), InvalidRequest, {
    code: InvalidCode.UNKNOWN_STORE, details: {}, field: 'store', limit: 0, actual: 0,
  });
  assert(error.message.length > 0);
});

check(28, 'names in other scripts', data, async () => {
  const error = await rejected(data.get('vorräte', 'k', null), InvalidRequest, {
    code: InvalidCode.UNKNOWN_STORE, field: 'store',
  });
  assert(error.message.includes('\\xc3\\xa4'), error.message);
});

check(29, 'bad arguments', data, async () => {
  const damaged = new ScanOptions({ page_token: 'xxx' });
  await rejected(data.scan(S, new KeyRange(), damaged), InvalidRequest, {
    code: InvalidCode.BAD_TOKEN, field: 'options.page_token',
  });
  for (const [code, field, options] of [
    [InvalidCode.UNSUPPORTED, 'options.durability', { durability: Durability.SYNC }],
    [InvalidCode.UNSUPPORTED, 'options.request_id', { request_id: ALL.subarray(0, 16) }],
    [InvalidCode.UNSUPPORTED, 'options.fence', { fence: new Fence({ lease: 'lease', token: 1 }) }],
    [InvalidCode.BAD_ARGUMENT, 'options.expiry.ttl_ms', { expiry: new Expiry({ ttl_ms: 0 }) }],
  ]) {
    await rejected(data.put(S, 'k', 'v', new PutOptions(options)), InvalidRequest, { code, field });
  }
});

async function expectUnserved(client, calls) {
  for (const [method, args] of Object.entries(calls)) {
    const error = await rejected(client[method](...args), InvalidRequest, {
      code: InvalidCode.UNSUPPORTED,
    });
    assert(error.message.startsWith(method), error.message);
  }
}

check(30, 'methods that are not served', data, () => expectUnserved(data, {
  lease_acquire: [S, 'lease', 'me', 1000, null],
  lease_renew: [S, 'lease', 1, null],
  lease_release: [S, 'lease', 1, null],
  lease_get: [S, 'lease', null],
  lease_list: [S, '', null],
  snapshot_open: [S, 1000, null],
  snapshot_renew: [S, 1, 1000, null],
  snapshot_close: [S, 1, null],
  snapshot_list: [S, null],
  changes: [S, 0, null],
  topology: [null],
  locate: [S, 'k', null],
  authenticate: ['id', bytes('00736563726574')],
}));

check(31, 'an unknown method', data, async () => {
  const connection = open('DATA');
  await rejected(thrift.createClient(Observe, connection).health(null), TApplicationException, {
    type: TApplicationExceptionType.UNKNOWN_METHOD,
  });
  const client = thrift.createClient(Store, connection);
  assert.equal((await client.ping('still')).payload.toString(), 'still');
});

check(32, 'a missing argument', data, () => rejected(data.get(S, null, null), InvalidRequest, {
  code: InvalidCode.BAD_ARGUMENT, field: 'key',
}));

/** Sends a "ping" that no generated code would; returns the reply's sequence id and payload. */
function pingByHand(sequenceId, writeMore = () => {}) {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port('DATA'), '127.0.0.1');
    socket.on('error', reject);
    socket.on('data', transport.receiver((received) => {
      const input = new protocol(received);
      const { rseqid } = input.readMessageBegin();
      input.readStructBegin();
      input.readFieldBegin();
      const result = new PingResult();
      result.read(input);
      socket.end();
      // The compact protocol here reads the id as an unsigned number.
      resolve({ sequenceId: rseqid | 0, payload: result.payload.toString() });
    }));
    const output = new protocol(new transport(undefined, (sent) => socket.write(sent)));
    output.writeMessageBegin('ping', MessageType.CALL, sequenceId);
    output.writeStructBegin('arguments');
    output.writeFieldBegin('payload', Type.STRING, 1);
    output.writeBinary('here');
    output.writeFieldEnd();
    writeMore(output);
    output.writeFieldStop();
    output.writeStructEnd();
    output.writeMessageEnd();
    output.flush();
  });
}

check(33, 'fields from elsewhere', data, async () => {
  const { payload } = await pingByHand(1, (output) => {
    const field = (id, type, write) => {
      output.writeFieldBegin('unknown', type, id);
      write();
      output.writeFieldEnd();
    };
    field(90, Type.BOOL, () => output.writeBool(true));
    field(91, Type.BYTE, () => output.writeByte(-1));
    field(92, Type.I16, () => output.writeI16(-2));
    field(93, Type.I32, () => output.writeI32(-3));
    field(94, Type.I64, () => output.writeI64(int64(I64_MIN)));
    field(95, Type.DOUBLE, () => output.writeDouble(0.5));
    field(96, Type.STRING, () => output.writeString('text'));
    field(97, Type.STRUCT, () => {
      new Fence({ lease: 'lease', token: int64(I64_MAX) }).write(output);
    });
    field(98, Type.LIST, () => {
      output.writeListBegin(Type.STRING, 2);
      output.writeString('one');
      output.writeString('two');
      output.writeListEnd();
    });
    field(99, Type.MAP, () => {
      output.writeMapBegin(Type.STRING, Type.I64, 1);
      output.writeString('one');
      output.writeI64(1);
      output.writeMapEnd();
    });
  });
  assert.equal(payload, 'here');
});

check(34, 'sequence ids', data, async () => {
  for (const sequenceId of [1, 0, -1, 2147483647, -2147483648]) {
    assert.deepEqual(await pingByHand(sequenceId), { sequenceId, payload: 'here' });
  }
});

// -------------------------------------------------------------------------------------- management

check(35, 'health', data, async () => {
  const health = await observe.health(null);
  fields(health, { live: true, ready: true });
  fields(health.checks.find((each) => each.name === 'store:default'), { passed: true });
});

check(36, 'metrics', data, async () => {
  assert.match((await observe.metrics(null)).text, /^larder_build_info/m);
});

check(37, 'store_stats', data, async () => {
  await data.put(S, 'key', 'value', null);
  const stats = await observe.store_stats(S, null);
  fields(stats, { store: S, engine: 'hashmap', keys: 1, data_bytes: 8 });
  assert(plain(stats.operations.find((row) => row.operation === 'put').count) > 0);
  assert(Object.keys(stats.engine_figures).length > 0);
  await rejected(observe.store_stats('unknown', null), InvalidRequest, {
    code: InvalidCode.UNKNOWN_STORE,
  });
});

check(38, 'stores and jobs', data, async () => {
  const { stores } = await admin.store_list(null);
  assert.deepEqual(stores.map((each) => [each.info.name, each.spec.engine, each.state]),
    [[S, 'hashmap', 'serving']]);
  fields(await admin.verify(S, null), { done: true, job_id: 0 });
  const [job] = (await admin.job_list(null)).jobs;
  fields(job, { kind: 'verify', store: S, state: JobState.DONE });
  const [same] = (await admin.job_get(job.job_id, null)).jobs;
  assert.equal(plain(same.job_id), plain(job.job_id));
  await rejected(admin.job_get(1000000, null), InvalidRequest, {
    code: InvalidCode.NOT_FOUND, field: 'job_id',
  });
});

check(39, 'Observe, not served', data, () => expectUnserved(observe, {
  levels: [S, null],
  files: [S, null],
  hot_keys: [S, HotDimension.BYTES, null],
  hot_prefixes: [S, HotDimension.MISSES, null],
  events: [0, null],
  slow_log: [1000, null],
  explain: [S, 'k', null],
  doctor: [null],
}));

check(40, 'Admin, not served', data, () => expectUnserved(admin, {
  store_create: [new StoreSpec({ name: 'new', engine: 'hashmap', settings: {} }), null],
  store_alter: [S, { memory_bytes: '1G' }, null],
  store_drop: [S, 0, null],
  store_recall: [S, 'new', null],
  store_rename: [S, 'new', null],
  config_plan: ['', null],
  config_apply: ['', 'plan', null],
  config_export: [null],
  flush: [S, null],
  compact: [S, new KeyRange(), null],
  backup_create: [S, '/nowhere', 0, null],
  backup_list: [S, null],
  backup_verify: [1, null],
  backup_restore: [1, 'new', null],
  job_cancel: [1, null],
  mode_set: [S, StoreMode.READ_ONLY, null],
  shutdown: [null],
}));

// ---------------------------------------------------------------------------------------- outcomes

const scriptedPut = (key, options = null) => scripted.put(S, key, 'v', options);

check(41, 'Refused', scripted, async () => {
  const error = await rejected(scriptedPut('!refuse-overload!retry-200ms:a'), Refused, {
    code: RefusedCode.OVERLOAD, details: {}, retry_after_ms: 200, scope: 'store:default',
  });
  assert(error.message.length > 0);
});

check(42, 'every refusal', scripted, async () => {
  for (const [verb, code] of Object.entries({
    disk_full: RefusedCode.DISK_FULL,
    memory_full: RefusedCode.MEMORY_FULL,
    closing: RefusedCode.DRAINING,
    deadline: RefusedCode.DEADLINE,
    read_only: RefusedCode.READ_ONLY,
  })) {
    await rejected(scriptedPut(`!refuse-${verb}:a`), Refused, { code });
  }
});

check(43, 'Indeterminate', scripted, async () => {
  const error = await rejected(scriptedPut('!unknown:a'), Indeterminate, {
    code: IndeterminateCode.ENGINE_UNKNOWN, request_id: Buffer.alloc(0),
  });
  assert(error.message.length > 0);
  fields(await scripted.get(S, '!unknown:a', null), { found: false });
  await rejected(scriptedPut('!unknown-applied:b'), Indeterminate, {
    code: IndeterminateCode.ENGINE_UNKNOWN,
  });
  fields(await scripted.get(S, '!unknown-applied:b', null), { found: true });
  const hurried = new PutOptions({ deadline_ms: 200 });
  await rejected(scriptedPut('!delay-1000ms:c', hurried), Indeterminate, {
    code: IndeterminateCode.DEADLINE,
  });
});

check(44, 'Failed', scripted, async () => {
  const error = await rejected(scriptedPut('!fail-corruption:a'), Failed, {
    code: FailedCode.CORRUPTION, details: {},
  });
  assert(error.message.length > 0);
  await rejected(scriptedPut('!fail-io:a'), Failed, { code: FailedCode.IO_ERROR });
  await rejected(scripted.get(S, '!read-poisoned:a', null), Failed, { code: FailedCode.POISONED });
});

check(45, 'NotHere', scripted, async () => {
  const error = await rejected(scriptedPut('!elsewhere:a'), NotHere, {
    code: NotHereCode.WRONG_OWNER, details: {}, epoch: 7, owner: 'owner.example:7400', shard_id: 3,
  });
  assert(error.message.length > 0);
});

check(46, 'after every exception', scripted, async () => {
  const exceptions = [
    ['', InvalidRequest], ['!elsewhere:a', NotHere], ['!refuse-overload:a', Refused],
    ['!unknown:a', Indeterminate], ['!fail-corruption:a', Failed],
  ];
  for (const [key, kind] of [...exceptions, ...exceptions, ...exceptions]) {
    await rejected(scriptedPut(key), kind);
    fields(await scriptedPut('plain'), { applied: true });
  }
});

check(47, 'drain', scripted, async () => {
  fields(await connect(Admin, 'SCRIPTED_ADMIN').drain(0, null), { in_flight: 0 });
  fields(await connect(Observe, 'SCRIPTED_ADMIN').health(null), { live: true, ready: false });
});

// --------------------------------------------------------------------------------------- stand-ins

check(51, 'an older server', older, async () => {
  fields(await older.server_info(null), { api_version: 1, limits: null });
  assert((await older.put(S, 'k', 'v', null)).applied);
  fields(await older.get(S, 'k', null), {
    found: true, value: Buffer.from('v'), full_length: null,
  });
});

check(52, 'an older server skips options', older, async () => {
  await older.put(S, 'k', 'v', null);
  const options = new PutOptions({ condition: absent, return_current: true });
  fields(await older.put(S, 'k', 'v', options), {
    applied: false, reason: NotApplied.CONDITION_FAILED,
  });
});

check(53, 'an older server lacks a method', older, async () => {
  await rejected(older.range_info(S, [new KeyRange()], null), TApplicationException, {
    type: TApplicationExceptionType.UNKNOWN_METHOD,
  });
  assert.equal((await older.ping('still')).payload.toString(), 'still');
});

check(54, 'a newer server sends more fields', newer, async () => {
  const { version } = await newer.put(S, 'k', 'v', null);
  fields(await newer.get(S, 'k', null), {
    found: true, value: Buffer.from('v'), version: plain(version),
  });
});

check(55, 'a newer server sends new values', newer, async () => {
  fields(await newer.put(S, '!moon:a', 'v', null), { applied: false, reason: 90 });
  await newer.put(S, 'k', 'v', null);
  const page = await newer.scan(S, new KeyRange({ prefix: 'k' }), null);
  assert.deepEqual([page.items.length, page.stop_reason], [1, 90]);
});

check(56, 'a newer server refuses in a new way', newer, async () => {
  await rejected(newer.put(S, '!warm:a', 'v', null), Refused, {
    code: 90, retry_after_ms: 90, scope: 'server',
  });
});

finish();
