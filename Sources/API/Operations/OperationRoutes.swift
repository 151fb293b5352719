import Hummingbird
import JSON

/// What monitors, load balancers and developers ask; no token needed.
struct OperationRoutes {
    let health: HTTPServer.Health

    func add(to routes: inout Routes) {
        let health = health
        let state = Schema.object([Schema.property("status", .string())])

        routes.open(
            Endpoint(
                method: .get, path: "/healthz", summary: "The process lives.", needs: .nothing,
                success: [Endpoint.Success(status: 200, description: "It does", schema: state)])
        ) {
            Answer(body: Array(#"{"status":"ok"}"#.utf8)).response
        }

        routes.open(
            Endpoint(
                method: .get, path: "/readyz", summary: "The database is reachable and migrated.", needs: .nothing,
                success: [Endpoint.Success(status: 200, description: "It is", schema: state)], problems: [503])
        ) {
            if let reason = await health.whyNotReady() { return .problem(Problem(status: 503, detail: reason)) }
            return Answer(body: Array(#"{"status":"ready"}"#.utf8)).response
        }

        routes.open(
            Endpoint(
                method: .get, path: "/metrics", summary: "Metrics for Prometheus.", needs: .nothing,
                success: [Endpoint.Success(status: 200, description: "Metrics", mediaType: "text/plain")])
        ) {
            .text(health.metrics(), "text/plain; version=0.0.4; charset=utf-8")
        }

        let openapi = Endpoint(
            method: .get, path: "/openapi.json", summary: "This document.", needs: .nothing,
            success: [Endpoint.Success(status: 200, description: "OpenAPI 3.1", schema: nil)])
        let page = Endpoint(
            method: .get, path: "/docs", summary: "This document as a page to read.", needs: .nothing,
            success: [Endpoint.Success(status: 200, description: "The page", mediaType: "text/html")])
        // Both describe themselves, too.
        let document = Document(endpoints: routes.endpoints + [openapi, page], schemas: routes.schemas, version: health.version)
        var writer = JSONWriter(capacity: 64 << 10)
        writer.value(document.json)
        let json = writer.bytes
        let html = DocumentPage(document: document).html
        routes.open(openapi) { Answer(body: json).response }
        routes.open(page) { .text(html, "text/html; charset=utf-8") }
    }
}
