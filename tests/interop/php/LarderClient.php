<?php

/**
 * How a PHP program connects to Larder, and what it should know of the package php-thrift.
 *
 * The stubs must be on the include path: `thrift --gen php -out stubs larder.thrift`, then
 * `php -d include_path=stubs program.php`. With `-d extension=thrift_protocol` the binary protocol
 * is read and written in C.
 */

declare(strict_types=1);

use Thrift\Protocol\TBinaryProtocolAccelerated;
use Thrift\Protocol\TCompactProtocol;
use Thrift\Protocol\TProtocol;
use Thrift\Transport\TBufferedTransport;
use Thrift\Transport\TFramedTransport;
use Thrift\Transport\TSocket;
use Thrift\Transport\TTransport;

// The library of version 0.17 hands null to strlen(), which PHP 8 calls deprecated.
error_reporting(E_ALL & ~E_DEPRECATED);

// Debian puts the namespace Thrift into /usr/lib/php itself, where no loader of the library looks.
spl_autoload_register(function (string $class): void {
    $path = str_replace('\\', '/', $class) . '.php';
    $file = str_starts_with($path, 'Thrift/')
        ? '/usr/lib/php/' . substr($path, strlen('Thrift/'))
        : stream_resolve_include_path($path);
    if ($file !== false && is_file($file)) {
        require $file;
    }
});

/**
 * One connection. The services of a port share it: `$connection->client(StoreClient::class)`.
 */
final class LarderConnection
{
    public readonly TProtocol $protocol;
    private readonly TTransport $transport;

    /**
     * The timeout, in milliseconds, is for each read and write; sending's is for connecting too.
     * The library's own are 750 to receive and 100 to send, less than a sync to a busy disk may
     * take. After a timeout close the connection and open another: the library compares neither
     * names nor sequence ids, so the late reply would be taken for that of the next call.
     */
    public function __construct(
        int $port,
        string $protocol = 'binary',
        string $framing = 'framed',
        int $timeout = 60_000
    ) {
        $socket = new TSocket('127.0.0.1', $port);
        $socket->setSendTimeout($timeout);
        $socket->setRecvTimeout($timeout);
        $this->transport = match ($framing) {
            'framed' => new TFramedTransport($socket),
            'unframed' => new TBufferedTransport($socket, 65_536, 65_536),
        };
        $this->protocol = match ($protocol) {
            'binary' => new TBinaryProtocolAccelerated($this->transport),
            'compact' => new TCompactProtocol($this->transport),
        };
        $this->transport->open();
    }

    /** A client of a service, by the class of its stubs. */
    public function client(string $class): object
    {
        return new $class($this->protocol);
    }

    public function close(): void
    {
        $this->transport->close();
    }
}
