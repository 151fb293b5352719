import Domain
import Services
import Support
import Testing

@testable import Jobs

/// Rebuilds of search documents as workers do them, on a real queue.
@Suite struct SearchHandlersTests {
    @Test("When a helpdesk changes its language, a worker writes all documents anew, and nothing is left in the queue")
    func done() async throws {
        try await withQueue { own in
            let tenant = try await own.installation.makeTenant(clock: own.clock)
            _ = try await own.makeTickets(300, of: tenant)
            _ = try await tenant.helpdesk.updateSettings(SettingsPatch(searchLanguage: .german), tenant.admin.access)
            #expect(try await own.jobs(of: .rebuildSearch).count == 1)
            try await withWorker(on: own) { _ in
                try await waitUntil {
                    // What is to be done in a second is done when the clock says so.
                    own.clock.advance(seconds: 1)
                    return try await own.jobs().isEmpty
                }
            }
            let rows = try await own.write("select count(*) from search.documents where tenant_id = \(tenant.tenant.id)")
            #expect(rows == [["300"]])
            let ended = try await tenant.installation.lastSearchRebuild(in: tenant.tenant.slug)
            #expect(ended?.done == 300 && ended?.finishedAt != nil)
        }
    }

    @Test("A job for what is over, or was never begun, ends without a word")
    func over() async throws {
        try await withQueue { own in
            let scope = try await own.makeTenant()
            let handlers = JobHandlers(
                helpdesk: Helpdesk(database: own.installation.database, clock: own.clock.clock), logger: .silent)
            for job in [Job.rebuildSearch, .refreshUserDocuments(ID(7))] {
                let outcome = try await handlers.perform(job, in: scope)
                #expect(outcome == .discard(because: "there is nothing left to rebuild"))
                let homeless = try await handlers.perform(job, in: nil)
                #expect(homeless == .discard(because: "no helpdesk for it"))
            }
        }
    }
}
