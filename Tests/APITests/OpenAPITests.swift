import Domain
import Foundation
import JSON
import Support
import Testing

@Suite("The OpenAPI document")
struct OpenAPITests {
    @Test("It is OpenAPI 3.1.0, served as JSON without a token")
    func version() async throws {
        let server = try await TestServer.shared.value
        let answered = try await server.send("GET", "/openapi.json")
        #expect(answered.status == 200)
        #expect(answered.header("Content-Type") == "application/json")
        #expect(answered.json == server.contract.document)
        #expect(answered.word("openapi") == "3.1.0")
        #expect(answered.word("info.title") == "Deskyard")
        #expect(answered.word("info.version")?.isEmpty == false)
    }

    @Test("Every operation says what it does, who may call it and what it answers")
    func operations() async throws {
        let contract = try await TestServer.shared.value.contract
        let known: Set<String> = ["GET", "POST", "PUT", "PATCH", "DELETE"]
        let schemes = Set(contract.document["components"]?["securitySchemes"]?.object?.keys.map { $0 } ?? [])
        #expect(contract.operations.count >= 20)
        for operation in contract.operations {
            let responses = operation.json["responses"]?.object ?? [:]
            let security = operation.json["security"]?.array
            #expect(known.contains(operation.method), "\(operation.name)")
            #expect(operation.json["summary"]?.string?.isEmpty == false, "\(operation.name)")
            #expect(responses.keys.contains { $0.hasPrefix("2") }, "\(operation.name)")
            #expect(security != nil, "\(operation.name)")
            for scheme in (security ?? []).flatMap({ $0.object?.keys.map { $0 } ?? [] }) {
                #expect(schemes.contains(scheme), "\(operation.name): \(scheme)")
            }
            for (status, response) in responses {
                #expect(Int(status).map { (200..<600).contains($0) } == true, "\(operation.name): \(status)")
                #expect(response["description"]?.string?.isEmpty == false, "\(operation.name) \(status)")
            }
        }
    }

    @Test("Every problem is described as a problem document, and each kind of route names those it must expect")
    func problems() async throws {
        let contract = try await TestServer.shared.value.contract
        for operation in contract.operations {
            let responses = operation.json["responses"]?.object ?? [:]
            for (status, response) in responses where (Int(status) ?? 0) >= 400 {
                let schema = response["content"]?["application/problem+json"]?["schema"]?["$ref"]?.string
                #expect(schema == "#/components/schemas/Problem", "\(operation.name) \(status)")
            }
            var expected: Set<String> = []
            if operation.isTenants { expected.formUnion(["401", "403", "423", "503"]) }
            if operation.isOperators { expected.formUnion(["401", "503"]) }
            if operation.path.contains("{") { expected.insert("404") }
            if operation.takesBody { expected.formUnion(["400", "413", "415", "422"]) }
            #expect(expected.isSubset(of: Set(responses.keys)), "\(operation.name)")
        }
    }

    @Test("Every parameter has a place, a schema and a description, and those in the path are all there")
    func parameters() async throws {
        let contract = try await TestServer.shared.value.contract
        for operation in contract.operations {
            let parameters = operation.json["parameters"]?.array ?? []
            for parameter in parameters {
                let place = parameter["in"]?.string ?? ""
                #expect(parameter["name"]?.string?.isEmpty == false, "\(operation.name)")
                #expect(["path", "query", "header"].contains(place), "\(operation.name)")
                #expect(parameter["schema"]?.object != nil, "\(operation.name)")
                #expect(parameter["description"]?.string?.isEmpty == false, "\(operation.name)")
                // What must stand in a query is shown: how else would the tests that call everything know what to put there.
                let isRequired = place == "path" || (place == "query" && parameter["example"] != nil)
                #expect(parameter["required"] == JSONValue.bool(isRequired), "\(operation.name)")
            }
            let described = parameters.filter { $0["in"]?.string == "path" }.compactMap { $0["name"]?.string }
            let inPath = operation.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
            #expect(described.sorted() == inPath.sorted(), "\(operation.name)")
            let names = parameters.compactMap { $0["name"]?.string }
            // An answer that is shown once cannot be given again.
            let isRepeatable = operation.method == "POST" && operation.isTenants && !operation.showsSecret
            #expect(names.contains("Idempotency-Key") == isRepeatable, "\(operation.name)")
            if operation.path == "/v1/tickets/{id}" && operation.method != "GET" {
                #expect(names.contains("If-Match"), "\(operation.name)")
            }
        }
    }

    @Test("Every parameter of a query that is described is known to its route")
    func knownParameters() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            let ticket = try await server.openTicket(tenant)
            var tried = 0
            for operation in server.contract.operations where operation.method == "GET" {
                // Whatever is typed can be searched for.
                for described in operation.queryParameters where described != "q" {
                    let name = described.replacing("{key}", with: "no_field_here")
                    let path = operation.path.replacing("{id}", with: String(ticket.id))
                    let token = operation.isOperators ? asOperator : tenant.admin.token
                    // No parameter takes this, not even a label.
                    let answered = try await server.send("GET", operation.address(at: path, asking: ["\(name)=~,"]), token: token)
                    let unknown = (answered.json["errors"]?.array ?? []).filter { $0["code"]?.string == "unknown" }
                    #expect(unknown.isEmpty, "\(operation.name): \(name)")
                    expectProblem(answered, 422, naming: [name])
                    tried += 1
                }
            }
            #expect(tried >= 18)
        }
    }

    @Test("Every $ref leads somewhere, and every schema that is kept is used")
    func references() async throws {
        let document = try await TestServer.shared.value.contract.document
        var references: Set<String> = []
        func collect(_ value: JSONValue) {
            for (name, member) in value.object ?? [:] {
                if name == "$ref", let reference = member.string { references.insert(reference) }
                collect(member)
            }
            for item in value.array ?? [] { collect(item) }
        }
        collect(document)
        #expect(!references.isEmpty)
        for reference in references {
            #expect(reference.hasPrefix("#/"), "\(reference)")
            var target: JSONValue? = document
            for name in reference.dropFirst(2).split(separator: "/") { target = target?[String(name)] }
            #expect(target?.object != nil, "\(reference)")
        }
        let schemas = (document["components"]?["schemas"]?.object ?? [:]).keys.map { "#/components/schemas/\($0)" }
        #expect(Set(schemas) == references)
    }

    @Test("Every object in a schema says which members it must have, and has those")
    func schemas() async throws {
        let document = try await TestServer.shared.value.contract.document
        var objects = 0
        func walk(_ value: JSONValue, at place: String) {
            // In a dictionary members may have any name, and none must be there.
            if value["type"]?.string == "object", value["additionalProperties"]?.object == nil {
                objects += 1
                let properties = Set((value["properties"]?.object ?? [:]).keys)
                let required = value["required"]?.array?.compactMap(\.string)
                #expect(required != nil, "\(place)")
                #expect(Set(required ?? []).isSubset(of: properties), "\(place)")
            }
            for (name, member) in value.object ?? [:] { walk(member, at: place + "/" + name) }
            for item in value.array ?? [] { walk(item, at: place) }
        }
        walk(document, at: "#")
        #expect(objects >= 10)
    }

    @Test("The page to read shows every route and takes nothing from elsewhere")
    func docs() async throws {
        let server = try await TestServer.shared.value
        let answered = try await server.send("GET", "/docs")
        let page = String(decoding: answered.data, as: UTF8.self)
        let lower = page.lowercased()
        #expect(answered.status == 200)
        #expect(answered.header("Content-Type")?.hasPrefix("text/html") == true)
        for operation in server.contract.operations {
            #expect(page.contains("<code>\(operation.path)</code>"), "\(operation.name)")
            let summary = operation.json["summary"]?.string ?? "none"
            #expect(page.contains(summary), "\(operation.name)")
        }
        for foreign in ["http://", "https://", "src=", "=\"//", "<script", "<link", "<iframe", "@import", "url("] {
            #expect(!lower.contains(foreign), "\(foreign)")
        }
        // Problem documents point here.
        for status in [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 423, 503] {
            #expect(page.contains("id=\"\(status)\""), "\(status)")
        }
    }

    @Test("The open routes need nobody's token")
    func open() async throws {
        let server = try await TestServer.shared.value
        let healthy = try await server.send("GET", "/healthz")
        let ready = try await server.send("GET", "/readyz")
        let metrics = try await server.send("GET", "/metrics")
        #expect(healthy.word("status") == "ok")
        #expect(ready.word("status") == "ready")
        #expect(metrics.header("Content-Type")?.hasPrefix("text/plain") == true)
    }
}
