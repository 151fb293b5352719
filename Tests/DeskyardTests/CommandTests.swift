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
            [], ["dev"], ["serve"], ["migrate"], ["tenant"], ["tenant", "create"], ["tenant", "list"], ["tenant", "show"], ["token"],
            ["token", "create"], ["token", "list"], ["token", "revoke"], ["doctor"], ["bench-data"],
        ])
    func help(command: [String]) async throws {
        let result = try await DeskyardProcess.run(command + ["--help"])
        #expect(result.code == 0)
        #expect(result.output.contains("USAGE: deskyard"))
        if ["serve"].contains(command.first ?? "") { #expect(result.output.contains("DESKYARD_POOL_SIZE")) }
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

    @Test("Mistakes are answered in words and with an exit code")
    func mistakes() async throws {
        let environment = try await environment()
        for (arguments, words) in [
            (["tenant", "create", "Not A Slug"], "slug: lower-case letters"), (["tenant", "show", "nowhere"], "no such helpdesk"),
            (["tenant", "create", "x", "--time-zone", "Mars/Olympus"], "time_zone"), (["token", "create"], "Give --tenant or --operator"),
            (["serve", "--port", "99999"], "must be a whole number from 0 to 65535"), (["token", "revoke", "77", "--operator"], "no such"),
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
