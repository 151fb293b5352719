import Domain

/// Proof that the caller may work in a tenant. Only this module can make one, and only from what the database says.
package struct TenantScope: Hashable, Sendable {
    package let tenant: ID<Tenant>
    /// The token the caller came with; proven again in each transaction. Nil for the operator's own commands.
    package let token: ID<Token>?
    /// What the caller's rights and the helpdesk's settings were read at; proven again in each transaction. Nil while nothing is remembered.
    package private(set) var configurationVersion: Int64?

    init(tenant: ID<Tenant>, token: ID<Token>?) {
        self.tenant = tenant
        self.token = token
    }

    /// The same key, good only as long as nobody changes a right or a setting.
    package func pinned(to version: Int64) -> TenantScope {
        var scope = self
        scope.configurationVersion = version
        return scope
    }
}
