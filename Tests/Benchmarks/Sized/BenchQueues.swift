import Domain
import Services

/// Queues as a helpdesk has them: together with the built-in ones thirty that its agent finds.
struct BenchQueues {
    static let count = 30

    let words: SearchWords
    let access: Access

    /// - Returns: all thirty, by their numbers.
    func make(with helpdesk: Helpdesk) async throws -> [TicketQueue] {
        guard let agent = access.caller.agentID else { throw Failure("only agents have queues") }
        // Of few helpdesks one is the small and the middle one.
        let old = try await helpdesk.listQueues(after: nil, limit: 200, access).items
        if old.count == Self.count { return old }
        for (name, conditions) in criteria {
            let draft = QueueDraft(
                name: QueueName(unchecked: name), criteria: QueueCriteria(all: conditions), visibility: .alone(agent))
            _ = try await helpdesk.createQueue(draft, access)
        }
        let queues = try await helpdesk.listQueues(after: nil, limit: 200, access).items
        guard queues.count == Self.count else { throw Failure("there are \(queues.count) queues, and not \(Self.count)") }
        return queues
    }

    private var criteria: [(String, [QueueCriterion])] {
        let open = condition("status", "in", ["awaiting_agent", "awaiting_user", "pending"])
        let waiting = condition("status", "is", "awaiting_agent")
        let mine = condition("agent_id", "is", "me")
        let unassigned = condition("agent_id", "is_not_set")
        return [
            ("Waiting for us", [waiting]),
            ("Waiting for the user", [condition("status", "is", "awaiting_user")]),
            ("Resolved", [condition("status", "is", "resolved")]),
            ("Mine, waiting", [mine, waiting]),
            ("Mine, pending", [mine, condition("status", "is", "pending")]),
            ("Mine, resolved this month", [mine, condition("resolved_at", "within_last", "30d")]),
            ("Others' open", [open, condition("agent_id", "is_set"), condition("agent_id", "is_not", "me")]),
            ("Unassigned, waiting", [unassigned, waiting]),
            ("Unassigned for a day", [unassigned, waiting, condition("waiting_time", "greater", "24h")]),
            ("Waiting for four hours", [condition("waiting_time", "greater", "4h")]),
            ("Waiting for a week", [condition("waiting_time", "greater", "7d")]),
            ("New today", [condition("created_at", "within_last", "1d")]),
            ("New this week", [condition("created_at", "within_last", "7d")]),
            ("Changed this week", [condition("updated_at", "within_last", "7d")]),
            ("Forgotten", [open, condition("updated_at", "not_within_last", "60d")]),
            ("Open in the department", [open, condition("department_id", "is", .integer(1))]),
            ("High and urgent", [open, condition("priority", "at_least", "high")]),
            ("Most urgent", [open, condition("urgency", "at_least", .integer(7))]),
            ("Labelled billing", [open, condition("label", "is", "billing")]),
            ("Under warranty", [waiting, condition("field.warranty", "is", .flag(true))]),
            ("Long talks", [open, condition("message_count", "greater", .integer(10))]),
            ("Says a word", [open, condition("words", "contains", .text("word\(words.middle[0])"))]),
            (
                "Late or urgent",
                [
                    open,
                    .group(
                        QueueCriteria(any: [condition("priority", "is", "urgent"), condition("waiting_time", "greater", "48h")])),
                ]
            ),
        ]
    }

    private func condition(_ field: String, _ op: String, _ value: QueueValue = .nothing) -> QueueCriterion {
        .condition(QueueCondition(field, op, value))
    }
}

extension SizedHelpdesk {
    /// As `Helpdesk.countQueues` does it.
    func resolvedQueues() -> [ResolvedCriteria] {
        guard case .agent(let rights) = access.rights else { return [] }
        let now = Clock.system.now()
        return queues.map { queue in
            queue.criteria.resolved(in: access.configuration, caller: access.caller.agentID, teams: rights.teams, at: now)
        }
    }
}
