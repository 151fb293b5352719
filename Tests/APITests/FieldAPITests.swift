import Domain
import Foundation
import JSON
import Postgres
import Support
import Testing

@Suite("Custom fields over HTTP")
struct FieldAPITests {
    @Test("A field of each type is made as it was asked for, and read back the same")
    func made() async throws {
        try await withDesk { server, tenant in
            let bodies: [JSONValue] = [
                [
                    "key": "order_no", "name": " Order number ", "type": "text", "maximum_length": 10, "pattern": "[A-Z]-[0-9]+",
                    "required_for_users": true,
                ],
                ["key": "seats", "name": "Seats", "type": "number", "minimum": 1, "maximum": .double(99.5), "required_for_agents": true],
                ["key": "urgent", "name": "Urgent", "type": "boolean"],
                ["key": "due_on", "name": "Due on", "type": "date", "minimum": .null, "pattern": .null, "choices": []],
                ["key": "product", "name": "Product", "type": "choice", "choices": ["one", "two"]],
                ["key": "modules", "name": "Modules", "type": "multi_choice", "choices": ["a", "b", "größer"]],
            ]
            for body in bodies {
                let made = try await server.send("POST", "/v1/fields", token: tenant.admin.token, body)
                let location = try #require(made.header("Location"))
                let read = try await server.send("GET", location, token: tenant.agent.token)
                #expect(made.status == 201)
                #expect(location == "/v1/fields/\(made.id)")
                #expect(made.header("ETag") == "\"1\"")
                #expect(read.data == made.data)
                for name in ["key", "type", "maximum_length", "minimum", "maximum", "pattern"] {
                    #expect(made.member(name) == body[name] ?? .null, "\(name)")
                }
                #expect(made.word("name") == body["name"]?.string?.trimmingCharacters(in: .whitespaces))
                #expect(made.member("choices") == body["choices"] ?? [])
                #expect(made.member("required_for_agents") == body["required_for_agents"] ?? false)
                #expect(made.member("required_for_users") == body["required_for_users"] ?? false)
                #expect(made.member("departments") == [])
                #expect(made.member("retired") == false)
            }
            let list = try await server.send("GET", "/v1/fields", token: tenant.agent.token)
            #expect(list.items.compactMap { $0["key"]?.string } == bodies.compactMap { $0["key"]?.string })
        }
    }

    @Test("Everything that is wrong with a new field is named at once")
    func faults() async throws {
        try await withDesk { server, tenant in
            let many = JSONValue.array((0...500).map { .string("choice \($0)") })
            let long = JSONValue.string(String(repeating: "a", count: 201))
            let bodies: [(JSONValue, Set<String>)] = [
                ([:], ["key", "name", "type"]),
                (
                    [
                        "key": "Order No", "name": "", "type": "number", "minimum": 5, "maximum": 1, "maximum_length": 0, "pattern": "(",
                        "choices": ["a", "a"], "required_for_users": "yes", "colour": "red",
                    ], ["key", "name", "maximum", "maximum_length", "pattern", "choices", "required_for_users", "colour"]
                ),
                (field("text", ["minimum": 1, "maximum": 2, "choices": ["a"]]), ["minimum", "maximum", "choices"]),
                (field("number", ["maximum_length": 5, "pattern": "a"]), ["maximum_length", "pattern"]),
                (field("date", ["minimum": 1, "pattern": "a"]), ["minimum", "pattern"]),
                (field("boolean", ["choices": ["yes", "no"]]), ["choices"]),
                (field("text", ["maximum_length": 0]), ["maximum_length"]),
                (field("text", ["maximum_length": 10_001]), ["maximum_length"]),
                (field("text", ["maximum_length": .double(1.5)]), ["maximum_length"]),
                (field("number", ["minimum": "1"]), ["minimum"]),
                (field("choice"), ["choices"]),
                (field("choice", ["choices": []]), ["choices"]),
                (field("multi_choice", ["choices": .null]), ["choices"]),
                (field("choice", ["choices": many]), ["choices"]),
                (field("choice", ["choices": ["a", "b", "a "]]), ["choices"]),
                (field("choice", ["choices": ["a", "", long, 7, "a\nb"]]), ["choices[1]", "choices[2]", "choices[3]", "choices[4]"]),
                (field("colour"), ["type"]),
                (field("text", ["departments": 7]), ["departments"]),
                (
                    field("text", ["departments": [7, [:], ["department_id": 1, "x": 1], ["department_id": "1"]]]),
                    ["departments[0]", "departments[1].department_id", "departments[2].x", "departments[3].department_id"]
                ),
                (field("text", ["departments": [["department_id": 1], ["department_id": 1]]]), ["departments[1].department_id"]),
                (
                    field("text", ["departments": [["department_id": 999], ["department_id": 1], ["department_id": 998]]]),
                    ["departments[0].department_id", "departments[2].department_id"]
                ),
            ]
            for (body, names) in bodies {
                let answered = try await server.send("POST", "/v1/fields", token: tenant.admin.token, body)
                expectProblem(answered, 422, naming: names)
            }
            let list = try await server.send("GET", "/v1/fields", token: tenant.admin.token)
            #expect(list.items.isEmpty)
        }
    }

    @Test("What is wrong with a pattern is said, with the place", arguments: [("a(b", 1), ("ab**", 3), ("(?=a)", 0), (#"a\1"#, 1)])
    func patterns(_ pattern: String, _ offset: Int) async throws {
        try await withDesk { server, tenant in
            let answered = try await server.send(
                "POST", "/v1/fields", token: tenant.admin.token, field("text", ["pattern": .string(pattern)]))
            expectProblem(answered, 422, naming: ["pattern"])
            #expect(answered.word("detail")?.contains("at character \(offset),") == true, "\(answered.json)")
        }
    }

    @Test("A key is one field's for good, also when that was retired")
    func keyTaken() async throws {
        try await withDesk { server, tenant in
            let made = try await make(server, tenant, field("text"))
            let again = try await server.send("POST", "/v1/fields", token: tenant.admin.token, field("number"))
            _ = try await server.send("DELETE", "/v1/fields/\(made.id)", token: tenant.admin.token)
            let later = try await server.send("POST", "/v1/fields", token: tenant.admin.token, field("text"))
            expectProblem(again, 409)
            expectProblem(later, 409)
        }
    }

    @Test("A change is made whole or not at all, null takes a limit away, and nothing changed is no new version")
    func changed() async throws {
        try await withDesk { server, tenant in
            let made = try await make(server, tenant, field("number", ["minimum": 1, "maximum": 9]))
            func patch(_ body: JSONValue, ifMatch: String? = nil) async throws -> Answered {
                try await server.send(
                    "PATCH", "/v1/fields/\(made.id)", token: tenant.admin.token, body, headers: ifMatch.map { ["If-Match": $0] } ?? [:])
            }
            expectProblem(try await patch(["name": "New", "minimum": 10]), 422, naming: ["maximum"])
            expectProblem(
                try await patch(["maximum_length": 5, "departments": [["department_id": 99]]]), 422,
                naming: ["maximum_length", "departments[0].department_id"])
            let same = try await patch(["minimum": 1, "choices": [], "retired": false])
            #expect(same.data == made.data)
            let renamed = try await patch(["name": "New", "minimum": .null, "required_for_users": true], ifMatch: "\"1\"")
            #expect(renamed.status == 200)
            #expect(renamed.word("name") == "New")
            #expect(renamed.isNull("minimum"))
            #expect(renamed.number("maximum") == 9)
            #expect(renamed.member("required_for_users") == true)
            #expect(renamed.number("version") == 2)
            #expect(renamed.header("ETag") == "\"2\"")
            expectProblem(try await patch(["name": "Lost"], ifMatch: "\"1\""), 412)
            let read = try await server.send("GET", "/v1/fields/\(made.id)", token: tenant.agent.token)
            #expect(read.data == renamed.data)
        }
    }

    @Test("Key and type never change")
    func fixed() async throws {
        try await withDesk { server, tenant in
            let made = try await make(server, tenant, field("text"))
            let answered = try await server.send(
                "PATCH", "/v1/fields/\(made.id)", token: tenant.admin.token, ["key": "other", "type": "text", "name": "New"])
            expectProblem(answered, 422, naming: ["key", "type"])
            #expect(answered.json["errors"]?.array?.compactMap { $0["code"]?.string } == ["fixed", "fixed"])
        }
    }

    @Test("A field for some departments is not for the others, and not for all when those are gone")
    func departments() async throws {
        try await withDesk { server, tenant in
            func makeDepartment(_ name: String) async throws -> Int64 {
                let made = try await server.send("POST", "/v1/departments", token: tenant.admin.token, ["name": .string(name)])
                try #require(made.status == 201)
                return made.id
            }
            let sales = try await makeDepartment("Sales")
            let support = try await makeDepartment("Support")
            let made = try await make(
                server, tenant,
                field(
                    "text",
                    [
                        "departments": [
                            ["department_id": .integer(support)], ["department_id": .integer(sales), "required_for_users": true],
                        ]
                    ]))
            let salesThere = JSONValue.object([
                "department_id": .integer(sales), "required_for_agents": false, "required_for_users": true,
            ])
            let supportThere = JSONValue.object([
                "department_id": .integer(support), "required_for_agents": false, "required_for_users": false,
            ])
            #expect(made.member("departments") == [salesThere, supportThere])
            for (removed, left) in [(support, [salesThere]), (sales, [salesThere, supportThere])] {
                let answered = try await server.send("DELETE", "/v1/departments/\(removed)", token: tenant.admin.token)
                let read = try await server.send("GET", "/v1/fields/\(made.id)", token: tenant.admin.token)
                #expect(answered.status == 204)
                #expect(read.member("departments") == .array(left))
            }
            let forAll = try await server.send(
                "PATCH", "/v1/fields/\(made.id)", token: tenant.admin.token, ["departments": []])
            #expect(forAll.member("departments") == [])
        }
    }

    @Test("A retired field is shown as such, can be left out of the list, and comes back as it was")
    func retired() async throws {
        try await withDesk { server, tenant in
            let kept = try await make(server, tenant, field("text", key: "kept"))
            let made = try await make(server, tenant, field("choice", ["choices": ["a"]]))
            let path = "/v1/fields/\(made.id)"
            let stale = try await server.send("DELETE", path, token: tenant.admin.token, headers: ["If-Match": "\"7\""])
            expectProblem(stale, 412)
            for _ in 1...2 { #expect(try await server.send("DELETE", path, token: tenant.admin.token).status == 204) }
            let read = try await server.send("GET", path, token: tenant.agent.token)
            #expect(read.member("retired") == true)
            #expect(read.number("version") == 2)
            for (query, ids) in [("", [kept.id, made.id]), ("?retired=false", [kept.id]), ("?retired=true", [made.id])] {
                let list = try await server.send("GET", "/v1/fields" + query, token: tenant.agent.token)
                #expect(list.ids == ids, "\(query)")
            }
            let back = try await server.send("PATCH", path, token: tenant.admin.token, ["retired": false])
            #expect(back.member("retired") == false)
            #expect(back.member("choices") == ["a"])
            #expect(back.number("version") == 3)
            expectProblem(try await server.send("DELETE", "/v1/fields/999", token: tenant.admin.token), 404)
        }
    }

    @Test("A helpdesk has no more than five hundred fields in use")
    func tooMany() async throws {
        try await withDesk { server, tenant in
            let number = tenant.tenant.id.value
            let address = try await TestCluster.shared.value.address(database: "deskyard_test")
            try await ScriptSession.run(on: address) { session in
                _ = try session.run(
                    """
                    insert into helpdesk.fields (tenant_id, id, key, name, type, created_at)
                    select \(number), 1000 + n, 'f' || n, 'F', 'boolean', now() from generate_series(1, 500) n;
                    update helpdesk.settings set configuration_version = configuration_version + 1 where tenant_id = \(number);
                    """)
            }
            let refused = try await server.send("POST", "/v1/fields", token: tenant.admin.token, field("text"))
            let retired = try await server.send("DELETE", "/v1/fields/1001", token: tenant.admin.token)
            let made = try await server.send("POST", "/v1/fields", token: tenant.admin.token, field("text"))
            let back = try await server.send("PATCH", "/v1/fields/1001", token: tenant.admin.token, ["retired": false])
            let renamed = try await server.send("PATCH", "/v1/fields/1001", token: tenant.admin.token, ["name": "Old"])
            expectProblem(refused, 422, naming: ["key"])
            #expect(retired.status == 204)
            #expect(made.status == 201)
            expectProblem(back, 422, naming: ["retired"])
            #expect(renamed.status == 200)
        }
    }

    @Test("Agents read fields, admins change them, users do neither, and another helpdesk has none of them")
    func rights() async throws {
        try await withDesk { server, tenant in
            let made = try await make(server, tenant, field("text"))
            let path = "/v1/fields/\(made.id)"
            for login in [tenant.agent, tenant.user] {
                expectProblem(try await server.send("POST", "/v1/fields", token: login.token, field("text", key: "mine")), 403)
                expectProblem(try await server.send("PATCH", path, token: login.token, ["name": "Mine"]), 403)
                expectProblem(try await server.send("DELETE", path, token: login.token), 403)
            }
            expectProblem(try await server.send("GET", path, token: tenant.user.token), 403)
            expectProblem(try await server.send("GET", "/v1/fields", token: tenant.user.token), 403)
            let other = try await TestInstallation.shared.value.makeTenant()
            expectProblem(try await server.send("GET", path, token: other.admin.token), 404)
            expectProblem(try await server.send("PATCH", path, token: other.admin.token, ["name": "Mine"]), 404)
            expectProblem(try await server.send("DELETE", path, token: other.admin.token), 404)
            let read = try await server.send("GET", path, token: tenant.agent.token)
            #expect(read.data == made.data)
        }
    }

    @Test("The same request with the same key makes one field")
    func once() async throws {
        try await withDesk { server, tenant in
            let headers = ["Idempotency-Key": "order number"]
            let first = try await server.send("POST", "/v1/fields", token: tenant.admin.token, field("text"), headers: headers)
            let second = try await server.send("POST", "/v1/fields", token: tenant.admin.token, field("text"), headers: headers)
            #expect(first.status == 201)
            #expect(second.data == first.data)
            #expect(second.header("Idempotency-Replayed") == "true")
        }
    }

    @Test("A field is asked for from the next request on, and a retired one is neither asked for nor lost")
    func tickets() async throws {
        try await withDesk { server, tenant in
            func openTicket(_ fields: JSONValue) async throws -> Answered {
                try await server.send(
                    "POST", "/v1/tickets", token: tenant.user.token, ["subject": "Broken", "text": "Please help", "fields": fields])
            }
            _ = try await server.openTicket(tenant)
            let made = try await make(server, tenant, field("text", ["required_for_users": true, "pattern": "[A-Z]-[0-9]+"]))
            expectProblem(try await openTicket([:]), 422, naming: ["fields.order_no"])
            expectProblem(try await openTicket(["order_no": "17"]), 422, naming: ["fields.order_no"])
            let ticket = try await openTicket(["order_no": "A-17"])
            #expect(ticket.status == 201)

            _ = try await server.send("DELETE", "/v1/fields/\(made.id)", token: tenant.admin.token)
            #expect(try await server.read(ticket.id, tenant).word("fields.order_no") == "A-17")
            expectProblem(try await openTicket(["order_no": "A-17"]), 422, naming: ["fields.order_no"])
            #expect(try await openTicket([:]).status == 201)
        }
    }

    private func make(_ server: TestServer, _ tenant: TestTenant, _ body: JSONValue) async throws -> Answered {
        let made = try await server.send("POST", "/v1/fields", token: tenant.admin.token, body)
        try #require(made.status == 201, "\(made.json)")
        return made
    }

    /// A body for a field of this type.
    private func field(_ type: String, key: String = "order_no", _ more: [String: JSONValue] = [:]) -> JSONValue {
        .object(["key": .string(key), "name": "Order number", "type": .string(type)].merging(more) { $1 })
    }
}

@Suite("A helpdesk's settings over HTTP")
struct SettingsAPITests {
    @Test("They start as every helpdesk's do, and a change is the next version")
    func changed() async throws {
        try await withDesk { server, tenant in
            func patch(_ body: JSONValue, ifMatch: String? = nil) async throws -> Answered {
                try await server.send(
                    "PATCH", "/v1/settings", token: tenant.admin.token, body, headers: ifMatch.map { ["If-Match": $0] } ?? [:])
            }
            let first = try await server.send("GET", "/v1/settings", token: tenant.agent.token)
            let expected: JSONValue = [
                "name": "Test", "time_zone": "Europe/London", "reopen_days": 30, "late_message": "follow_up", "undo_days": 7,
                "mass_action_days": 90, "search_language": "english", "version": 1,
            ]
            #expect(first.json == expected)
            #expect(first.header("ETag") == "\"1\"")
            #expect(try await patch([:]).data == first.data)
            let changed = try await patch(["reopen_days": .null, "late_message": "refuse"], ifMatch: "\"1\"")
            #expect(changed.isNull("reopen_days"))
            #expect(changed.word("late_message") == "refuse")
            #expect(changed.header("ETag") == "\"2\"")
            expectProblem(try await patch(["reopen_days": 7], ifMatch: "\"1\""), 412)
            let read = try await server.send("GET", "/v1/settings", token: tenant.agent.token)
            #expect(read.data == changed.data)
        }
    }

    @Test("What cannot be set is named")
    func faults() async throws {
        try await withDesk { server, tenant in
            let bodies: [(JSONValue, Set<String>)] = [
                (["reopen_days": -1], ["reopen_days"]), (["reopen_days": 3651], ["reopen_days"]),
                (["reopen_days": .double(1.5), "late_message": "reopens"], ["reopen_days", "late_message"]),
                (["late_message": 7], ["late_message"]), (["search_language": "klingon"], ["search_language"]),
                (["search_language": "English"], ["search_language"]), (["search_language": 7], ["search_language"]),
                (["name": "Mine", "time_zone": "UTC"], ["name", "time_zone"]),
            ]
            for (body, names) in bodies {
                expectProblem(try await server.send("PATCH", "/v1/settings", token: tenant.admin.token, body), 422, naming: names)
            }
            for days: Int64 in [0, 3650] {
                let set = try await server.send("PATCH", "/v1/settings", token: tenant.admin.token, ["reopen_days": .integer(days)])
                #expect(set.number("reopen_days") == days)
            }
        }
    }

    @Test("Every language that the document lists can be set, and no other")
    func languages() async throws {
        try await withDesk { server, tenant in
            let document = try await server.send("GET", "/openapi.json", token: nil)
            let listed = document.json["components"]?["schemas"]?["Settings"]?["properties"]?["search_language"]?["enum"]?.array
            let languages = try #require(listed)
            #expect(languages.count == 29 && languages.contains("simple"))
            for language in languages {
                let set = try await server.send("PATCH", "/v1/settings", token: tenant.admin.token, ["search_language": language])
                #expect(set.json["search_language"] == language)
            }
        }
    }

    @Test("Agents read them, admins change them, users do neither")
    func rights() async throws {
        try await withDesk { server, tenant in
            expectProblem(try await server.send("PATCH", "/v1/settings", token: tenant.agent.token, ["reopen_days": 1]), 403)
            expectProblem(try await server.send("PATCH", "/v1/settings", token: tenant.user.token, ["reopen_days": 1]), 403)
            expectProblem(try await server.send("GET", "/v1/settings", token: tenant.user.token), 403)
        }
    }

    @Test("They hold from the next request on, for callers the server knows already")
    func effect() async throws {
        try await withDesk { server, tenant in
            let ticket = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(ticket.id)/replies"
            _ = try await server.send("POST", path, token: tenant.agent.token, ["text": "Done", "status": "resolved"])
            _ = try await server.send(
                "PATCH", "/v1/settings", token: tenant.admin.token, ["reopen_days": 0, "late_message": "refuse"])
            expectProblem(try await server.send("POST", path, token: tenant.user.token, ["text": "Not at all"]), 409)
            _ = try await server.send("PATCH", "/v1/settings", token: tenant.admin.token, ["reopen_days": .null])
            let reopened = try await server.send("POST", path, token: tenant.user.token, ["text": "Not at all"])
            #expect(reopened.word("ticket.status") == "awaiting_agent")
        }
    }
}
