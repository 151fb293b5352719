import Foundation
import Glibc
import Support
import Testing

@testable import deskyard

@Suite("deskyard mass-action")
struct MassActionCommandTests {
    /// A helpdesk with deleted tickets (10), deleted ones under legal hold (2) and resolved ones (100), and how to speak of it.
    private struct Desk {
        let desk: PurgeableDesk

        init() async throws { desk = try await PurgeableDesk(deleted: 10, held: 2, visible: 100) }

        var slug: String { desk.tenant.tenant.slug.text }

        func run(_ arguments: String...) async throws -> (code: Int32?, output: String) { try await run(arguments) }

        func run(_ arguments: [String]) async throws -> (code: Int32?, output: String) {
            try await DeskyardProcess.run(["mass-action"] + arguments + ["--tenant", slug], environment: desk.environment)
        }

        func count(_ condition: String) async throws -> Int64 {
            try await desk.number("select count(*) from helpdesk.tickets where \(condition)")
        }

        /// Somebody works the queue meanwhile.
        func whileWorking(_ body: () async throws -> Void) async throws {
            let worker = try DeskyardProcess(["work"], folder: "/tmp", environment: desk.environment)
            do { try await body() } catch {
                worker.signal(SIGKILL)
                throw error
            }
            worker.signal(SIGTERM)
            let code = try await worker.waitForExit()
            #expect(code == 0, "\(worker.output)")
            await desk.close()
        }
    }

    /// The figure behind a name in what was printed.
    private func figure(_ name: String, _ output: String) -> String? {
        output.split(separator: "\n").first { $0.hasPrefix(name + " ") }?.dropFirst(name.count).split(separator: " ").first.map(String.init)
    }

    @Test(
        "Every command explains itself, with examples",
        arguments: [[], ["start"], ["list"], ["show"], ["items"], ["watch"], ["cancel"], ["undo"], ["retry"]])
    func help(command: [String]) async throws {
        let result = try await DeskyardProcess.run(["mass-action"] + command + ["--help"])
        #expect(result.code == 0)
        #expect(result.output.contains("USAGE: deskyard mass-action") && result.output.contains("EXAMPLES"), "\(result.output)")
    }

    @Test("A dry run changes nothing and says what would happen; its command does exactly that, and undo takes it back")
    func dryRun() async throws {
        let desk = try await Desk()
        let dry = try await desk.run("--search", "status:resolved,deleted", "--delete", "--dry-run")
        #expect(dry.code == 0, "\(dry.output)")
        #expect(figure("tickets", dry.output) == "112" && figure("would change", dry.output) == "100", "\(dry.output)")
        for line in ["resolved  100", "deleted   12", "General   112", "nobody    112", "already   12", "#1 #2 #3"] {
            #expect(dry.output.contains(line), "\(line) in \(dry.output)")
        }
        let unchanged = try await desk.count("status = 'deleted'")
        #expect(unchanged == 12)
        let command = try #require(
            dry.output.firstMatch(of: /deskyard (mass-action .*--token .*)/)?.1.split(separator: " ").map(String.init))

        try await desk.whileWorking {
            let done = try await DeskyardProcess.run(command, environment: desk.desk.environment)
            #expect(done.code == 0 && done.output.hasPrefix("mass action 2: 112 tickets\n"), "\(done.output)")
            #expect(figure("done", done.output) == "100" && figure("failed", done.output) == "0", "\(done.output)")
            #expect(done.output.contains("12   (already 12)"), "\(done.output)")
            let deleted = try await desk.count("status = 'deleted'")
            #expect(deleted == 112)
            let items = try await desk.run("items", "2", "--outcome", "skipped")
            #expect(
                items.output.split(separator: "\n").count == 12 && items.output.hasPrefix("1\tskipped\talready\t1\t-\n"), "\(items.output)")
            let shown = try await desk.run("show", "2")
            #expect(shown.output.contains("what         delete\n") && shown.output.contains("who          operator\n"), "\(shown.output)")

            let hint = try #require(done.output.firstMatch(of: /undo +deskyard (mass-action undo 2 --tenant [a-z0-9-]+)/))
            let undone = try await DeskyardProcess.run(hint.1.split(separator: " ").map(String.init), environment: desk.desk.environment)
            #expect(undone.code == 0 && figure("done", undone.output) == "100", "\(undone.output)")
            let left = try await desk.count("status = 'deleted'")
            #expect(left == 12)
            let list = try await desk.run("list")
            let columns = list.output.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
            #expect(
                columns.map { Array($0.prefix(6)) } == [["3", "done", "100", "100", "0", "0"], ["2", "done", "112", "100", "12", "0"]])
            #expect(columns.map(\.last) == ["undo of 2", "delete"])
            let twice = try await desk.run("undo", "2")
            #expect(twice.code != 0, "\(twice.output)")
        }
    }

    @Test("However the tickets are chosen, they are found; and nothing is changed that was not asked for")
    func selections() async throws {
        let desk = try await Desk()
        _ = try await desk.desk.write(
            """
            update helpdesk.tickets set agent_id = \(desk.desk.tenant.agentID), labels = '{vip}', priority = 'high' where id in (20, 21);
            insert into helpdesk.ticket_labels (tenant_id, ticket_id, label)
            select tenant_id, id, 'vip' from helpdesk.tickets where id in (20, 21);
            """)
        try await withFolder { folder in
            try "20, 21\n22\n20".write(toFile: folder + "/ids.txt", atomically: true, encoding: .utf8)
            for (arguments, found) in [
                (["--ids", "20,21,999"], "3"), (["--ids-from", folder + "/ids.txt"], "3"), (["--all-visible"], "100"),
                (["--search", "-status:pending"], "100"), (["--status", "spam", "--status", "deleted"], "12"), (["--agent", "none"], "98"),
                (["--agent", "agent@helpdesk.example"], "2"), (["--agent", "Agent", "--label", "vip"], "2"), (["--priority", "high"], "2"),
                (["--department", "general", "--team", "none"], "100"), (["--user", "user@customer.example"], "100"),
                (["--created-before", "2020-01-01"], "0"), (["--updated-after", "2020-01-01"], "100"),
            ] {
                let dry = try await desk.run(arguments + ["--set-urgency", "7", "--dry-run"])
                #expect(dry.code == 0 && figure("tickets", dry.output) == found, "\(arguments): \(dry.output)")
            }
        }
        let changed = try await desk.count("urgency <> 1")
        #expect(changed == 0)
        await desk.desk.close()
    }

    @Test("Several actions are one change of each ticket, with names for numbers")
    func actions() async throws {
        let desk = try await Desk()
        _ = try await desk.desk.write(
            """
            insert into helpdesk.fields (tenant_id, id, key, name, type, created_at)
            values (\(desk.desk.tenant.tenant.id), 1, 'warranty', 'Warranty', 'boolean', now());
            update helpdesk.settings set configuration_version = configuration_version + 1;
            """)
        try await desk.whileWorking {
            let done = try await desk.run(
                "--ids", "1,20", "--restore", "--assign-agent", "agent@helpdesk.example", "--set-priority", "urgent", "--set-urgency", "9",
                "--add-label", "vip", "--add-label", "late", "--set-field", "warranty=true", "--set-status", "pending")
            #expect(done.code == 0 && figure("done", done.output) == "2", "\(done.output)")
            let changed = try await desk.count(
                """
                id in (1, 20) and status = 'pending' and agent_id = \(desk.desk.tenant.agentID) and priority = 'urgent' and urgency = 9
                and labels = '{late,vip}' and fields = '{"warranty": true}' and version = 2
                """)
            #expect(changed == 2)
            let back = try await desk.run(
                "--ids", "20", "--remove-label", "late", "--assign-agent", "nobody", "--set-field", "warranty=", "--spam", "--detach")
            #expect(back.code == 0 && back.output.contains("mass-action watch 2 --tenant"), "\(back.output)")
            let watched = try await desk.run("watch", "2")
            #expect(watched.code == 0 && figure("done", watched.output) == "1", "\(watched.output)")
            let hidden = try await desk.count("id = 20 and status = 'spam' and agent_id is null and labels = '{vip}' and fields = '{}'")
            #expect(hidden == 1)
        }
    }

    @Test("What fails is said with its reason and makes the exit code 1; retry takes it up once it is put right")
    func failing() async throws {
        let desk = try await Desk()
        let tenant = desk.desk.tenant.tenant.id
        _ = try await desk.desk.write(
            """
            insert into helpdesk.departments (tenant_id, id, name, is_default, created_at) values (\(tenant), 2, 'Strict', false, now());
            insert into helpdesk.fields (tenant_id, id, key, name, type, created_at)
            values (\(tenant), 1, 'reason', 'Reason', 'text', now());
            insert into helpdesk.field_departments (tenant_id, field_id, department_id, required_for_agents, required_for_users)
            values (\(tenant), 1, 2, true, false);
            update helpdesk.settings set configuration_version = configuration_version + 1;
            """)
        try await desk.whileWorking {
            let failed = try await desk.run("--ids", "20,21", "--set-department", "Strict")
            #expect(failed.code == 1 && figure("failed", failed.output) == "2", "\(failed.output)")
            #expect(failed.output.contains("(invalid 2)") && failed.output.contains("mass-action retry 1 --tenant"), "\(failed.output)")
            let items = try await desk.run("items", "1", "--outcome", "failed")
            #expect(items.output.hasPrefix("20\tfailed\tinvalid\t1\tfields.reason: "), "\(items.output)")
            _ = try await desk.desk.write(
                """
                update helpdesk.field_departments set required_for_agents = false;
                update helpdesk.settings set configuration_version = configuration_version + 1;
                """)
            let retried = try await desk.run("retry", "1")
            #expect(retried.code == 0 && figure("done", retried.output) == "2", "\(retried.output)")
            let moved = try await desk.count("department_id = 2")
            #expect(moved == 2)
        }
    }

    @Test("A purge wants a yes, takes what may be taken, and says that there is no way back")
    func purge() async throws {
        let desk = try await Desk()
        let unasked = try await desk.run("--status", "deleted", "--purge")
        #expect(unasked.code != 0 && unasked.output.contains("--purge needs --yes"), "\(unasked.output)")
        let dry = try await desk.run("--status", "deleted", "--purge", "--dry-run")
        #expect(dry.output.contains("cannot be taken back") && dry.output.contains("on_hold  2"), "\(dry.output)")
        let kept = try await desk.count("status = 'deleted'")
        #expect(kept == 12)
        try await desk.whileWorking {
            let done = try await desk.run("--status", "deleted", "--purge", "--yes")
            #expect(done.code == 0 && figure("done", done.output) == "10" && done.output.contains("(on_hold 2)"), "\(done.output)")
            #expect(done.output.contains("cannot be undone"), "\(done.output)")
            let left = try await desk.count("status = 'deleted'")
            #expect(left == 2)
        }
    }

    @Test("Where nobody works it says so; Ctrl-C ends the watching and not the mass action, cancel does")
    func nobodyWorks() async throws {
        let desk = try await Desk()
        let process = try DeskyardProcess(
            ["mass-action", "--tenant", desk.slug, "--all-visible", "--delete"], folder: "/tmp", environment: desk.desk.environment)
        try await waitUntil { !process.isRunning || process.output.contains("Nobody has begun with it yet") }
        process.signal(SIGINT)
        let code = try await process.waitForExit()
        #expect(code == 130 && process.output.contains("mass action 1 goes on"), "\(process.output)")
        #expect(process.output.contains("deskyard mass-action watch 1 --tenant \(desk.slug)"))
        let cancelled = try await desk.run("cancel", "1")
        #expect(cancelled == (0, "mass action 1 is cancelled\n"))
        let watched = try await desk.run("watch", "1")
        #expect(watched.code == 1 && figure("left", watched.output) == "100", "\(watched.output)")
        let deleted = try await desk.count("status = 'deleted'")
        #expect(deleted == 12)
        await desk.desk.close()
    }

    @Test("Mistakes are answered in words and with an exit code, and nothing happens")
    func mistakes() async throws {
        let desk = try await Desk()
        for (arguments, words) in [
            (["--delete"], "Say which tickets"), (["--ids", "20", "--search", "#20", "--delete"], "--search and --ids: say it one way"),
            (["--ids", "20", "--status", "pending", "--delete"], "say it one way"), (["--ids", "20"], "Say what to do"),
            (["--ids", "20", "--spam", "--delete"], "cannot become both"), (["--ids", "20", "--purge", "--delete"], "stands alone"),
            (["--ids", "20,x", "--delete"], "is no ticket's number"), (["--ids-from", "/nowhere", "--delete"], "cannot be read"),
            (["--search", "colour:red", "--delete"], "--search: "), (["--search", "", "--delete"], "--search: "),
            (["--search", "department:Nowhere", "--delete"], "no such department"), (["--token", "x", "--delete"], "dry run"),
            (["--status", "gone", "--delete"], "awaiting_agent"), (["--agent", "Nobody Knows", "--delete"], "--agent: "),
            (["--ids", "20", "--set-status", "spam"], "awaiting_user"),
            (["--ids", "20", "--assign-agent", "x@y.example"], "--assign-agent"),
            (["--ids", "20", "--assign-agent", "77"], "agent"), (["--ids", "20", "--assign-team", "Nowhere"], "--assign-team: "),
            (["--ids", "20", "--set-field", "colour=red"], "--set-field: there is no \"colour\""),
            (["--ids", "20", "--set-urgency", "11"], "'11'"), (["--ids", "20", "--add-label", "a", "--remove-label", "a"], "label a"),
            (["show", "77"], "no mass action 77"), (["undo", "77"], "no mass action 77"), (["cancel", "77"], "no mass action 77"),
            (["retry", "77"], "no mass action 77"), (["items", "77"], "no mass action 77"), (["watch", "77"], "no mass action 77"),
        ] {
            let result = try await desk.run(arguments)
            #expect(result.code != 0 && result.output.contains(words), "\(arguments): \(result.output)")
        }
        let elsewhere = try await DeskyardProcess.run(
            ["mass-action", "--tenant", "nowhere", "--ids", "20", "--delete"], environment: desk.desk.environment)
        #expect(elsewhere.code != 0 && elsewhere.output.contains("no such helpdesk"), "\(elsewhere.output)")
        let begun = try await desk.desk.number("select count(*) from helpdesk.mass_actions")
        #expect(begun == 0)
        await desk.desk.close()
    }
}
