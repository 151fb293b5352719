import Domain
import JSON
import Postgres

/// What became of each ticket of a mass action.
package struct MassActionItems {
    let transaction: TenantTransaction

    package func insert(_ items: [MassActionItem], of action: ID<MassAction>) {
        guard !items.isEmpty else { return }
        transaction.run(
            SQL.insert,
            [
                action.bind, .bigints(items.map(\.ticketID.value)), .texts(items.map(\.outcome.kind.rawValue)),
                .texts(items.map(\.outcome.reason)), .bigints(items.map(\.version)),
                .texts(items.map { FaultsColumn.json($0.outcome.faults) }),
            ])
    }

    /// Those that were asked for by number and are not in the snapshot: not there, or not for the caller's eyes. Answers how many.
    package func insertGone(_ ids: [ID<Ticket>], of action: ID<MassAction>) -> Pending<Int> {
        transaction.run(SQL.insertGone, [action.bind, .bigints(ids.map(\.value))]).map(\.affected)
    }

    /// Those that nobody has come to have failed. Waits for who is at one of the parts.
    package func insertRest(of action: ID<MassAction>) {
        transaction.massParts.lockAll(of: action)
        transaction.run(SQL.insertRest, [action.bind])
        transaction.massParts.giveUp(action)
    }

    /// Those that were gone already when the preview was made.
    package func copyGone(from preview: ID<MassAction>, into action: ID<MassAction>) -> Pending<Int> {
        transaction.run(SQL.copyGone, [action.bind, preview.bind]).map(\.affected)
    }

    /// By number, one more than `limit` where there is one.
    package func list(
        of action: ID<MassAction>, outcome: MassOutcome.Kind?, after id: ID<Ticket>?, limit: Int
    ) -> Pending<[MassActionItem]> {
        let page: [Bind] = [action.bind, .bigint(id?.value ?? 0), .bigint(Int64(limit + 1))]
        let rows =
            switch outcome {
            case nil: transaction.run(SQL.list, page)
            case .done: transaction.run(SQL.listDone, page)
            case .skipped, .failed: transaction.run(SQL.listLeft, page + [.text(outcome?.rawValue)])
            }
        return rows.map { rows in
            let ticket = try rows.column("ticket", as: Int64.self)
            let outcome = try rows.column("outcome", as: String.self)
            let reason = try rows.column("reason", as: String?.self)
            let version = try rows.column("version", as: Int64.self)
            let faults = try rows.column("faults", as: String?.self)
            return try rows.map { row in
                MassActionItem(
                    ticketID: ID(try ticket(row)),
                    outcome: try known(MassOutcome(outcome(row), reason(row), faults: FaultsColumn.faults(faults(row)))),
                    version: try version(row))
            }
        }
    }

    /// The numbers of those that failed.
    package func failed(of action: ID<MassAction>) -> Pending<[ID<Ticket>]> {
        transaction.run(SQL.failed, [action.bind]).map { rows in
            let ticket = try rows.column("ticket", as: Int64.self)
            return try rows.map { ID(try ticket($0)) }
        }
    }

    /// How many were left alone for which reason.
    package func reasons(of action: ID<MassAction>) -> Pending<[String: Int64]> {
        transaction.run(SQL.reasons, [action.bind]).map { rows in
            let reason = try rows.column("reason", as: String.self)
            let count = try rows.column("count", as: Int64.self)
            return Dictionary(uniqueKeysWithValues: try rows.map { (try reason($0), try count($0)) })
        }
    }

    /// Takes so many away. Answers how many there were.
    package func drop(of action: ID<MassAction>, limit: Int) -> Pending<Int> {
        transaction.run(SQL.drop, [action.bind, .bigint(Int64(limit))]).map(\.affected)
    }

    package enum SQL: String, TenantSQL {
        case insert = """
            insert into helpdesk.mass_action_items (tenant_id, mass_action_id, ticket, outcome, reason, version, faults)
            select $1, $2, ticket, outcome, reason, version, faults::jsonb
            from unnest($3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::text[]) as new (ticket, outcome, reason, version, faults)
            """
        case insertGone = """
            insert into helpdesk.mass_action_items (tenant_id, mass_action_id, ticket, outcome, reason, version)
            select $1, $2, id, 'skipped', 'gone', 0
            from (
                select unnest($3::bigint[]) as id
                except
                select unnest(tickets)
                from helpdesk.mass_action_parts
                where tenant_id = $1
                    and mass_action_id = $2
            ) as missing
            """
        case insertRest = """
            insert into helpdesk.mass_action_items (tenant_id, mass_action_id, ticket, outcome, reason, version)
            select $1, $2, ticket, 'failed', 'error', version
            from helpdesk.mass_action_parts
            cross join unnest(tickets[taken + 1 : size], versions[taken + 1 : size]) as rest (ticket, version)
            where tenant_id = $1
                and mass_action_id = $2
                and taken < size
            """
        case copyGone = """
            insert into helpdesk.mass_action_items (tenant_id, mass_action_id, ticket, outcome, reason, version)
            select $1, $2, ticket, outcome, reason, version
            from helpdesk.mass_action_items
            where tenant_id = $1
                and mass_action_id = $3
                and outcome = 'skipped'
            """
        case list = """
            select ticket, outcome, reason, version, faults
            from helpdesk.mass_action_items
            where tenant_id = $1
                and mass_action_id = $2
                and ticket > $3
            order by ticket
            limit $4
            """
        case listDone = """
            select ticket, outcome, reason, version, faults
            from helpdesk.mass_action_items
            where tenant_id = $1
                and mass_action_id = $2
                and ticket > $3
                and outcome = 'done'
            order by ticket
            limit $4
            """
        // The first condition on the outcome is the index's, in which a few that failed are not sought among a million that are done.
        case listLeft = """
            select ticket, outcome, reason, version, faults
            from helpdesk.mass_action_items
            where tenant_id = $1
                and mass_action_id = $2
                and ticket > $3
                and outcome <> 'done'
                and outcome = $5
            order by ticket
            limit $4
            """
        case failed = """
            select ticket
            from helpdesk.mass_action_items
            where tenant_id = $1
                and mass_action_id = $2
                and outcome = 'failed'
            """
        case reasons = """
            select reason, count(*) as count
            from helpdesk.mass_action_items
            where tenant_id = $1
                and mass_action_id = $2
                and outcome <> 'done'
            group by reason
            """
        case drop = """
            delete from helpdesk.mass_action_items
            where tenant_id = $1
                and mass_action_id = $2
                and ticket in (
                    select ticket
                    from helpdesk.mass_action_items
                    where tenant_id = $1
                        and mass_action_id = $2
                    order by ticket
                    limit $3
                )
            """
    }
}

extension MassOutcome {
    fileprivate init?(_ kind: String, _ reason: String?, faults: [FieldFault]) {
        switch Kind(rawValue: kind) {
        case .done: self = .done
        case .skipped:
            guard let reason = reason.flatMap(SkipReason.init) else { return nil }
            self = .skipped(reason)
        case .failed:
            guard let reason = reason.flatMap(FailReason.init) else { return nil }
            self = .failed(reason, faults: faults)
        case nil: return nil
        }
    }
}

private enum FaultsColumn {
    static func json(_ faults: [FieldFault]) -> String? {
        if faults.isEmpty { return nil }
        var writer = JSONWriter(capacity: 256)
        writer.array(faults) { writer, fault in
            writer.object { writer in
                writer.key("field")
                writer.string(fault.field)
                writer.key("code")
                writer.string(fault.code)
                writer.key("message")
                writer.string(fault.message)
            }
        }
        return writer.text
    }

    static func faults(_ json: String?) throws -> [FieldFault] {
        guard let json else { return [] }
        return try known(JSONValue(parsing: json.utf8).array).map { fault in
            FieldFault(try known(fault["field"]?.string), try known(fault["code"]?.string), try known(fault["message"]?.string))
        }
    }
}
