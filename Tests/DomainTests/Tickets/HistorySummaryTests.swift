import Domain
import Support
import Testing

private let moment = Timestamp(milliseconds: 1_795_412_700_000)

/// Mo works here, Ada is the ticket's user.
private let names: Names = {
    let configuration = Configuration(
        departments: [
            Department(id: Department.first, name: "General", isDefault: true, createdAt: moment),
            Department(id: ID(2), name: "Sales", createdAt: moment),
        ], teams: [ID(5): "Second level"], agents: [ID(4): "Mo Haddad", ID(6): "Lin Wu"], fields: [],
        reopenPolicy: ReopenPolicy(days: 30, late: .followUp), retention: Retention(spamDays: 30, deletedDays: 30))
    let ada = Ticket.Requester(id: ID(3), name: "Ada", email: EmailAddress(unchecked: "ada@example.org"))
    return Names(configuration, user: ada)
}()

private func sentence(_ event: HistoryEntry.Event, _ changes: [FieldChange] = [], by person: Person? = .agent(ID(4))) -> String {
    HistoryEntry(version: 2, at: moment, actor: HistoryEntry.Actor(person, tokenID: nil), event: event, changes: changes)
        .summary(names)
}

/// A line of the history and what it says.
struct HistoryLine: Sendable, CustomTestStringConvertible {
    let event: HistoryEntry.Event
    let changes: [FieldChange]
    /// Nil: an operator.
    let person: Person?
    let sentence: String

    init(_ event: HistoryEntry.Event, _ changes: [FieldChange] = [], by person: Person? = .agent(ID(4)), says sentence: String) {
        self.event = event
        self.changes = changes
        self.person = person
        self.sentence = sentence
    }

    var testDescription: String { sentence }

    private static let ada = Person.user(ID(3))

    private static func status(_ from: String, _ to: String) -> FieldChange { FieldChange("status", from: .text(from), to: .text(to)) }

    static let all: [HistoryLine] = [
        HistoryLine(
            .created,
            [
                FieldChange("status", from: .none, to: .text("awaiting_agent")), FieldChange("department_id", from: .none, to: .number(1)),
                FieldChange("fields.order_no", from: .none, to: .text("A-17")),
            ], by: ada, says: "Ada opened the ticket"),
        HistoryLine(.created, [FieldChange("split_from", from: .none, to: .number(7))], says: "Mo Haddad opened the ticket"),
        HistoryLine(.replied, says: "Mo Haddad answered"),
        HistoryLine(
            .replied, [status("awaiting_agent", "awaiting_user")],
            says: "Mo Haddad answered, set status to awaiting user (was awaiting agent)"),
        HistoryLine(.userMessage, by: ada, says: "Ada wrote"),
        HistoryLine(
            .userMessage, [status("resolved", "awaiting_agent")], by: ada, says: "Ada wrote, set status to awaiting agent (was resolved)"),
        HistoryLine(.noted, says: "Mo Haddad added a note"),
        HistoryLine(
            .updated, [status("pending", "resolved"), FieldChange("urgency", from: .number(1), to: .number(9))],
            says: "Mo Haddad set status to resolved (was pending), set urgency to 9 (was 1)"),
        HistoryLine(
            .markedSpam, [status("pending", "spam")], says: "Mo Haddad marked the ticket as spam"),
        HistoryLine(.deleted, [status("spam", "deleted")], says: "Mo Haddad deleted the ticket"),
        HistoryLine(
            .restored, [status("deleted", "awaiting_agent"), FieldChange("department_id", from: .number(2), to: .number(1))],
            says: "Mo Haddad restored the ticket, set status to awaiting agent (was deleted), moved it to General"),
        HistoryLine(
            .followedUp, [FieldChange("follow_up_id", from: .none, to: .number(8))], by: ada,
            says: "Ada wrote; the message opened ticket 8"),
        HistoryLine(
            .merged, [FieldChange("merged_from", from: .none, to: .number(8)), FieldChange("merged_from", from: .none, to: .number(9))],
            says: "Mo Haddad merged into this ticket: ticket 8, ticket 9"),
        HistoryLine(
            .mergedAway, [status("pending", "resolved"), FieldChange("merged_into", from: .none, to: .number(7))],
            says: "Mo Haddad merged this ticket into ticket 7"),
        HistoryLine(.split, [FieldChange("split_into", from: .none, to: .number(8))], says: "Mo Haddad split messages off into ticket 8"),
        HistoryLine(.linked, [FieldChange("related_id", from: .none, to: .number(8))], says: "Mo Haddad linked it with ticket 8"),
        HistoryLine(.unlinked, [FieldChange("related_id", from: .number(8), to: .none)], says: "Mo Haddad unlinked it from ticket 8"),
        HistoryLine(.followed, [FieldChange("follower_id", from: .none, to: .number(6))], says: "Mo Haddad let Lin Wu follow the ticket"),
        HistoryLine(
            .unfollowed, [FieldChange("follower_id", from: .number(6), to: .none)], says: "Mo Haddad let Lin Wu follow it no longer"),
        HistoryLine(.ccAdded, [FieldChange("cc_id", from: .none, to: .number(3))], says: "Mo Haddad put Ada on copy"),
        HistoryLine(.ccRemoved, [FieldChange("cc_id", from: .number(3), to: .none)], says: "Mo Haddad took Ada off copy"),
        HistoryLine(
            .held, [FieldChange("legal_hold", from: .none, to: .text("Case 12"))], says: "Mo Haddad put it under legal hold: Case 12"),
        HistoryLine(
            .held, [FieldChange("legal_hold", from: .text("Case 12"), to: .text("Case 13"))],
            says: "Mo Haddad put it under legal hold: Case 13"),
        HistoryLine(.released, [FieldChange("legal_hold", from: .text("Case 12"), to: .none)], says: "Mo Haddad lifted the legal hold"),
        HistoryLine(.liveStarted, [FieldChange("live", from: .none, to: .text("chat"))], says: "Mo Haddad began a chat"),
        HistoryLine(.liveEnded, [FieldChange("live", from: .text("call"), to: .none)], says: "Mo Haddad ended the call"),
        HistoryLine(.undone, says: "Mo Haddad took a mass action back"),
        HistoryLine(
            .undone, [status("deleted", "pending"), FieldChange("agent_id", from: .none, to: .number(6))],
            says: "Mo Haddad took a mass action back, set status to pending (was deleted), assigned it to Lin Wu"),
        HistoryLine(.deleted, [status("pending", "deleted")], by: nil, says: "an operator deleted the ticket"),
        HistoryLine(.updated, says: "Mo Haddad changed nothing"),
    ]
}

/// A change of a property or field, and what is said of it.
struct ChangePhrase: Sendable, CustomTestStringConvertible {
    let change: FieldChange
    let text: String

    init(_ field: String, _ from: FieldChange.Value, _ to: FieldChange.Value, _ text: String) {
        change = FieldChange(field, from: from, to: to)
        self.text = text
    }

    var testDescription: String { text }

    static let all: [ChangePhrase] = [
        ChangePhrase("agent_id", .none, .number(6), "assigned it to Lin Wu"),
        ChangePhrase("agent_id", .number(4), .number(6), "assigned it to Lin Wu"),
        ChangePhrase("agent_id", .none, .number(99), "assigned it to agent 99"),
        ChangePhrase("agent_id", .number(6), .none, "took it from Lin Wu"),
        ChangePhrase("agent_id", .number(99), .none, "took it from agent 99"),
        ChangePhrase("team_id", .none, .number(5), "gave it to the team Second level"),
        ChangePhrase("team_id", .number(5), .number(99), "gave it to the team 99"),
        ChangePhrase("team_id", .number(5), .none, "took it from the team Second level"),
        ChangePhrase("team_id", .number(99), .none, "took it from the team 99"),
        ChangePhrase("department_id", .number(1), .number(2), "moved it to Sales"),
        ChangePhrase("department_id", .number(2), .number(99), "moved it to department 99"),
        ChangePhrase("user_id", .number(9), .number(3), "made it the ticket of Ada"),
        ChangePhrase("user_id", .number(3), .number(9), "made it the ticket of user 9"),
        ChangePhrase("follower_id", .none, .number(99), "let agent 99 follow the ticket"),
        ChangePhrase("follower_id", .number(99), .none, "let agent 99 follow it no longer"),
        ChangePhrase("cc_id", .none, .number(9), "put user 9 on copy"),
        ChangePhrase("cc_id", .number(9), .none, "took user 9 off copy"),
        ChangePhrase("subject", .text("Fire"), .text("The printer burns"), "set subject to The printer burns (was Fire)"),
        ChangePhrase("priority", .text("normal"), .text("urgent"), "set priority to urgent (was normal)"),
        ChangePhrase("urgency", .number(10), .number(2), "set urgency to 2 (was 10)"),
        ChangePhrase("organization_id", .none, .number(7), "set organization id to 7"),
        ChangePhrase("organization_id", .number(7), .none, "cleared organization id (was 7)"),
        ChangePhrase("labels", .none, .list(["billing", "vip"]), "set labels to billing, vip"),
        ChangePhrase("labels", .list(["billing", "vip"]), .list(["vip"]), "set labels to vip (was billing, vip)"),
        ChangePhrase("labels", .list(["vip"]), .none, "cleared labels (was vip)"),
        ChangePhrase("status", .text("awaiting_agent"), .text("awaiting_user"), "set status to awaiting user (was awaiting agent)"),
        // A helpdesk's own fields are called as it calls them, and their texts are its own.
        ChangePhrase("fields.order_no", .none, .text("A_17"), "set order_no to A_17"),
        ChangePhrase("fields.order_no", .text("A_17"), .text("A_18"), "set order_no to A_18 (was A_17)"),
        ChangePhrase("fields.order_no", .text("A_17"), .none, "cleared order_no (was A_17)"),
        ChangePhrase("fields.status", .text("a_b"), .text("b_c"), "set status to b_c (was a_b)"),
        ChangePhrase("fields.agent_id", .none, .number(6), "set agent_id to 6"),
        ChangePhrase("fields.seats", .number(3), .number(-12), "set seats to -12 (was 3)"),
        ChangePhrase("fields.weight", .decimal(2.5), .number(3), "set weight to 3 (was 2.5)"),
        ChangePhrase("fields.agreed", .truth(false), .truth(true), "set agreed to yes (was no)"),
        ChangePhrase("fields.agreed", .none, .truth(false), "set agreed to no"),
        ChangePhrase("fields.due", .none, .text("2026-11-23"), "set due to 2026-11-23"),
        ChangePhrase("fields.colors", .list(["red"]), .list(["red", "blue"]), "set colors to red, blue (was red)"),
    ]
}

@Suite("What the history says in words")
struct HistorySummaryTests {
    @Test("Each event has its sentence", arguments: HistoryLine.all)
    func events(_ line: HistoryLine) {
        #expect(sentence(line.event, line.changes, by: line.person) == line.sentence)
    }

    @Test("No event is without one")
    func complete() {
        #expect(Set(HistoryLine.all.map(\.event)) == Set(HistoryEntry.Event.allCases))
    }

    @Test("Each kind of change has its phrase, whatever the value", arguments: ChangePhrase.all)
    func changes(_ phrase: ChangePhrase) {
        #expect(sentence(.updated, [phrase.change]) == "Mo Haddad \(phrase.text)")
        #expect(sentence(.replied, [phrase.change]) == "Mo Haddad answered, \(phrase.text)")
    }

    @Test("Several changes stand in their order, after what was done")
    func several() {
        let changes = ChangePhrase.all.map(\.change)
        let phrases = ChangePhrase.all.map(\.text).joined(separator: ", ")
        #expect(sentence(.updated, changes) == "Mo Haddad \(phrases)")
        #expect(sentence(.restored, changes) == "Mo Haddad restored the ticket, \(phrases)")
    }

    @Test("Whoever is known is called by name, a user without one by address, and everybody else by number")
    func people() {
        #expect(sentence(.noted, by: .agent(ID(6))) == "Lin Wu added a note")
        #expect(sentence(.noted, by: .agent(ID(99))) == "agent 99 added a note")
        #expect(sentence(.userMessage, by: .user(ID(3))) == "Ada wrote")
        #expect(sentence(.userMessage, by: .user(ID(4))) == "user 4 wrote")

        let nameless = Ticket.Requester(id: ID(3), name: nil, email: EmailAddress(unchecked: "ada@example.org"))
        let configuration = Configuration(
            departments: [], teams: [:], agents: [:], fields: [], reopenPolicy: ReopenPolicy(days: nil, late: .refuse),
            retention: Retention(spamDays: nil, deletedDays: nil))
        let entry = HistoryEntry(
            version: 1, at: moment, actor: HistoryEntry.Actor(.user(ID(3)), tokenID: nil), event: .created, changes: [])
        #expect(entry.summary(Names(configuration, user: nameless)) == "ada@example.org opened the ticket")
    }

    @Test("A name that changes changes the sentences of long ago: nothing of them is kept")
    func derived() {
        var later = names
        later.agents[ID(4)] = "Mo Haddad-Wu"
        later.departments[ID(2)] = "Sales and Orders"
        let entry = HistoryEntry(
            version: 2, at: moment, actor: HistoryEntry.Actor(.agent(ID(4)), tokenID: nil), event: .updated,
            changes: [FieldChange("department_id", from: .number(1), to: .number(2))])
        #expect(entry.summary(names) == "Mo Haddad moved it to Sales")
        #expect(entry.summary(later) == "Mo Haddad-Wu moved it to Sales and Orders")
    }

    @Test("Every change that a ticket can tell of has a sentence, and the changes of a new ticket are not told one by one")
    func ofTickets() throws {
        let subject = try #require(Subject("The printer burns"))
        let ada = Ticket.Requester(id: ID(3), name: "Ada", email: EmailAddress(unchecked: "ada@example.org"))
        let old = Ticket.opened(
            id: ID(7), ref: TicketReference(unchecked: "KXQW-4821-ZTMB"), subject: subject, status: .visible(.pending), user: ada,
            channel: .api, at: moment)
        var new = old
        new.take(.visible(.awaitingUser), at: moment)
        new.departmentID = ID(2)
        new.agentID = ID(4)
        new.teamID = ID(5)
        new.labels = Labels(unchecked: [Label(unchecked: "vip")])
        new.fields = [FieldKey(unchecked: "order_no"): .text("A-17")]
        #expect(
            sentence(.updated, new.changes(since: old))
                == "Mo Haddad set status to awaiting user (was pending), moved it to Sales, assigned it to Mo Haddad, "
                + "gave it to the team Second level, set labels to vip, set order_no to A-17")
        #expect(sentence(.created, new.changes(since: nil)) == "Mo Haddad opened the ticket")
    }
}
