import Domain
import Repositories

/// What to say of a new field, or to change of an old one; nil leaves it as it is. Key and type never change: tickets keep values by them.
package struct FieldPatch: Sendable {
    package var name: String?
    package var choices: [String]?
    package var minimum: Double??
    package var maximum: Double??
    package var maximumLength: Int??
    package var pattern: Pattern??
    package var requiredForAgents: Bool?
    package var requiredForUsers: Bool?
    /// In the order given, so that a fault can say which one it means. Empty: it is for all of them.
    package var departments: [(id: ID<Department>, required: Field.Requirement)]?
    package var isRetired: Bool?

    package init() {}

    package func limits(since old: FieldLimits = FieldLimits()) -> FieldLimits {
        var limits = old
        if let choices { limits.choices = choices }
        if let minimum { limits.minimum = minimum }
        if let maximum { limits.maximum = maximum }
        if let maximumLength { limits.maximumLength = maximumLength }
        if let pattern { limits.pattern = pattern }
        return limits
    }
}

extension Helpdesk {
    /// So many that are not retired. Some more, made by many at the same moment, would harm nobody.
    package static let mostFields = FieldRules.most.inUse

    package func listFields(
        after id: ID<Field>?, limit: Int, isRetired: Bool? = nil, _ access: Access
    ) async throws -> Page<Field, ID<Field>> {
        try access.require(.readSettings)
        try access.requireAgent("list fields")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.fields.list(after: id, limit: limit + 1, isRetired: isRetired).map { Page(oneMore: $0, limit: limit, cursor: \.id) }
        }
    }

    package func readField(_ id: ID<Field>, _ access: Access) async throws -> Field {
        try access.require(.readSettings)
        try access.requireAgent("read fields")
        return try await database.transaction(in: access.scope, at: clock.now()) { $0.fields.find(id).map { try $0.orNotFound } }
    }

    /// - Parameter name: already checked with `personName`.
    package func createField(
        _ key: FieldKey, _ kind: Field.Kind, named name: String, _ details: FieldPatch, _ access: Access,
        once: Once<Field>? = nil
    ) async throws -> Field {
        try access.require(.writeSettings)
        try access.requireAdmin("set up fields")
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now, taking: Numbers(configuration: 1), once: once) { tx in
            // From the first answer on, what we remember of the helpdesk is proven to hold.
            let blank = Field(
                id: ID(try await tx.numbers.value.configuration), key: key, name: name, form: FieldLimits().form(of: kind), createdAt: now)
            let field = try blank.changed(by: details, in: access.configuration, adding: "key")
            tx.fields.insert(field)
            tx.configuration.touch()
            return Pending(field)
        }
    }

    /// Tickets stay as they are, even where their values no longer fit.
    package func updateField(_ id: ID<Field>, _ patch: FieldPatch, _ access: Access, ifMatch: Int64? = nil) async throws -> Field {
        try access.require(.writeSettings)
        try access.requireAdmin("set up fields")
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now) { tx in
            let old = try await tx.fields.lock(id).value.orNotFound
            try old.version.mustMatch(ifMatch)
            let comesBack = old.isRetired && patch.isRetired == false
            var field = try old.changed(by: patch, in: access.configuration, adding: comesBack ? "retired" : nil)
            guard field != old else { return Pending(old) }
            field.version += 1
            tx.fields.update(field, at: now)
            tx.configuration.touch()
            return Pending(field)
        }
    }

    /// It is not asked for any more; what tickets have of it stays, and it can be taken up again.
    package func retireField(_ id: ID<Field>, _ access: Access, ifMatch: Int64? = nil) async throws {
        var patch = FieldPatch()
        patch.isRetired = true
        _ = try await updateField(id, patch, access, ifMatch: ifMatch)
    }
}

extension Field {
    /// - Parameter adding: what to name if there is one field more in use afterwards, and that is one too many; nil: there is not.
    /// - Throws: `Refusal.invalid` with every fault.
    fileprivate func changed(by patch: FieldPatch, in configuration: Configuration, adding: String?) throws(Refusal) -> Field {
        let limits = patch.limits(since: FieldLimits(form))
        var faults = limits.faults(for: form.kind)
        for (index, department) in (patch.departments ?? []).enumerated() where configuration.departments[department.id] == nil {
            faults.append(FieldFault("departments[\(index)].department_id", "unknown", "there is no such department in this helpdesk"))
        }
        if let adding, configuration.fields.isFull {
            faults.append(FieldFault(adding, "too_many", "a helpdesk has at most \(Helpdesk.mostFields) fields that are not retired"))
        }
        guard faults.isEmpty else { throw .invalid(faults) }
        var field = self
        field.form = limits.form(of: form.kind)
        if let name = patch.name { field.name = name }
        if let required = patch.requiredForAgents { field.required.forAgents = required }
        if let required = patch.requiredForUsers { field.required.forUsers = required }
        if let departments = patch.departments { field.departments = Dictionary(departments.map { ($0.id, $0.required) }) { $1 } }
        if let isRetired = patch.isRetired { field.isRetired = isRetired }
        return field
    }
}
