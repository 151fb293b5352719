import Domain
import JSON
import Services

/// The forms of what is said of purges.
enum PurgeBodies {
    static let statuses = HiddenStatus.allCases.map(\.rawValue)
    static let status = Schema.oneOf(statuses)
    static let count = Schema.integer(minimum: 0)

    static let enabled = Schema.property("enabled", .boolean)
    static let retentionDays = Schema.property(
        "retention_days",
        .integer(
            minimum: PurgeSchedule.retentionDays.lowerBound, maximum: PurgeSchedule.retentionDays.upperBound,
            description: "Days a ticket stays after it was hidden."))
    static let at = Schema.property(
        "at",
        .string(
            description:
                "HH:MM on the clock of `time_zone`. `next_run_at` lies up to \(Timetable.jitterWindow) seconds later, always by as "
                + "much for one helpdesk and status, so that not all helpdesks begin at once. A time that the clock jumps over is reached "
                + "right after the jump, one that it shows twice the first time.",
            maximumLength: 5))
    static let timeZone = Schema.property("time_zone", .string(description: "IANA name."))

    static let schedule = Schema.object([
        Schema.property("status", status), enabled, retentionDays, at, timeZone,
        Schema.property("next_run_at", .nullable(.time)),
        Schema.property("last_run", .nullable(.reference("PurgeRun"))),
        Schema.property("due_from", .nullable(.time)),
        Schema.property("version", .integer(minimum: 1)),
    ])

    static let patch = Schema.object(
        [enabled, retentionDays, at, timeZone].map { Schema.property($0.name, $0.schema, required: false) })

    static let forecast = Schema.object([
        Schema.property("status", status),
        Schema.property("tickets", count),
        Schema.property("messages", count),
        Schema.property("attachments", count),
        Schema.property("bytes", .integer(minimum: 0, description: "Of subjects and what was said.")),
        Schema.property("held", .integer(minimum: 0, description: "Due, and left because they are under legal hold.")),
        // Said when messages and bytes are reckoned from the first 100,000 tickets.
        Schema.property("estimated", .boolean),
        Schema.property("next_run_at", .nullable(.time)),
        Schema.property("hidden_until", .time),
    ])

    static let start = Schema.object([
        Schema.property("status", status),
        Schema.property("scope", .oneOf(PurgeRun.Scope.choices.map(\.rawValue)), required: false),
    ])

    static let run = Schema.object([
        Schema.property("id", .integer(minimum: 1)),
        Schema.property("status", status),
        Schema.property("scope", .oneOf(PurgeRun.Scope.allCases.map(\.rawValue))),
        Schema.property("trigger", .oneOf(["schedule", "manual", "operator"])),
        Schema.property("state", .oneOf(PurgeRun.State.allCases.map(\.rawValue))),
        Schema.property("purged", count),
        Schema.property("held", .integer(minimum: 0, description: "Due, and left because they are under legal hold.")),
        Schema.property("messages", count),
        Schema.property("attachments", count),
        Schema.property("bytes", .integer(minimum: 0, description: "Of subjects and what was said.")),
        Schema.property("created_at", .time),
        Schema.property("started_at", .nullable(.time)),
        Schema.property("finished_at", .nullable(.time)),
        Schema.property("slot", .nullable(.time)),
        Schema.property("agent_id", .nullable(.integer(minimum: 1, description: "Who asked for it; null: the schedule or an operator."))),
        Schema.property("mass_action_id", .nullable(.integer(minimum: 1, description: "The one that chose the tickets."))),
        // What the run kept to: it took what was hidden up to then.
        Schema.property("policy", .object([retentionDays, Schema.property("hidden_until", .nullable(.time))])),
        Schema.property(
            "receipt",
            .nullable(
                .object([
                    Schema.property("number", .integer(minimum: 1)),
                    Schema.property("hash", .string(description: "SHA-256 of the receipt, in hexadecimal.", maximumLength: 64)),
                    Schema.property(
                        "previous_hash", .string(description: "Of the receipt before; zeros before the first.", maximumLength: 64)),
                ]))),
    ])

    static let total = Schema.object([
        Schema.property("day", .string(description: "YYYY-MM-DD, UTC.", maximumLength: 10)),
        Schema.property("measure", .oneOf(DailyTotal.Measure.allCases.map(\.rawValue))),
        Schema.property("count", count),
        Schema.property("milliseconds", .integer(minimum: 0, description: "Of first replies: how long they took in sum.")),
    ])
}

extension Endpoint.Parameter {
    static let hiddenStatus = Self(name: "status", place: .path, schema: PurgeBodies.status, description: "Which tickets it is for.")
}

extension RequestReader {
    /// Any other word leads nowhere.
    func hiddenStatus() throws -> HiddenStatus {
        guard let status = HiddenStatus(rawValue: try text("status")) else { throw Refusal.notFound }
        return status
    }
}

extension Answer {
    static func purgeSchedule(_ reading: PurgeScheduleReading) -> Answer {
        let schedule = reading.schedule
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("status")
            writer.string(schedule.status.rawValue)
            writer.key("enabled")
            writer.bool(schedule.enabled)
            writer.key("retention_days")
            writer.number(schedule.retentionDays)
            writer.key("at")
            writer.string(schedule.at.description)
            writer.key("time_zone")
            writer.string(schedule.timeZone)
            writer.key("next_run_at")
            writer.optional(schedule.nextRunAt)
            writer.key("last_run")
            if let run = reading.lastRun { writer.purgeRun(run) } else { writer.null() }
            writer.key("due_from")
            writer.optional(schedule.dueFrom)
            writer.key("version")
            writer.number(schedule.version)
        }
        return Answer(etag: "\"\(schedule.version)\"", body: writer.bytes)
    }

    static func purgeForecast(_ forecast: PurgeForecast, of status: HiddenStatus) -> Answer {
        var writer = JSONWriter(capacity: 256)
        writer.object { writer in
            writer.key("status")
            writer.string(status.rawValue)
            writer.key("tickets")
            writer.number(forecast.figures.purged)
            writer.key("messages")
            writer.number(forecast.figures.messages)
            writer.key("attachments")
            writer.number(forecast.figures.attachments)
            writer.key("bytes")
            writer.number(forecast.figures.bytes)
            writer.key("held")
            writer.number(forecast.figures.held)
            writer.key("estimated")
            writer.bool(forecast.isEstimate)
            writer.key("next_run_at")
            writer.optional(forecast.nextRunAt)
            writer.key("hidden_until")
            writer.string(plain: forecast.hiddenUntil.utf8)
        }
        return Answer(body: writer.bytes)
    }

    static func purgeRun(_ record: PurgeRunRecord, status: Int = 200) -> Answer {
        var writer = JSONWriter()
        writer.purgeRun(record)
        return Answer(status: status, location: status == 202 ? "/v1/purge-runs/\(record.run.id)" : nil, body: writer.bytes)
    }
}

extension JSONWriter {
    mutating func purgeRun(_ record: PurgeRunRecord) {
        let run = record.run
        let (slot, agent): (Timestamp?, Int64?) =
            switch run.trigger {
            case .schedule(let slot): (slot, nil)
            case .manual(let agent): (nil, agent.value)
            case .systemOperator: (nil, nil)
            }
        object { writer in
            writer.key("id")
            writer.number(run.id.value)
            writer.key("status")
            writer.string(run.status.rawValue)
            writer.key("scope")
            writer.string(run.scope.rawValue)
            writer.key("trigger")
            writer.string(run.trigger.name)
            writer.key("state")
            writer.string(run.state.rawValue)
            writer.key("purged")
            writer.number(run.figures.purged)
            writer.key("held")
            writer.number(run.figures.held)
            writer.key("messages")
            writer.number(run.figures.messages)
            writer.key("attachments")
            writer.number(run.figures.attachments)
            writer.key("bytes")
            writer.number(run.figures.bytes)
            writer.key("created_at")
            writer.string(plain: run.createdAt.utf8)
            writer.key("started_at")
            writer.optional(run.startedAt)
            writer.key("finished_at")
            writer.optional(run.finishedAt)
            writer.key("slot")
            writer.optional(slot)
            writer.key("agent_id")
            writer.optional(agent)
            writer.key("mass_action_id")
            writer.optional(run.massActionID?.value)
            writer.key("policy")
            writer.object { writer in
                writer.key("retention_days")
                writer.number(run.retentionDays)
                writer.key("hidden_until")
                writer.optional(run.tookUntil)
            }
            writer.key("receipt")
            if let receipt = record.receipt { writer.receipt(receipt) } else { writer.null() }
        }
    }

    private mutating func receipt(_ receipt: PurgeRunRecord.Receipt) {
        object { writer in
            writer.key("number")
            writer.number(receipt.number)
            writer.key("hash")
            writer.string(receipt.hash.hexadecimal)
            writer.key("previous_hash")
            writer.string(receipt.previousHash.hexadecimal)
        }
    }
}
