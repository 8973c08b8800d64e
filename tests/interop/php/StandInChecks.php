<?php

/**
 * Checks 51 to 56: servers of an older and of a newer contract.
 */

declare(strict_types=1);

use Larder\Condition;
use Larder\GetOptions;
use Larder\KeyRange;
use Larder\NotApplied;
use Larder\PutOptions;
use Larder\RangeInfoOptions;
use Larder\Refused;
use Larder\ScanOptions;
use Larder\ServerInfoOptions;
use Larder\StoreClient;

trait StandInChecks
{
    private function standInChecks(): void
    {
        $this->check(51, 'an older server', 'OLDER', $this->olderServer(...));
        $this->check(52, 'an older server skips options', 'OLDER', $this->skippedOptions(...));
        $this->check(53, 'an older server lacks a method', 'OLDER', $this->missingMethod(...));
        $this->check(54, 'a newer server sends more fields', 'NEWER', $this->moreFields(...));
        $this->check(55, 'a newer server sends new values', 'NEWER', $this->newValues(...));
        $this->check(56, 'a newer server refuses in a new way', 'NEWER', $this->newRefusal(...));
    }

    private function olderServer(StoreClient $store): void
    {
        $info = $store->server_info(new ServerInfoOptions());
        $this->equal([1, []], [$info->api_version, $info->limits ?? []], 'api_version and limits');
        $put = $store->put('default', 'k', 'v', new PutOptions());
        $this->equal(true, $put->applied, 'applied');
        $found = $store->get('default', 'k', new GetOptions());
        $this->equal([true, 'v'], [$found->found, $found->value], 'get');
        $this->equal(0, $found->full_length ?? 0, 'full_length');
    }

    private function skippedOptions(StoreClient $store): void
    {
        $store->put('default', 'k', 'v', new PutOptions());
        $options = ['condition' => new Condition(['absent' => true]), 'return_current' => true];
        $result = $store->put('default', 'k', 'v', new PutOptions($options));
        $this->equal(false, $result->applied, 'applied');
        $this->equal(NotApplied::CONDITION_FAILED, $result->reason, 'reason');
    }

    private function missingMethod(StoreClient $store): void
    {
        $call = fn () => $store->range_info('default', [new KeyRange()], new RangeInfoOptions());
        $this->unknownMethod($call);
        $this->equal('still here', $store->ping('still here')->payload, 'payload');
    }

    private function moreFields(StoreClient $store): void
    {
        $version = $store->put('default', 'k', 'v', new PutOptions())->version;
        $found = $store->get('default', 'k', new GetOptions());
        $this->equal([true, 'v', $version], [$found->found, $found->value, $found->version], 'get');
    }

    private function newValues(StoreClient $store): void
    {
        $result = $store->put('default', '!moon:a', 'v', new PutOptions());
        $this->equal([false, 90], [$result->applied, $result->reason], 'put');
        $store->put('default', 'k', 'v', new PutOptions());
        $page = $store->scan('default', new KeyRange(['prefix' => 'k']), new ScanOptions());
        $this->equal([1, 90], [count($page->items), $page->stop_reason], 'scan');
    }

    private function newRefusal(StoreClient $store): void
    {
        $call = fn () => $store->put('default', '!warm:a', 'v', new PutOptions());
        $exception = $this->thrown(Refused::class, $call);
        $this->equal(
            [90, 90, 'server'],
            [$exception->code, $exception->retry_after_ms, $exception->scope],
            'Refused'
        );
    }
}
