// Reads an interval log with hdr-histogram-js and prints, as JSON, what it holds.
//
// usage: node read.js FILE.hlog
const fs = require("fs");
const hdr = require("hdr-histogram-js");

const reader = new hdr.HistogramLogReader(fs.readFileSync(process.argv[2], "utf8"));
const intervals = [];
const all = hdr.build({ numberOfSignificantValueDigits: 2, highestTrackableValue: 2 ** 42 - 1 });
for (let one = reader.nextIntervalHistogram(); one != null; one = reader.nextIntervalHistogram()) {
  intervals.push({ count: one.totalCount, max: one.maxValue, p99: one.getValueAtPercentile(99) });
  all.add(one);
}
console.log(
  JSON.stringify({
    start: reader.startTimeSec,
    intervals,
    count: all.totalCount,
    percentiles: all.outputPercentileDistribution(5, 1),
  })
);
