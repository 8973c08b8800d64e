/*
 * larder_methods.h: every method of the contract with its arguments, as a table.
 *
 * Generated from thrift/larder.thrift by gen-c_glib/generate.sh. Do not edit.
 *
 * LARDER_METHODS(METHOD, ARGUMENT, END) expands for each method to
 *
 *   METHOD(Service, service, name)        METHOD(Store, store, put)
 *   ARGUMENT(id, name, TYPE, PRESENCE)    ARGUMENT(2, key, BYTES, REQUIRED)   once per argument
 *   END()
 *
 * TYPE is a WireType without its prefix. An argument named `options` is OPTIONAL, all others are
 * REQUIRED. The generated structs of a method are larder_rpc_<service>_<name>_args and _result.
 */
#ifndef LARDER_METHODS_H
#define LARDER_METHODS_H

#define LARDER_METHODS(METHOD, ARGUMENT, END)                                                      \
    METHOD(Store, store, server_info)                                                              \
    ARGUMENT(1, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, get)                                                                      \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, key, BYTES, REQUIRED)                                                              \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, multi_get)                                                                \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, keys, LIST, REQUIRED)                                                              \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, put)                                                                      \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, key, BYTES, REQUIRED)                                                              \
    ARGUMENT(3, value, BYTES, REQUIRED)                                                            \
    ARGUMENT(4, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, remove)                                                                   \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, key, BYTES, REQUIRED)                                                              \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, touch)                                                                    \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, key, BYTES, REQUIRED)                                                              \
    ARGUMENT(3, expiry, STRUCT, REQUIRED)                                                          \
    ARGUMENT(4, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, increment)                                                                \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, key, BYTES, REQUIRED)                                                              \
    ARGUMENT(3, delta, I64, REQUIRED)                                                              \
    ARGUMENT(4, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, append)                                                                   \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, key, BYTES, REQUIRED)                                                              \
    ARGUMENT(3, value, BYTES, REQUIRED)                                                            \
    ARGUMENT(4, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, batch)                                                                    \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, mutations, LIST, REQUIRED)                                                         \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, bulk_write)                                                               \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, mutations, LIST, REQUIRED)                                                         \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, scan)                                                                     \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, range, STRUCT, REQUIRED)                                                           \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, remove_range)                                                             \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, range, STRUCT, REQUIRED)                                                           \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, range_info)                                                               \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, ranges, LIST, REQUIRED)                                                            \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, checksum)                                                                 \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, range, STRUCT, REQUIRED)                                                           \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, lease_acquire)                                                            \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, name, BYTES, REQUIRED)                                                             \
    ARGUMENT(3, holder, BYTES, REQUIRED)                                                           \
    ARGUMENT(4, ttl_ms, I64, REQUIRED)                                                             \
    ARGUMENT(5, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, lease_renew)                                                              \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, name, BYTES, REQUIRED)                                                             \
    ARGUMENT(3, token, I64, REQUIRED)                                                              \
    ARGUMENT(4, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, lease_release)                                                            \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, name, BYTES, REQUIRED)                                                             \
    ARGUMENT(3, token, I64, REQUIRED)                                                              \
    ARGUMENT(4, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, lease_get)                                                                \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, name, BYTES, REQUIRED)                                                             \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, lease_list)                                                               \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, prefix, BYTES, REQUIRED)                                                           \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, snapshot_open)                                                            \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, ttl_ms, I64, REQUIRED)                                                             \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, snapshot_renew)                                                           \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, snapshot_id, I64, REQUIRED)                                                        \
    ARGUMENT(3, ttl_ms, I64, REQUIRED)                                                             \
    ARGUMENT(4, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, snapshot_close)                                                           \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, snapshot_id, I64, REQUIRED)                                                        \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, snapshot_list)                                                            \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, changes)                                                                  \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, from_version, I64, REQUIRED)                                                       \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, topology)                                                                 \
    ARGUMENT(1, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, locate)                                                                   \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, key, BYTES, REQUIRED)                                                              \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Store, store, authenticate)                                                             \
    ARGUMENT(1, token_id, BYTES, REQUIRED)                                                         \
    ARGUMENT(2, secret, BYTES, REQUIRED)                                                           \
    END()                                                                                          \
    METHOD(Store, store, ping)                                                                     \
    ARGUMENT(1, payload, BYTES, REQUIRED)                                                          \
    END()                                                                                          \
    METHOD(Admin, admin, store_create)                                                             \
    ARGUMENT(1, spec, STRUCT, REQUIRED)                                                            \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, store_alter)                                                              \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, settings, MAP, REQUIRED)                                                           \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, store_list)                                                               \
    ARGUMENT(1, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, store_drop)                                                               \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, retain_ms, I64, REQUIRED)                                                          \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, store_recall)                                                             \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, new_name, BYTES, REQUIRED)                                                         \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, store_rename)                                                             \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, new_name, BYTES, REQUIRED)                                                         \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, config_plan)                                                              \
    ARGUMENT(1, document, BYTES, REQUIRED)                                                         \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, config_apply)                                                             \
    ARGUMENT(1, document, BYTES, REQUIRED)                                                         \
    ARGUMENT(2, plan_id, BYTES, REQUIRED)                                                          \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, config_export)                                                            \
    ARGUMENT(1, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, flush)                                                                    \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, compact)                                                                  \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, range, STRUCT, REQUIRED)                                                           \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, verify)                                                                   \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, backup_create)                                                            \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, destination, BYTES, REQUIRED)                                                      \
    ARGUMENT(3, base_id, I64, REQUIRED)                                                            \
    ARGUMENT(4, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, backup_list)                                                              \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, backup_verify)                                                            \
    ARGUMENT(1, backup_id, I64, REQUIRED)                                                          \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, backup_restore)                                                           \
    ARGUMENT(1, backup_id, I64, REQUIRED)                                                          \
    ARGUMENT(2, new_name, BYTES, REQUIRED)                                                         \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, job_get)                                                                  \
    ARGUMENT(1, job_id, I64, REQUIRED)                                                             \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, job_list)                                                                 \
    ARGUMENT(1, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, job_cancel)                                                               \
    ARGUMENT(1, job_id, I64, REQUIRED)                                                             \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, mode_set)                                                                 \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, mode, I32, REQUIRED)                                                               \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, drain)                                                                    \
    ARGUMENT(1, wait_ms, I64, REQUIRED)                                                            \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Admin, admin, shutdown)                                                                 \
    ARGUMENT(1, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Observe, observe, health)                                                               \
    ARGUMENT(1, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Observe, observe, metrics)                                                              \
    ARGUMENT(1, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Observe, observe, store_stats)                                                          \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Observe, observe, levels)                                                               \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Observe, observe, files)                                                                \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Observe, observe, histograms)                                                           \
    ARGUMENT(1, prefix, BYTES, REQUIRED)                                                           \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Observe, observe, hot_keys)                                                             \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, dimension, I32, REQUIRED)                                                          \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Observe, observe, hot_prefixes)                                                         \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, dimension, I32, REQUIRED)                                                          \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Observe, observe, events)                                                               \
    ARGUMENT(1, since, I64, REQUIRED)                                                              \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Observe, observe, slow_log)                                                             \
    ARGUMENT(1, min_us, I64, REQUIRED)                                                             \
    ARGUMENT(2, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Observe, observe, explain)                                                              \
    ARGUMENT(1, store, BYTES, REQUIRED)                                                            \
    ARGUMENT(2, key, BYTES, REQUIRED)                                                              \
    ARGUMENT(3, options, STRUCT, OPTIONAL)                                                         \
    END()                                                                                          \
    METHOD(Observe, observe, doctor)                                                               \
    ARGUMENT(1, options, STRUCT, OPTIONAL)                                                         \
    END()

#define LARDER_METHOD_COUNT 62

#endif
