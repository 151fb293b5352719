import Domain
import JSON
import Services

extension Field: Resource {
    static let path = "/v1/fields"
    static let schemaName = "Field"
    static let schema = Schema.object([
        Schema.property("id", .integer(minimum: 1)),
        Schema.property("key", .string(maximumLength: 63)),
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("type", .oneOf(Kind.allCases.map(\.rawValue))),
        Schema.property("choices", .array(.string(maximumLength: 200))),
        Schema.property("minimum", .nullable(.number())),
        Schema.property("maximum", .nullable(.number())),
        Schema.property("maximum_length", .nullable(.integer(minimum: 1, maximum: FieldForm.longestText))),
        Schema.property("pattern", .nullable(.string())),
        Schema.property("required_for_agents", .boolean),
        Schema.property("required_for_users", .boolean),
        Schema.property(
            "departments",
            .array(
                .object([
                    Schema.property("department_id", .integer(minimum: 1)),
                    Schema.property("required_for_agents", .boolean),
                    Schema.property("required_for_users", .boolean),
                ]))),
        Schema.property("retired", .boolean),
        Schema.property("version", .integer(minimum: 1)),
        Schema.property("created_at", .time),
    ])

    func write(to writer: inout JSONWriter) {
        let limits = FieldLimits(form)
        writer.object { writer in
            writer.key("id")
            writer.number(id.value)
            writer.key("key")
            writer.string(key.text)
            writer.key("name")
            writer.string(name)
            writer.key("type")
            writer.string(form.kind.rawValue)
            writer.key("choices")
            writer.array(limits.choices) { $0.string($1) }
            writer.key("minimum")
            writer.value(JSONValue(limits.minimum))
            writer.key("maximum")
            writer.value(JSONValue(limits.maximum))
            writer.key("maximum_length")
            writer.optional(limits.maximumLength.map { Int64($0) })
            writer.key("pattern")
            writer.optional(limits.pattern?.text)
            writer.requirement(required)
            writer.key("departments")
            writer.array(departments.sorted { $0.key < $1.key }) { writer, department in
                writer.object { writer in
                    writer.key("department_id")
                    writer.number(department.key.value)
                    writer.requirement(department.value)
                }
            }
            writer.key("retired")
            writer.bool(isRetired)
            writer.key("version")
            writer.number(version)
            writer.key("created_at")
            writer.string(plain: createdAt.utf8)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func requirement(_ required: Field.Requirement) {
        key("required_for_agents")
        bool(required.forAgents)
        key("required_for_users")
        bool(required.forUsers)
    }
}

extension JSONValue {
    /// `17` and not `17.0`.
    fileprivate init(_ number: Double?) {
        self = number.map { number in Int64(exactly: number).map { .integer($0) } ?? .double(number) } ?? .null
    }
}

/// `/v1/fields`: what the helpdesk wants to know about its tickets beyond what every ticket has.
struct FieldRoutes {
    let helpdesk: Helpdesk

    private static let details = [
        Schema.property(
            "choices", .array(.string(description: "Of a choice: 1 to 500.", maximumLength: 200)), required: false),
        Schema.property("minimum", .nullable(.number(description: "Of a number, inclusive.")), required: false),
        Schema.property("maximum", .nullable(.number(description: "Of a number, inclusive.")), required: false),
        Schema.property(
            "maximum_length", .nullable(.integer(minimum: 1, maximum: FieldForm.longestText, description: "Of a text, in characters.")),
            required: false),
        Schema.property(
            "pattern",
            .nullable(.string(description: "What the whole of a text must look like, such as [A-Z]-[0-9]{1,6}.", maximumLength: 200)),
            required: false),
        Schema.property("required_for_agents", .boolean, required: false),
        Schema.property("required_for_users", .boolean, required: false),
        Schema.property(
            "departments",
            .array(
                .object([
                    Schema.property(
                        "department_id", .integer(minimum: 1, description: "It is for these only, and for all if there are none.")),
                    Schema.property("required_for_agents", .boolean, required: false),
                    Schema.property("required_for_users", .boolean, required: false),
                ])), required: false),
    ]
    private static let creation = Schema.object(
        [
            Schema.property("key", .string(description: "Its name in this interface, for good.", maximumLength: 63)),
            Schema.property("name", .string(maximumLength: 200)),
            Schema.property("type", .oneOf(Field.Kind.allCases.map(\.rawValue))),
        ] + details)
    private static let patch = Schema.object(
        [
            Schema.property("name", .string(maximumLength: 200), required: false),
            Schema.property("retired", .boolean, required: false),
        ] + details)
    private static let retired = Endpoint.Parameter(
        name: "retired", place: .query, schema: .boolean, description: "Only those that are, or only those that are not.")

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        let resource = ResourceRoutes<Field>(reading: .readSettings, writing: .writeSettings, &routes)
        resource.list(&routes, "Lists the custom fields.", parameters: [Self.retired]) { listing, query, access in
            let isRetired = query.parse("retired", "true or false") { Bool($0) }
            return { try await helpdesk.listFields(after: listing.after, limit: listing.limit, isRetired: isRetired, access) }
        }
        resource.read(&routes, "One custom field.") { try await helpdesk.readField($0, $1) }
        resource.create(
            &routes, "Makes a custom field.", body: Self.creation,
            example: ["key": "order_no", "name": "Order number", "type": "text", "pattern": "[A-Z]-\\d{1,6}"]
        ) { json, access, once in
            var fields = try Fields(json)
            let key = fields.parse("key", required: true, "a lower-case letter, then letters, digits and underscores, at most 63") {
                FieldKey($0)
            }
            let name = fields.name(required: true)
            let kinds = Field.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            let kind = fields.parse("type", required: true, "one of \(kinds)") { Field.Kind(rawValue: $0) }
            let details = try fields.details()
            if let kind { fields.addLimitFaults(of: details, for: kind) }
            try fields.finish()
            guard let key, let name, let kind else { throw Refusal.invalid(fields.faults) }
            return try await helpdesk.createField(key, kind, named: name, details, access, once: once)
        }
        resource.update(
            &routes, "Changes a custom field, retires it or takes it up again.", body: Self.patch,
            example: ["name": "Order"]
        ) {
            id, json, access, ifMatch in
            var fields = try Fields(json)
            for fixed in ["key", "type"] where fields.value(fixed) != nil { fields.fault(fixed, "fixed", "never changes") }
            var patch = try fields.details()
            patch.name = fields.name()
            patch.isRetired = fields.boolean("retired")
            try fields.finish()
            return try await helpdesk.updateField(id, patch, access, ifMatch: ifMatch)
        }
        resource.remove(&routes, "Retires a custom field: it is not asked for any more, and tickets keep what they have.", problems: []) {
            try await helpdesk.retireField($0, $1, ifMatch: $2)
        }
    }
}

extension Fields {
    /// What can be said of a field at first and changed later.
    fileprivate mutating func details() throws -> FieldPatch {
        var patch = FieldPatch()
        patch.choices = choices()
        patch.minimum = orNull("minimum") { $0.number("minimum") }
        patch.maximum = orNull("maximum") { $0.number("maximum") }
        patch.maximumLength = orNull("maximum_length") { fields in fields.integer("maximum_length").map { Int($0) } }
        patch.pattern = orNull("pattern") { $0.pattern() }
        patch.requiredForAgents = boolean("required_for_agents")
        patch.requiredForUsers = boolean("required_for_users")
        patch.departments = try departments()
        return patch
    }

    /// What is wrong with the limits of a new field, here already so that every fault of the body is found at once. A member that could not
    /// be read is named as such and not once more.
    fileprivate mutating func addLimitFaults(of details: FieldPatch, for kind: Field.Kind) {
        let named = Set(faults.map { $0.field.prefix { $0 != "[" } })
        add(details.limits().faults(for: kind).filter { !named.contains($0.field[...]) })
    }

    /// A member that may be set to nothing: `.some(nil)` for null, nil when it is missing or wrong.
    private mutating func orNull<Value>(_ name: String, _ read: (inout Fields) -> Value?) -> Value?? {
        guard let value = value(name) else { return nil }
        return value.isNull ? .some(nil) : read(&self).map { .some($0) }
    }

    private mutating func choices() -> [String]? {
        func choice(_ value: JSONValue) -> String? { value.string.flatMap { personName($0) } }
        let choices = list("choices", atMost: 500, "1 to 200 characters on one line", choice)
        let given = value("choices")?.array?.compactMap(choice) ?? []
        if Set(given).count < given.count { fault("choices", "duplicate", "must not have one twice") }
        return choices
    }

    private mutating func pattern() -> Pattern? {
        guard let text = parse("pattern", "a text that is not empty; send null for none", { $0.isEmpty ? nil : $0 }) else { return nil }
        do throws(PatternFault) {
            return try Pattern(text)
        } catch {
            fault("pattern", "invalid", "at character \(error.offset), counted from 0: \(error.reason)")
            return nil
        }
    }

    private mutating func departments() throws -> [(id: ID<Department>, required: Field.Requirement)]? {
        guard let given = value("departments"), !given.isNull else { return nil }
        guard let items = given.array else {
            fault("departments", "type", "must be a list")
            return nil
        }
        guard items.count <= 1000 else {
            fault("departments", "too_long", "at most 1000")
            return nil
        }
        var departments: [(id: ID<Department>, required: Field.Requirement)] = []
        for (index, item) in items.enumerated() {
            do {
                var one = try Fields(item, prefix: "departments[\(index)].")
                let id = one.id("department_id", of: Department.self)
                let required = Field.Requirement(
                    forAgents: one.boolean("required_for_agents") ?? false, forUsers: one.boolean("required_for_users") ?? false)
                if one.value("department_id")?.isNull ?? true { one.fault("department_id", "required", "must be given") }
                if departments.contains(where: { $0.id == id }) { one.fault("department_id", "duplicate", "is named above already") }
                try one.finish()
                if let id { departments.append((id, required)) }
            } catch Refusal.invalid(let faults) {
                add(faults)
            }
        }
        return departments
    }
}
