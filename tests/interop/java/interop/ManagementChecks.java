package interop;

import java.util.Map;

import larder.Admin;
import larder.AdminResult;
import larder.HealthResult;
import larder.HotDimension;
import larder.InvalidCode;
import larder.JobInfo;
import larder.JobState;
import larder.KeyRange;
import larder.Observe;
import larder.Store;
import larder.StoreMode;
import larder.StoreSpec;
import larder.StoreState;
import larder.StoreStats;
import org.apache.thrift.TException;

/** Checks 35 to 40: the services Observe and Admin. */
final class ManagementChecks extends Checks {
    ManagementChecks(Servers servers) {
        super(servers);
    }

    @Override
    void run() {
        check(35, "health", "DATA", store -> health(observe()));
        check(36, "metrics", "DATA", store -> metrics(observe()));
        check(37, "store_stats", "DATA", store -> storeStats(store, observe()));
        check(38, "stores and jobs", "DATA", store -> storesAndJobs(admin()));
        check(39, "Observe, not served", "DATA", store -> observeNotServed(observe()));
        check(40, "Admin, not served", "DATA", store -> adminNotServed(admin()));
    }

    private Observe.Client observe() throws TException {
        return new Observe.Client(servers.protocol("ADMIN"));
    }

    private Admin.Client admin() throws TException {
        return new Admin.Client(servers.protocol("ADMIN"));
    }

    private void health(Observe.Client observe) throws TException {
        HealthResult health = observe.health(null);
        holds(health.isLive() && health.isReady(), "live and ready");
        holds(health.getChecks().stream()
                .anyMatch(one -> one.getName().equals("store:default") && one.isPassed()),
                "store:default");
    }

    private void metrics(Observe.Client observe) throws TException {
        holds(observe.metrics(null).getText().lines()
                .anyMatch(line -> line.startsWith("larder_build_info")), "no larder_build_info");
    }

    private void storeStats(Store.Client store, Observe.Client observe) throws Exception {
        store.put(DEFAULT, text("key"), text("value"), null);
        StoreStats stats = observe.store_stats(DEFAULT, null);
        equal(DEFAULT, stats.getStore(), "store");
        equal("hashmap", stats.getEngine(), "engine");
        equal(1L, stats.getKeys(), "keys");
        equal(8L, stats.getData_bytes(), "data_bytes");
        holds(stats.getOperations().stream()
                .anyMatch(one -> one.getOperation().equals("put") && one.getCount() > 0), "put");
        holds(stats.getEngine_figuresSize() > 0, "no engine_figures");
        invalid(InvalidCode.UNKNOWN_STORE, () -> observe.store_stats("unknown", null));
    }

    private void storesAndJobs(Admin.Client admin) throws Exception {
        equal(1, admin.store_list(null).getStoresSize(), "stores");
        StoreState state = admin.store_list(null).getStores().get(0);
        equal(DEFAULT, state.getInfo().getName(), "name");
        equal("hashmap", state.getSpec().getEngine(), "engine");
        equal("serving", state.getState(), "state");
        AdminResult verified = admin.verify(DEFAULT, null);
        holds(verified.isDone() && verified.getJob_id() == 0, "verify");
        JobInfo job = admin.job_list(null).getJobs().get(0);
        equal("verify", job.getKind(), "kind");
        equal(DEFAULT, job.getStore(), "store");
        equal(JobState.DONE, job.getState(), "state of the job");
        equal(job, admin.job_get(job.getJob_id(), null).getJobs().get(0), "job_get");
        invalid(InvalidCode.NOT_FOUND, () -> admin.job_get(1000000, null));
    }

    private void observeNotServed(Observe.Client observe) throws Exception {
        notServed(Map.of(
                "levels", () -> observe.levels(DEFAULT, null),
                "files", () -> observe.files(DEFAULT, null),
                "hot_keys", () -> observe.hot_keys(DEFAULT, HotDimension.BYTES, null),
                "hot_prefixes", () -> observe.hot_prefixes(DEFAULT, HotDimension.BYTES, null),
                "events", () -> observe.events(0, null),
                "slow_log", () -> observe.slow_log(0, null),
                "explain", () -> observe.explain(DEFAULT, text("k"), null),
                "doctor", () -> observe.doctor(null)));
    }

    private void adminNotServed(Admin.Client admin) throws Exception {
        Map<String, String> settings = Map.of("memory_bytes", "1M");
        StoreSpec spec = new StoreSpec("other", "hashmap", settings);
        notServed(Map.of(
                "store_create", () -> admin.store_create(spec, null),
                "store_alter", () -> admin.store_alter(DEFAULT, settings, null),
                "store_drop", () -> admin.store_drop(DEFAULT, 0, null),
                "store_recall", () -> admin.store_recall(DEFAULT, "other", null),
                "store_rename", () -> admin.store_rename(DEFAULT, "other", null),
                "config_plan", () -> admin.config_plan("", null),
                "config_apply", () -> admin.config_apply("", "plan", null),
                "config_export", () -> admin.config_export(null),
                "flush", () -> admin.flush(DEFAULT, null),
                "compact", () -> admin.compact(DEFAULT, new KeyRange(), null)));
        notServed(Map.of(
                "backup_create", () -> admin.backup_create(DEFAULT, "there", 0, null),
                "backup_list", () -> admin.backup_list(DEFAULT, null),
                "backup_verify", () -> admin.backup_verify(1, null),
                "backup_restore", () -> admin.backup_restore(1, "other", null),
                "job_cancel", () -> admin.job_cancel(1, null),
                "mode_set", () -> admin.mode_set(DEFAULT, StoreMode.BULK, null),
                "shutdown", () -> admin.shutdown(null)));
    }
}
