# Checks 35 to 40: the services Observe and Admin.
module ManagementChecks
  include Larder

  def management_checks
    data = -> { @servers.client(Store, 'DATA') }
    check(35, 'health', data) { health(observe) }
    check(36, 'metrics', data) { metrics(observe) }
    check(37, 'store_stats', data) { |store| store_stats(store, observe) }
    check(38, 'stores and jobs', data) { stores_and_jobs(admin) }
    check(39, 'Observe, not served', data) { observe_not_served(observe) }
    check(40, 'Admin, not served', data) { admin_not_served(admin) }
  end

  private

  def observe
    @servers.client(Observe, 'ADMIN')
  end

  def admin
    @servers.client(Admin, 'ADMIN')
  end

  def health(observe)
    result = observe.health(nil)
    equal([true, true], [result.live, result.ready], 'live and ready')
    holds(result.checks.any? { |one| one.name == 'store:default' && one.passed }, 'store:default')
  end

  def metrics(observe)
    holds(observe.metrics(nil).text.match?(/^larder_build_info/), 'no larder_build_info')
  end

  def store_stats(store, observe)
    store.put('default', 'key', 'value', nil)
    stats = observe.store_stats('default', nil)
    equal(['default', 'hashmap', 1, 8], [stats.store, stats.engine, stats.keys, stats.data_bytes],
          'stats')
    put = stats.operations.find { |operation| operation.operation == 'put' }
    holds(put && put.count.positive?, 'no puts are counted')
    holds(!stats.engine_figures.empty?, 'no engine_figures')
    invalid(InvalidCode::UNKNOWN_STORE) { observe.store_stats('unknown', nil) }
  end

  def stores_and_jobs(admin)
    stores = admin.store_list(nil).stores
    equal([%w[default hashmap serving]],
          stores.map { |one| [one.info.name, one.spec.engine, one.state] }, 'stores')
    verified = admin.verify('default', nil)
    equal([true, 0], [verified.done, verified.job_id], 'verify')
    job = admin.job_list(nil).jobs[0]
    equal(['verify', 'default', JobState::DONE], [job.kind, job.store, job.state], 'job_list')
    equal([job], admin.job_get(job.job_id, nil).jobs, 'job_get')
    invalid(InvalidCode::NOT_FOUND, 'job_id') { admin.job_get(1_000_000, nil) }
  end

  def observe_not_served(observe)
    not_served(
      levels: -> { observe.levels('default', nil) },
      files: -> { observe.files('default', nil) },
      hot_keys: -> { observe.hot_keys('default', HotDimension::BYTES, nil) },
      hot_prefixes: -> { observe.hot_prefixes('default', HotDimension::BYTES, nil) },
      events: -> { observe.events(0, nil) },
      slow_log: -> { observe.slow_log(0, nil) },
      explain: -> { observe.explain('default', 'k', nil) },
      doctor: -> { observe.doctor(nil) }
    )
  end

  def admin_not_served(admin)
    spec = StoreSpec.new(name: 'other', engine: 'hashmap', settings: { 'memory_bytes' => '1M' })
    not_served(
      store_create: -> { admin.store_create(spec, nil) },
      store_alter: -> { admin.store_alter('default', { 'memory_bytes' => '1M' }, nil) },
      store_drop: -> { admin.store_drop('default', 0, nil) },
      store_recall: -> { admin.store_recall('default', 'other', nil) },
      store_rename: -> { admin.store_rename('default', 'other', nil) },
      config_plan: -> { admin.config_plan('', nil) },
      config_apply: -> { admin.config_apply('', 'plan', nil) },
      config_export: -> { admin.config_export(nil) },
      flush: -> { admin.flush('default', nil) },
      compact: -> { admin.compact('default', KeyRange.new, nil) },
      backup_create: -> { admin.backup_create('default', 'there', 0, nil) },
      backup_list: -> { admin.backup_list('default', nil) },
      backup_verify: -> { admin.backup_verify(1, nil) },
      backup_restore: -> { admin.backup_restore(1, 'other', nil) },
      job_cancel: -> { admin.job_cancel(1, nil) },
      mode_set: -> { admin.mode_set('default', StoreMode::BULK, nil) },
      shutdown: -> { admin.shutdown(nil) }
    )
  end
end
