/// Where a ticket belongs. Every ticket is in one; every helpdesk has a default one.
package struct Department: Equatable, Sendable {
    /// Of the one every helpdesk starts with.
    package static let first = ID<Department>(1)

    package var id: ID<Department>
    package var name: String
    package var isDefault: Bool
    package var version: Int64
    package var createdAt: Timestamp

    package init(id: ID<Department>, name: String, isDefault: Bool = false, version: Int64 = 1, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.isDefault = isDefault
        self.version = version
        self.createdAt = createdAt
    }
}

/// Agents who work tickets together.
package struct Team: Equatable, Sendable {
    package var id: ID<Team>
    package var name: String
    package var memberIDs: [ID<Agent>]
    package var version: Int64
    package var createdAt: Timestamp

    package init(id: ID<Team>, name: String, memberIDs: [ID<Agent>] = [], version: Int64 = 1, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.memberIDs = memberIDs
        self.version = version
        self.createdAt = createdAt
    }
}

/// A company that users come from.
package struct Organization: Equatable, Sendable {
    package var id: ID<Organization>
    package var name: String
    package var version: Int64
    package var createdAt: Timestamp

    package init(id: ID<Organization>, name: String, version: Int64 = 1, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.version = version
        self.createdAt = createdAt
    }
}
