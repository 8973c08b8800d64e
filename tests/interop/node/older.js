// older.js: a Node.js client of an older contract meets the server of today. CHECKS.md, 61 to 64.
'use strict';

const { S, assert, check, fields, finish, plain, rejected, store } = require('./common');
const { IncrementOptions, KeyRange, Refused, ScanOptions, StopReason } = require('larder_types');

const data = store('DATA');
const scripted = store('SCRIPTED');

check(61, 'results with more fields', data, async () => {
  const written = await data.put(S, 'k', 'v', null);
  assert(written.applied);
  fields(await data.get(S, 'k', null), {
    found: true, value: Buffer.from('v'), version: plain(written.version),
  });
  const info = await data.server_info(null);
  assert.deepEqual([info.api_version, ...info.stores.map((each) => each.name)], [2, S]);
});

check(62, 'reasons not yet invented', data, async () => {
  fields(await data.increment(S, 'n', 1, new IncrementOptions({ highest: 0 })), {
    applied: false, reason: 5,
  });
});

check(63, 'pages that end in an unknown way', data, async () => {
  await data.put(S, 'a', '1', null);
  await data.put(S, 'b', '2', null);
  const next = async (token) => {
    const options = new ScanOptions({ limit_items: 1, page_token: token });
    return data.scan(S, new KeyRange(), options);
  };
  const summary = (page) => [page.stop_reason, ...page.items.map((item) => item.key.toString())];
  const first = await next(null);
  assert.deepEqual(summary(first), [2, 'a']);
  assert.deepEqual(summary(await next(first.next_token)), [StopReason.RANGE_END, 'b']);
});

check(64, 'exceptions with more fields', scripted, async () => {
  await rejected(scripted.put(S, '!refuse-memory_full!retry-200ms:a', 'v', null), Refused, {
    code: 4, retry_after_ms: 200,
  });
  fields(await scripted.put(S, 'plain', 'v', null), { applied: true });
});

finish();
