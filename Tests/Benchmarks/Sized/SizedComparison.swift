import Domain
import Foundation
import JSON
import Postgres
import Repositories

/// That the statement which pgbench runs answers what the service answers: else the one is no measure of the other.
struct SizedComparison {
    let helpdesk: SizedHelpdesk
    let port: Int

    /// - Throws: `Failure` where they differ or nothing is found.
    func compare(_ questions: Questions) async throws {
        let service = ServiceReader(port: port, token: helpdesk.tenant.token)
        for question in questions.all {
            let bare = try await bare(questions, question)
            let answer = try await service.get(question.path)
            let ours = questions.measured == .counts ? counts(answer) : (answer["items"]?.array ?? []).map { $0["ticket"]?["id"]?.integer }
            guard !bare.isEmpty, ours == bare else {
                throw Failure("\(question.path) in helpdesk \(helpdesk.tenant.id) answers \(ours), and the statement \(bare)")
            }
        }
    }

    /// Numbers of tickets, or of each queue's tickets.
    private func bare(_ questions: Questions, _ question: Question) async throws -> [Int64?] {
        let query = questions.query
        let binds = query.binds.map { $0.saying(question.words) }
        let places = ["$1::bigint"] + binds.enumerated().map { "$\($0 + 2)::\($1.typeName)" }
        let column = questions.measured == .counts ? "unnest(counts)" : "id"
        let statement = "select \(column) from (\(Step.filled(query.sql, places))) as found"
        let values = ["\(helpdesk.tenant.id)"] + binds.map(\.asText)
        let rows = try await ScriptSession.run(on: ServerAddress(helpdesk.database.applicationURL)) {
            [tenant = helpdesk.tenant.id] session in
            try session.run("begin; set local app.tenant_id = '\(tenant)'; \(TenantTransaction.planningForValues.joined(separator: "; "))")
            return try session.run(statement, values)
        }
        // One more than a page has.
        return rows.prefix(questions.measured == .counts ? rows.count : 50).map { $0[0].flatMap { Int64($0) } }
    }

    /// In the order of the queues. What is beyond the cap is a text; the statement stops one behind it.
    private func counts(_ answer: JSONValue) -> [Int64?] {
        helpdesk.queues.map { queue in
            let count = answer["counts"]?[queue.id.description]
            return count?.string == nil ? count?.integer : QueueCount.cap + 1
        }
    }
}
