import Domain
import JSON
import Services

/// `/v1/settings`: what a helpdesk has set for itself.
struct SettingsRoutes {
    let helpdesk: Helpdesk

    private static let path = "/v1/settings"
    private static let lateMessages = [LateMessage.refuse, .followUp].map(\.rawValue)
    private static let reopenDays = Schema.nullable(
        .integer(minimum: 0, maximum: 3650, description: "Days a user's message reopens a resolved ticket; null: for ever, 0: never."))
    private static let undoDays = Schema.integer(
        minimum: 0, maximum: 3650, description: "Days a mass action can be taken back, at most mass_action_days; 0: never.")
    private static let massActionDays = Schema.integer(
        minimum: 1, maximum: 3650, description: "Days there is a result for each ticket of a mass action; then only the figures are left.")
    private static let searchLanguages = SearchLanguage.allCases.map(\.rawValue)
    private static let schema = Schema.object([
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("time_zone", .string(description: "IANA name.")),
        Schema.property("reopen_days", reopenDays),
        Schema.property("late_message", .oneOf(lateMessages)),
        Schema.property("undo_days", undoDays),
        Schema.property("mass_action_days", massActionDays),
        Schema.property("search_language", .oneOf(searchLanguages)),
        Schema.property("version", .integer(minimum: 1)),
    ])
    private static let patch = Schema.object([
        Schema.property("reopen_days", reopenDays, required: false),
        Schema.property("late_message", .oneOf(lateMessages), required: false),
        Schema.property("undo_days", undoDays, required: false),
        Schema.property("mass_action_days", massActionDays, required: false),
        Schema.property("search_language", .oneOf(searchLanguages), required: false),
    ])

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.schemas["Settings"] = Self.schema
        let success = Endpoint.Success(status: 200, description: "The settings", schema: .reference("Settings"))
        routes.tenant(
            Endpoint(
                method: .get, path: Self.path, summary: "What the helpdesk has set for itself, and what its provider calls it.",
                needs: .tenantToken, scope: .readSettings, success: [success])
        ) { context in
            .settings(try await helpdesk.readSettings(context.access))
        }
        routes.tenant(
            Endpoint(
                method: .patch, path: Self.path,
                summary:
                    "Sets what a user's message on a resolved ticket does, and for how long mass actions can be taken back and looked at.",
                needs: .tenantToken, scope: .writeSettings, callers: .admins, parameters: [.ifMatch], body: Self.patch,
                example: ["reopen_days": 14], success: [success], problems: [412])
        ) { context in
            var fields = try Fields(context.request.json())
            let patch = SettingsPatch(
                reopenDays: fields.reopenDays(), lateMessage: fields.lateMessage(), undoDays: fields.days("undo_days"),
                massActionDays: fields.days("mass_action_days"), searchLanguage: fields.searchLanguage())
            try fields.finish()
            return .settings(try await helpdesk.updateSettings(patch, context.access, ifMatch: context.request.ifMatch()))
        }
    }
}

extension Fields {
    /// `.some(nil)` for null, nil when it is missing or wrong.
    fileprivate mutating func reopenDays() -> Int?? {
        guard let value = value("reopen_days") else { return nil }
        if value.isNull { return .some(nil) }
        guard let days = value.integer, (0...3650).contains(days) else {
            fault("reopen_days", "invalid", "a whole number from 0 to 3650, or null")
            return nil
        }
        return .some(Int(days))
    }

    /// How many there may be, the service says.
    fileprivate mutating func days(_ name: String) -> Int? { integer(name).map { Int(clamping: $0) } }

    fileprivate mutating func searchLanguage() -> SearchLanguage? {
        parse("search_language", "a language such as english or german, or simple", SearchLanguage.init(rawValue:))
    }

    /// That a message reopens the ticket while there is time is no choice.
    fileprivate mutating func lateMessage() -> LateMessage? {
        parse("late_message", "refuse or follow_up") { text in LateMessage(rawValue: text).flatMap { $0 == .reopens ? nil : $0 } }
    }
}

extension Answer {
    fileprivate static func settings(_ settings: HelpdeskSettings) -> Answer {
        var writer = JSONWriter(capacity: 256)
        writer.object { writer in
            writer.key("name")
            writer.string(settings.name)
            writer.key("time_zone")
            writer.string(settings.timeZone)
            writer.key("reopen_days")
            writer.optional(settings.reopenPolicy.days.map { Int64($0) })
            writer.key("late_message")
            writer.string(settings.reopenPolicy.late.rawValue)
            writer.key("undo_days")
            writer.number(settings.undoDays)
            writer.key("mass_action_days")
            writer.number(settings.massActionDays)
            writer.key("search_language")
            writer.string(settings.searchLanguage.rawValue)
            writer.key("version")
            writer.number(settings.version)
        }
        return Answer(etag: "\"\(settings.version)\"", body: writer.bytes)
    }
}
