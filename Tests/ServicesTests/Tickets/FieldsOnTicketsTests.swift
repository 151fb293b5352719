import Domain
import Services
import Support
import Testing

@Suite("Custom fields that must be filled in")
struct RequiredFieldsTests {
    @Test("Agents and users are asked for what is required of them in the department, one thing and all, and for nothing else")
    func required() async throws {
        try await withTenant { tenant in
            let desk = try await FieldDesk(tenant)
            for (who, departmentID, keys) in desk.requirements {
                let access = who == .user ? desk.user : desk.agent
                func open(_ fields: FieldChanges) async throws -> Ticket {
                    try await tenant.makeTicket(by: access) { draft in
                        draft.requester = who == .user ? .caller : .user(tenant.userID)
                        draft.departmentID = departmentID
                        draft.fields = fields
                    }
                }
                let place = "\(who) in department \(departmentID)"
                let all = keys.map { "fields.\($0) required" }
                let values = Dictionary(uniqueKeysWithValues: keys.map { (FieldKey(unchecked: $0), desk.value(of: $0)) })
                let withNothing = await refusal { _ = try await open([:]) }
                #expect(withNothing?.namedFaults == all, "\(place)")
                for key in keys {
                    var others: FieldChanges = values.mapValues { $0 }
                    others[FieldKey(unchecked: key)] = nil
                    let changes = others
                    let withoutOne = await refusal { _ = try await open(changes) }
                    #expect(withoutOne?.namedFaults == ["fields.\(key) required"], "\(place)")
                }
                let made = try await open(values.mapValues { $0 })
                #expect(made.fields == values, "\(place)")
                #expect(made.departmentID == departmentID, "\(place)")
            }
        }
    }

    @Test("Every fault is named at once, with its field, for a new ticket and for a change, and nothing is kept")
    func everyFault() async throws {
        try await withTenant { tenant in
            let sales = try await tenant.makeDepartment("Sales")
            _ = try await tenant.makeField("code", .text) { $0.maximumLength = .some(5) }
            _ = try await tenant.makeField("seats", .number) { $0.maximum = .some(10) }
            _ = try await tenant.makeField("agreed", .boolean)
            _ = try await tenant.makeField("due", .date)
            _ = try await tenant.makeField("color", .choice) { $0.choices = ["red", "blue"] }
            _ = try await tenant.makeField("extras", .multiChoice) { $0.choices = ["a", "b"] }
            _ = try await tenant.makeField("elsewhere", .text) { $0.departments = [(sales, Field.Requirement())] }
            _ = try await tenant.makeField("must", .text) { $0.requiredForAgents = true }
            let old = try await tenant.makeField("old", .text)
            try await tenant.helpdesk.retireField(old.id, tenant.now(tenant.admin))
            let agent = try await tenant.now(tenant.agent)

            func key(_ text: String) -> FieldKey { FieldKey(unchecked: text) }
            let wrong: FieldChanges = [
                key("code"): .text("too long"), key("seats"): .number(11), key("agreed"): .text("yes"), key("due"): .text("2026-02-30"),
                key("color"): .text("pink"), key("extras"): .choices(["a", "a"]), key("elsewhere"): .text("x"), key("must"): nil,
                key("old"): .text("x"), key("nothing"): .text("x"),
            ]
            let expected = [
                "fields.agreed invalid", "fields.code invalid", "fields.color invalid", "fields.due invalid", "fields.elsewhere not_here",
                "fields.extras invalid", "fields.must required", "fields.nothing unknown", "fields.old retired", "fields.seats invalid",
            ]
            let opened = await refusal { _ = try await tenant.makeTicket(by: agent) { $0.fields = wrong } }
            let nowhere = await refusal {
                _ = try await tenant.makeTicket(by: agent) { draft in
                    draft.fields = wrong
                    draft.departmentID = ID(4711)
                    draft.teamID = ID(4711)
                }
            }
            let none = try await tenant.listed()
            #expect(opened?.namedFaults == expected)
            let withPlaces = ["department_id unknown"] + expected + ["team_id unknown"]
            #expect(nowhere?.namedFaults == withPlaces)
            #expect(none.isEmpty)

            let ticket = try await tenant.makeTicket(by: agent) { $0.fields = [key("must"): .text("there")] }
            var patch = TicketPatch()
            patch.fields = wrong
            patch.subject = Subject("Changed")
            let asked = patch
            let changed = await refusal { _ = try await tenant.helpdesk.updateTicket(ticket.id, asked, agent) }
            let kept = try await tenant.read(ticket.id)
            #expect(changed?.namedFaults == expected)
            #expect(kept == ticket)
        }
    }

    @Test("Nobody is held to what was not required before; but what is required cannot be emptied")
    func later() async throws {
        try await withTenant { tenant in
            let field = try await tenant.makeField("cause", .text)
            let other = try await tenant.makeField("place", .text)
            let before = try await tenant.now(tenant.agent)
            let empty = try await tenant.makeTicket(by: before) { _ in }
            let filled = try await tenant.makeTicket(by: before) { $0.fields = [field.key: .text("Water")] }
            var required = FieldPatch()
            required.requiredForAgents = true
            _ = try await tenant.helpdesk.updateField(field.id, required, tenant.now(tenant.admin))
            let agent = try await tenant.now(tenant.agent)

            var elsewhere = try TicketPatch.subject("Changed")
            elsewhere.fields = [other.key: .text("Cellar")]
            let changed = try await tenant.helpdesk.updateTicket(empty.id, elsewhere, agent)
            #expect(changed.fields == values((other, .text("Cellar"))))

            var emptied = TicketPatch()
            emptied.fields = [field.key: nil]
            let clearing = emptied
            let refused = await refusal { _ = try await tenant.helpdesk.updateTicket(filled.id, clearing, agent) }
            let kept = try await tenant.read(filled.id)
            #expect(refused?.namedFaults == ["fields.cause required"])
            #expect(kept == filled)
        }
    }

    @Test("A ticket goes to another department only with what is required there, which the same change may bring along")
    func moved() async throws {
        try await withTenant { tenant in
            let sales = try await tenant.makeDepartment("Sales")
            let seats = try await tenant.makeField("seats", .number) { $0.departments = [(sales, Field.Requirement(forAgents: true))] }
            let wish = try await tenant.makeField("wish", .text) { $0.departments = [(Department.first, Field.Requirement())] }
            let agent = try await tenant.now(tenant.agent)
            let ticket = try await tenant.makeTicket(by: agent) { $0.fields = [wish.key: .text("Blue")] }
            var move = TicketPatch()
            move.departmentID = sales
            let bare = move
            let refused = await refusal { _ = try await tenant.helpdesk.updateTicket(ticket.id, bare, agent) }
            #expect(refused?.namedFaults == ["fields.seats required"])
            move.fields = [seats.key: .number(12)]
            let moved = try await tenant.helpdesk.updateTicket(ticket.id, move, agent)
            #expect(moved.departmentID == sales)
            // What it had stays, though it is not asked for there; it can be emptied and not set.
            #expect(moved.fields == values((seats, .number(12)), (wish, .text("Blue"))))
            var again = TicketPatch()
            again.fields = [wish.key: .text("Red")]
            let setting = again
            let notHere = await refusal { _ = try await tenant.helpdesk.updateTicket(ticket.id, setting, agent) }
            #expect(notHere?.namedFaults == ["fields.wish not_here"])
            again.fields = [wish.key: nil]
            let cleared = try await tenant.helpdesk.updateTicket(ticket.id, again, agent)
            #expect(cleared.fields == values((seats, .number(12))))
        }
    }
}

@Suite("Restoring a ticket that is not as it should be any more")
struct InvalidRestoreTests {
    @Test("It is refused with every fault at once and accepted with the corrections in the same request", arguments: HiddenStatus.allCases)
    func corrected(_ hidden: HiddenStatus) async throws {
        try await withTenant { tenant in
            let cause = try await tenant.makeField("cause", .text)
            let color = try await tenant.makeField("color", .choice) { $0.choices = ["red", "blue"] }
            let made = try await tenant.makeTicket(by: tenant.now(tenant.agent)) { $0.fields = [color.key: .text("red")] }
            let away = try await tenant.byAgent { try await tenant.helpdesk.hideTicket(made.id, as: hidden, $0) }
            var required = FieldPatch()
            required.requiredForAgents = true
            _ = try await tenant.helpdesk.updateField(cause.id, required, tenant.now(tenant.admin))
            var narrowed = FieldPatch()
            narrowed.choices = ["green", "blue"]
            _ = try await tenant.helpdesk.updateField(color.id, narrowed, tenant.now(tenant.admin))
            let agent = try await tenant.now(tenant.agent)

            func restore(_ fields: FieldChanges, _ status: VisibleStatus? = nil) async throws -> Ticket {
                var restoration = Restoration.to(status)
                restoration.fields = fields
                return try await tenant.helpdesk.restoreTicket(made.id, restoration, agent)
            }
            let plain = await refusal { _ = try await restore([:]) }
            let half = await refusal { _ = try await restore([cause.key: .text("Water")]) }
            let otherHalf = await refusal { _ = try await restore([color.key: nil]) }
            let wrong = await refusal { _ = try await restore([color.key: .text("pink"), FieldKey(unchecked: "no"): .text("x")]) }
            let kept = try await tenant.read(made.id)
            #expect(plain?.namedFaults == ["fields.cause required", "fields.color invalid"])
            #expect(half?.namedFaults == ["fields.color invalid"])
            #expect(otherHalf?.namedFaults == ["fields.cause required"])
            #expect(wrong?.namedFaults == ["fields.cause required", "fields.color invalid", "fields.no unknown"])
            #expect(kept == away)

            let back = try await restore([cause.key: .text("Water"), color.key: .text("green")], .resolved)
            let history = try await tenant.history(of: made.id)
            let last = try #require(history.last)
            #expect(back.status == .visible(.resolved))
            #expect(back.fields == values((cause, .text("Water")), (color, .text("green"))))
            #expect(back.version == away.version + 1)
            #expect(last.event == .restored)
            #expect(
                last.changes == [
                    FieldChange("status", from: .text(hidden.rawValue), to: .text("resolved")),
                    FieldChange("fields.cause", from: .none, to: .text("Water")),
                    FieldChange("fields.color", from: .text("red"), to: .text("green")),
                ])
        }
    }

    @Test("A department is removed when only hidden tickets are in it; who brings one back says where it goes")
    func departmentGone() async throws {
        try await withTenant { tenant in
            let sales = try await tenant.makeDepartment("Sales")
            let support = try await tenant.makeDepartment("Support")
            let ticket = try await tenant.makeTicket(by: tenant.now(tenant.agent)) { $0.departmentID = sales }
            let inUse = await refusal { try await tenant.helpdesk.removeDepartment(sales, tenant.now(tenant.admin)) }
            #expect(inUse == Refusal.conflict(.departmentInUse))
            _ = try await tenant.byAgent { try await tenant.helpdesk.hideTicket(ticket.id, as: .deleted, $0) }
            try await tenant.helpdesk.removeDepartment(sales, tenant.now(tenant.admin))
            let agent = try await tenant.now(tenant.agent)

            let away = try await tenant.read(ticket.id)
            let plain = await refusal { _ = try await tenant.helpdesk.restoreTicket(ticket.id, Restoration(), agent) }
            var nowhere = Restoration()
            nowhere.departmentID = ID(4711)
            let toNowhere = nowhere
            let unknown = await refusal { _ = try await tenant.helpdesk.restoreTicket(ticket.id, toNowhere, agent) }
            var back = Restoration()
            back.departmentID = sales
            let toTheGoneOne = back
            let gone = await refusal { _ = try await tenant.helpdesk.restoreTicket(ticket.id, toTheGoneOne, agent) }
            let kept = try await tenant.read(ticket.id)
            #expect(away.departmentID == sales)
            for refused in [plain, unknown, gone] { #expect(refused?.namedFaults == ["department_id gone"]) }
            #expect(kept == away)

            back.departmentID = support
            let restored = try await tenant.helpdesk.restoreTicket(ticket.id, back, agent)
            #expect(restored.departmentID == support)
            #expect(restored.status == .visible(.awaitingAgent))
        }
    }

    @Test("What is missing wherever the ticket goes is named together with the department that is gone, and all is put right in one go")
    func departmentGoneAndMore() async throws {
        try await withTenant { tenant in
            let sales = try await tenant.makeDepartment("Sales")
            let seats = try await tenant.makeField("seats", .number) { $0.departments = [(sales, Field.Requirement(forAgents: true))] }
            let cause = try await tenant.makeField("cause", .text)
            let ticket = try await tenant.makeTicket(by: tenant.now(tenant.agent)) { draft in
                draft.departmentID = sales
                draft.fields = [seats.key: .number(3)]
            }
            _ = try await tenant.byAgent { try await tenant.helpdesk.hideTicket(ticket.id, as: .spam, $0) }
            try await tenant.helpdesk.removeDepartment(sales, tenant.now(tenant.admin))
            var required = FieldPatch()
            required.requiredForAgents = true
            _ = try await tenant.helpdesk.updateField(cause.id, required, tenant.now(tenant.admin))
            let agent = try await tenant.now(tenant.agent)

            let plain = await refusal { _ = try await tenant.helpdesk.restoreTicket(ticket.id, Restoration(), agent) }
            #expect(plain?.namedFaults == ["department_id gone", "fields.cause required"])
            var whole = Restoration()
            whole.departmentID = Department.first
            whole.fields = [cause.key: .text("Water")]
            let restored = try await tenant.helpdesk.restoreTicket(ticket.id, whole, agent)
            #expect(restored.departmentID == Department.first)
            // What the other department wanted to know is not lost.
            #expect(restored.fields == values((seats, .number(3)), (cause, .text("Water"))))
        }
    }
}

@Suite("Fields that were retired")
struct RetiredFieldTests {
    @Test("Tickets keep what they have of it, lists find it, and nobody must or can fill it in until it is taken up again")
    func retired() async throws {
        try await withTenant { tenant in
            let field = try await tenant.makeField("serial", .text) { $0.requiredForAgents = true }
            let ticket = try await tenant.makeTicket(by: tenant.now(tenant.agent)) { $0.fields = [field.key: .text("S-1")] }
            try await tenant.helpdesk.retireField(field.id, tenant.now(tenant.admin))
            let agent = try await tenant.now(tenant.agent)

            let condition = TicketFilter.FieldCondition(id: field.id, key: field.key, value: .text("S-1"))
            let found = try await tenant.listed { $0.fields = [condition] }
            let changed = try await tenant.helpdesk.updateTicket(ticket.id, .subject("Changed"), agent)
            #expect(found == [ticket.id])
            #expect(changed.fields == values((field, .text("S-1"))))

            let without = try await tenant.makeTicket(by: agent) { _ in }
            let withIt = await refusal { _ = try await tenant.makeTicket(by: agent) { $0.fields = [field.key: .text("S-2")] } }
            var setting = TicketPatch()
            setting.fields = [field.key: .text("S-2")]
            let asked = setting
            let changing = await refusal { _ = try await tenant.helpdesk.updateTicket(ticket.id, asked, agent) }
            #expect(without.fields.isEmpty)
            #expect(withIt?.namedFaults == ["fields.serial retired"])
            #expect(changing?.namedFaults == ["fields.serial retired"])

            _ = try await tenant.helpdesk.hideTicket(ticket.id, as: .spam, agent)
            let restored = try await tenant.helpdesk.restoreTicket(ticket.id, Restoration(), agent)
            #expect(restored.fields == values((field, .text("S-1"))))

            var back = FieldPatch()
            back.isRetired = false
            _ = try await tenant.helpdesk.updateField(field.id, back, tenant.now(tenant.admin))
            let again = try await tenant.now(tenant.agent)
            let updated = try await tenant.helpdesk.updateTicket(ticket.id, asked, again)
            let missing = await refusal { _ = try await tenant.makeTicket(by: again) { _ in } }
            #expect(updated.fields == values((field, .text("S-2"))))
            #expect(missing?.namedFaults == ["fields.serial required"])
        }
    }

    @Test("It can still be emptied, and is then found no more")
    func cleared() async throws {
        try await withTenant { tenant in
            let field = try await tenant.makeField("serial", .text) { $0.requiredForAgents = true }
            let ticket = try await tenant.makeTicket(by: tenant.now(tenant.agent)) { $0.fields = [field.key: .text("S-1")] }
            try await tenant.helpdesk.retireField(field.id, tenant.now(tenant.admin))
            var clearing = TicketPatch()
            clearing.fields = [field.key: nil]
            let cleared = try await tenant.helpdesk.updateTicket(ticket.id, clearing, tenant.now(tenant.agent))
            let condition = TicketFilter.FieldCondition(id: field.id, key: field.key, value: .text("S-1"))
            let found = try await tenant.listed { $0.fields = [condition] }
            let history = try await tenant.history(of: ticket.id)
            #expect(cleared.fields.isEmpty)
            #expect(found.isEmpty)
            #expect(history.last?.changes == [FieldChange("fields.serial", from: .text("S-1"), to: .none)])
        }
    }

    @Test("A follow-up takes along what is still right, and goes where there still is a department")
    func followUp() async throws {
        try await withTenant { tenant in
            let sales = try await tenant.makeDepartment("Sales")
            let kept = try await tenant.makeField("order_no", .text)
            let retired = try await tenant.makeField("serial", .text)
            let ofSales = try await tenant.makeField("seats", .number) { $0.departments = [(sales, Field.Requirement())] }
            let agent = try await tenant.now(tenant.agent)
            let old = try await tenant.makeTicket(by: agent) { draft in
                draft.departmentID = sales
                draft.fields = [kept.key: .text("A-17"), retired.key: .text("S-1"), ofSales.key: .number(3)]
            }
            _ = try await tenant.helpdesk.hideTicket(old.id, as: .deleted, agent)
            try await tenant.helpdesk.removeDepartment(sales, tenant.now(tenant.admin))
            try await tenant.helpdesk.retireField(retired.id, tenant.now(tenant.admin))
            let user = try await tenant.now(tenant.user)
            let next = try await tenant.helpdesk.reply(to: old.id, text("Anybody there?"), user).ticket
            #expect(next.followUpOf == old.id)
            #expect(next.departmentID == Department.first)
            #expect(next.fields == values((kept, .text("A-17"))))
        }
    }
}

@Suite("Finding tickets by what is said of them")
struct FieldFilterTests {
    private static let colors = ["red", "green", "blue, dark", "\"quoted\""]
    private static let labels = ["billing", "Billing", "to do", "down"].map { Label(unchecked: $0) }

    @Test(
        "Random filters by field, label, department and team find among random tickets exactly what plain Swift finds",
        arguments: [21, 22] as [UInt64])
    func againstSwift(seed: UInt64) async throws {
        try await withTenant { tenant in
            var chance = SeededGenerator(seed: seed)
            let departments = [Department.first, try await tenant.makeDepartment("Sales")]
            let team = try await tenant.helpdesk.createTeam(named: "Second level", tenant.now(tenant.admin))
            var fields: [Field] = []
            for kind in Field.Kind.allCases {
                let choices = kind == .choice || kind == .multiChoice ? Self.colors : nil
                fields.append(try await tenant.makeField("a_\(kind.rawValue)", kind) { $0.choices = choices })
            }
            let agent = try await tenant.now(tenant.agent)
            var tickets: [Ticket] = []
            for _ in 0..<120 {
                let values = fields.randomValues(using: &chance)
                let labels = Self.randomLabels(using: &chance)
                let department = departments.randomElement(using: &chance)
                let isTeams = Int.random(in: 0..<3, using: &chance) == 0
                tickets.append(
                    try await tenant.makeTicket(by: agent) { draft in
                        draft.fields = values.mapValues { $0 }
                        draft.labels = labels
                        draft.departmentID = department
                        draft.teamID = isTeams ? team.id : nil
                    })
            }
            // What lists find a ticket by is kept beside it; it must go along with every change.
            for index in tickets.indices.shuffled(using: &chance).prefix(60) {
                var patch = TicketPatch()
                // In one order, or the same seed would not give the same changes.
                for (key, value) in fields.randomValues(using: &chance).sorted(by: { $0.key.text < $1.key.text }) {
                    patch.fields[key] = Bool.random(using: &chance) ? value : .some(nil)
                }
                if Bool.random(using: &chance) { patch.labels = Self.randomLabels(using: &chance) }
                if Bool.random(using: &chance) { patch.team = Bool.random(using: &chance) ? .nobody : .to(team.id) }
                tickets[index] = try await tenant.helpdesk.updateTicket(tickets[index].id, patch, agent)
            }
            for index in tickets.indices.shuffled(using: &chance).prefix(15) {
                tickets[index] = try await tenant.helpdesk.hideTicket(
                    tickets[index].id, as: index.isMultiple(of: 2) ? .spam : .deleted, agent)
            }

            var found = 0
            for number in 0..<150 {
                var filter = TicketFilter()
                for field in fields.shuffled(using: &chance).prefix(Int.random(in: 0...2, using: &chance)) {
                    filter.fields.append(field.randomCondition(using: &chance))
                }
                if filter.fields.isEmpty || Int.random(in: 0..<3, using: &chance) == 0 {
                    filter.label = Self.labels.randomElement(using: &chance)
                }
                if Int.random(in: 0..<5, using: &chance) == 0 { filter.departmentID = departments.randomElement(using: &chance) }
                switch Int.random(in: 0..<8, using: &chance) {
                case 0: filter.team = .some(.none)
                case 1: filter.team = .to(team.id)
                case 2: filter.statuses = [.hidden(.spam), .visible(.awaitingAgent)]
                default: break
                }
                let limit = Int.random(in: 3...60, using: &chance)
                let seen = try await tenant.walk(filter, limit: limit, agent)
                let expected = tickets.filter { filter.holds($0) }.map(\.id)
                #expect(seen == expected, "filter \(number): \(filter), pages of \(limit)")
                found += expected.isEmpty ? 0 : 1
            }
            #expect(found >= 50, "too few of the filters found anything for this test to say much")
        }
    }

    @Test("Texts that only differ behind what the index holds are told apart")
    func longTexts() async throws {
        try await withTenant { tenant in
            let field = try await tenant.makeField("story", .text)
            let agent = try await tenant.now(tenant.agent)
            let beginning = String(repeating: "é", count: 200)
            let texts = [beginning, beginning + "a", beginning + "b", beginning + String(repeating: "c", count: 9000)]
            var ids: [ID<Ticket>] = []
            for text in texts { ids.append(try await tenant.makeTicket(by: agent) { $0.fields = [field.key: .text(text)] }.id) }
            for (id, text) in zip(ids, texts) {
                let condition = TicketFilter.FieldCondition(id: field.id, key: field.key, value: .text(text))
                let found = try await tenant.listed { $0.fields = [condition] }
                #expect(found == [id], "\(text.count) characters")
            }
            let missing = TicketFilter.FieldCondition(id: field.id, key: field.key, value: .text(beginning + "d"))
            let none = try await tenant.listed { $0.fields = [missing] }
            #expect(none.isEmpty)
        }
    }

    private static func randomLabels(using chance: inout SeededGenerator) -> Labels {
        Labels(labels.shuffled(using: &chance).prefix(Int.random(in: 0...3, using: &chance))) ?? Labels.none
    }
}

@Suite("Labels")
struct LabelTests {
    @Test("They are a set: sent in any order and twice, kept once and in order, and the same set is no change")
    func set() async throws {
        try await withTenant { tenant in
            func patch(_ texts: String...) throws -> TicketPatch {
                var patch = TicketPatch()
                patch.labels = try labels(texts)
                return patch
            }
            let agent = tenant.agent.access
            let first = try labels(["b", "a", "b"])
            let ticket = try await tenant.makeTicket(by: agent) { $0.labels = first }
            #expect(ticket.labels.list.map(\.text) == ["a", "b"])
            tenant.clock.advance(seconds: 60)
            let same = try await tenant.helpdesk.updateTicket(ticket.id, patch("b", "b", "a"), agent)
            #expect(same == ticket)

            let changed = try await tenant.helpdesk.updateTicket(ticket.id, patch("c", "a"), agent)
            let kept = try await tenant.read(ticket.id)
            let rows = try await tenant.sql("select label from helpdesk.ticket_labels where tenant_id = $tenant order by label")
            #expect(changed == kept)
            #expect(kept.labels.list.map(\.text) == ["a", "c"])
            #expect(rows == [["a"], ["c"]])
            let withA = try await tenant.listed { $0.label = Label(unchecked: "a") }
            let withB = try await tenant.listed { $0.label = Label(unchecked: "b") }
            let withC = try await tenant.listed { $0.label = Label(unchecked: "c") }
            #expect(withA == [ticket.id])
            #expect(withB.isEmpty)
            #expect(withC == [ticket.id])

            let cleared = try await tenant.helpdesk.updateTicket(ticket.id, patch(), agent)
            let history = try await tenant.history(of: ticket.id)
            let changes = history.compactMap { entry in entry.changes.first { $0.field == "labels" } }
            #expect(cleared.labels == Labels.none)
            #expect(
                changes == [
                    FieldChange("labels", from: .none, to: .list(["a", "b"])),
                    FieldChange("labels", from: .list(["a", "b"]), to: .list(["a", "c"])),
                    FieldChange("labels", from: .list(["a", "c"]), to: .none),
                ])
        }
    }

    @Test("Users do not label their tickets")
    func users() async throws {
        try await withTenant { tenant in
            let vip = try labels(["vip"])
            let refused = await refusal {
                _ = try await tenant.makeTicket(by: tenant.user.access) { draft in
                    draft.requester = .caller
                    draft.labels = vip
                }
            }
            #expect(refused?.isForbidden == true)
        }
    }
}

private func labels(_ texts: [String]) throws -> Labels {
    let labels = texts.map { Label(unchecked: $0) }
    return try #require(Labels(labels))
}

/// What a ticket has in these fields.
private func values(_ fields: (Field, FieldValue)...) -> [FieldKey: FieldValue] {
    Dictionary(fields.map { ($0.0.key, $0.1) }) { $1 }
}

/// A helpdesk with a second department, and a field for each way in which one can be required.
private struct FieldDesk {
    enum Who { case agent, user }

    let sales: ID<Department>
    let agent: Access
    let user: Access

    init(_ tenant: TestTenant) async throws {
        let sales = try await tenant.makeDepartment("Sales")
        let general = Department.first
        typealias Requirement = Field.Requirement
        _ = try await tenant.makeField("of_all", .text) { patch in
            patch.requiredForAgents = true
            patch.requiredForUsers = true
        }
        _ = try await tenant.makeField("of_agents", .text) { $0.requiredForAgents = true }
        _ = try await tenant.makeField("of_users", .text) { $0.requiredForUsers = true }
        _ = try await tenant.makeField("of_nobody", .text)
        _ = try await tenant.makeField("in_sales", .number) { $0.departments = [(sales, Requirement(forAgents: true, forUsers: true))] }
        _ = try await tenant.makeField("in_both", .text) { patch in
            patch.departments = [(sales, Requirement(forAgents: true)), (general, Requirement(forUsers: true))]
            // Where departments are named, this says nothing.
            patch.requiredForAgents = true
            patch.requiredForUsers = true
        }
        self.sales = sales
        agent = try await tenant.now(tenant.agent)
        user = try await tenant.now(tenant.user)
    }

    /// Who must fill in what, where; in alphabetical order.
    var requirements: [(who: Who, department: ID<Department>, keys: [String])] {
        [
            (.agent, Department.first, ["of_agents", "of_all"]),
            (.agent, sales, ["in_both", "in_sales", "of_agents", "of_all"]),
            (.user, Department.first, ["in_both", "of_all", "of_users"]),
            (.user, sales, ["in_sales", "of_all", "of_users"]),
        ]
    }

    func value(of key: String) -> FieldValue { key == "in_sales" ? .number(5) : .text("x") }
}

extension TestTenant {
    fileprivate func makeDepartment(_ name: String) async throws -> ID<Department> {
        try await helpdesk.createDepartment(named: name, isDefault: false, now(admin)).id
    }

    /// Afterwards what was remembered of the helpdesk is too old.
    fileprivate func makeField(
        _ key: String, _ kind: Field.Kind, _ change: (inout FieldPatch) -> Void = { _ in }
    ) async throws -> Field {
        let fieldKey = try #require(FieldKey(key))
        var details = FieldPatch()
        change(&details)
        return try await helpdesk.createField(fieldKey, kind, named: key, details, now(admin))
    }

    /// Every page of a list, by number.
    fileprivate func walk(_ filter: TicketFilter, limit: Int, _ access: Access) async throws -> [ID<Ticket>] {
        var seen: [ID<Ticket>] = []
        var cursor: TicketCursor?
        repeat {
            let page = try await helpdesk.listTickets(
                filter, TicketOrder(.id, descending: false), after: cursor, limit: limit, access)
            seen += page.items.map(\.id)
            cursor = page.next
        } while cursor != nil
        return seen
    }
}

extension [Field] {
    /// A value for about every second field.
    fileprivate func randomValues(using chance: inout SeededGenerator) -> [FieldKey: FieldValue] {
        var values: [FieldKey: FieldValue] = [:]
        for field in self where Bool.random(using: &chance) { values[field.key] = field.randomValue(using: &chance) }
        return values
    }
}

extension Field {
    private static let beginning = String(repeating: "x", count: 200)
    private static let texts = [
        "A-17", "a-17", "A-17 ", "it's \"so\"", "17", "true", beginning + "y", beginning + "z",
    ]
    private static let numbers: [Double] = [0, 1, -1, 17, 2.5, 0.1, 1e15, 1e-7]
    private static let dates = ["2026-11-23", "2026-11-24", "2028-02-29"]

    fileprivate func randomValue(using chance: inout SeededGenerator) -> FieldValue {
        switch form {
        case .text: .text(Self.texts.randomElement(using: &chance) ?? "")
        case .number: .number(Self.numbers.randomElement(using: &chance) ?? 0)
        case .boolean: .boolean(Bool.random(using: &chance))
        case .date: .text(Self.dates.randomElement(using: &chance) ?? "")
        case .choice(let choices): .text(choices.randomElement(using: &chance) ?? "")
        case .multiChoice(let choices):
            .choices(Array(choices.shuffled(using: &chance).prefix(Int.random(in: 1...choices.count, using: &chance))))
        }
    }

    fileprivate func randomCondition(using chance: inout SeededGenerator) -> TicketFilter.FieldCondition {
        var value = randomValue(using: &chance)
        if case .choices(let choices) = value { value = .choices(Array(choices.prefix(1))) }
        return TicketFilter.FieldCondition(id: id, key: key, value: value)
    }
}

extension TicketFilter {
    /// What the filter says, without a database.
    fileprivate func holds(_ ticket: Ticket) -> Bool {
        let name: StatusName =
            switch ticket.status {
            case .visible(let status): .visible(status)
            case .hidden(let status, _): .hidden(status)
            }
        guard statuses.isEmpty ? !name.isHidden : statuses.contains(name) else { return false }
        if let departmentID, ticket.departmentID != departmentID { return false }
        if let label, !ticket.labels.list.contains(label) { return false }
        switch team {
        case nil: break
        case .some(.none): if ticket.teamID != nil { return false }
        case .to(let id): if ticket.teamID != id { return false }
        }
        return fields.allSatisfy { condition in
            switch (condition.value, ticket.fields[condition.key]) {
            case (.choices(let asked), .some(.choices(let held))): asked.allSatisfy(held.contains)
            case (let asked, let held): held == asked
            }
        }
    }
}
