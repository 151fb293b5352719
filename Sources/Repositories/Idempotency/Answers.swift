import Domain
import Postgres

/// The answer to a request, as it is given again when the same request comes again.
package struct RecordedAnswer: Equatable, Sendable {
    package var status: Int
    package var etag: String?
    package var location: String?
    package var body: String
    /// Whose content it shows: when that ticket is purged, so is this.
    package var ticket: ID<Ticket>?

    package init(status: Int, etag: String?, location: String?, body: String, ticket: ID<Ticket>? = nil) {
        self.status = status
        self.etag = etag
        self.location = location
        self.body = body
        self.ticket = ticket
    }
}

/// A request that carries an idempotency key: what it is known by, and how its result becomes an answer.
package struct Once<Value>: Sendable {
    package var key: String
    /// SHA-256 over method, path and body.
    package var requestHash: [UInt8]
    package var answer: @Sendable (Value) -> RecordedAnswer

    package init(key: String, requestHash: [UInt8], answer: @escaping @Sendable (Value) -> RecordedAnswer) {
        self.key = key
        self.requestHash = requestHash
        self.answer = answer
    }
}

/// Thrown instead of doing it again.
package struct Replay: Error, Sendable {
    package var answer: RecordedAnswer
}

/// Answers to requests with an idempotency key, kept 24 hours per token.
package struct Answers {
    let transaction: TenantTransaction

    private static let hoursKept: Int64 = 24
    /// Old answers to clear away with each new one: a few more than come in, so that they never pile up.
    private static let sweep: Int64 = 20

    func find(_ once: Once<some Any>, at now: Timestamp) -> Pending<RecordedAnswer?> {
        transaction.run(SQL.find, [token, .text(once.key), cutoff(now)]).map { rows in
            guard let row = rows.first else { return nil }
            guard try row.value("request_hash", as: Bytes.self).bytes == once.requestHash else { throw Refusal.keyReused }
            return RecordedAnswer(
                status: try row.value("status"), etag: try rows.column("etag", as: String?.self)(row),
                location: try rows.column("location", as: String?.self)(row), body: try row.value("body"))
        }
    }

    /// Answers false when another request with this key was faster.
    func record<Value>(_ once: Once<Value>, _ value: Value, at now: Timestamp) -> Pending<Bool> {
        let answer = once.answer(value)
        transaction.run(SQL.sweep, [cutoff(now), .bigint(Self.sweep)])
        return transaction.run(
            SQL.record,
            [
                token, .text(once.key), .bytes(once.requestHash), .integer(Int32(answer.status)), .text(answer.etag),
                .text(answer.location),
                .text(answer.body), .bigint(answer.ticket?.value), now.bind, cutoff(now),
            ]
        ).map { $0.affected == 1 }
    }

    private var token: Bind { .bigint(transaction.scope.token?.value) }

    private func cutoff(_ now: Timestamp) -> Bind { now.advanced(bySeconds: -Self.hoursKept * 3600).bind }

    package enum SQL: String, TenantSQL {
        case find = """
            select request_hash, status, etag, location, body
            from helpdesk.idempotency_keys
            where tenant_id = $1
                and token_id = $2
                and key = $3
                and created_at > $4
            """
        case record = """
            insert into helpdesk.idempotency_keys
                (tenant_id, token_id, key, request_hash, status, etag, location, body, ticket_id, created_at)
            values ($1, $2, $3, $4, $5::integer, $6, $7, $8, $9, $10)
            on conflict (tenant_id, token_id, key) do update
            set request_hash = excluded.request_hash,
                status = excluded.status,
                etag = excluded.etag,
                location = excluded.location,
                body = excluded.body,
                ticket_id = excluded.ticket_id,
                created_at = excluded.created_at
            where idempotency_keys.created_at <= $11
            """
        case sweep = """
            delete from helpdesk.idempotency_keys
            where tenant_id = $1
                and (token_id, key) in (
                    select old.token_id, old.key
                    from helpdesk.idempotency_keys old
                    where old.tenant_id = $1
                        and old.created_at <= $2
                    order by old.created_at
                    limit $3
                    for update skip locked
                )
            """
    }
}
