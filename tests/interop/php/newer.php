<?php

/**
 * Part `newer`: a client that was built with a newer contract.
 */

declare(strict_types=1);

require __DIR__ . '/Checks.php';

use Larder\BulkWriteOptions;
use Larder\Colour;
use Larder\Condition;
use Larder\GetOptions;
use Larder\InvalidCode;
use Larder\Mutation;
use Larder\MutationKind;
use Larder\PutOptions;
use Larder\Refused;
use Larder\RefusedCode;
use Larder\StoreClient;

final class Newer extends Checks
{
    private Colour $blue;
    private array $newFields;

    protected function checks(): void
    {
        $this->blue = new Colour(['name' => 'blue', 'shades' => [1, -1]]);
        $this->newFields = [
            'eager' => true,
            'small' => -1,
            'medium' => -2,
            'large' => -3,
            'factor' => 0.5,
            'hint' => 'hint',
            'colour' => $this->blue,
            'palette' => [$this->blue, $this->blue],
            'weights' => ['a' => 1],
            'nested' => [['x', "\x00"], []],
        ];
        $this->check(71, 'options with more fields', 'DATA', $this->moreOptions(...));
        $this->check(72, 'a method that is missing', 'DATA', $this->missingMethod(...));
        $this->check(73, 'a value that is missing', 'DATA', $this->missingValue(...));
        $this->check(74, 'exceptions with fewer fields', 'SCRIPTED', $this->fewerFields(...));
    }

    private function moreOptions(StoreClient $store): void
    {
        $condition = new Condition(['absent' => true]);
        $options = new PutOptions(['condition' => $condition, ...$this->newFields]);
        $this->equal(true, $store->put('default', 'k', 'v', $options)->applied, 'applied');
        $found = $store->get('default', 'k', new GetOptions());
        $this->equal([true, 'v'], [$found->found, $found->value], 'get');
        $this->withoutNewFields($found);
    }

    private function missingMethod(StoreClient $store): void
    {
        $this->unknownMethod(fn () => $store->paint('default', 'k', $this->blue));
        $this->equal('still here', $store->ping('still here')->payload, 'payload');
    }

    private function missingValue(StoreClient $store): void
    {
        $paint = new Mutation(['kind' => MutationKind::PAINT, 'key' => 'k']);
        $call = fn () => $store->bulk_write('default', [$paint], new BulkWriteOptions());
        $fields = ['field' => 'mutations[0].kind', 'limit' => 4, 'actual' => 90];
        $this->invalid(InvalidCode::OVER_LIMIT, $fields, $call);
    }

    private function fewerFields(StoreClient $store): void
    {
        $key = '!refuse-overload!retry-200ms:a';
        $call = fn () => $store->put('default', $key, 'v', new PutOptions());
        $exception = $this->thrown(Refused::class, $call);
        $this->equal(
            [RefusedCode::OVERLOAD, 200],
            [$exception->code, $exception->retry_after_ms],
            'Refused'
        );
        $this->withoutNewFields($exception);
    }

    private function withoutNewFields(object $result): void
    {
        foreach (array_keys($this->newFields) as $name) {
            $this->equal(null, $result->$name, $name);
        }
    }
}

exit((new Newer())->run());
