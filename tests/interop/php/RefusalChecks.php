<?php

/**
 * Checks 27 to 34: what is refused, and messages written by hand.
 */

declare(strict_types=1);

use Larder\ChangesOptions;
use Larder\Durability;
use Larder\Expiry;
use Larder\Fence;
use Larder\GetOptions;
use Larder\InvalidCode;
use Larder\KeyRange;
use Larder\LeaseOptions;
use Larder\ObserveClient;
use Larder\ObserveOptions;
use Larder\PutOptions;
use Larder\ScanOptions;
use Larder\SnapshotOptions;
use Larder\StoreClient;
use Larder\Store_ping_result;
use Larder\TopologyOptions;
use Thrift\Protocol\TProtocol;
use Thrift\Type\TMessageType;
use Thrift\Type\TType;

trait RefusalChecks
{
    private function refusalChecks(): void
    {
        $this->check(27, 'InvalidRequest', 'DATA', $this->unknownStore(...));
        $this->check(28, 'names in other scripts', 'DATA', $this->otherScripts(...));
        $this->check(29, 'bad arguments', 'DATA', $this->badArguments(...));
        $this->check(30, 'methods that are not served', 'DATA', $this->storeNotServed(...));
        $this->check(31, 'an unknown method', 'DATA', $this->noSuchMethod(...));
        $this->check(32, 'a missing argument', 'DATA', $this->missingArgument(...));
        $this->check(33, 'fields from elsewhere', 'DATA', $this->fieldsFromElsewhere(...));
        $this->check(34, 'sequence ids', 'DATA', $this->sequenceIds(...));
    }

    private function unknownStore(StoreClient $store): void
    {
        $fields = ['details' => [], 'field' => 'store', 'limit' => 0, 'actual' => 0];
        $call = fn () => $store->get('unknown', 'k', new GetOptions());
        $exception = $this->invalid(InvalidCode::UNKNOWN_STORE, $fields, $call);
        $this->holds($exception->getMessage() !== '', 'no message');
    }

    private function otherScripts(StoreClient $store): void
    {
        $call = fn () => $store->get('vorräte', 'k', new GetOptions());
        $message = $this->invalid(InvalidCode::UNKNOWN_STORE, ['field' => 'store'], $call)->message;
        $this->holds(str_contains($message, '\xc3\xa4'), "message is $message");
    }

    private function badArguments(StoreClient $store): void
    {
        $options = new ScanOptions(['page_token' => 'xxx']);
        $scan = fn () => $store->scan('default', new KeyRange(), $options);
        $this->invalid(InvalidCode::BAD_TOKEN, ['field' => 'options.page_token'], $scan);
        $put = fn (array $options) =>
            fn () => $store->put('default', 'k', 'v', new PutOptions($options));
        $unsupported = [
            'durability' => Durability::SYNC,
            'request_id' => $this->bytes(16),
            'fence' => new Fence(['lease' => 'lease', 'token' => 1]),
        ];
        foreach ($unsupported as $name => $value) {
            $fields = ['field' => "options.$name"];
            $this->invalid(InvalidCode::UNSUPPORTED, $fields, $put([$name => $value]));
        }
        $this->invalid(
            InvalidCode::BAD_ARGUMENT,
            ['field' => 'options.expiry.ttl_ms'],
            $put(['expiry' => new Expiry(['ttl_ms' => 0])])
        );
    }

    private function storeNotServed(StoreClient $store): void
    {
        $lease = new LeaseOptions();
        $snapshot = new SnapshotOptions();
        $topology = new TopologyOptions();
        $this->notServed([
            'lease_acquire' =>
                fn () => $store->lease_acquire('default', 'lease', 'me', 1000, $lease),
            'lease_renew' => fn () => $store->lease_renew('default', 'lease', 1, $lease),
            'lease_release' => fn () => $store->lease_release('default', 'lease', 1, $lease),
            'lease_get' => fn () => $store->lease_get('default', 'lease', $lease),
            'lease_list' => fn () => $store->lease_list('default', '', $lease),
            'snapshot_open' => fn () => $store->snapshot_open('default', 1000, $snapshot),
            'snapshot_renew' => fn () => $store->snapshot_renew('default', 1, 1000, $snapshot),
            'snapshot_close' => fn () => $store->snapshot_close('default', 1, $snapshot),
            'snapshot_list' => fn () => $store->snapshot_list('default', $snapshot),
            'changes' => fn () => $store->changes('default', 1, new ChangesOptions()),
            'topology' => fn () => $store->topology($topology),
            'locate' => fn () => $store->locate('default', 'k', $topology),
            'authenticate' => fn () => $store->authenticate('me', 'secret'),
        ]);
    }

    private function noSuchMethod(StoreClient $store): void
    {
        $observe = $this->servers->client(ObserveClient::class, 'DATA');
        $this->unknownMethod(fn () => $observe->health(new ObserveOptions()));
        $this->equal('still here', $store->ping('still here')->payload, 'payload');
    }

    /** Arguments that are null are not sent, where the stubs let them be null. */
    private function missingArgument(StoreClient $store): void
    {
        $call = fn () => $store->get('default', null, new GetOptions());
        $this->invalid(InvalidCode::BAD_ARGUMENT, ['field' => 'key'], $call);
    }

    /**
     * Sends the message "ping" with more fields, written by $more; returns the sequence id and the
     * payload of the reply.
     */
    private function pingByHand(int $sequenceId, ?callable $more = null): array
    {
        $protocol = $this->servers->connection('DATA')->protocol;
        // A negative id as its 32 bits: TCompactProtocol never comes to the end of a negative
        // number.
        $protocol->writeMessageBegin('ping', TMessageType::CALL, $sequenceId & 0xffffffff);
        $protocol->writeStructBegin('ping_args');
        $this->field($protocol, TType::STRING, 1, fn () => $protocol->writeString('here'));
        if ($more !== null) {
            $more($protocol);
        }
        $protocol->writeFieldStop();
        $protocol->writeStructEnd();
        $protocol->writeMessageEnd();
        $protocol->getTransport()->flush();

        $protocol->readMessageBegin($name, $type, $replyId);
        $this->equal(TMessageType::REPLY, $type, 'type of the reply');
        $result = new Store_ping_result();
        $result->read($protocol);
        $protocol->readMessageEnd();
        return [$replyId & 0xffffffff, $result->success->payload];
    }

    private function fieldsFromElsewhere(): void
    {
        [, $payload] = $this->pingByHand(1, function (TProtocol $protocol): void {
            $field = fn (int $id, int $type, callable $write) =>
                $this->field($protocol, $type, $id, $write);
            $field(90, TType::BOOL, fn () => $protocol->writeBool(true));
            $field(91, TType::BYTE, fn () => $protocol->writeByte(-1));
            $field(92, TType::I16, fn () => $protocol->writeI16(-2));
            $field(93, TType::I32, fn () => $protocol->writeI32(-3));
            $field(94, TType::I64, fn () => $protocol->writeI64(-4));
            $field(95, TType::DOUBLE, fn () => $protocol->writeDouble(0.5));
            $field(96, TType::STRING, fn () => $protocol->writeString('text'));
            $field(97, TType::STRUCT, function () use ($protocol, $field): void {
                $protocol->writeStructBegin('');
                $field(1, TType::I64, fn () => $protocol->writeI64(1));
                $protocol->writeFieldStop();
                $protocol->writeStructEnd();
            });
            $field(98, TType::LST, function () use ($protocol): void {
                $protocol->writeListBegin(TType::STRING, 2);
                $protocol->writeString('one');
                $protocol->writeString('two');
                $protocol->writeListEnd();
            });
            $field(99, TType::MAP, function () use ($protocol): void {
                $protocol->writeMapBegin(TType::STRING, TType::I64, 1);
                $protocol->writeString('one');
                $protocol->writeI64(1);
                $protocol->writeMapEnd();
            });
        });
        $this->equal('here', $payload, 'payload');
    }

    private function field(TProtocol $protocol, int $type, int $id, callable $write): void
    {
        $protocol->writeFieldBegin('', $type, $id);
        $write();
        $protocol->writeFieldEnd();
    }

    private function sequenceIds(): void
    {
        foreach ([1, 0, -1, 2 ** 31 - 1, -2 ** 31] as $id) {
            $this->equal($id & 0xffffffff, $this->pingByHand($id)[0], 'sequence id');
        }
    }
}
