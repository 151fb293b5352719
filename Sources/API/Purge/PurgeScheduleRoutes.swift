import Domain
import JSON
import Services

/// `/v1/purge-schedules/{status}`: how long spam and deleted tickets stay, and when they go for good.
struct PurgeScheduleRoutes {
    let helpdesk: Helpdesk

    private static let path = "/v1/purge-schedules/{status}"

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.schemas["PurgeSchedule"] = PurgeBodies.schedule
        let success = Endpoint.Success(status: 200, description: "The schedule", schema: .reference("PurgeSchedule"))
        routes.tenant(
            Endpoint(
                method: .get, path: Self.path,
                summary:
                    "How long these tickets stay, when the next purge is, what the last one took, and since when something is overdue. "
                    + "next_run_at lies up to \(Timetable.jitterWindow) seconds after the time that is set.",
                needs: .tenantToken, scope: .readSettings, parameters: [.hiddenStatus], success: [success])
        ) { context in
            .purgeSchedule(try await helpdesk.readPurgeSchedule(context.request.hiddenStatus(), context.access))
        }
        routes.tenant(
            Endpoint(
                method: .put, path: Self.path,
                summary: "Sets it; what is left out stays as it is. From then on purge_at of every hidden ticket follows, and so does a "
                    + "purge that is going on. next_run_at lies up to \(Timetable.jitterWindow) seconds after the time that is set; a time "
                    + "that the clock jumps over is reached right after the jump, one that it shows twice the first time.",
                needs: .tenantToken, scope: .writeSettings, callers: .admins, parameters: [.hiddenStatus, .ifMatch],
                body: PurgeBodies.patch, example: ["enabled": true, "retention_days": 30, "at": "03:00", "time_zone": "Europe/London"],
                success: [success], problems: [412])
        ) { context in
            let status = try context.request.hiddenStatus()
            let patch = try Self.patch(context.request.json())
            return .purgeSchedule(
                try await helpdesk.updatePurgeSchedule(status, patch, context.access, ifMatch: context.request.ifMatch()))
        }
        routes.tenant(
            Endpoint(
                method: .get, path: Self.path + "/forecast",
                summary: "What the next purge would take: what was hidden up to hidden_until. While the schedule is switched off, what one "
                    + "started by hand would take now.",
                needs: .tenantToken, scope: .readSettings, parameters: [.hiddenStatus],
                success: [Endpoint.Success(status: 200, description: "The forecast", schema: PurgeBodies.forecast)])
        ) { context in
            let status = try context.request.hiddenStatus()
            return .purgeForecast(try await helpdesk.forecastPurge(status, context.access), of: status)
        }
    }

    private static func patch(_ json: JSONValue) throws -> PurgeSchedulePatch {
        var fields = try Fields(json)
        let patch = PurgeSchedulePatch(
            enabled: fields.boolean("enabled"), retentionDays: fields.integer("retention_days").map { Int(clamping: $0) },
            at: fields.parse("at", "a time from 00:00 to 23:59, as HH:MM") { LocalTime($0) },
            timeZone: fields.parse("time_zone", "an IANA name such as Europe/London") { $0 })
        fields.add(patch.faults)
        try fields.finish()
        return patch
    }
}
