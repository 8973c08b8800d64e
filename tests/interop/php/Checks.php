<?php

/**
 * What the programs of all parts share: servers, expectations, and the lines that they print.
 */

declare(strict_types=1);

require_once __DIR__ . '/LarderClient.php';

use Larder\InvalidRequest;
use Larder\InvalidCode;
use Larder\KeyRange;
use Larder\RemoveRangeOptions;
use Larder\StoreClient;
use Thrift\Exception\TApplicationException;

/** A check that does not hold. */
final class Mismatch extends Exception
{
}

/** The servers that the environment names. Each is connected to once, when it is first called. */
final class Servers
{
    private array $connections = [];

    /** A client of a service of the server whose port is in INTEROP_<name>_PORT. */
    public function client(string $class, string $name): object
    {
        return $this->connection($name)->client($class);
    }

    public function connection(string $name): LarderConnection
    {
        return $this->connections[$name] ??= new LarderConnection(
            (int) getenv("INTEROP_{$name}_PORT"),
            getenv('INTEROP_PROTOCOL'),
            getenv('INTEROP_FRAMING')
        );
    }

    public function close(): void
    {
        foreach ($this->connections as $connection) {
            $connection->close();
        }
        $this->connections = [];
    }
}

/** Runs the checks of a part. */
abstract class Checks
{
    protected readonly Servers $servers;
    private bool $failed = false;

    public function __construct()
    {
        $this->servers = new Servers();
    }

    /** Calls `check` for each check. */
    abstract protected function checks(): void;

    /** Runs all checks; returns the exit status. */
    public function run(): int
    {
        $this->checks();
        $this->servers->close();
        return $this->failed ? 1 : 0;
    }

    /**
     * Runs a check on a store without keys of the named server, and prints its line. After a
     * failure the connections are opened anew, so that nothing half read disturbs the next check.
     */
    protected function check(int $number, string $name, string $server, callable $body): void
    {
        try {
            $store = $this->servers->client(StoreClient::class, $server);
            $store->remove_range('default', new KeyRange(), new RemoveRangeOptions());
            $body($store);
            echo "ok $number - $name\n";
        } catch (Throwable $e) {
            $this->failed = true;
            $said = strtr(substr($e->getMessage(), 0, 400), "\r\n#", '   ');
            echo "not ok $number - $name: " . get_class($e) . ": $said\n";
            fwrite(STDERR, $e->getTraceAsString() . "\n");
            $this->servers->close();
        }
    }

    protected function equal(mixed $expected, mixed $actual, string $what): void
    {
        if ($expected !== $actual) {
            [$is, $should] = [$this->shown($actual), $this->shown($expected)];
            throw new Mismatch("$what is $is, not $should");
        }
    }

    protected function holds(bool $condition, string $what): void
    {
        if (!$condition) {
            throw new Mismatch($what);
        }
    }

    /** The exception of a class that a call must throw. */
    protected function thrown(string $class, callable $call): Throwable
    {
        try {
            $call();
        } catch (Throwable $e) {
            if ($e instanceof $class) {
                return $e;
            }
            throw $e;
        }
        throw new Mismatch("no $class came");
    }

    /** What a call must throw: InvalidRequest with these fields, as far as they are named. */
    protected function invalid(int $code, array $fields, callable $call): InvalidRequest
    {
        $exception = $this->thrown(InvalidRequest::class, $call);
        $this->equal($code, $exception->code, 'code');
        foreach ($fields as $name => $value) {
            $this->equal($value, $exception->$name, $name);
        }
        return $exception;
    }

    /** Each call must be refused as not served, with its name at the beginning of the message. */
    protected function notServed(array $calls): void
    {
        foreach ($calls as $name => $call) {
            $message = $this->invalid(InvalidCode::UNSUPPORTED, [], $call)->message;
            $this->holds(str_starts_with($message, $name), "$name says: $message");
        }
    }

    /** A call must find that the server has no such method. */
    protected function unknownMethod(callable $call): void
    {
        $exception = $this->thrown(TApplicationException::class, $call);
        $this->equal(TApplicationException::UNKNOWN_METHOD, $exception->getCode(), 'type');
    }

    /** Byte number i is i modulo 251. Strings of PHP are bytes, so nothing needs conversion. */
    protected function bytes(int $count): string
    {
        $cycle = implode('', array_map('chr', range(0, 250)));
        return substr(str_repeat($cycle, intdiv($count, 251) + 1), 0, $count);
    }

    /** One field of each of many objects. */
    protected function each(array $objects, string $field): array
    {
        return array_map(fn (object $object) => $object->$field, $objects);
    }

    private function shown(mixed $value): string
    {
        return substr(json_encode($value, JSON_INVALID_UTF8_SUBSTITUTE) ?: gettype($value), 0, 160);
    }
}
