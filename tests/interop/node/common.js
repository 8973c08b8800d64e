// common.js: what the three Node.js programs share: connections to the servers, numbers, and TAP.
//
// An i64 arrives as an Int64 object, since a Number cannot hold every i64. `plain` makes it a
// Number where that is exact and a BigInt otherwise; `int64` makes an Int64 of a BigInt.
'use strict';

const assert = require('node:assert/strict');
const thrift = require('thrift');
const Int64 = require('node-int64');

const Store = require('Store');
const ttypes = require('larder_types');

const S = 'default';
const transport = { framed: thrift.TFramedTransport, unframed: thrift.TBufferedTransport }[
  process.env.INTEROP_FRAMING];
const protocol = { binary: thrift.TBinaryProtocol, compact: thrift.TCompactProtocol }[
  process.env.INTEROP_PROTOCOL];

const connections = [];
const checks = [];

function port(server) {
  return Number(process.env[`INTEROP_${server}_PORT`]);
}

/** A connection to one of the servers of the environment. */
function open(server) {
  const connection = thrift.createConnection('127.0.0.1', port(server), { transport, protocol });
  connection.on('error', (error) => console.error(`${server}: ${error}`));
  connections.push(connection);
  return connection;
}

/** A client of a service with a connection of its own. */
function connect(service, server) {
  return thrift.createClient(service, open(server));
}

function store(server) {
  return connect(Store, server);
}

function plain(value) {
  if (!(value instanceof Int64)) {
    return value;
  }
  const exact = value.buffer.readBigInt64BE(value.offset);
  return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
}

function int64(number) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(number);
  return new Int64(bytes);
}

/** Asserts fields of a result or exception. */
function fields(found, wanted) {
  for (const [name, value] of Object.entries(wanted)) {
    assert.deepEqual(plain(found[name]), value, name);
  }
}

/** Asserts that the promise fails with this exception and these fields; returns the exception. */
async function rejected(promise, kind, wanted = {}) {
  let error;
  try {
    await promise;
  } catch (caught) {
    error = caught;
  }
  assert(error !== undefined, 'there was no exception');
  assert(error instanceof kind, `not a ${kind.name}: ${error}`);
  fields(error, wanted);
  return error;
}

/** Enters a check, which begins on a server without keys. */
function check(number, name, client, run) {
  checks.push({ number, name, client, run });
}

/** Runs the checks one after another, prints TAP, and ends the program. */
async function finish() {
  for (const { number, name, client, run } of checks) {
    try {
      await client.remove_range(S, new ttypes.KeyRange(), null);
      await run();
      console.log(`ok ${number} - ${name}`);
    } catch (error) {
      process.exitCode = 1;
      console.error(error);
      const problem = String(error).replace(/\s+/g, ' ').replace(/#/g, '');
      console.log(`not ok ${number} - ${name}: ${problem}`);
    }
  }
  connections.forEach((connection) => connection.end());
}

module.exports = {
  S, assert, check, connect, fields, finish, int64, open, plain, port, protocol, rejected, store,
  thrift, transport,
};
