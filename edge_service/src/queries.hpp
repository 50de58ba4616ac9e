// Every statement that an edge sends to a database; db/README.md has the contract.
#pragma once

#include <string_view>

namespace edge {

// How long the journal is kept, and the bell rung, for an edge that has gone silent; renewed with every probe.
inline constexpr int kLeaseSeconds = 30;

namespace queries {

// Values as JSON must not depend on the server's or the role's settings; plans must not be made anew for each pull.
inline constexpr std::string_view kSession =
    "SELECT set_config('TimeZone', 'UTC', false), set_config('DateStyle', 'ISO', false),"
    " set_config('IntervalStyle', 'postgres', false), set_config('bytea_output', 'hex', false),"
    " set_config('lc_monetary', 'C', false), set_config('search_path', 'pg_catalog', false),"
    " set_config('extra_float_digits', '1', false), set_config('jit', 'off', false),"
    " set_config('plan_cache_mode', 'force_generic_plan', false),"
    " set_config('default_transaction_isolation', 'repeatable read', false)";

// A pull must never stand in a user's way for long, whatever becomes of this process. It waits for a lock much shorter
// than deadlock_timeout (1 s): where it and a user wait for each other, it is the pull that gives way, not the user.
inline constexpr std::string_view kTimeouts =
    "SELECT set_config('lock_timeout', '250ms', false), set_config('statement_timeout', '10min', false),"
    " set_config('idle_in_transaction_session_timeout', '10s', false)";

inline constexpr std::string_view kBegin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

// The answer stays with the server beyond the COMMIT that follows, and is fetched when nothing is locked any more.
inline constexpr std::string_view kPull =
    "DECLARE pulled NO SCROLL CURSOR WITH HOLD FOR SELECT kind, resource, key, columns, value"
    " FROM edge.pull(since => $1::pg_snapshot, marker => $2::uuid, held => $3::jsonb, survey => $4::boolean)";
inline constexpr std::string_view kFetchPulled = "FETCH ALL FROM pulled";
inline constexpr std::string_view kClosePulled = "CLOSE pulled";

inline constexpr std::string_view kRenewMarker = "SELECT edge.renew_marker()";
// Not repeatable read, as the session has it: what other consumers wrote before us must be seen.
inline constexpr std::string_view kBeginLease = "BEGIN ISOLATION LEVEL READ COMMITTED";
inline constexpr std::string_view kAcknowledge =
    "SELECT edge.acknowledge(consumer => $1, applied => $2::pg_snapshot, lease_s => $3::int)";
inline constexpr std::string_view kFallAsleep = "SELECT edge.fall_asleep(consumer => $1)::text";
inline constexpr std::string_view kOwnXid = "SELECT pg_current_xact_id()::text";
inline constexpr std::string_view kWake = "SELECT edge.wake(consumer => $1)";
inline constexpr std::string_view kRelease = "SELECT edge.release(consumer => $1)";
inline constexpr std::string_view kProbe = "SELECT pg_notify('edge_probe', $1)";

}  // namespace queries
}  // namespace edge
