<?php

/**
 * Checks 35 to 40: the services Observe and Admin.
 */

declare(strict_types=1);

use Larder\AdminClient;
use Larder\AdminOptions;
use Larder\HotDimension;
use Larder\InvalidCode;
use Larder\JobState;
use Larder\KeyRange;
use Larder\ObserveClient;
use Larder\ObserveOptions;
use Larder\PutOptions;
use Larder\StoreClient;
use Larder\StoreMode;
use Larder\StoreSpec;

trait ManagementChecks
{
    private function managementChecks(): void
    {
        $this->check(35, 'health', 'DATA', $this->health(...));
        $this->check(36, 'metrics', 'DATA', $this->metrics(...));
        $this->check(37, 'store_stats', 'DATA', $this->storeStats(...));
        $this->check(38, 'stores and jobs', 'DATA', $this->storesAndJobs(...));
        $this->check(39, 'Observe, not served', 'DATA', $this->observeNotServed(...));
        $this->check(40, 'Admin, not served', 'DATA', $this->adminNotServed(...));
    }

    private function observe(): ObserveClient
    {
        return $this->servers->client(ObserveClient::class, 'ADMIN');
    }

    private function admin(): AdminClient
    {
        return $this->servers->client(AdminClient::class, 'ADMIN');
    }

    private function health(): void
    {
        $health = $this->observe()->health(new ObserveOptions());
        $this->equal([true, true], [$health->live, $health->ready], 'live and ready');
        $checks = array_column($health->checks, 'passed', 'name');
        $this->equal(true, $checks['store:default'], 'store:default');
    }

    private function metrics(): void
    {
        $text = $this->observe()->metrics(new ObserveOptions())->text;
        $this->equal(1, preg_match('/^larder_build_info/m', $text), 'larder_build_info');
    }

    private function storeStats(StoreClient $store): void
    {
        $store->put('default', 'key', 'value', new PutOptions());
        $stats = $this->observe()->store_stats('default', new ObserveOptions());
        $this->equal(
            ['default', 'hashmap', 1, 8],
            [$stats->store, $stats->engine, $stats->keys, $stats->data_bytes],
            'stats'
        );
        $counts = array_column($stats->operations, 'count', 'operation');
        $this->holds($counts['put'] > 0, 'no puts are counted');
        $this->holds($stats->engine_figures !== [], 'no engine_figures');
        $unknown = fn () => $this->observe()->store_stats('unknown', new ObserveOptions());
        $this->invalid(InvalidCode::UNKNOWN_STORE, [], $unknown);
    }

    private function storesAndJobs(): void
    {
        $stores = $this->admin()->store_list(new AdminOptions())->stores;
        $this->equal(1, count($stores), 'stores');
        $this->equal(
            ['default', 'hashmap', 'serving'],
            [$stores[0]->info->name, $stores[0]->spec->engine, $stores[0]->state],
            'store'
        );
        $verified = $this->admin()->verify('default', new AdminOptions());
        $this->equal([true, 0], [$verified->done, $verified->job_id], 'verify');
        $job = $this->admin()->job_list(new AdminOptions())->jobs[0];
        $this->equal(
            ['verify', 'default', JobState::DONE],
            [$job->kind, $job->store, $job->state],
            'job_list'
        );
        $same = $this->admin()->job_get($job->job_id, new AdminOptions())->jobs;
        $this->equal([$job->job_id], array_column($same, 'job_id'), 'job_get');
        $this->invalid(
            InvalidCode::NOT_FOUND,
            ['field' => 'job_id'],
            fn () => $this->admin()->job_get(1000000, new AdminOptions())
        );
    }

    private function observeNotServed(): void
    {
        $observe = $this->observe();
        $none = new ObserveOptions();
        $bytes = HotDimension::BYTES;
        $this->notServed([
            'levels' => fn () => $observe->levels('default', $none),
            'files' => fn () => $observe->files('default', $none),
            'hot_keys' => fn () => $observe->hot_keys('default', $bytes, $none),
            'hot_prefixes' => fn () => $observe->hot_prefixes('default', $bytes, $none),
            'events' => fn () => $observe->events(0, $none),
            'slow_log' => fn () => $observe->slow_log(0, $none),
            'explain' => fn () => $observe->explain('default', 'k', $none),
            'doctor' => fn () => $observe->doctor($none),
        ]);
    }

    private function adminNotServed(): void
    {
        $admin = $this->admin();
        $none = new AdminOptions();
        $settings = ['memory_bytes' => '1M'];
        $spec = new StoreSpec(['name' => 'other', 'engine' => 'hashmap', 'settings' => $settings]);
        $this->notServed([
            'store_create' => fn () => $admin->store_create($spec, $none),
            'store_alter' => fn () => $admin->store_alter('default', $settings, $none),
            'store_drop' => fn () => $admin->store_drop('default', 0, $none),
            'store_recall' => fn () => $admin->store_recall('default', 'other', $none),
            'store_rename' => fn () => $admin->store_rename('default', 'other', $none),
            'config_plan' => fn () => $admin->config_plan('', $none),
            'config_apply' => fn () => $admin->config_apply('', 'plan', $none),
            'config_export' => fn () => $admin->config_export($none),
            'flush' => fn () => $admin->flush('default', $none),
            'compact' => fn () => $admin->compact('default', new KeyRange(), $none),
            'backup_create' => fn () => $admin->backup_create('default', 'there', 0, $none),
            'backup_list' => fn () => $admin->backup_list('default', $none),
            'backup_verify' => fn () => $admin->backup_verify(1, $none),
            'backup_restore' => fn () => $admin->backup_restore(1, 'other', $none),
            'job_cancel' => fn () => $admin->job_cancel(1, $none),
            'mode_set' => fn () => $admin->mode_set('default', StoreMode::BULK, $none),
            'shutdown' => fn () => $admin->shutdown($none),
        ]);
    }
}
