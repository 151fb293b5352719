/// Every statement the service sends, for the tests that hold all of them to the rules; a test counts that none is missing here.
package enum StatementCatalogue {
    package static let tenant: [any TenantSQL.Type] = [
        GuardSQL.self, AccessReader.SQL.self, Agents.SQL.self, Answers.SQL.self, Bulk.SQL.self, ConfigurationReader.SQL.self,
        Counters.SQL.self, DailyTotals.SQL.self, Departments.SQL.self, Fields.SQL.self, Jobs.SQL.self, LiveSessions.SQL.self,
        MassActionItems.SQL.self, MassActionParts.SQL.self, MassActions.SQL.self, MassPreviews.SQL.self, MassWrites.SQL.self,
        Messages.SQL.self,
        Organizations.SQL.self,
        Participants.SQL.self, PermissionGroups.SQL.self, Purge.SQL.self, PurgedMails.SQL.self, PurgeReceipts.SQL.self, PurgeRuns.SQL.self,
        PurgeSchedules.SQL.self, SearchDocuments.SQL.self, SearchRebuilds.SQL.self, Settings.SQL.self, Teams.SQL.self,
        TicketHistory.SQL.self, TicketLinks.SQL.self,
        TicketQueues.SQL.self, Tickets.SQL.self, Tokens.SQL.self, Usergroups.SQL.self, UserMerges.SQL.self, Users.SQL.self,
    ]

    package static let system: [any SystemSQL.Type] = [
        JobLine.SQL.self, JobRecords.SQL.self, OperatorTokens.SQL.self, Schedules.SQL.self, SchemaVersion.SQL.self, SearchIndexes.SQL.self,
        SearchSweeps.SQL.self,
        Tenants.SQL.self, TokenDirectory.SQL.self, Workers.SQL.self,
    ]

    package static var tenantStatements: [String] { tenant.flatMap { texts($0) } }

    package static var systemStatements: [String] { system.flatMap { texts($0) } }

    private static func texts(_ type: any TenantSQL.Type) -> [String] {
        func open<SQL: TenantSQL>(_ type: SQL.Type) -> [String] { type.allCases.map(\.rawValue) }
        return open(type)
    }

    private static func texts(_ type: any SystemSQL.Type) -> [String] {
        func open<SQL: SystemSQL>(_ type: SQL.Type) -> [String] { type.allCases.map(\.rawValue) }
        return open(type)
    }
}
