<?php

/**
 * Checks 1 to 26: data.
 *
 * The stubs of PHP refuse null for the options, so "no options" is an options struct without
 * fields. Check 2 and 3 leave them out indeed, by writing the arguments without the stubs' help.
 */

declare(strict_types=1);

use Larder\AppendOptions;
use Larder\BatchOptions;
use Larder\BulkWriteOptions;
use Larder\ChecksumOptions;
use Larder\Condition;
use Larder\Constant;
use Larder\Expiry;
use Larder\GetOptions;
use Larder\Guard;
use Larder\IncrementOptions;
use Larder\InvalidCode;
use Larder\KeyRange;
use Larder\MultiGetOptions;
use Larder\Mutation;
use Larder\MutationKind;
use Larder\NotApplied;
use Larder\PutOptions;
use Larder\RangeInfoOptions;
use Larder\RemoveOptions;
use Larder\RemoveRangeOptions;
use Larder\ScanOptions;
use Larder\ServerInfoOptions;
use Larder\StopReason;
use Larder\StoreClient;
use Larder\Store_get_args;
use Larder\Store_put_args;
use Larder\Store_server_info_args;
use Larder\TouchOptions;
use Larder\WriteResult;
use Thrift\Type\TMessageType;

trait DataChecks
{
    private function dataChecks(): void
    {
        $this->check(1, 'ping', 'DATA', $this->ping(...));
        $this->check(2, 'server_info', 'DATA', $this->serverInfo(...));
        $this->check(3, 'put and get', 'DATA', $this->putAndGet(...));
        $this->check(4, 'empty options', 'DATA', $this->emptyOptions(...));
        $this->check(5, 'an empty value', 'DATA', $this->emptyValue(...));
        $this->check(6, 'every byte', 'DATA', $this->everyByte(...));
        $this->check(7, 'the longest value', 'DATA', $this->longestValue(...));
        $this->check(8, 'a value too long', 'DATA', $this->valueTooLong(...));
        $this->check(9, 'keys at their limits', 'DATA', $this->keysAtTheirLimits(...));
        $this->check(10, 'conditions', 'DATA', $this->conditions(...));
        $this->check(11, 'reading less', 'DATA', $this->readingLess(...));
        $this->check(12, 'expiry', 'DATA', $this->expiry(...));
        $this->check(13, 'remove', 'DATA', $this->remove(...));
        $this->check(14, 'counters', 'DATA', $this->counters(...));
        $this->check(15, 'both ends of i64', 'DATA', $this->bothEnds(...));
        $this->check(16, 'append', 'DATA', $this->append(...));
        $this->check(17, 'batch', 'DATA', $this->batch(...));
        $this->check(18, 'bulk_write', 'DATA', $this->bulkWrite(...));
        $this->check(19, 'multi_get', 'DATA', $this->multiGet(...));
        $this->check(20, 'scan', 'DATA', $this->scan(...));
        $this->check(21, 'range_info', 'DATA', $this->rangeInfo(...));
        $this->check(22, 'checksum', 'DATA', $this->checksum(...));
        $this->check(23, 'remove_range', 'DATA', $this->removeRange(...));
        $this->check(24, 'many at once', 'DATA', $this->manyAtOnce(...));
        $this->check(25, 'too many at once', 'DATA', $this->tooManyAtOnce(...));
        $this->check(26, 'pipelining', 'DATA', $this->pipelining(...));
    }

    private function put(
        StoreClient $store,
        string $key,
        string $value,
        array $options = []
    ): WriteResult {
        return $store->put('default', $key, $value, new PutOptions($options));
    }

    private function value(StoreClient $store, string $key): ?string
    {
        return $store->get('default', $key, new GetOptions())->value;
    }

    private function found(StoreClient $store, string $key): bool
    {
        return $store->get('default', $key, new GetOptions())->found;
    }

    private function putMutation(string $key, string $value, ?Condition $condition = null): Mutation
    {
        return new Mutation([
            'kind' => MutationKind::PUT,
            'key' => $key,
            'value' => $value,
            'condition' => $condition,
        ]);
    }

    private function incrementMutation(string $key, int $delta): Mutation
    {
        return new Mutation(['kind' => MutationKind::INCREMENT, 'key' => $key, 'delta' => $delta]);
    }

    private function absent(): Condition
    {
        return new Condition(['absent' => true]);
    }

    /** Sends a message with these arguments as they are: what is null is left out. */
    private function send(string $method, object $arguments): void
    {
        $protocol = $this->servers->connection('DATA')->protocol;
        $protocol->writeMessageBegin($method, TMessageType::CALL, 0);
        $arguments->write($protocol);
        $protocol->writeMessageEnd();
        $protocol->getTransport()->flush();
    }

    private function ping(StoreClient $store): void
    {
        $payload = "\x00\xff\x80\x0alarder";
        $result = $store->ping($payload);
        $this->equal($payload, $result->payload, 'payload');
        $this->holds($result->now_ms > 1_600_000_000_000, "now_ms is {$result->now_ms}");
        $this->equal('', $store->ping('')->payload, 'empty payload');
    }

    private function serverInfo(StoreClient $store): void
    {
        $version = Constant::get('API_VERSION');
        $options = new ServerInfoOptions(['client' => 'interop', 'api_version' => $version]);
        $said = $store->server_info($options);
        $this->send('server_info', new Store_server_info_args());
        foreach ([$said, $store->recv_server_info()] as $info) {
            $this->equal($version, $info->api_version, 'api_version');
            $this->equal(['default'], $this->each($info->stores, 'name'), 'stores');
            $limit = array_column($info->limits, null, 'name')['value_bytes'];
            $this->equal([1_048_576, 'bytes'], [$limit->value, $limit->unit], 'value_bytes');
            $this->holds(in_array('put', $info->methods, true), 'put is not served');
        }
    }

    private function putAndGet(StoreClient $store): void
    {
        $arguments = ['store' => 'default', 'key' => 'k', 'value' => 'v'];
        $this->send('put', new Store_put_args($arguments));
        $written = $store->recv_put();
        $this->send('get', new Store_get_args(['store' => 'default', 'key' => 'k']));
        $found = $store->recv_get();
        $this->send('get', new Store_get_args(['store' => 'default', 'key' => 'none']));
        $this->putAndFound($written, $found, $store->recv_get());
    }

    /** Fields that have a default in the contract have it in a new object, and it is sent. */
    private function emptyOptions(StoreClient $store): void
    {
        $written = $store->put('default', 'k', 'v', new PutOptions());
        $found = $store->get('default', 'k', new GetOptions());
        $this->putAndFound($written, $found, $store->get('default', 'none', new GetOptions()));
        $items = $store->scan('default', new KeyRange(), new ScanOptions())->items;
        $this->equal(1, count($items), 'items');
    }

    private function putAndFound(WriteResult $written, object $found, object $missed): void
    {
        $this->equal(
            [true, null, NotApplied::WAS_APPLIED],
            [$written->applied, $written->existed, $written->reason],
            'put'
        );
        $this->holds($written->version > 0, "version is {$written->version}");
        $this->equal(
            [true, 'v', $written->version],
            [$found->found, $found->value, $found->version],
            'get'
        );
        $this->equal(0, $found->expires_at_ms, 'expires_at_ms');
        $this->equal(1, $found->full_length, 'full_length');
        $this->equal(
            [false, null, 0],
            [$missed->found, $missed->value, $missed->version],
            'get of nothing'
        );
    }

    private function emptyValue(StoreClient $store): void
    {
        $this->put($store, 'k', '');
        $found = $store->get('default', 'k', new GetOptions());
        $this->equal([true, '', 0], [$found->found, $found->value, $found->full_length], 'get');
    }

    private function everyByte(StoreClient $store): void
    {
        $all = implode('', array_map('chr', range(0, 255)));
        $this->put($store, $all, strrev($all));
        $this->equal(strrev($all), $this->value($store, $all), 'value');
        foreach (["\x00", "\x7f", "\x80", "\xff", "\x00\x00"] as $key) {
            $this->put($store, $key, $key);
        }
        $items = $store->scan('default', new KeyRange(), new ScanOptions())->items;
        $keys = ["\x00", "\x00\x00", $all, "\x7f", "\x80", "\xff"];
        $this->equal($keys, $this->each($items, 'key'), 'keys');
        $keys[2] = strrev($all);
        $this->equal($keys, $this->each($items, 'value'), 'values');
    }

    private function longestValue(StoreClient $store): void
    {
        $value = $this->bytes(1_048_576);
        $this->put($store, 'k', $value);
        $this->holds($value === $this->value($store, 'k'), 'another value');
        $options = new GetOptions(['offset' => 1_048_570, 'length' => 100]);
        $slice = $store->get('default', 'k', $options);
        $this->equal(substr($value, -6), $slice->value, 'slice');
        $this->equal(1_048_576, $slice->full_length, 'full_length');
    }

    private function valueTooLong(StoreClient $store): void
    {
        $fields = ['field' => 'value', 'limit' => 1_048_576, 'actual' => 1_048_577];
        $call = fn () => $this->put($store, 'k', $this->bytes(1_048_577));
        $this->invalid(InvalidCode::OVER_LIMIT, $fields, $call);
        $this->holds(!$this->found($store, 'k'), 'k is there');
    }

    private function keysAtTheirLimits(StoreClient $store): void
    {
        $this->put($store, $this->bytes(1024), 'v');
        $this->equal('v', $this->value($store, $this->bytes(1024)), 'value');
        $fields = ['field' => 'key', 'limit' => 1024, 'actual' => 1025];
        $long = fn () => $this->put($store, $this->bytes(1025), 'v');
        $this->invalid(InvalidCode::OVER_LIMIT, $fields, $long);
        $fields = ['field' => 'key', 'limit' => 1, 'actual' => 0];
        $empty = fn () => $this->put($store, '', 'v');
        $this->invalid(InvalidCode::BAD_ARGUMENT, $fields, $empty);
    }

    private function conditions(StoreClient $store): void
    {
        $value = "\x00\xff";
        $version = $this->put($store, 'k', $value)->version;

        $create = ['condition' => $this->absent(), 'return_current' => true];
        $failed = $this->put($store, 'k', 'new', $create);
        $this->equal(
            [false, NotApplied::CONDITION_FAILED, $version, $value],
            [$failed->applied, $failed->reason, $failed->current_version, $failed->current_value],
            'absent'
        );

        $older = new Condition(['version_equal' => $version - 1]);
        $failed = $this->put($store, 'k', 'new', ['condition' => $older]);
        $this->equal([false, null], [$failed->applied, $failed->current_value], 'version_equal');

        $same = new Condition([
            'value_equal' => $value,
            'present' => true,
            'version_at_most' => $version,
        ]);
        $replaced = $this->put($store, 'k', 'new', ['condition' => $same]);
        $this->equal(true, $replaced->applied, 'value_equal');
    }

    private function readingLess(StoreClient $store): void
    {
        $version = $this->put($store, 'k', 'value')->version;
        $known = $store->get('default', 'k', new GetOptions(['if_version_not' => $version]));
        $this->equal([true, null], [$known->unchanged, $known->value], 'if_version_not');
        $bare = $store->get('default', 'k', new GetOptions(['want_value' => false]));
        $this->equal([true, null], [$bare->found, $bare->value], 'want_value');
        $this->equal(5, $bare->full_length, 'full_length');
        $slice = $store->get('default', 'k', new GetOptions(['offset' => 1, 'length' => 3]));
        $this->equal('alu', $slice->value, 'slice');
    }

    private function expiry(StoreClient $store): void
    {
        $expiresAt = fn () => $store->get('default', 'k', new GetOptions())->expires_at_ms;
        $touch = fn (array $expiry) =>
            $store->touch('default', 'k', new Expiry($expiry), new TouchOptions());
        $later = 4_102_444_800_000;

        $this->put($store, 'k', 'v', ['expiry' => new Expiry(['ttl_ms' => 3_600_000])]);
        $this->holds($expiresAt() > $store->ping('')->now_ms, 'it expires in the past');
        $touch(['at_ms' => $later]);
        $this->equal($later, $expiresAt(), 'after touch');
        $this->put($store, 'k', 'v', ['expiry' => new Expiry(['keep' => true])]);
        $this->equal($later, $expiresAt(), 'after keep');
        $touch([]);
        $this->equal(0, $expiresAt(), 'after a touch without expiry');
        $this->put($store, 'k', 'v', ['expiry' => new Expiry(['at_ms' => 1])]);
        $this->holds(!$this->found($store, 'k'), 'k is there');
        $touched = $touch([]);
        $this->equal(false, $touched->applied, 'applied');
        $this->equal(NotApplied::KEY_ABSENT, $touched->reason, 'reason');
    }

    private function remove(StoreClient $store): void
    {
        $this->put($store, 'k', 'v');
        foreach ([true, false] as $existed) {
            $removed = $store->remove('default', 'k', new RemoveOptions());
            $this->equal([true, $existed], [$removed->applied, $removed->existed], 'remove');
        }
        $blind = $store->remove('default', 'k', new RemoveOptions(['want_existed' => false]));
        $this->equal([true, null], [$blind->applied, $blind->existed], 'blind');
        foreach ([false, true] as $existed) {
            $written = $store->put('default', 'k', 'v', new PutOptions(['want_existed' => true]));
            $this->equal([true, $existed], [$written->applied, $written->existed], 'put');
        }
        $present = new RemoveOptions(['condition' => new Condition(['present' => true])]);
        $store->remove('default', 'k', new RemoveOptions());
        $removed = $store->remove('default', 'k', $present);
        $this->equal(
            [false, NotApplied::CONDITION_FAILED, false],
            [$removed->applied, $removed->reason, $removed->existed],
            'present'
        );
    }

    /** Increments; reason and number must be these, and get must see the counter's 8 bytes. */
    private function counts(
        StoreClient $store,
        string $key,
        int $delta,
        int $number,
        array $options = [],
        int $reason = NotApplied::WAS_APPLIED
    ): void {
        $result = $store->increment('default', $key, $delta, new IncrementOptions($options));
        $this->equal(
            [$reason === NotApplied::WAS_APPLIED, $reason, $number],
            [$result->applied, $result->reason, $result->number],
            "$key plus $delta"
        );
        $this->equal(pack('J', $number), $this->value($store, $key), "the bytes of $key");
    }

    private function counters(StoreClient $store): void
    {
        $this->counts($store, 'n', 5, 15, ['initial' => 10]);
        $this->counts($store, 'n', -20, -5);
        $this->counts($store, 'n', 1, -5, ['highest' => -5], NotApplied::OUT_OF_RANGE);
        $this->put($store, 't', 'text');
        $result = $store->increment('default', 't', 1, new IncrementOptions());
        $this->equal(NotApplied::NOT_A_COUNTER, $result->reason, 'reason');
    }

    private function bothEnds(StoreClient $store): void
    {
        $this->counts($store, 'max', PHP_INT_MAX, PHP_INT_MAX);
        $this->counts($store, 'max', 1, PHP_INT_MAX, [], NotApplied::OUT_OF_RANGE);
        $this->counts($store, 'min', PHP_INT_MIN, PHP_INT_MIN);
        $this->counts($store, 'min', -1, PHP_INT_MIN, [], NotApplied::OUT_OF_RANGE);
        $this->counts($store, 'big', 9_007_199_254_740_993, 9_007_199_254_740_993);
    }

    private function append(StoreClient $store): void
    {
        $append = fn (string $key, string $value, array $options = []) =>
            $store->append('default', $key, $value, new AppendOptions($options));
        $this->equal(3, $append('l', 'one')->length, 'length');
        $this->equal(5, $append('l', "\x00\xff")->length, 'length');
        $this->equal("one\x00\xff", $this->value($store, 'l'), 'value');
        $longer = $append('l', 'x', ['max_length' => 5]);
        $this->equal([NotApplied::TOO_LONG, 5], [$longer->reason, $longer->length], 'max_length');
        $this->equal(
            NotApplied::KEY_ABSENT,
            $append('none', 'x', ['create' => false])->reason,
            'create'
        );
    }

    private function batch(StoreClient $store): void
    {
        $this->put($store, 'old', '1');
        $mutations = [
            $this->putMutation('new', '2'),
            $this->incrementMutation('n', 7),
            new Mutation(['kind' => MutationKind::REMOVE, 'key' => 'old']),
            new Mutation(['kind' => MutationKind::REMOVE_RANGE, 'key' => 'x', 'stop_key' => 'y']),
        ];
        $options = new BatchOptions(['guards' => [
            new Guard(['key' => 'old', 'condition' => new Condition(['present' => true])]),
            new Guard(['key' => 'new', 'condition' => $this->absent()]),
        ]]);
        $done = $store->batch('default', $mutations, $options);
        $this->equal(
            [true, [7], -1, -1],
            [$done->applied, $done->numbers, $done->failed_guard, $done->failed_mutation],
            'batch'
        );
        $this->holds($done->version > 0, "version is {$done->version}");
        $new = $store->get('default', 'new', new GetOptions());
        $this->equal($done->version, $new->version, 'version of new');
        $this->holds(!$this->found($store, 'old'), 'old is there');

        $again = $store->batch('default', $mutations, $options);
        $this->equal(
            [false, NotApplied::CONDITION_FAILED, 0],
            [$again->applied, $again->reason, $again->failed_guard],
            'batch again'
        );

        $mutations = [
            $this->putMutation('a', '1'),
            $this->putMutation('new', '3', $this->absent()),
        ];
        $failed = $store->batch('default', $mutations, new BatchOptions());
        $this->equal([false, 1], [$failed->applied, $failed->failed_mutation], 'failed mutation');
        $this->holds(!$this->found($store, 'a'), 'a is there');
    }

    private function bulkWrite(StoreClient $store): void
    {
        $result = $store->bulk_write('default', [
            $this->putMutation('a', '1'),
            $this->putMutation('a', '2', $this->absent()),
            $this->incrementMutation('n', 3),
        ], new BulkWriteOptions());
        $this->equal([true, false, true], $this->each($result->items, 'applied'), 'applied');
        [$first, $second, $third] = $result->items;
        $this->equal(
            [NotApplied::CONDITION_FAILED, $first->version],
            [$second->reason, $second->current_version],
            'second'
        );
        $this->equal([3, 2], [$third->number, $result->applied_count], 'number and applied_count');
    }

    private function multiGet(StoreClient $store): void
    {
        $this->put($store, 'a', '1');
        $this->put($store, 'b', '');
        $get = fn (array $keys, array $options = []) =>
            $store->multi_get('default', $keys, new MultiGetOptions($options))->items;
        $items = $get(['b', 'none', 'a', 'a']);
        $this->equal([true, false, true, true], $this->each($items, 'found'), 'found');
        $this->equal(['', null, '1', '1'], $this->each($items, 'value'), 'values');
        $items = $get(['b', 'none', 'a', 'a'], ['want_values' => false]);
        $this->equal([null, null, null, null], $this->each($items, 'value'), 'values not wanted');
        $this->equal([0, 0, 1, 1], $this->each($items, 'full_length'), 'full_length');
        $this->equal([], $get([]), 'items of no keys');
    }

    private function scan(StoreClient $store): void
    {
        $keys = array_map(fn (int $i) => sprintf('a%02d', $i), range(0, 9));
        $this->fill($store, [...$keys, 'b00']);
        $this->scanPages($store, $keys);

        $range = new KeyRange(['start_key' => 'a05', 'stop_key' => 'b00']);
        $items = $store->scan('default', $range, new ScanOptions(['reverse' => true]))->items;
        $backwards = array_reverse(array_slice($keys, 5));
        $this->equal($backwards, $this->each($items, 'key'), 'in reverse');
        $bare = new ScanOptions(['keys_only' => true]);
        $items = $store->scan('default', new KeyRange(), $bare)->items;
        $this->equal(array_fill(0, 11, null), $this->each($items, 'value'), 'values');
        $this->equal(array_fill(0, 11, 3), $this->each($items, 'full_length'), 'full_length');
        $counted = $store->scan('default', new KeyRange(), new ScanOptions(['count_only' => true]));
        $this->equal([[], 11], [$counted->items, $counted->count], 'count_only');
    }

    private function scanPages(StoreClient $store, array $keys): void
    {
        $range = new KeyRange(['prefix' => 'a']);
        $token = null;
        foreach (array_chunk($keys, 4) as $number => $expected) {
            $last = $number === 2;
            $options = new ScanOptions(['limit_items' => 4, 'page_token' => $token]);
            $page = $store->scan('default', $range, $options);
            $this->equal($expected, $this->each($page->items, 'value'), 'page');
            $reason = $last ? StopReason::RANGE_END : StopReason::LIMIT_ITEMS;
            $this->equal($reason, $page->stop_reason, 'stop_reason');
            $this->equal($last, $page->next_token === null, 'last page');
            $token = $page->next_token;
        }
    }

    /** Writes keys with themselves as values. */
    private function fill(StoreClient $store, array $keys): void
    {
        $mutations = array_map(fn (string $key) => $this->putMutation($key, $key), $keys);
        $written = $store->bulk_write('default', $mutations, new BulkWriteOptions());
        $this->equal(count($keys), $written->applied_count, 'applied_count');
    }

    private function rangeInfo(StoreClient $store): void
    {
        $value = $this->bytes(1000);
        $mutation = fn (int $i) => $this->putMutation(sprintf('k%03d', $i), $value);
        $store->bulk_write('default', array_map($mutation, range(0, 99)), new BulkWriteOptions());
        $ranges = [new KeyRange(), new KeyRange(['prefix' => 'none'])];
        $options = new RangeInfoOptions(['split_bytes' => 10_000]);
        $infos = $store->range_info('default', $ranges, $options)->infos;
        $this->equal(2, count($infos), 'infos');
        $this->holds($infos[0]->estimated_keys > 0, 'no keys');
        $sorted = array_values(array_unique($infos[0]->split_keys));
        sort($sorted, SORT_STRING);
        $this->equal($sorted, $infos[0]->split_keys, 'split_keys');
        $ratio = $infos[0]->dead_ratio;
        $this->holds($ratio >= 0 && $ratio <= 1, "dead_ratio is $ratio");
    }

    private function checksum(StoreClient $store): void
    {
        $sums = [];
        foreach (['one', 'two', 'one'] as $value) {
            $this->put($store, 'k', $value);
            $result = $store->checksum('default', new KeyRange(), new ChecksumOptions());
            $this->equal([1, 4], [$result->keys, $result->bytes], 'keys and bytes');
            $sums[] = $result->checksum;
        }
        $this->holds($sums[0] !== $sums[1], 'one checksum of two values');
        $this->equal($sums[0], $sums[2], 'checksum');
    }

    private function removeRange(StoreClient $store): void
    {
        $this->fill($store, ['a0', 'a1', 'b0']);
        $left = fn () =>
            $this->each($store->scan('default', new KeyRange(), new ScanOptions())->items, 'key');
        $range = new KeyRange(['prefix' => 'a']);
        $dry = $store->remove_range('default', $range, new RemoveRangeOptions(['dry_run' => true]));
        $this->equal(0, $dry->version, 'version of a dry run');
        $this->equal(['a0', 'a1', 'b0'], $left(), 'keys');
        $removed = $store->remove_range('default', $range, new RemoveRangeOptions());
        $this->holds($removed->version > 0, 'no version');
        $this->equal(['b0'], $left(), 'keys');
    }

    private function manyAtOnce(StoreClient $store): void
    {
        $keys = array_map(fn (int $i) => sprintf('key%05d', $i), range(0, 1999));
        $this->fill($store, $keys);
        $counters = array_map(
            fn (int $i) => $this->incrementMutation(sprintf('n%05d', $i), 1),
            range(0, 1999)
        );
        $numbers = $store->batch('default', $counters, new BatchOptions())->numbers;
        $this->equal(array_fill(0, 2000, 1), $numbers, 'numbers');
        $falling = array_reverse($keys);
        $items = $store->multi_get('default', $falling, new MultiGetOptions())->items;
        $this->equal($falling, $this->each($items, 'value'), 'values');
        $range = new KeyRange(['prefix' => 'key']);
        $items = $store->scan('default', $range, new ScanOptions(['limit_items' => 10_000]))->items;
        $this->equal($keys, $this->each($items, 'key'), 'keys');
    }

    private function tooManyAtOnce(StoreClient $store): void
    {
        $keys = array_fill(0, 32_769, 'x');
        $fields = ['field' => 'keys', 'limit' => 32_768, 'actual' => 32_769];
        $call = fn () => $store->multi_get('default', $keys, new MultiGetOptions());
        $this->invalid(InvalidCode::OVER_LIMIT, $fields, $call);
    }

    /** The stubs have the two halves of each call: send_put and recv_put. */
    private function pipelining(StoreClient $store): void
    {
        for ($i = 0; $i < 50; $i++) {
            $store->send_put('default', 'same', (string) $i, new PutOptions());
            $store->send_increment('default', 'n', 1, new IncrementOptions());
        }
        $versions = [];
        for ($i = 1; $i <= 50; $i++) {
            $versions[] = $store->recv_put()->version;
            $counted = $store->recv_increment();
            $versions[] = $counted->version;
            $this->equal($i, $counted->number, 'number');
        }
        $growing = array_unique($versions);
        sort($growing);
        $this->equal($growing, $versions, 'versions');
        $this->equal('49', $this->value($store, 'same'), 'value');
    }
}
