import Domain

/// Proof that the caller may work in a tenant. Only this module can make one, and only from what the database says.
package struct TenantScope: Hashable, Sendable {
    package let tenant: ID<Tenant>
    /// The token the caller came with; proven again in each transaction. Nil for the operator's own commands.
    package let token: ID<Token>?

    init(tenant: ID<Tenant>, token: ID<Token>?) {
        self.tenant = tenant
        self.token = token
    }
}
