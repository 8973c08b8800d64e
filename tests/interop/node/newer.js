// newer.js: a Node.js client of a newer contract meets the server of today. CHECKS.md, 71 to 74.
'use strict';

const { S, assert, check, fields, finish, rejected, store, thrift } = require('./common');
const {
  Colour, Condition, InvalidCode, InvalidRequest, Mutation, MutationKind, PutOptions, Refused,
  RefusedCode,
} = require('larder_types');
const { TApplicationException, TApplicationExceptionType } = thrift.Thrift;

const data = store('DATA');
const scripted = store('SCRIPTED');
const blue = new Colour({ name: 'blue', shades: [1, -1] });

check(71, 'options with more fields', data, async () => {
  const options = new PutOptions({
    condition: new Condition({ absent: true }),
    eager: true,
    small: -1,
    medium: -2,
    large: -3,
    factor: 0.5,
    hint: 'hint',
    colour: blue,
    palette: [blue, blue],
    weights: { a: 1 },
    nested: [['x', Buffer.from([0])], []],
  });
  assert((await data.put(S, 'k', 'v', options)).applied);
  fields(await data.get(S, 'k', null), {
    found: true, value: Buffer.from('v'), eager: null, small: null, medium: null, large: null,
    factor: null, hint: null, colour: null, palette: null, weights: null, nested: null,
  });
});

check(72, 'a method that is missing', data, async () => {
  await rejected(data.paint(S, 'k', blue), TApplicationException, {
    type: TApplicationExceptionType.UNKNOWN_METHOD,
  });
  assert.equal((await data.ping('still')).payload.toString(), 'still');
});

check(73, 'a value that is missing', data, async () => {
  const painted = new Mutation({ kind: MutationKind.PAINT, key: 'k' });
  await rejected(data.bulk_write(S, [painted], null), InvalidRequest, {
    code: InvalidCode.OVER_LIMIT, field: 'mutations[0].kind', limit: 4, actual: 90,
  });
});

check(74, 'exceptions with fewer fields', scripted, async () => {
  await rejected(scripted.put(S, '!refuse-overload!retry-200ms:a', 'v', null), Refused, {
    code: RefusedCode.OVERLOAD, retry_after_ms: 200, colour: null, hint: null,
  });
});

finish();
