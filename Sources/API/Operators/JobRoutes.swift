import Domain
import JSON
import Services

/// `/operator/v1/jobs`: what waits and runs behind the requests, and what has failed for good.
struct JobRoutes {
    let installation: Installation

    private static let path = "/operator/v1/jobs"
    private static let classes = JobClass.allCases.map(\.name)
    private static let states = JobRecord.State.allCases.map(\.rawValue)
    private static let id = Endpoint.Parameter(name: "id", place: .path, schema: .integer(minimum: 1), description: "Number of the job.")
    private static let schema = Schema.object([
        Schema.property("id", .integer(minimum: 1)),
        Schema.property(
            "tenant", .nullable(.string(description: "Short name of the helpdesk; null: the installation's own.", maximumLength: 63))),
        Schema.property("kind", .string()),
        Schema.property("class", .oneOf(classes)),
        Schema.property("state", .oneOf(states)),
        Schema.property("payload", .dictionary(.scalar)),
        Schema.property("attempts", .integer(minimum: 0, description: "Of those that count: a piece of work that succeeds begins anew.")),
        Schema.property("enqueued_at", .time),
        Schema.property("run_at", .nullable(.time)),
        Schema.property("started_at", .nullable(.time)),
        Schema.property("died_at", .nullable(.time)),
        Schema.property("worker", .nullable(.integer(minimum: 1, description: "Number of the process that runs it."))),
        Schema.property("cancelled", .boolean),
        Schema.property("error", .nullable(.string(description: "Why the last attempt failed."))),
    ])

    func add(to routes: inout Routes) {
        let installation = installation
        routes.schemas["Job"] = Self.schema
        let success = Endpoint.Success(status: 200, description: "The job", schema: .reference("Job"))

        routes.systemOperator(
            Endpoint(
                method: .get, path: Self.path, summary: "Lists the jobs by number. Those that are done are gone.", needs: .operatorToken,
                parameters: [
                    Endpoint.Parameter(
                        name: "state", place: .query, schema: .oneOf(Self.states), description: "dead: failed as often as it may."),
                    Endpoint.Parameter(name: "kind", place: .query, schema: .string(), description: "What is to be done."),
                    Endpoint.Parameter(
                        name: "class", place: .query, schema: .oneOf(Self.classes), description: "How urgent, the first before the last."),
                    .tenantSlug, .limit, .cursor,
                ], success: [Endpoint.Success(status: 200, description: "A page", schema: .page(of: .reference("Job")))])
        ) { context in
            var query = Query(context.request.request)
            let filter = query.jobFilter()
            let limit = query.limit()
            let cursor = query.parse("cursor", "`next_cursor` of the page before") { Int64($0) }
            try query.finish()
            let page = try await installation.listJobs(filter, after: cursor, limit: limit)
            var writer = JSONWriter(capacity: 400 * page.items.count + 64)
            writer.page(page, cursor: \.description) { $0.job($1) }
            return Answer(body: writer.bytes)
        }

        routes.systemOperator(
            Endpoint(
                method: .get, path: Self.path + "/{id}", summary: "One job.", needs: .operatorToken, parameters: [Self.id],
                success: [success])
        ) { context in
            .job(try await installation.findJob(jobNumber(context.request)))
        }

        routes.systemOperator(
            Endpoint(
                method: .post, path: Self.path + "/{id}/retry",
                summary: "Has a job done again that failed for good, with all its attempts. 409 unless it is dead, and while the same work "
                    + "waits already.",
                needs: .operatorToken, parameters: [Self.id], success: [success], problems: [409])
        ) { context in
            .job(try await installation.retryJob(jobNumber(context.request)))
        }

        routes.systemOperator(
            Endpoint(
                method: .delete, path: Self.path + "/{id}",
                summary: "Throws a job away that waits or failed for good. One that runs is told to stop, and stops within seconds.",
                needs: .operatorToken, parameters: [Self.id],
                success: [Endpoint.Success(status: 204, description: "Thrown away, or told to stop")])
        ) { context in
            try await installation.discardJob(jobNumber(context.request))
            return .nothing
        }
    }
}

extension Endpoint.Parameter {
    static let tenantSlug = Self(
        name: "tenant", place: .query, schema: .string(maximumLength: 63), description: "Only of the helpdesk with this short name.")
}

extension Query {
    mutating func tenantSlug() -> Slug? { parse("tenant", "a helpdesk's short name") { Slug($0) } }

    fileprivate mutating func jobFilter() -> JobFilter {
        let states = JobRecord.State.allCases.map(\.rawValue).joined(separator: ", ")
        let classes = JobClass.allCases.map(\.name).joined(separator: ", ")
        // Any word: a newer release may have put jobs there that this one does not know.
        let isLetter: (UInt8) -> Bool = { (97...122).contains($0) || $0 == UInt8(ascii: "_") }
        return JobFilter(
            state: parse("state", "one of \(states)") { JobRecord.State(rawValue: $0) },
            kind: parse("kind", "a word such as purge") { (1...100).contains($0.utf8.count) && $0.utf8.allSatisfy(isLetter) ? $0 : nil },
            jobClass: parse("class", "one of \(classes)") { name in JobClass.allCases.first { $0.name == name } }, tenant: tenantSlug())
    }
}

/// Jobs are counted over all helpdesks, and by nothing that has an `ID`.
private func jobNumber(_ request: RequestReader) throws -> Int64 { try request.id(of: Never.self).value }

extension Answer {
    fileprivate static func job(_ job: JobRecord) -> Answer {
        var writer = JSONWriter(capacity: 512)
        writer.job(job)
        return Answer(body: writer.bytes)
    }
}

extension JSONWriter {
    fileprivate mutating func job(_ job: JobRecord) {
        object { writer in
            writer.key("id")
            writer.number(job.id)
            writer.key("tenant")
            writer.optional(job.tenant?.text)
            writer.key("kind")
            writer.string(job.kind)
            writer.key("class")
            writer.string(job.jobClass.name)
            writer.key("state")
            writer.string(job.state.rawValue)
            writer.key("payload")
            writer.value((try? JSONValue(parsing: job.payload.utf8)) ?? [:])
            writer.key("attempts")
            writer.number(job.attempts)
            writer.key("enqueued_at")
            writer.string(plain: job.enqueuedAt.utf8)
            writer.key("run_at")
            writer.optional(job.runAt)
            writer.key("started_at")
            writer.optional(job.startedAt)
            writer.key("died_at")
            writer.optional(job.diedAt)
            writer.key("worker")
            writer.optional(job.worker)
            writer.key("cancelled")
            writer.bool(job.isCancelled)
            writer.key("error")
            writer.optional(job.error)
        }
    }
}
