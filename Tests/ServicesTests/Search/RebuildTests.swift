import Domain
import Support
import Testing

@testable import Services

@Suite("Search documents written anew")
struct RebuildTests {
    @Test("Documents that are missing, false or empty are right again, hidden tickets' too, and no other helpdesk's is touched")
    func mended() async throws {
        try await withTenant { tenant in
            for number in 1...7 { _ = try await tenant.makeTicket("Invoice \(number)", message: "The printers are jamming") }
            _ = try await tenant.makeTicket(in: .hidden(.spam, from: .resolved))
            _ = try await tenant.makeTicket(in: .hidden(.deleted, from: .pending))
            let right = try await tenant.documents()
            #expect(right.count == 9)
            try await tenant.sql(
                """
                delete from search.documents where tenant_id = $tenant and ticket_id % 3 = 0;
                delete from search.texts where tenant_id = $tenant and ticket_id % 3 = 1;
                update search.documents set words = '' where tenant_id = $tenant and ticket_id % 3 = 1;
                update search.documents set hidden = not hidden where tenant_id = $tenant and ticket_id % 3 = 2;
                update search.texts set subject = 'false', person = '' where tenant_id = $tenant and ticket_id % 3 = 2;
                """)
            try await withTenant { other in
                _ = try await other.makeTicket()
                try await other.sql("update search.documents set words = '' where tenant_id = $tenant")
                try await tenant.beginRebuild(taking: 2)
                let ended = try await tenant.rebuild()
                #expect(ended?.done == 9 && ended?.extent?.total == 9 && ended?.finishedAt == tenant.clock.now)
                let mended = try await tenant.documents()
                #expect(mended == right)
                let empty = try await other.documents()
                #expect(empty.map { $0[4] } == [nil])
            }
            let printing = try await tenant.ticketsWith("printer")
            #expect(printing == (1...7).map { "\($0)" })
        }
    }

    @Test("Ended between two pieces, whoever comes next goes on where it was, and does no ticket twice")
    func resumed() async throws {
        try await withTenant { tenant in
            for _ in 1...9 { _ = try await tenant.makeTicket() }
            let right = try await tenant.documents()
            try await tenant.sql("update search.documents set words = '' where tenant_id = $tenant")
            try await tenant.beginRebuild(taking: 3)
            let first = try await tenant.rebuild(untilDone: 1)
            #expect(first?.done == 3 && first?.place == ID(3))
            // What is done is not done again.
            try await tenant.sql("update search.documents set words = 'mark:1' where tenant_id = $tenant and ticket_id <= 3")
            let (_, goesOn) = try await tenant.installation.startSearchRebuild(in: tenant.tenant.slug, fromStart: false)
            #expect(goesOn.done == 3)
            let ended = try await tenant.rebuild()
            #expect(ended?.done == 9)
            let documents = try await tenant.documents()
            #expect(documents.prefix(3).map { $0[4] } == ["mark:D", "mark:D", "mark:D"])
            #expect(documents.dropFirst(3) == right.dropFirst(3))
            // One that has ended begins again.
            let (_, again) = try await tenant.installation.startSearchRebuild(in: tenant.tenant.slug, fromStart: false)
            #expect(again.done == 0 && again.finishedAt == nil)
            try await tenant.rebuild()
            let all = try await tenant.documents()
            #expect(all == right)
        }
    }

    @Test(
        "A piece that fails, or takes too long, is as if it had never begun, and the next one is smaller, down to a single ticket",
        arguments: ["P0001", "57014"])
    func failing(sqlState: String) async throws {
        try await withTenant { tenant in
            for _ in 1...4 { _ = try await tenant.makeTicket() }
            try await tenant.sql("update search.documents set words = 'mark' where tenant_id = $tenant")
            try await tenant.beginRebuild(taking: 4)
            let scope = try await tenant.scope
            try await tenant.sql(
                """
                create function public.fails_\(tenant.tenant.id)() returns trigger language plpgsql as
                $$ begin raise exception 'not this one' using errcode = '\(sqlState)'; end $$;
                create trigger fails_\(tenant.tenant.id) before update on search.documents
                for each row when (old.tenant_id = \(tenant.tenant.id) and old.ticket_id = 3)
                execute function public.fails_\(tenant.tenant.id)();
                """)
            var stumbled = 0
            let error = await #expect(throws: (any Error).self) {
                while true {
                    if case .stumbled = try await tenant.helpdesk.rebuildPiece(.everything, in: scope) { stumbled += 1 }
                }
            }
            #expect(!(error is Refusal))
            // Four together; and of what came after two of them went, until it was the third one alone.
            #expect(stumbled == 4)
            let place = try await tenant.sql("select last_ticket, batch from helpdesk.search_rebuilds where tenant_id = $tenant")
            #expect(place == [["2", "1"]])
            try await tenant.sql(
                """
                drop trigger fails_\(tenant.tenant.id) on search.documents;
                drop function public.fails_\(tenant.tenant.id)();
                """)
            let ended = try await tenant.rebuild()
            #expect(ended?.done == 4)
            let marked = try await tenant.ticketsWith("mark")
            #expect(marked.isEmpty)
        }
    }

    @Test("Tickets that somebody is at are passed over and come back to; who waits is nobody")
    func locked() async throws {
        try await withTenant { tenant in
            var ids: [ID<Ticket>] = []
            for _ in 1...6 { ids.append(try await tenant.makeTicket().id) }
            let right = try await tenant.documents()
            try await tenant.sql("update search.documents set words = 'mark' where tenant_id = $tenant")
            try await tenant.beginRebuild(taking: 2)
            try await tenant.whileLocked([ids[1], ids[2]]) {
                let waits = try await tenant.rebuild()
                #expect(waits?.done == 4 && waits?.finishedAt == nil)
                #expect(Set(waits?.passedOver ?? []) == [ids[1], ids[2]])
                let left = try await tenant.ticketsWith("mark")
                #expect(left == ["2", "3"])
            }
            let ended = try await tenant.rebuild()
            #expect(ended?.done == 6 && ended?.passedOver == [])
            let documents = try await tenant.documents()
            #expect(documents == right)
        }
    }

    @Test("One that was passed over and is gone by then is not waited for")
    func purgedMeanwhile() async throws {
        try await withTenant { tenant in
            _ = try await tenant.makeTicket()
            let spam = try await tenant.makeTicket(in: .hidden(.spam, from: .resolved)).id
            try await tenant.beginRebuild()
            try await tenant.whileLocked([spam]) {
                let waits = try await tenant.rebuild()
                #expect(waits?.passedOver == [spam])
            }
            try await tenant.sql("delete from helpdesk.tickets where tenant_id = $tenant and id = \(spam)")
            let ended = try await tenant.rebuild()
            #expect(ended?.done == 1 && ended?.finishedAt != nil)
        }
    }

    @Test("Several at once share the work: every ticket is done once, and all of them come to the end")
    func shared() async throws {
        try await withTenant { tenant in
            for _ in 1...40 { _ = try await tenant.makeTicket() }
            let right = try await tenant.documents()
            try await tenant.sql("update search.documents set words = '' where tenant_id = $tenant")
            try await tenant.beginRebuild(taking: 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...4 { group.addTask { try await tenant.rebuild() } }
                try await group.waitForAll()
            }
            let rows = try await tenant.sql(
                "select tickets_done, finished_at is not null from helpdesk.search_rebuilds where tenant_id = $tenant")
            #expect(rows == [["40", "t"]])
            let documents = try await tenant.documents()
            #expect(documents == right)
        }
    }

    @Test("It does not begin beside somebody who began before it did, and may write by what was set then")
    func preceded() async throws {
        try await withTenant { tenant in
            _ = try await tenant.makeTicket()
            let scope = try await tenant.scope
            let application = try await TestInstallation.shared.value.address
            try await whileAnother(does: "select 1", as: application) { _ in
                try await tenant.beginRebuild()
                for _ in 1...3 {
                    switch try await tenant.helpdesk.rebuildPiece(.everything, in: scope) {
                    case .waiting(let rebuild), .wrote(0, let rebuild, _): #expect(rebuild.done == 0)
                    case let other: Issue.record("\(other)")
                    }
                }
            }
            let ended = try await tenant.rebuild()
            #expect(ended?.done == 1)
        }
    }

    // MARK: Languages

    @Test("Another language has all tickets' words taken anew, by a job that comes with the change, and by none that does not")
    func languages() async throws {
        try await withTenant { tenant in
            _ = try await tenant.makeTicket("Rechnungen", message: "Die Bestellungen fehlen")
            func jobs() async throws -> [[String?]] {
                try await tenant.sql("select kind, class, state from installation.jobs where tenant_id = $tenant")
            }
            _ = try await tenant.helpdesk.updateSettings(SettingsPatch(undoDays: 3, searchLanguage: .english), tenant.admin.access)
            let none = try await jobs()
            #expect(none.isEmpty)
            _ = try await tenant.helpdesk.updateSettings(SettingsPatch(searchLanguage: .german), tenant.now(tenant.admin))
            let one = try await jobs()
            #expect(one == [["rebuild_search", "5", "ready"]])
            // What is opened by now is in the new language from the start.
            _ = try await tenant.helpdesk.createTicket(
                TicketDraft(subject: Subject("Bestellungen")!, body: text("Wo?"), requester: .caller), tenant.now(tenant.user))
            let before = try await tenant.ticketsWith("Bestellung")
            #expect(before == ["2"])
            try await tenant.rebuild()
            let after = try await tenant.ticketsWith("Bestellung")
            #expect(after == ["1", "2"])
        }
    }

    @Test("A change of the language in the middle of it begins with the first ticket again")
    func changedOnTheWay() async throws {
        try await withTenant { tenant in
            for _ in 1...4 { _ = try await tenant.makeTicket("Bestellungen") }
            try await tenant.beginRebuild(taking: 2)
            try await tenant.rebuild(untilDone: 2)
            _ = try await tenant.helpdesk.updateSettings(SettingsPatch(searchLanguage: .german), tenant.now(tenant.admin))
            let ended = try await tenant.rebuild()
            #expect(ended?.done == 4)
            let found = try await tenant.ticketsWith("Bestellung")
            #expect(found == ["1", "2", "3", "4"])
        }
    }

    @Test("The languages are those of the server, and the schema takes each")
    func known() async throws {
        try await withTenant { tenant in
            let rows = try await tenant.sql(
                "select cfgname from pg_ts_config where cfgnamespace = 'pg_catalog'::regnamespace order by cfgname")
            #expect(Set(rows.map { $0[0] }) == Set(SearchLanguage.allCases.map(\.rawValue)))
            for language in SearchLanguage.allCases {
                let settings = try await tenant.helpdesk.updateSettings(
                    SettingsPatch(searchLanguage: language), tenant.now(tenant.admin))
                #expect(settings.searchLanguage == language)
                let access = try await tenant.now(tenant.agent)
                #expect(access.configuration.language == language)
            }
        }
    }

    // MARK: One user's tickets

    @Test("Of a user with another name all tickets are found by it, hidden ones too, and no other user's is looked at")
    func userRenamed() async throws {
        try await withTenant { tenant in
            let other = try await tenant.makeUser("other@customer.example")
            for number in 1...6 {
                let access = number % 2 == 0 ? other.access : tenant.user.access
                let draft = TicketDraft(subject: Subject("No \(number)")!, body: text("Help"), requester: .caller)
                _ = try await tenant.helpdesk.createTicket(draft, access)
            }
            _ = try await tenant.makeTicket(in: .hidden(.spam, from: .pending))
            try await tenant.sql(
                """
                update helpdesk.users set name = 'Marguerite' where tenant_id = $tenant and id = \(tenant.userID);
                update search.documents set words = words || 'mark' where tenant_id = $tenant;
                """)
            try await tenant.beginRebuild(.tickets(of: tenant.userID), taking: 2)
            let jobs = try await tenant.sql("select kind, payload from installation.jobs where tenant_id = $tenant")
            #expect(jobs == [["refresh_user_documents", #"{"user": \#(tenant.userID)}"#]])
            let ended = try await tenant.rebuild(.tickets(of: tenant.userID))
            #expect(ended?.done == 4)
            let found = try await tenant.ticketsWith("marguerite")
            #expect(found == ["1", "3", "5", "7"])
            let untouched = try await tenant.ticketsWith("mark")
            #expect(untouched == ["2", "4", "6"])
            let left = try await tenant.sql("select from helpdesk.search_rebuilds where tenant_id = $tenant")
            #expect(left.isEmpty)
            let over = try await tenant.helpdesk.rebuildPiece(.tickets(of: tenant.userID), in: tenant.scope)
            guard case .over = over else {
                Issue.record("\(over)")
                return
            }
        }
    }
}
