import Postgres

/// Statements on a tenant's tables. `TenantTransaction.run` binds the tenant as `$1`, so the first value of the caller is `$2`.
///
/// Architecture tests prepare every case against the migrated schema and demand that it binds `tenant_id` to `$1`.
package protocol TenantSQL: CaseIterable, RawRepresentable<String>, Sendable {}

/// Statements on the installation's own tables, where there is no tenant (yet).
package protocol SystemSQL: CaseIterable, RawRepresentable<String>, Sendable {}

package typealias Pending = Postgres.Pending
