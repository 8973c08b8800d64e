<?php

/**
 * Part `older`: a client that was built with an older contract.
 */

declare(strict_types=1);

require __DIR__ . '/Checks.php';

use Larder\GetOptions;
use Larder\IncrementOptions;
use Larder\KeyRange;
use Larder\PutOptions;
use Larder\Refused;
use Larder\ScanOptions;
use Larder\ServerInfoOptions;
use Larder\StopReason;
use Larder\StoreClient;

final class Older extends Checks
{
    protected function checks(): void
    {
        $this->check(61, 'results with more fields', 'DATA', $this->moreFields(...));
        $this->check(62, 'reasons not yet invented', 'DATA', $this->unknownReason(...));
        $this->check(63, 'pages that end in an unknown way', 'DATA', $this->unknownEnd(...));
        $this->check(64, 'exceptions with more fields', 'SCRIPTED', $this->unknownRefusal(...));
    }

    private function moreFields(StoreClient $store): void
    {
        $written = $store->put('default', 'k', 'v', new PutOptions());
        $this->equal(true, $written->applied, 'applied');
        $found = $store->get('default', 'k', new GetOptions());
        $this->equal(
            [true, 'v', $written->version],
            [$found->found, $found->value, $found->version],
            'get'
        );
        $info = $store->server_info(new ServerInfoOptions());
        $this->equal(2, $info->api_version, 'api_version');
        $this->equal(['default'], $this->each($info->stores, 'name'), 'stores');
    }

    private function unknownReason(StoreClient $store): void
    {
        $result = $store->increment('default', 'n', 1, new IncrementOptions(['highest' => 0]));
        $this->equal([false, 5], [$result->applied, $result->reason], 'increment');
    }

    private function unknownEnd(StoreClient $store): void
    {
        foreach (['a', 'b'] as $key) {
            $store->put('default', $key, 'v', new PutOptions());
        }
        $first = $store->scan('default', new KeyRange(), new ScanOptions(['limit_items' => 1]));
        $this->equal(
            [['a'], 2],
            [$this->each($first->items, 'key'), $first->stop_reason],
            'first page'
        );
        $rest = new ScanOptions(['limit_items' => 1, 'page_token' => $first->next_token]);
        $second = $store->scan('default', new KeyRange(), $rest);
        $this->equal(
            [['b'], StopReason::RANGE_END],
            [$this->each($second->items, 'key'), $second->stop_reason],
            'second page'
        );
    }

    private function unknownRefusal(StoreClient $store): void
    {
        $key = '!refuse-memory_full!retry-200ms:a';
        $call = fn () => $store->put('default', $key, 'v', new PutOptions());
        $exception = $this->thrown(Refused::class, $call);
        $this->equal([4, 200], [$exception->code, $exception->retry_after_ms], 'Refused');
        $plain = $store->put('default', 'plain', 'v', new PutOptions());
        $this->equal(true, $plain->applied, 'applied');
    }
}

exit((new Older())->run());
