<?php

/**
 * Checks 41 to 47: every outcome, by a server whose store does what keys tell it.
 */

declare(strict_types=1);

use Larder\AdminClient;
use Larder\AdminOptions;
use Larder\Failed;
use Larder\FailedCode;
use Larder\GetOptions;
use Larder\Indeterminate;
use Larder\IndeterminateCode;
use Larder\InvalidRequest;
use Larder\NotHere;
use Larder\NotHereCode;
use Larder\ObserveClient;
use Larder\ObserveOptions;
use Larder\PutOptions;
use Larder\Refused;
use Larder\RefusedCode;
use Larder\StoreClient;

trait OutcomeChecks
{
    private function outcomeChecks(): void
    {
        $this->check(41, 'Refused', 'SCRIPTED', $this->refused(...));
        $this->check(42, 'every refusal', 'SCRIPTED', $this->everyRefusal(...));
        $this->check(43, 'Indeterminate', 'SCRIPTED', $this->indeterminate(...));
        $this->check(44, 'Failed', 'SCRIPTED', $this->failed(...));
        $this->check(45, 'NotHere', 'SCRIPTED', $this->notHere(...));
        $this->check(46, 'after every exception', 'SCRIPTED', $this->afterEveryException(...));
        $this->check(47, 'drain', 'SCRIPTED', $this->drain(...));
    }

    /** The exception of a put, of a class and with these fields. */
    private function putThrows(
        StoreClient $store,
        string $key,
        string $class,
        array $fields,
        array $options = []
    ): void {
        $call = fn () => $store->put('default', $key, 'v', new PutOptions($options));
        $exception = $this->thrown($class, $call);
        foreach ($fields as $name => $value) {
            $this->equal($value, $exception->$name, $name);
        }
        $this->holds($exception->getMessage() !== '', 'no message');
    }

    private function refused(StoreClient $store): void
    {
        $this->putThrows($store, '!refuse-overload!retry-200ms:a', Refused::class, [
            'code' => RefusedCode::OVERLOAD,
            'details' => [],
            'retry_after_ms' => 200,
            'scope' => 'store:default',
        ]);
    }

    private function everyRefusal(StoreClient $store): void
    {
        $codes = [
            'disk_full' => RefusedCode::DISK_FULL,
            'memory_full' => RefusedCode::MEMORY_FULL,
            'closing' => RefusedCode::DRAINING,
            'deadline' => RefusedCode::DEADLINE,
            'read_only' => RefusedCode::READ_ONLY,
        ];
        foreach ($codes as $refusal => $code) {
            $this->putThrows($store, "!refuse-$refusal:a", Refused::class, ['code' => $code]);
        }
    }

    private function indeterminate(StoreClient $store): void
    {
        foreach (['!unknown:a' => false, '!unknown-applied:b' => true] as $key => $applied) {
            $fields = ['code' => IndeterminateCode::ENGINE_UNKNOWN, 'request_id' => ''];
            $this->putThrows($store, $key, Indeterminate::class, $fields);
            $found = $store->get('default', $key, new GetOptions())->found;
            $this->equal($applied, $found, "$key found");
        }
        $late = ['code' => IndeterminateCode::DEADLINE];
        $options = ['deadline_ms' => 200];
        $this->putThrows($store, '!delay-1000ms:c', Indeterminate::class, $late, $options);
    }

    private function failed(StoreClient $store): void
    {
        $corruption = ['code' => FailedCode::CORRUPTION, 'details' => []];
        $this->putThrows($store, '!fail-corruption:a', Failed::class, $corruption);
        $this->putThrows($store, '!fail-io:a', Failed::class, ['code' => FailedCode::IO_ERROR]);
        $read = fn () => $store->get('default', '!read-poisoned:a', new GetOptions());
        $this->equal(FailedCode::POISONED, $this->thrown(Failed::class, $read)->code, 'code');
    }

    private function notHere(StoreClient $store): void
    {
        $this->putThrows($store, '!elsewhere:a', NotHere::class, [
            'code' => NotHereCode::WRONG_OWNER,
            'details' => [],
            'epoch' => 7,
            'owner' => 'owner.example:7400',
            'shard_id' => 3,
        ]);
    }

    private function afterEveryException(StoreClient $store): void
    {
        $classes = [
            '' => InvalidRequest::class,
            '!elsewhere:a' => NotHere::class,
            '!refuse-overload:a' => Refused::class,
            '!unknown:a' => Indeterminate::class,
            '!fail-internal:a' => Failed::class,
        ];
        for ($i = 0; $i < 3; $i++) {
            foreach ($classes as $key => $class) {
                $this->putThrows($store, $key, $class, []);
                $plain = $store->put('default', 'plain', 'v', new PutOptions());
                $this->equal(true, $plain->applied, "applied after $class");
            }
        }
    }

    private function drain(): void
    {
        $admin = $this->servers->client(AdminClient::class, 'SCRIPTED_ADMIN');
        $this->equal(0, $admin->drain(0, new AdminOptions())->in_flight, 'in_flight');
        $observe = $this->servers->client(ObserveClient::class, 'SCRIPTED_ADMIN');
        $health = $observe->health(new ObserveOptions());
        $this->equal([true, false], [$health->live, $health->ready], 'live and ready');
    }
}
