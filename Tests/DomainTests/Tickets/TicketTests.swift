import Domain
import Support
import Testing

private func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_795_412_700_000).advanced(bySeconds: seconds) }

private let ada = Ticket.Requester(id: ID(3), name: "Ada", email: EmailAddress(unchecked: "ada@example.org"))

/// A ticket opened in second 0. A hidden one was hidden in second 1.
private func makeTicket(_ status: TicketStatus = .visible(.awaitingAgent)) throws -> Ticket {
    let subject = try #require(Subject("The printer burns"))
    var opening = status
    if let from = status.hiddenFrom { opening = .visible(from) }
    var ticket = Ticket.opened(
        id: ID(7), ref: TicketReference(unchecked: "KXQW-4821-ZTMB"), subject: subject, status: opening, user: ada, channel: .api, at: at(0)
    )
    ticket.take(status, at: at(1))
    return ticket
}

@Suite("The times of a ticket")
struct TicketTimesTests {
    @Test("A new ticket has one message, version 1, and its times are the time it was made", arguments: VisibleStatus.allCases)
    func opened(_ status: VisibleStatus) throws {
        let new = try makeTicket(.visible(status))
        #expect(new.messageCount == 1)
        #expect(new.version == 1)
        #expect(new.createdAt == at(0))
        #expect(new.updatedAt == at(0))
        #expect(new.statusChangedAt == at(0))
        #expect(new.hiddenAt == nil)
        let waitingSince: Timestamp? = status == .awaitingAgent ? at(0) : nil
        let resolvedAt: Timestamp? = status == .resolved ? at(0) : nil
        #expect(new.userWaitingSince == waitingSince)
        #expect(new.resolvedAt == resolvedAt)
    }

    @Test("The status it has already changes nothing, not even a time", arguments: TicketStatus.all)
    func same(_ status: TicketStatus) throws {
        let before = try makeTicket(status)
        var after = before
        after.take(status, at: at(60))
        #expect(after == before)
    }

    @Test("After every transition the times fit the status, and nothing else has changed", arguments: TicketStatus.all)
    func transitions(_ old: TicketStatus) throws {
        for event in TransitionTable.everyEvent {
            guard case .success(.status(let new)) = old.result(of: event) else { continue }
            let before = try makeTicket(old)
            var after = before
            after.take(new, at: at(60))
            let isResolved = new == .visible(.resolved) || new.hiddenFrom == .resolved
            let changedAt = new == old ? before.statusChangedAt : at(60)
            #expect(after.status == new, "\(event)")
            #expect((after.hiddenAt != nil) == new.isHidden, "\(event)")
            #expect((after.resolvedAt != nil) == isResolved, "\(event)")
            #expect(!isResolved || after.userWaitingSince == nil, "\(event)")
            #expect(after.statusChangedAt == changedAt, "\(event)")

            var rest = after
            rest.status = before.status
            rest.hiddenAt = before.hiddenAt
            rest.resolvedAt = before.resolvedAt
            rest.userWaitingSince = before.userWaitingSince
            rest.userWaited = before.userWaited
            rest.statusChangedAt = before.statusChangedAt
            let ended = before.userWaitingSince != nil && after.userWaitingSince == nil
            #expect(after.userWaited == (ended ? 60_000 : 0), "\(event)")
            #expect(rest == before, "\(event)")
        }
    }

    @Test("Each change between spam and deleted starts the clock of the purge anew; a restored ticket has none")
    func hiddenAt() throws {
        var ticket = try makeTicket(.visible(.pending))
        ticket.take(.hidden(.spam, from: .pending), at: at(10))
        #expect(ticket.hiddenAt == at(10))
        ticket.take(.hidden(.spam, from: .pending), at: at(15))
        #expect(ticket.hiddenAt == at(10))
        ticket.take(.hidden(.deleted, from: .pending), at: at(20))
        #expect(ticket.hiddenAt == at(20))
        ticket.take(.hidden(.spam, from: .pending), at: at(30))
        #expect(ticket.hiddenAt == at(30))
        ticket.take(.visible(.pending), at: at(40))
        #expect(ticket.hiddenAt == nil)
        #expect(ticket.statusChangedAt == at(40))
    }

    @Test("Resolving sets the time and ends the wait, reopening forgets the time, resolving again sets another")
    func resolvedAt() throws {
        var ticket = try makeTicket()
        #expect(ticket.userWaitingSince == at(0))
        ticket.take(.visible(.resolved), at: at(10))
        #expect(ticket.resolvedAt == at(10))
        #expect(ticket.userWaitingSince == nil)
        ticket.take(.visible(.awaitingAgent), at: at(20))
        #expect(ticket.resolvedAt == nil)
        #expect(ticket.userWaitingSince == nil)
        ticket.take(.visible(.resolved), at: at(30))
        #expect(ticket.resolvedAt == at(30))
    }

    @Test("A resolved ticket that was hidden and restored was resolved when it was, by whatever way", arguments: HiddenStatus.allCases)
    func resolvedAtSurvivesHiding(_ first: HiddenStatus) throws {
        let other: HiddenStatus = first == .spam ? .deleted : .spam
        var ticket = try makeTicket(.visible(.resolved))
        ticket.take(.hidden(first, from: .resolved), at: at(10))
        #expect(ticket.resolvedAt == at(0))
        ticket.take(.hidden(other, from: .resolved), at: at(20))
        #expect(ticket.resolvedAt == at(0))
        ticket.take(.visible(.resolved), at: at(30))
        #expect(ticket.resolvedAt == at(0))
        #expect(ticket.statusChangedAt == at(30))
    }

    @Test("Restored to resolved from another status, a ticket is resolved from then on, and nobody waits")
    func restoredToResolved() throws {
        var ticket = try makeTicket(.hidden(.spam, from: .awaitingAgent))
        #expect(ticket.userWaitingSince == at(0))
        ticket.take(.visible(.resolved), at: at(10))
        #expect(ticket.resolvedAt == at(10))
        #expect(ticket.userWaitingSince == nil)
    }

    @Test(
        "Restored from resolved to another status, a ticket is not resolved",
        arguments: [VisibleStatus.awaitingAgent, .awaitingUser, .pending])
    func restoredFromResolved(_ status: VisibleStatus) throws {
        var ticket = try makeTicket(.hidden(.deleted, from: .resolved))
        ticket.take(.visible(status), at: at(10))
        #expect(ticket.resolvedAt == nil)
    }

    @Test("Hidden and restored, a user who waited has waited all the time")
    func waitSurvivesHiding() throws {
        var ticket = try makeTicket(.hidden(.spam, from: .awaitingAgent))
        ticket.take(.visible(.awaitingAgent), at: at(100))
        #expect(ticket.userWaitingSince == at(0))
    }
}

@Suite("What is said on a ticket")
struct TicketConversationTests {
    @Test("A user who writes waits from then on, and one who waits already has waited longer")
    func hearUser() throws {
        var ticket = try makeTicket(.visible(.awaitingUser))
        ticket.take(.visible(.awaitingAgent), at: at(10))
        ticket.hearUser(at: at(10))
        #expect(ticket.userWaitingSince == at(10))
        #expect(ticket.messageCount == 2)
        ticket.hearUser(at: at(20))
        #expect(ticket.userWaitingSince == at(10))
        #expect(ticket.messageCount == 3)
    }

    @Test("A message on spam is counted, but nobody waits for an answer to spam")
    func hearSpam() throws {
        var ticket = try makeTicket(.hidden(.spam, from: .awaitingUser))
        ticket.hearUser(at: at(10))
        #expect(ticket.messageCount == 2)
        #expect(ticket.userWaitingSince == nil)
    }

    @Test("An answer ends the wait, unless it only says that somebody is on it", arguments: VisibleStatus.allCases)
    func answerUser(_ chosen: VisibleStatus) throws {
        var ticket = try makeTicket()
        ticket.take(.visible(chosen), at: at(10))
        ticket.answerUser(at: at(10))
        #expect(ticket.messageCount == 2)
        #expect(ticket.replyCount == 1)
        #expect(ticket.userWaited == (chosen == .awaitingAgent ? 0 : 10_000))
        let waitingSince: Timestamp? = chosen == .awaitingAgent ? at(0) : nil
        #expect(ticket.userWaitingSince == waitingSince)
    }

    @Test("An answer to a user who does not wait makes nobody wait")
    func answerWithoutWait() throws {
        var ticket = try makeTicket(.visible(.awaitingUser))
        ticket.take(.visible(.awaitingAgent), at: at(10))
        ticket.answerUser(at: at(10))
        #expect(ticket.userWaitingSince == nil)
        #expect(ticket.userWaited == 0)
    }

    @Test("Over a whole conversation the wait begins with the first message that nobody answered")
    func conversation() throws {
        var ticket = try makeTicket()
        func say(_ status: VisibleStatus, at second: Int64, byUser: Bool) {
            ticket.take(.visible(status), at: at(second))
            if byUser { ticket.hearUser(at: at(second)) } else { ticket.answerUser(at: at(second)) }
        }
        say(.awaitingAgent, at: 10, byUser: true)
        #expect(ticket.userWaitingSince == at(0))
        say(.awaitingAgent, at: 20, byUser: false)
        #expect(ticket.userWaitingSince == at(0))
        say(.awaitingUser, at: 30, byUser: false)
        #expect(ticket.userWaitingSince == nil)
        say(.awaitingAgent, at: 40, byUser: true)
        #expect(ticket.userWaitingSince == at(40))
        say(.resolved, at: 50, byUser: false)
        #expect(ticket.userWaitingSince == nil)
        #expect(ticket.resolvedAt == at(50))
        say(.awaitingAgent, at: 60, byUser: true)
        #expect(ticket.userWaitingSince == at(60))
        #expect(ticket.resolvedAt == nil)
        #expect(ticket.messageCount == 7)
        #expect(ticket.replyCount == 3)
        #expect(ticket.userWaited == 40_000)
        #expect(ticket.firstRepliedAt == at(20))
        #expect(ticket.firstReplyTime == 20_000)
    }

    @Test("Who is on it without an answer still lets the user wait, and what was waited adds up to the millisecond")
    func waits() throws {
        var ticket = try makeTicket()
        func answer(_ status: VisibleStatus, _ milliseconds: Int64) {
            let now = Timestamp(milliseconds: at(0).milliseconds + milliseconds)
            ticket.take(.visible(status), at: now)
            ticket.answerUser(at: now)
        }
        func hear(_ milliseconds: Int64) {
            let now = Timestamp(milliseconds: at(0).milliseconds + milliseconds)
            ticket.take(.visible(.awaitingAgent), at: now)
            ticket.hearUser(at: now)
        }
        answer(.awaitingAgent, 1)
        #expect(ticket.userWaited == 0)
        #expect(ticket.firstReplyTime == 1)
        answer(.awaitingUser, 7)
        #expect(ticket.userWaited == 7)
        hear(10)
        hear(15)
        answer(.pending, 30)
        #expect(ticket.userWaited == 27)
        answer(.resolved, 100)
        #expect(ticket.userWaited == 27)
        #expect(ticket.firstReplyTime == 1)
        #expect(ticket.replyCount == 4)
    }

    @Test("A clock that was set back makes no wait negative")
    func setBack() throws {
        var ticket = try makeTicket()
        ticket.take(.visible(.awaitingUser), at: at(-60))
        #expect(ticket.userWaited == 0)
        #expect(ticket.userWaitingSince == nil)
    }

    @Test("A chat or call goes on up to its end and not at it")
    func live() throws {
        var ticket = try makeTicket()
        #expect(!ticket.isLive(at: at(0)))
        ticket.liveUntil = at(60)
        #expect(ticket.isLive(at: at(0)))
        #expect(ticket.isLive(at: Timestamp(milliseconds: at(60).milliseconds - 1)))
        #expect(!ticket.isLive(at: at(60)))
        #expect(!ticket.isLive(at: at(61)))
    }
}

@Suite("What the history says of a change")
struct TicketChangesTests {
    private struct Edit {
        let change: FieldChange
        let apply: (inout Ticket) -> Void

        init(_ field: String, _ from: FieldChange.Value, _ to: FieldChange.Value, apply: @escaping (inout Ticket) -> Void) {
            change = FieldChange(field, from: from, to: to)
            self.apply = apply
        }
    }

    /// Every field the history knows, in its order, with one change of it.
    private func everyEdit() throws -> [Edit] {
        let subject = try #require(Subject("The printer smokes"))
        let urgency = try #require(Urgency(9))
        let labels = try #require(Labels(["printer", "billing"].map { Label(unchecked: $0) }))
        let hold = try #require(LegalHold("Case 12"))
        var edits: [Edit] = []
        edits.append(Edit("status", .text("awaiting_agent"), .text("spam")) { $0.status = .hidden(.spam, from: .awaitingAgent) })
        edits.append(Edit("subject", .text("The printer burns"), .text("The printer smokes")) { $0.subject = subject })
        edits.append(Edit("department_id", .number(1), .number(2)) { $0.departmentID = ID(2) })
        edits.append(Edit("agent_id", .none, .number(4)) { $0.agentID = ID(4) })
        edits.append(Edit("team_id", .none, .number(8)) { $0.teamID = ID(8) })
        edits.append(Edit("user_id", .number(3), .number(5)) { $0.user.id = ID(5) })
        edits.append(Edit("organization_id", .none, .number(9)) { $0.organizationID = ID(9) })
        edits.append(Edit("priority", .text("normal"), .text("urgent")) { $0.priority = .urgent })
        edits.append(Edit("urgency", .number(1), .number(9)) { $0.urgency = urgency })
        edits.append(Edit("labels", .none, .list(["billing", "printer"])) { $0.labels = labels })
        edits.append(Edit("legal_hold", .none, .text("Case 12")) { $0.legalHold = hold })
        edits.append(Edit("follow_up_of", .none, .number(6)) { $0.followUpOf = ID(6) })
        edits.append(Edit("merged_into", .none, .number(10)) { $0.mergedInto = ID(10) })
        return edits
    }

    @Test("Of all combinations of changed fields, it names exactly those that changed, with what they were and are")
    func subsets() throws {
        let edits = try everyEdit()
        let old = try makeTicket()
        #expect(edits.count == 13)
        for subset in 0..<(1 << edits.count) {
            let chosen = edits.indices.filter { subset & (1 << $0) != 0 }.map { edits[$0] }
            var new = old
            for edit in chosen { edit.apply(&new) }
            let expected = chosen.map(\.change)
            #expect(new.changes(since: old) == expected)
        }
    }

    @Test("Read backwards, a change names the same fields the other way round")
    func backwards() throws {
        let old = try makeTicket()
        var new = old
        for edit in try everyEdit() { edit.apply(&new) }
        let back = try everyEdit().map { FieldChange($0.change.field, from: $0.change.to, to: $0.change.from) }
        #expect(old.changes(since: new) == back)
    }

    @Test("Times, counters and the name of the user are no changes that somebody made")
    func unrecorded() throws {
        let old = try makeTicket(.hidden(.spam, from: .pending))
        var new = old
        new.version = 2
        new.messageCount = 9
        new.updatedAt = at(60)
        new.statusChangedAt = at(60)
        new.hiddenAt = at(60)
        new.resolvedAt = at(60)
        new.userWaitingSince = at(60)
        new.userWaited = 60_000
        new.replyCount = 4
        new.firstRepliedAt = at(60)
        new.liveUntil = at(60)
        new.user.name = "Lady Ada"
        #expect(new != old)
        #expect(new.changes(since: old).isEmpty)
    }

    @Test("Each custom field is named by its key, in alphabetical order, with what it was and is, whatever its type")
    func customFields() throws {
        func key(_ text: String) -> FieldKey { FieldKey(unchecked: text) }
        var old = try makeTicket()
        old.fields = [key("colors"): .choices(["red"]), key("cleared"): .text("a"), key("kept"): .number(1), key("seats"): .number(17)]
        var new = old
        new.fields = [
            key("colors"): .choices(["red", "blue"]), key("due"): .text("2026-11-23"), key("kept"): .number(1), key("seats"): .number(2.5),
            key("urgent"): .boolean(false),
        ]
        let changes = new.changes(since: old)
        #expect(
            changes == [
                FieldChange("fields.cleared", from: .text("a"), to: .none),
                FieldChange("fields.colors", from: .list(["red"]), to: .list(["red", "blue"])),
                FieldChange("fields.due", from: .none, to: .text("2026-11-23")),
                FieldChange("fields.seats", from: .number(17), to: .decimal(2.5)),
                FieldChange("fields.urgent", from: .none, to: .truth(false)),
            ])
    }

    @Test("A change between spam and deleted is a change of status")
    func spamToDeleted() throws {
        let old = try makeTicket(.hidden(.spam, from: .pending))
        var new = old
        new.take(.hidden(.deleted, from: .pending), at: at(60))
        #expect(new.changes(since: old) == [FieldChange("status", from: .text("spam"), to: .text("deleted"))])
    }

    @Test("Of a new ticket it names every field that has a value, coming from nothing")
    func created() throws {
        var new = try makeTicket()
        let plain = new.changes(since: nil)
        #expect(plain.map(\.field) == ["status", "subject", "department_id", "user_id", "priority", "urgency"])
        #expect(plain.first == FieldChange("status", from: .none, to: .text("awaiting_agent")))

        new.agentID = ID(4)
        new.followUpOf = ID(6)
        new.fields = [FieldKey(unchecked: "order_no"): .text("A-17")]
        let full = new.changes(since: nil)
        #expect(
            full.map(\.field) == [
                "status", "subject", "department_id", "agent_id", "user_id", "priority", "urgency", "follow_up_of", "fields.order_no",
            ])
        for change in full { #expect(change.from == FieldChange.Value.none, "\(change.field)") }
    }
}

@Suite("The properties of a ticket")
struct TicketPropertiesTests {
    @Test("A reference is four letters, four digits, four letters, without I and O, and all others occur")
    func references() {
        var generator = SeededGenerator(seed: 7)
        let form = /[A-HJ-NP-Z]{4}-[0-9]{4}-[A-HJ-NP-Z]{4}/
        let texts = (0..<2000).map { _ in TicketReference.random(using: &generator).text }
        for text in texts {
            let fits = text.wholeMatch(of: form) != nil
            #expect(fits, "\(text)")
        }
        let characters = Set(texts.joined(separator: "")).sorted()
        #expect(String(characters) == "-0123456789ABCDEFGHJKLMNPQRSTUVWXYZ")
        #expect(Set(texts).count == texts.count)
    }

    @Test("The same randomness gives the same reference, other randomness another")
    func repeatable() {
        func reference(_ seed: UInt64) -> TicketReference {
            var generator = SeededGenerator(seed: seed)
            return TicketReference.random(using: &generator)
        }
        #expect(reference(1) == reference(1))
        #expect(reference(1) != reference(2))
    }

    @Test(
        "A subject is one line, without the blanks around it",
        arguments: [
            ("a", "a"), (" a ", "a"), ("\r\n\t The printer  burns \n", "The printer  burns"), ("\u{A0}\u{3000}a\u{2028}", "a"),
            ("👩‍👩‍👧 ß 漢字", "👩‍👩‍👧 ß 漢字"), ("(no subject)", Subject.none.text),
        ])
    func goodSubjects(_ text: String, _ subject: String) throws {
        let made = try #require(Subject(text))
        #expect(made.text == subject)
    }

    @Test(
        "Nothing, blanks, several lines and control characters are no subject",
        arguments: [
            "", " ", " \t\r\n", "\u{A0}", "a\nb", "a\r\nb", "a\tb", "a\u{0}b", "\u{0}", "a\u{1B}[31m", "a\u{7F}", "a\u{85}b",
        ])
    func badSubjects(_ text: String) {
        #expect(Subject(text) == nil)
    }

    @Test("A subject has at most 300 code points, counted without the blanks around it")
    func subjectLength() {
        let longest = String(repeating: "x", count: 300)
        #expect(Subject(longest)?.text == longest)
        #expect(Subject("  " + longest + "\n")?.text == longest)
        #expect(Subject(longest + "x") == nil)
        #expect(Subject(String(repeating: "漢", count: 300)) != nil)
        // One character for the reader, two for the database.
        #expect(Subject(String(repeating: "e\u{301}", count: 150)) != nil)
        #expect(Subject(String(repeating: "e\u{301}", count: 151)) == nil)
    }

    @Test("The line breaks that are no control characters are no part of a subject either", arguments: ["a\u{2028}b", "a\u{2029}b"])
    func unicodeLineBreaks(_ text: String) {
        #expect(Subject(text) == nil)
    }

    @Test("Urgency goes from 1 to 10")
    func urgency() {
        for value in 1...10 { #expect(Urgency(value)?.value == value) }
        for value in [0, 11, -1, 100, .min, .max] { #expect(Urgency(value) == nil, "\(value)") }
        #expect(Urgency.lowest == Urgency(1))
    }

    @Test("What was said is kept to the letter", arguments: ["a", " a ", "\n\na\n", "<p>a</p>", "👍"])
    func goodBodies(_ content: String) throws {
        for format in MessageBody.Format.allCases {
            let body = try #require(MessageBody(content, format: format))
            #expect(body.content == content)
            #expect(body.format == format)
        }
    }

    @Test("Blank text, and text with a zero in it, says nothing", arguments: ["", " ", "\n\t\r\n", "\u{A0}\u{3000}", "a\u{0}", "\u{0}"])
    func badBodies(_ content: String) {
        for format in MessageBody.Format.allCases { #expect(MessageBody(content, format: format) == nil) }
    }

    @Test("A message has at most one mebibyte of UTF-8")
    func bodyLength() {
        let fits = MessageBody(String(repeating: "x", count: 1_048_576), format: .text) != nil
        let isTooLong = MessageBody(String(repeating: "x", count: 1_048_577), format: .text) == nil
        let twoBytesFit = MessageBody(String(repeating: "é", count: 524_288), format: .text) != nil
        let twoBytesAreTooLong = MessageBody(String(repeating: "é", count: 524_288) + "x", format: .text) == nil
        #expect(fits)
        #expect(isTooLong)
        #expect(twoBytesFit)
        #expect(twoBytesAreTooLong)
    }
}

@Suite("Addresses of people and helpdesks")
struct AddressTests {
    @Test(
        "An e-mail address is kept in lower case, without the blanks around it",
        arguments: [
            ("ada@example.org", "ada@example.org"),
            ("  Ada@Example.ORG\r\n", "ada@example.org"),
            ("a@b", "a@b"),
            ("o'brien+tickets=7@mail.sub.example.co.uk", "o'brien+tickets=7@mail.sub.example.co.uk"),
            ("first.last_x-y@ex-ample.org", "first.last_x-y@ex-ample.org"),
            ("ada@xn--bcher-kva.example", "ada@xn--bcher-kva.example"),
            ("Ärzte@Bücher.example", "ärzte@bücher.example"),
        ])
    func goodEmails(_ text: String, _ address: String) throws {
        let made = try #require(EmailAddress(text))
        #expect(made.text == address)
        #expect(made == EmailAddress(unchecked: address))
    }

    @Test(
        "What no mail server takes is no address",
        arguments: [
            "", " ", "@", "ada", "@example.org", "ada@", "ada@@example.org", "ada@b@example.org", "ada lovelace@example.org",
            "ada@exam ple.org", "ada\t@example.org", "ada\u{A0}@example.org", "ada@.org", "ada@example.", "ada@example..org", "ada@.",
            "ada@-example.org", "ada@example-.org", "ada@example.-org", "<ada@example.org>", "Ada <ada@example.org>",
            "ada@example.org,bob@example.org", "ada,bob@example.org", "ada;bob@example.org", "ada:bob@example.org", "\"ada\"@example.org",
            "ada@[127.0.0.1]", "(ada)ada@example.org", "ada\\@example.org", "ada\r\nbcc:eve@example.org", "ada@example.org\r\nbcc:eve",
            "ada\u{0}@example.org", "ada\u{7F}@example.org", "ada\u{85}@example.org",
        ])
    func badEmails(_ text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test("The part before the @ has at most 64 bytes, the one after it 253")
    func emailLength() {
        let local = String(repeating: "a", count: 64)
        let domain = String(repeating: "a.", count: 126) + "a"
        #expect(EmailAddress(local + "@" + domain) != nil)
        #expect(EmailAddress(local + "a@" + domain) == nil)
        #expect(EmailAddress(local + "@" + domain + "a") == nil)
        #expect(EmailAddress(String(repeating: "é", count: 32) + "@b") != nil)
        #expect(EmailAddress(String(repeating: "é", count: 33) + "@b") == nil)
    }

    @Test("An @ with an accent on it is an @ all the same, and an address has one", arguments: ["ada@b@\u{301}example.org"])
    func accentedAt(_ text: String) {
        #expect(EmailAddress(text) == nil)
    }

    @Test("A slug is like a label of a domain name", arguments: ["a", "7", "acme", "acme-2", "2-acme", "a--b", "xn--bcher-kva"])
    func goodSlugs(_ text: String) throws {
        let made = try #require(Slug(text))
        #expect(made.text == text)
    }

    @Test(
        "Capitals, dots, blanks, outer hyphens and foreign letters make no slug",
        arguments: [
            "", "-", "--", "-a", "a-", "Acme", "a_b", "a.b", "a b", " a", "a ", "a\n", "ä", "a\u{301}", "a\u{0}", "a/b", "a@b", "а",
        ])
    func badSlugs(_ text: String) {
        #expect(Slug(text) == nil)
    }

    @Test("A slug has 1 to 63 characters")
    func slugLength() {
        #expect(Slug(String(repeating: "a", count: 63)) != nil)
        #expect(Slug(String(repeating: "a", count: 64)) == nil)
    }
}
