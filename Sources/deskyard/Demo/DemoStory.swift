import Domain

/// Something that happens in a demo helpdesk.
///
/// In its texts, `[Dora Klein|Emil Novak]` is Dora the first time the story is told and Emil the second. `{user}` and `{agent}` are first
/// names, `{order}` is a number that only this telling has, and `{soon}` is a day two weeks ahead.
struct DemoStory: Sendable {
    enum Opening: Sendable {
        /// With the user's own token.
        case account
        /// Through the website, for whoever filled the form in.
        case form
        /// By the agent who took the call.
        case phone
    }

    enum Step: Sendable {
        /// On top of the minutes that each step takes.
        case pause(hours: Int)
        /// Another agent goes on.
        case agent(String)
        /// The agent assigns the ticket to themself.
        case take
        case change(Change)
        case answer(String)
        /// An answer that leaves the ticket with the helpdesk.
        case acknowledge(String)
        /// An answer, and now something outside must happen first.
        case stall(String)
        case resolve(String)
        case note(String)
        case user(String)
        /// Another user writes, who is on copy or of the same organization.
        case other(String, String)
        case follow(String)
        case copy(String)
        case hide(HiddenStatus)
        case restore
        /// By the admin.
        case hold(String)
        /// A user opens another ticket, which the next three are about.
        case another(String, subject: String, message: String)
        case merge
        case link
        /// Moves what the user said last into another ticket.
        case split(String)
    }

    struct Change: Sendable {
        var agent: String?
        var team: String?
        var department: String?
        var status: VisibleStatus?
        var priority: Priority?
        var urgency: Int?
        var labels: [String]?
        var fields: [String: FieldValue] = [:]
    }

    var subject: String
    var user: String
    var opening = Opening.account
    /// Who deals with it at first.
    var agent: String
    /// Nil: the default one.
    var department: String?
    var priority = Priority.normal
    var urgency = 1
    var fields: [String: FieldValue] = [:]
    /// When in the week it begins, from 0 to 7; nil: at any time.
    var day: Double?
    /// How often it is told.
    var rounds = 1
    var message: String
    var steps: [Step]
}

extension DemoStory.Step {
    /// How long it is in coming, more or less.
    var minutes: Int64 {
        switch self {
        case .pause(let hours): Int64(hours) * 60
        case .hide: 4
        case .change, .follow, .copy, .merge, .link, .split: 6
        case .agent, .take, .hold: 9
        case .note: 12
        case .answer, .acknowledge, .stall, .resolve: 35
        case .another: 50
        case .restore: 60
        case .other: 110
        case .user: 190
        }
    }
}
