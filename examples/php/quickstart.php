<?php

// Larder in one program: put, get, put under a condition, scan, and what can go wrong.

use Larder\Condition;
use Larder\GetOptions;
use Larder\InvalidRequest;
use Larder\KeyRange;
use Larder\PutOptions;
use Larder\Refused;
use Larder\ScanOptions;
use Larder\StoreClient;
use Thrift\Protocol\TBinaryProtocolAccelerated;
use Thrift\Transport\TFramedTransport;
use Thrift\Transport\TSocket;

error_reporting(E_ALL & ~E_DEPRECATED); // of the Thrift library itself
spl_autoload_register(function (string $class): void { // Thrift\A\B is /usr/lib/php/A/B.php
    $file = str_replace('\\', '/', preg_replace('/^Thrift./', '/usr/lib/php/', $class)) . '.php';
    require $file;
});

$socket = new TSocket('127.0.0.1', (int) (getenv('LARDER_PORT') ?: 7400));
$socket->setSendTimeout(60_000);
$socket->setRecvTimeout(60_000);
$transport = new TFramedTransport($socket);
$transport->open();
$client = new StoreClient(new TBinaryProtocolAccelerated($transport));

try {
    $client->put('default', 'greeting', 'hello', new PutOptions());
    $found = $client->get('default', 'greeting', new GetOptions());
    echo "greeting is $found->value\n";

    // A condition that does not hold is a result, not an exception.
    $absent = new PutOptions(['condition' => new Condition(['absent' => true])]);
    if (!$client->put('default', 'greeting', 'welcome', $absent)->applied) {
        echo "not created: greeting is there already\n";
    }
    $condition = new Condition(['version_equal' => $found->version]);
    $unchanged = new PutOptions(['condition' => $condition]);
    if ($client->put('default', 'greeting', 'welcome', $unchanged)->applied) {
        echo "replaced: nobody had changed greeting\n";
    }

    foreach (['city:Cairo' => '10', 'city:Lima' => '11', 'city:Oslo' => '1'] as $city => $people) {
        $client->put('default', $city, $people, new PutOptions());
    }
    $page = $client->scan('default', new KeyRange(['prefix' => 'city:']), new ScanOptions());
    foreach ($page->items as $item) {
        echo "$item->key has $item->value million people\n";
    }

    $client->get('nowhere', 'greeting', new GetOptions());
} catch (InvalidRequest $invalid) { // correct the call
    echo "invalid request: $invalid->message\n";
} catch (Refused $refused) { // certainly not executed: try again later
    fwrite(STDERR, "refused: $refused->message; try again in $refused->retry_after_ms ms\n");
    exit(1);
} finally {
    $transport->close();
}
