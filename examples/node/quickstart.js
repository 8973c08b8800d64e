// Larder in one program: put, get, put under a condition, scan, and what can go wrong.

const thrift = require("thrift");
const Store = require("larder/Store");
const types = require("larder/larder_types");

const connection = thrift.createConnection("127.0.0.1", Number(process.env.LARDER_PORT || 7400), {
  transport: thrift.TFramedTransport,
  protocol: thrift.TBinaryProtocol,
});
connection.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
const client = thrift.createClient(Store, connection);

async function quickstart() {
  await client.put("default", "greeting", "hello", null);
  const found = await client.get("default", "greeting", null);
  console.log(`greeting is ${found.value}`);

  // A condition that does not hold is a result, not an exception.
  const absent = new types.PutOptions({ condition: new types.Condition({ absent: true }) });
  if (!(await client.put("default", "greeting", "welcome", absent)).applied) {
    console.log("not created: greeting is there already");
  }
  const unchanged = new types.PutOptions({
    condition: new types.Condition({ version_equal: found.version }),
  });
  if ((await client.put("default", "greeting", "welcome", unchanged)).applied) {
    console.log("replaced: nobody had changed greeting");
  }

  for (const [city, people] of [["city:Cairo", "10"], ["city:Lima", "11"], ["city:Oslo", "1"]]) {
    await client.put("default", city, people, null);
  }
  const page = await client.scan("default", new types.KeyRange({ prefix: "city:" }), null);
  for (const item of page.items) {
    console.log(`${item.key} has ${item.value} million people`);
  }

  await client.get("nowhere", "greeting", null);
}

quickstart()
  .catch((error) => {
    if (error instanceof types.InvalidRequest) { // correct the call
      console.log(`invalid request: ${error.message}`);
    } else if (error instanceof types.Refused) { // certainly not executed: try again later
      console.error(`refused: ${error.message}; try again in ${error.retry_after_ms} ms`);
      process.exitCode = 1;
    } else {
      throw error;
    }
  })
  .finally(() => connection.end());
