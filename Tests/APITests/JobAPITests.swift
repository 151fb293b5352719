import Domain
import Foundation
import JSON
import Services
import Support
import Testing

@Suite("Jobs and schedules, as operators see them")
struct JobAPITests {
    private static let path = "/operator/v1/jobs"

    @Test("They are the operators' only")
    func operatorsOnly() async throws {
        try await withDesk { server, tenant in
            let job = try await tenant.bury()
            for login in [tenant.admin, tenant.agent, tenant.user] {
                for path in [Self.path, "\(Self.path)/\(job)", "/operator/v1/schedules"] {
                    expectProblem(try await server.send("GET", path, token: login.token), 401)
                }
                expectProblem(try await server.send("POST", "\(Self.path)/\(job)/retry", token: login.token), 401)
                expectProblem(try await server.send("DELETE", "\(Self.path)/\(job)", token: login.token), 401)
            }
            let left = try await tenant.installation.findJob(job)
            #expect(left.state == .dead)
        }
    }

    @Test("A job that failed for good is shown with what it was to do, and why it could not")
    func dead() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            let id = try await tenant.bury("purge", class: 4, payload: #"{"run": 7}"#)
            let shown = try await server.send("GET", "\(Self.path)/\(id)", token: asOperator)
            #expect(shown.status == 200)
            #expect(shown.id == id)
            #expect(shown.word("tenant") == tenant.tenant.slug.text)
            #expect(shown.word("kind") == "purge")
            #expect(shown.word("class") == "purge")
            #expect(shown.word("state") == "dead")
            #expect(shown.member("payload") == ["run": 7])
            #expect(shown.number("attempts") == 3)
            #expect(shown.word("enqueued_at") == "2026-03-02T09:00:00.000Z")
            #expect(shown.word("died_at") == "2026-03-02T09:05:00.000Z")
            #expect(shown.isNull("run_at") && shown.isNull("started_at") && shown.isNull("worker"))
            #expect(shown.truth("cancelled") == false)
            #expect(shown.word("error") == "it does not work")
        }
    }

    @Test("What waits is shown, too; a worker nobody can see into is named where one is at it")
    func alive() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            let id = try await tenant.startJob()
            let shown = try await server.send("GET", "\(Self.path)/\(id)", token: asOperator)
            #expect(shown.word("state") == "running")
            #expect(shown.number("worker") == 900_000_000)
            #expect(shown.word("run_at") == "2026-03-02T09:00:00.000Z")
            #expect(shown.word("started_at") == "2026-03-02T09:00:01.000Z")
            #expect(shown.isNull("died_at") && shown.isNull("error"))
            #expect(shown.member("payload") == [:])
        }
    }

    @Test("What is no job's number is not found", arguments: ["0", "-1", "x", "9223372036854775807", "9223372036854775808"])
    func absent(_ id: String) async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            expectProblem(try await server.send("GET", "\(Self.path)/\(id)", token: asOperator), 404)
            expectProblem(try await server.send("POST", "\(Self.path)/\(id)/retry", token: asOperator), 404)
            expectProblem(try await server.send("DELETE", "\(Self.path)/\(id)", token: asOperator), 404)
        }
    }

    @Test("The list holds back what each filter should, and leads through everything once, by number")
    func list() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            let other = try await TestInstallation.shared.value.makeTenant()
            _ = try await other.bury()
            let probe = try await tenant.bury()
            let purge = try await tenant.bury("purge", class: 4)
            let slot = try await tenant.bury("scheduled_purge", class: 4)
            let running = try await tenant.startJob()
            let expected: [(query: String, ids: [Int64])] = [
                ("", [probe, purge, slot, running]), ("&state=dead", [probe, purge, slot]), ("&state=running", [running]),
                ("&state=delayed", []), ("&kind=purge", [purge]), ("&kind=probe", [probe, running]), ("&kind=nobody_knows_this", []),
                ("&class=purge", [purge, slot]), ("&class=interactive", [probe, running]), ("&class=mass_action", []),
                ("&class=purge&kind=purge&state=dead", [purge]), ("&class=interactive&state=dead", [probe]),
            ]
            let mine = "?tenant=\(tenant.tenant.slug.text)"
            for (query, ids) in expected {
                let list = try await server.send("GET", Self.path + mine + query, token: asOperator)
                #expect(list.status == 200 && list.ids == ids, "\(query)")
                #expect(list.nextCursor == nil, "\(query)")
            }
            let nobodys = try await server.send("GET", Self.path + "?tenant=nobody-is-called-so", token: asOperator)
            #expect(nobodys.status == 200 && nobodys.items.isEmpty)

            var ids: [Int64] = []
            var cursor: String?
            var pages = 0
            repeat {
                let page = try await server.send(
                    "GET", Self.path + mine + "&limit=2" + (cursor.map { "&cursor=\($0)" } ?? ""), token: asOperator)
                ids += page.ids
                cursor = page.nextCursor
                pages += 1
            } while cursor != nil && pages < 10
            #expect(pages == 2)
            #expect(ids == [probe, purge, slot, running])
        }
    }

    @Test("Filters, limits and cursors that are none are named")
    func listQuery() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            for query in [
                "state=done", "state=", "kind=No+Word", "kind=", "class=4", "class=massAction", "tenant=UPPER", "tenant=", "limit=0",
                "limit=201",
                "cursor=x", "cursor=", "colour=red", "state=dead&state=ready",
            ] {
                let answered = try await server.send("GET", Self.path + "?" + query, token: asOperator)
                expectProblem(answered, 422, naming: [query.split(separator: "=").first.map { String($0) } ?? ""])
            }
        }
    }

    @Test("A dead job that is retried has all its attempts again, once")
    func retry() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            let id = try await tenant.bury()
            let retried = try await server.send("POST", "\(Self.path)/\(id)/retry", token: asOperator)
            let dead = try await server.send("GET", "\(Self.path)?state=dead&tenant=\(tenant.tenant.slug.text)", token: asOperator)
            #expect(retried.status == 200)
            #expect(retried.id == id)
            #expect(retried.word("state") == "ready")
            #expect(retried.number("attempts") == 0)
            #expect(retried.word("enqueued_at") == "2026-03-02T09:00:00.000Z")
            #expect(retried.isNull("died_at") && retried.isNull("error"))
            #expect(dead.items.isEmpty)
        }
    }

    @Test("What is not dead is not retried, nor what waits again already")
    func noRetry() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            let running = try await tenant.startJob()
            expectProblem(try await server.send("POST", "\(Self.path)/\(running)/retry", token: asOperator), 409)

            let first = try await tenant.bury(key: "the same")
            let second = try await tenant.bury(key: "the same")
            let other = try await TestInstallation.shared.value.makeTenant()
            let theirs = try await other.bury(key: "the same")
            let retried = try await server.send("POST", "\(Self.path)/\(first)/retry", token: asOperator)
            let refused = try await server.send("POST", "\(Self.path)/\(second)/retry", token: asOperator)
            let left = try await server.send("GET", "\(Self.path)/\(second)", token: asOperator)
            let retriedThere = try await server.send("POST", "\(Self.path)/\(theirs)/retry", token: asOperator)
            #expect(retried.status == 200)
            expectProblem(refused, 409)
            #expect(left.word("state") == "dead")
            #expect(retriedThere.status == 200)
        }
    }

    @Test("A dead job that is discarded is gone")
    func discardDead() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            let id = try await tenant.bury()
            let kept = try await tenant.bury()
            let discarded = try await server.send("DELETE", "\(Self.path)/\(id)", token: asOperator)
            #expect(discarded.status == 204)
            expectProblem(try await server.send("GET", "\(Self.path)/\(id)", token: asOperator), 404)
            expectProblem(try await server.send("DELETE", "\(Self.path)/\(id)", token: asOperator), 404)
            let list = try await server.send("GET", "\(Self.path)?tenant=\(tenant.tenant.slug.text)", token: asOperator)
            #expect(list.ids == [kept])
        }
    }

    @Test("A job that waits is thrown away, one that runs is told to stop")
    func discardAlive() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            let started = try await server.send("POST", "/v1/purge-runs", token: tenant.admin.token, ["status": "spam"])
            #expect(started.status == 202)
            let mine = "?tenant=\(tenant.tenant.slug.text)&kind=purge"
            let list = try await server.send("GET", Self.path + mine, token: asOperator)
            let waiting = try #require(list.ids.first)
            #expect(list.items.first?["payload"] == ["run": .integer(started.id)])
            let running = try await tenant.startJob()
            for id in [waiting, running] {
                #expect(try await server.send("DELETE", "\(Self.path)/\(id)", token: asOperator).status == 204)
            }
            expectProblem(try await server.send("GET", "\(Self.path)/\(waiting)", token: asOperator), 404)
            let told = try await server.send("GET", "\(Self.path)/\(running)", token: asOperator)
            #expect(told.word("state") == "running")
            #expect(told.truth("cancelled") == true)
        }
    }

    @Test("A helpdesk's schedules are listed by kind, as its admins set them")
    func schedules() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            let path = "/operator/v1/schedules?tenant=\(tenant.tenant.slug.text)"
            let set = try await server.send(
                "PUT", "/v1/purge-schedules/spam", token: tenant.admin.token, ["at": "23:15", "time_zone": "Asia/Tokyo"])
            _ = try await server.send("PUT", "/v1/purge-schedules/deleted", token: tenant.admin.token, ["enabled": false])
            let list = try await server.send("GET", path, token: asOperator)
            try #require(list.items.count == 2)
            let (deleted, spam) = (list.items[0], list.items[1])
            #expect(list.items.allSatisfy { $0["tenant"]?.string == tenant.tenant.slug.text })
            #expect(deleted["kind"] == "purge_deleted" && deleted["at"] == "03:00" && deleted["time_zone"] == "Europe/London")
            #expect(deleted["next_run_at"] == .null && deleted["last_run_at"] == .null && deleted["due_from"] == .null)
            #expect(spam["kind"] == "purge_spam" && spam["at"] == "23:15" && spam["time_zone"] == "Asia/Tokyo")
            #expect(spam["next_run_at"]?.string != nil && spam["next_run_at"] == set.member("next_run_at"))

            let first = try await server.send("GET", path + "&limit=1", token: asOperator)
            let second = try await server.send("GET", path + "&limit=1&cursor=\(first.nextCursor ?? "")", token: asOperator)
            #expect(first.items == [deleted] && second.items == [spam])
            #expect(second.nextCursor == nil)
        }
    }

    @Test("The list of all schedules goes on where its page ended, by helpdesk and kind")
    func allSchedules() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            var seen: [[String]] = []
            var cursor: String?
            repeat {
                let page = try await server.send(
                    "GET", "/operator/v1/schedules?limit=200" + (cursor.map { "&cursor=\($0)" } ?? ""), token: asOperator)
                try #require(page.status == 200)
                seen += page.items.map { [$0["tenant"]?.string ?? "", $0["kind"]?.string ?? ""] }
                cursor = page.nextCursor
            } while cursor != nil
            #expect(seen.filter { $0[0] == tenant.tenant.slug.text }.map { $0[1] } == ["purge_deleted", "purge_spam"])
            // Other tests make helpdesks all the time, before and behind the reader.
            #expect(Set(seen).count == seen.count)
            #expect(seen.map { $0.joined(separator: " ") } == seen.map { $0.joined(separator: " ") }.sorted())
        }
    }

    @Test("What is no filter and no cursor of the schedules is named")
    func scheduleQuery() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            let forged = Data("acme purge_everything".utf8).base64EncodedString().replacing("=", with: "")
            for query in ["tenant=UPPER", "limit=x", "cursor=x", "cursor=AAAA", "cursor=\(forged)", "kind=purge_spam"] {
                let answered = try await server.send("GET", "/operator/v1/schedules?" + query, token: asOperator)
                expectProblem(answered, 422, naming: [query.split(separator: "=").first.map { String($0) } ?? ""])
            }
        }
    }
}
