import Foundation
import Glibc
import JSON
import Postgres
import Testing

/// `deskyard dev` from outside: a process, its files, its answers.
@Suite("deskyard dev", .serialized)
struct DevTests {
    @Test("The first start makes two believable helpdesks, SIGTERM ends all of it, and the second start keeps the data")
    func startsStopsAndKeeps() async throws {
        try await withFolder { folder in
            let data = folder + "/data"
            let first = try DeskyardProcess(["dev", "--data", data, "--port", "0"], folder: data)
            let reading = try await first.devFile()
            let permissions = try FileManager.default.attributesOfItem(atPath: data + "/dev.json")[.posixPermissions] as? Int
            #expect(permissions == 0o600)
            for slug in ["acme", "globex"] {
                let list = try await reading.send("GET", "/v1/tickets?limit=200", token: reading.token("agent", of: slug))
                #expect(list.status == 200)
                #expect((list.json["items"]?.array?.count ?? 0) >= 15)
                for kind in ["admin", "agent", "user"] {
                    #expect(try await reading.send("GET", "/v1/me", token: reading.token(kind, of: slug)).json["kind"]?.string == kind)
                }
            }
            let created = try await reading.send(
                "POST", "/v1/tickets", token: reading.token("user"), body: ["subject": "Kept?", "text": "Is this kept?"])
            #expect(created.status == 201)
            first.signal(SIGTERM)
            #expect(try await first.waitForExit() == 0)
            #expect(!FileManager.default.fileExists(atPath: data + "/postgres/data/postmaster.pid"))

            let second = try DeskyardProcess(["dev", "--data", data, "--port", "0"], folder: data)
            let again = try await second.devFile()
            #expect(again.token("user") == reading.token("user"))
            let id = created.json["id"]?.integer ?? 0
            #expect(try await again.send("GET", "/v1/tickets/\(id)", token: again.token("user")).json["subject"]?.string == "Kept?")

            let third = try DeskyardProcess(["dev", "--data", data, "--port", "0"], folder: data)
            #expect(try await third.waitForExit() == 1)
            #expect(third.output.contains("another deskyard dev uses"))
            second.signal(SIGINT)
            #expect(try await second.waitForExit() == 0)
        }
    }

    @Test("After a kill -9 of the program the next start takes over, and everything acknowledged is there")
    func killed() async throws {
        try await withFolder { folder in
            let data = folder + "/data"
            let first = try DeskyardProcess(["dev", "--data", data, "--port", "0"], folder: data)
            let reading = try await first.devFile()
            let created = try await reading.send(
                "POST", "/v1/tickets", token: reading.token("user"), body: ["subject": "Acknowledged", "text": "Is it there?"])
            first.signal(SIGKILL)
            #expect(try await first.waitForExit() == nil)

            let second = try DeskyardProcess(["dev", "--data", data, "--port", "0"], folder: data)
            let again = try await second.devFile()
            let id = created.json["id"]?.integer ?? 0
            #expect(try await again.send("GET", "/v1/tickets/\(id)", token: again.token("user")).status == 200)
            second.signal(SIGTERM)
            #expect(try await second.waitForExit() == 0)
        }
    }

    @Test("PostgreSQL killed with -9 under load: errors are 503, the service recovers alone, every acknowledged ticket is there")
    func databaseKilled() async throws {
        try await withFolder { folder in
            let data = folder + "/data"
            let program = try DeskyardProcess(["dev", "--data", data, "--port", "0"], folder: data)
            let reading = try await program.devFile()
            let cluster = try EmbeddedCluster(folder: data)
            let token = reading.token("agent")
            let results = try await withThrowingTaskGroup(of: (ids: [Int64], statuses: [Int: Int]).self) { group in
                for worker in 0..<6 {
                    group.addTask {
                        var ids: [Int64] = []
                        var statuses: [Int: Int] = [:]
                        for number in 0..<400 where ids.count < 400 {
                            let answer = try await reading.send(
                                "POST", "/v1/tickets", token: token,
                                body: [
                                    "subject": "Load", "text": .string("\(worker) \(number)"), "user": ["email": "load@customers.example"],
                                ])
                            statuses[answer.status, default: 0] += 1
                            if answer.status == 201, let id = answer.json["id"]?.integer { ids.append(id) }
                            if answer.status == 503 { try await Task.sleep(for: .milliseconds(20)) }
                        }
                        return (ids, statuses)
                    }
                }
                group.addTask {
                    try await Task.sleep(for: .milliseconds(400))
                    guard let postmaster = cluster.processID else { throw CancellationError() }
                    kill(postmaster, SIGKILL)
                    try await Task.sleep(for: .milliseconds(600))
                    try cluster.start()
                    return ([], [:])
                }
                return try await group.reduce(into: [(ids: [Int64], statuses: [Int: Int])]()) { $0.append($1) }
            }
            let statuses = results.reduce(into: [Int: Int]()) { $0.merge($1.statuses) { $0 + $1 } }
            #expect(Set(statuses.keys).isSubset(of: [201, 503]), "\(statuses)")
            #expect((statuses[503] ?? 0) > 0 && (statuses[201] ?? 0) > 100, "\(statuses)")
            var isReady = false
            for _ in 0..<200 where !isReady {
                isReady = try await reading.send("GET", "/readyz", token: nil).status == 200
                if !isReady { try await Task.sleep(for: .milliseconds(50)) }
            }
            #expect(isReady, "the service did not recover")
            let ids = results.flatMap(\.ids)
            #expect(Set(ids).count == ids.count)
            for id in ids {
                let status = try await reading.send("GET", "/v1/tickets/\(id)", token: token).status
                #expect(status == 200, "ticket \(id) was acknowledged and is gone")
            }
            program.signal(SIGTERM)
            #expect(try await program.waitForExit() == 0)
        }
    }

    @Test("It runs in a folder that the database's user cannot enter, and under a path too long for a socket")
    func oddFolders() async throws {
        try await withFolder { folder in
            let closed = folder + "/closed"
            try FileManager.default.createDirectory(
                atPath: closed, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let data = closed + "/" + String(repeating: "long-name/", count: 12) + "data"
            try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
            let program = try DeskyardProcess(["dev", "--data", data, "--port", "0"], folder: data)
            let reading = try await program.devFile()
            #expect(try await reading.send("GET", "/readyz", token: nil).status == 200)
            program.signal(SIGTERM)
            #expect(try await program.waitForExit() == 0)
            if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: data + "/postgres") {
                try FileManager.default.removeItem(atPath: target)
            }
        }
    }

    @Test("It runs as a normal user", .enabled(if: geteuid() == 0, "only root can become somebody else"))
    func normalUser() async throws {
        try await withFolder { folder in
            let program = "/tmp/deskyard-program-\(UUID().uuidString.prefix(8))"
            try FileManager.default.createDirectory(atPath: program, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: program) }
            // The build folder may be closed to others.
            let built = DeskyardProcess.program.deletingLastPathComponent().path
            for name in ["deskyard", "deskyard_Schema.resources"] {
                try FileManager.default.copyItem(atPath: "\(built)/\(name)", toPath: "\(program)/\(name)")
            }
            let user = getpwnam("nobody").pointee
            chown(folder, user.pw_uid, user.pw_gid)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
            process.arguments = [
                "--reuid=\(user.pw_uid)", "--regid=\(user.pw_gid)", "--clear-groups", "--", program + "/deskyard", "doctor", "--embedded",
            ]
            process.environment = ["PATH": "/usr/bin:/bin", "HOME": folder, "TMPDIR": folder]
            process.currentDirectoryURL = URL(fileURLWithPath: folder)
            try process.run()
            while process.isRunning { try await Task.sleep(for: .milliseconds(50)) }
            #expect(process.terminationStatus == 0)
        }
    }
}
