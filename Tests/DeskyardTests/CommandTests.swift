import Foundation
import Glibc
import JSON
import Postgres
import Support
import Testing

@Suite("The command line")
struct CommandTests {
    /// A migrated database and the settings that lead there.
    private func environment(migrated: Bool = true) async throws -> [String: String] {
        let cluster = try await TestCluster.shared.value
        let name = "c" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        if migrated {
            try await cluster.makeDatabase(named: name)
        } else {
            try await cluster.makeRoles()
            try await ScriptSession.run(on: cluster.address()) { session in
                _ = try session.run("create database \(name) owner deskyard_owner")
            }
        }
        return [
            "DESKYARD_DATABASE_URL": cluster.address(role: "deskyard_app", database: name).connectionString,
            "DESKYARD_MIGRATION_DATABASE_URL": cluster.address(role: "deskyard_owner", database: name).connectionString,
        ]
    }

    @Test(
        "Every command explains itself",
        arguments: [
            [], ["dev"], ["serve"], ["work"], ["migrate"], ["tenant"], ["tenant", "create"], ["tenant", "list"], ["tenant", "show"],
            ["token"], ["token", "create"], ["token", "list"], ["token", "revoke"], ["jobs"], ["jobs", "list"], ["jobs", "show"],
            ["jobs", "retry"], ["jobs", "discard"], ["purge"], ["purge", "verify"], ["doctor"], ["bench-data"],
        ])
    func help(command: [String]) async throws {
        let result = try await DeskyardProcess.run(command + ["--help"])
        #expect(result.code == 0)
        #expect(result.output.contains("USAGE: deskyard"))
        if ["serve", "work"].contains(command.first ?? "") { #expect(result.output.contains("DESKYARD_POOL_SIZE")) }
    }

    @Test("A helpdesk is made, listed and shown; its tokens are made, listed without their text, and revoked")
    func tenantsAndTokens() async throws {
        let environment = try await environment()
        let made = try await DeskyardProcess.run(
            ["tenant", "create", "initech", "--name", "Initech", "--time-zone", "Europe/Berlin", "--admin", "boss@initech.example"],
            environment: environment)
        #expect(made.code == 0 && made.output.contains("token: dsk_"), "\(made.output)")
        #expect(
            try await DeskyardProcess.run(["tenant", "list"], environment: environment).output.hasPrefix("initech\tactive\tEurope/Berlin"))
        #expect(try await DeskyardProcess.run(["tenant", "show", "initech"], environment: environment).output.contains("Initech"))

        let token = try await DeskyardProcess.run(
            ["token", "create", "--tenant", "initech", "--for", "boss@initech.example", "--name", "laptop", "--scope", "tickets:read"],
            environment: environment)
        #expect(token.code == 0 && token.output.contains("token 2: dsk_"), "\(token.output)")
        let list = try await DeskyardProcess.run(["token", "list", "--tenant", "initech"], environment: environment)
        #expect(list.output.contains("tickets:read\tlaptop") && !list.output.contains("dsk_"))
        #expect(try await DeskyardProcess.run(["token", "revoke", "2", "--tenant", "initech"], environment: environment).code == 0)
        #expect(
            try await DeskyardProcess.run(["token", "list", "--tenant", "initech"], environment: environment).output.contains("revoked 20"))
        #expect(try await DeskyardProcess.run(["token", "create", "--operator"], environment: environment).output.contains(": dso_"))
    }

    @Test("A dead job is listed, shown, done again and discarded")
    func jobs() async throws {
        let environment = try await environment()
        #expect(try await DeskyardProcess.run(["jobs", "list"], environment: environment) == (0, ""))
        _ = try await asSuperuser(
            """
            insert into installation.dead_jobs (id, tenant_id, kind, class, payload, attempts, enqueued_at, died_at, error)
            values (7, 0, 'probe', 1, '{}', 3, '2026-03-02T09:00:00Z', '2026-03-02T09:05:00Z', E'it\nbroke')
            """, environment)
        let line = "7\tdead\tinteractive\tprobe\t-\t3\t2026-03-02T09:05:00.000Z\tit broke\n"
        #expect(try await DeskyardProcess.run(["jobs", "list"], environment: environment).output == line)
        #expect(
            try await DeskyardProcess.run(["jobs", "list", "--state", "dead", "--class", "interactive"], environment: environment).output
                == line)
        #expect(try await DeskyardProcess.run(["jobs", "list", "--kind", "purge"], environment: environment).output.isEmpty)
        #expect(try await DeskyardProcess.run(["jobs", "show", "7"], environment: environment).output.contains("state      dead\n"))
        #expect(try await DeskyardProcess.run(["jobs", "retry", "7"], environment: environment) == (0, "7 probe is ready\n"))
        let twice = try await DeskyardProcess.run(["jobs", "retry", "7"], environment: environment)
        #expect(twice.code != 0 && twice.output.contains("failed for good"), "\(twice.output)")
        #expect(try await DeskyardProcess.run(["jobs", "discard", "7"], environment: environment) == (0, "discarded 7\n"))
        #expect(try await DeskyardProcess.run(["jobs", "list"], environment: environment) == (0, ""))
    }

    @Test("The receipts of purges are proven, and the exit code says when one was changed")
    func purgeVerify() async throws {
        let environment = try await environment()
        #expect(try await DeskyardProcess.run(["tenant", "create", "initech"], environment: environment).code == 0)
        let nothing = "initech\t0\t\(String(repeating: "0", count: 64))\tok\n"
        #expect(try await DeskyardProcess.run(["purge", "verify"], environment: environment) == (0, nothing))
        // Tonight has come, and a worker with it.
        _ = try await asSuperuser("update installation.schedules set next_run_at = now()", environment)
        let worker = try DeskyardProcess(["work"], folder: "/tmp", environment: environment)
        for _ in 0..<600 {
            if try await asSuperuser("select count(*) from helpdesk.purge_receipts", environment) == "2" { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        worker.signal(SIGTERM)
        #expect(try await worker.waitForExit() == 0, "\(worker.output)")

        let whole = try await DeskyardProcess.run(["purge", "verify", "--tenant", "initech"], environment: environment)
        #expect(whole.code == 0 && whole.output.hasPrefix("initech\t2\t") && whole.output.hasSuffix("\tok\n"), "\(whole.output)")
        _ = try await asSuperuser("update helpdesk.purge_receipts set purged = 1000 where number = 2", environment)
        let changed = try await DeskyardProcess.run(["purge", "verify"], environment: environment)
        #expect(changed.code == 1 && changed.output.contains("receipt 2 was changed"), "\(changed.output)")
    }

    /// The first value of the answer.
    private func asSuperuser(_ sql: String, _ environment: [String: String]) async throws -> String? {
        let address = try ServerAddress(#require(environment["DESKYARD_DATABASE_URL"]).replacing("deskyard_app", with: "postgres"))
        return try await ScriptSession.run(on: address) { session in try session.run(sql) }.first?.first ?? nil
    }

    @Test("Mistakes are answered in words and with an exit code")
    func mistakes() async throws {
        let environment = try await environment()
        for (arguments, words) in [
            (["tenant", "create", "Not A Slug"], "slug: lower-case letters"), (["tenant", "show", "nowhere"], "no such helpdesk"),
            (["tenant", "create", "x", "--time-zone", "Mars/Olympus"], "time_zone"), (["token", "create"], "Give --tenant or --operator"),
            (["serve", "--port", "99999"], "must be a whole number from 0 to 65535"), (["token", "revoke", "77", "--operator"], "no such"),
            (["work", "--workers", "0"], "from 1 to 256"), (["jobs", "list", "--state", "gone"], "is none of delayed, ready"),
            (["jobs", "show", "77"], "no such"), (["jobs", "discard", "77"], "no such"), (["purge", "verify", "--tenant", "x"], "no such"),
        ] {
            let result = try await DeskyardProcess.run(arguments, environment: environment)
            #expect(result.code != 0 && result.output.contains(words), "\(arguments): \(result.output)")
        }
        let missing = try await DeskyardProcess.run(["tenant", "list"])
        #expect(missing.code != 0 && missing.output.contains("DESKYARD_DATABASE_URL"))
        let away = try await DeskyardProcess.run(
            ["tenant", "list"], environment: ["DESKYARD_DATABASE_URL": "host=/nowhere dbname=x", "DESKYARD_POOL_TIMEOUT": "1"])
        #expect(away.code != 0 && away.output.contains("cannot be reached"))
    }

    @Test("Migrating twice does nothing the second time; the doctor says what is missing before and nothing after")
    func migrateAndDoctor() async throws {
        let environment = try await environment(migrated: false)
        let sick = try await DeskyardProcess.run(["doctor"], environment: environment)
        #expect(sick.code == 1 && sick.output.contains("BAD  schema 0 of"), "\(sick.output)")
        let first = try await DeskyardProcess.run(["migrate"], environment: environment)
        #expect(first.code == 0 && first.output.contains("migrating: 1 "), "\(first.output)")
        #expect(try await DeskyardProcess.run(["migrate"], environment: environment).output.contains("Nothing to do"))
        let well = try await DeskyardProcess.run(["doctor"], environment: environment)
        #expect(well.code == 0 && well.output.contains("checks of the schema pass"), "\(well.output)")
        #expect(!well.output.contains("dbname="), "the connection string may hold a password")
    }

    @Test("The flag wins over the environment, the environment over the file")
    func precedence() async throws {
        try await withFolder { folder in
            let file = folder + "/deskyard.env"
            let base = try await environment()
            try
                "DESKYARD_DATABASE_URL=\(base["DESKYARD_DATABASE_URL"] ?? "")\nDESKYARD_POOL_SIZE=3\nDESKYARD_POOL_TIMEOUT=3\nDESKYARD_PORT=3\n"
                .write(toFile: file, atomically: true, encoding: .utf8)
            let result = try await DeskyardProcess.run(
                ["doctor", "--config", file, "--port", "7"], environment: ["DESKYARD_PORT": "5", "DESKYARD_POOL_TIMEOUT": "5"])
            #expect(result.output.contains(" port = 7\n"))
            #expect(result.output.contains(" pool-timeout = 5\n"))
            #expect(result.output.contains(" pool-size = 3\n"))
            #expect(result.output.contains(" host = 127.0.0.1 (default)\n"))
        }
    }

    @Test("bench-data makes the same tickets for the same seed")
    func benchData() async throws {
        try await withFolder { folder in
            var sums: [[[String?]]] = []
            for run in 1...2 {
                let environment = try await environment()
                let result = try await DeskyardProcess.run(
                    ["bench-data", "--tickets", "500", "--tenants", "5", "--output", "\(folder)/\(run).json"], environment: environment)
                #expect(result.code == 0, "\(result.output)")
                let address = try ServerAddress(#require(environment["DESKYARD_DATABASE_URL"]).replacing("deskyard_app", with: "postgres"))
                sums.append(
                    try await ScriptSession.run(on: address) { session in
                        try session.run(
                            "select tenant_id, count(*), md5(string_agg(ref || subject || status || updated_at, ',' order by id)) from helpdesk.tickets group by 1 order by 1"
                        )
                    })
                let json = try JSONValue(parsing: #require(FileManager.default.contents(atPath: "\(folder)/\(run).json")))
                #expect(json.array?.compactMap { $0["tickets"]?.integer }.reduce(0, +) == 500)
            }
            #expect(sums[0] == sums[1])
            #expect(sums[0].count == 5)
        }
    }
}
