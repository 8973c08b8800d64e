package main

import (
	"strings"

	"interop/check"
	"larder"
)

// Checks 35 to 40: the services Observe and Admin.
func managementChecks() {
	check.Run(35, "health", "DATA", health)
	check.Run(36, "metrics", "DATA", metrics)
	check.Run(37, "store_stats", "DATA", storeStats)
	check.Run(38, "stores and jobs", "DATA", storesAndJobs)
	check.Run(39, "Observe, not served", "DATA", observeNotServed)
	check.Run(40, "Admin, not served", "DATA", adminNotServed)
}

func observe() *larder.ObserveClient {
	return larder.NewObserveClient(check.Server("ADMIN").Client())
}

func admin() *larder.AdminClient {
	return larder.NewAdminClient(check.Server("ADMIN").Client())
}

func health(*larder.StoreClient) {
	health := check.Must(observe().Health(ctx, nil))
	check.Holds("live and ready", health.Live && health.Ready)
	passed := map[string]bool{}
	for _, one := range health.Checks {
		passed[one.Name] = one.Passed
	}
	check.Holds("store:default", passed["store:default"])
}

func metrics(*larder.StoreClient) {
	text := check.Must(observe().Metrics(ctx, nil)).Text
	check.Holds("larder_build_info", strings.Contains("\n"+text, "\nlarder_build_info"))
}

func storeStats(store *larder.StoreClient) {
	put(store, "key", "value", nil)
	stats := check.Must(observe().StoreStats(ctx, check.Default, nil))
	check.Equal("store", check.Default, stats.Store)
	check.Equal("engine", "hashmap", stats.Engine)
	check.Equal("keys", 1, stats.Keys)
	check.Equal("data_bytes", 8, stats.DataBytes)
	counts := map[string]int64{}
	for _, operation := range stats.Operations {
		counts[operation.Operation] = operation.Count
	}
	check.Holds("puts are counted", counts["put"] > 0)
	check.Holds("engine_figures", len(stats.EngineFigures) > 0)
	exception := check.Invalid(observe().StoreStats(ctx, "unknown", nil))
	check.Equal("code", larder.InvalidCode_UNKNOWN_STORE, exception.Code)
}

func storesAndJobs(*larder.StoreClient) {
	stores := check.Must(admin().StoreList(ctx, nil)).Stores
	check.Equal("stores", 1, len(stores))
	check.Equal("name", check.Default, stores[0].Info.Name)
	check.Equal("engine", "hashmap", stores[0].Spec.Engine)
	check.Equal("state", "serving", stores[0].State)
	verified := check.Must(admin().Verify(ctx, check.Default, nil))
	check.Holds("verified", verified.Done && verified.JobID == 0)
	job := check.Must(admin().JobList(ctx, nil)).Jobs[0]
	check.Equal("kind", "verify", job.Kind)
	check.Equal("store", check.Default, job.Store)
	check.Equal("state", larder.JobState_DONE, job.State)
	same := check.Must(admin().JobGet(ctx, job.JobID, nil)).Jobs
	check.Holds("job_get", len(same) == 1 && same[0].JobID == job.JobID)
	exception := check.Invalid(admin().JobGet(ctx, 1000000, nil))
	check.Says(exception, larder.InvalidCode_NOT_FOUND, "job_id")
}

func observeNotServed(*larder.StoreClient) {
	observe := observe()
	bytes := larder.HotDimension_BYTES
	check.NotServed(map[string]error{
		"levels":       check.Err(observe.Levels(ctx, check.Default, nil)),
		"files":        check.Err(observe.Files(ctx, check.Default, nil)),
		"hot_keys":     check.Err(observe.HotKeys(ctx, check.Default, bytes, nil)),
		"hot_prefixes": check.Err(observe.HotPrefixes(ctx, check.Default, bytes, nil)),
		"events":       check.Err(observe.Events(ctx, 0, nil)),
		"slow_log":     check.Err(observe.SlowLog(ctx, 0, nil)),
		"explain":      check.Err(observe.Explain(ctx, check.Default, []byte("k"), nil)),
		"doctor":       check.Err(observe.Doctor(ctx, nil)),
	})
}

func adminNotServed(*larder.StoreClient) {
	admin := admin()
	settings := map[string]string{"memory_bytes": "1M"}
	spec := &larder.StoreSpec{Name: "other", Engine: "hashmap", Settings: settings}
	check.NotServed(map[string]error{
		"store_create":   check.Err(admin.StoreCreate(ctx, spec, nil)),
		"store_alter":    check.Err(admin.StoreAlter(ctx, check.Default, settings, nil)),
		"store_drop":     check.Err(admin.StoreDrop(ctx, check.Default, 0, nil)),
		"store_recall":   check.Err(admin.StoreRecall(ctx, check.Default, "other", nil)),
		"store_rename":   check.Err(admin.StoreRename(ctx, check.Default, "other", nil)),
		"config_plan":    check.Err(admin.ConfigPlan(ctx, "", nil)),
		"config_apply":   check.Err(admin.ConfigApply(ctx, "", "plan", nil)),
		"config_export":  check.Err(admin.ConfigExport(ctx, nil)),
		"flush":          check.Err(admin.Flush(ctx, check.Default, nil)),
		"compact":        check.Err(admin.Compact(ctx, check.Default, larder.NewKeyRange(), nil)),
		"backup_create":  check.Err(admin.BackupCreate(ctx, check.Default, "there", 0, nil)),
		"backup_list":    check.Err(admin.BackupList(ctx, check.Default, nil)),
		"backup_verify":  check.Err(admin.BackupVerify(ctx, 1, nil)),
		"backup_restore": check.Err(admin.BackupRestore(ctx, 1, "other", nil)),
		"job_cancel":     check.Err(admin.JobCancel(ctx, 1, nil)),
		"mode_set":       check.Err(admin.ModeSet(ctx, check.Default, larder.StoreMode_BULK, nil)),
		"shutdown":       check.Err(admin.Shutdown(ctx, nil)),
	})
}
