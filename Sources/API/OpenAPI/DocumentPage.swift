import JSON

/// The document as a page to read: one file, no scripts, nothing from elsewhere.
struct DocumentPage {
    let document: Document

    var html: String {
        var page = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><title>Deskyard API</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <style>
            body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
            code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:#f5f5f2;padding:.8rem;overflow:auto;border-radius:4px}
            h2{margin-top:2.5rem;border-top:1px solid #ddd;padding-top:1rem;font-size:1.1rem}
            .m{display:inline-block;min-width:4.2rem;font-weight:700}table{border-collapse:collapse}td{padding:.15rem .8rem .15rem 0;vertical-align:top}
            summary{cursor:pointer}
            </style></head><body>
            <h1>Deskyard API</h1><p>\(Self.escape(Document.introduction))</p>
            <p>For programs: <a href="/openapi.json">openapi.json</a></p>

            """
        for endpoint in document.endpoints {
            page += "<h2><span class=\"m\">\(endpoint.method.rawValue)</span><code>\(Self.escape(endpoint.path))</code></h2>\n"
            page += "<p>\(Self.escape(endpoint.summary))\(Self.needs(endpoint))</p>\n"
            if !endpoint.parameters.isEmpty {
                page += "<table>\n"
                for parameter in endpoint.parameters {
                    page += "<tr><td><code>\(parameter.name)</code></td><td>\(parameter.place.rawValue)</td>"
                    page += "<td>\(Self.escape(parameter.description))\(parameter.required ? " Must be given." : "")</td></tr>\n"
                }
                page += "</table>\n"
            }
            if let body = endpoint.body { page += Self.details("Body", body.json) }
            if let example = endpoint.example { page += Self.details("Example", example) }
            for success in endpoint.success {
                page +=
                    success.schema.map { Self.details("\(success.status) \(success.description)", $0.json) }
                    ?? "<p>\(success.status) \(Self.escape(success.description))</p>\n"
            }
            let problems = endpoint.allProblems.map { "<a href=\"#\($0)\">\($0)</a>" }
            if !problems.isEmpty { page += "<p>Problems: \(problems.joined(separator: " "))</p>\n" }
        }
        page += "<h2>Schemas</h2>\n"
        for (name, schema) in document.schemas.sorted(by: { $0.key < $1.key }) { page += Self.details(name, schema.json) }
        page += "<h2>Problems</h2>\n<table>\n"
        for (status, title) in Problem.titles.sorted(by: { $0.key < $1.key }) {
            page += "<tr id=\"\(status)\"><td>\(status)</td><td>\(Self.escape(title))</td></tr>\n"
        }
        return page + "</table></body></html>\n"
    }

    private static func needs(_ endpoint: Endpoint) -> String {
        switch endpoint.needs {
        case .nothing: " Open."
        case .tenantToken: " For \(endpoint.callers.rawValue)." + endpoint.scopes.map { " Scope <code>\($0.rawValue)</code>." }.joined()
        case .operatorToken: " Operators."
        }
    }

    private static func details(_ title: String, _ schema: JSONValue) -> String {
        var writer = JSONWriter()
        writer.value(schema)
        return "<details><summary>\(escape(title))</summary><pre>\(escape(writer.text))</pre></details>\n"
    }

    private static func escape(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
