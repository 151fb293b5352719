/// Fields to set, by key; nil empties one.
package typealias FieldChanges = [FieldKey: FieldValue?]

/// Holds tickets' fields to what a helpdesk has said about them. Every fault is found, each with the field named.
package struct FieldRules: Equatable, Sendable {
    package let fields: [FieldKey: Field]

    /// How many a helpdesk can ask for, and how many it can have with those that were retired.
    package static let most = (inUse: 500, inAll: 2000)

    package var isFull: Bool { fields.count >= Self.most.inAll || fields.values.count { !$0.isRetired } >= Self.most.inUse }

    package init(_ fields: [Field]) { self.fields = Dictionary(fields.map { ($0.key, $0) }) { $1 } }

    /// What is wrong with setting these: unknown and retired fields, fields of other departments, values that do not fit.
    package func faults(in changes: FieldChanges, department: ID<Department>) -> [FieldFault] {
        changes.sorted { $0.key.text < $1.key.text }.compactMap { key, value in
            let name = "fields.\(key.text)"
            guard let field = fields[key] else { return FieldFault(name, "unknown", "there is no such field in this helpdesk") }
            // What is there may always be cleared.
            guard let value else { return nil }
            if field.isRetired { return FieldFault(name, "retired", "this field was retired") }
            if field.requirement(in: department) == nil {
                return FieldFault(name, "not_here", "this field is not for the ticket's department")
            }
            return field.form.fault(of: value).map { FieldFault(name, "invalid", $0) }
        }
    }

    /// The fields that a ticket in this department lacks.
    /// - Parameter forUsers: whether a user fills it in; else an agent.
    package func missing(in values: [FieldKey: FieldValue], department: ID<Department>, forUsers: Bool) -> [FieldFault] {
        fields.values.sorted { $0.key.text < $1.key.text }.compactMap { field in
            guard !field.isRetired, values[field.key] == nil, let requirement = field.requirement(in: department) else { return nil }
            guard forUsers ? requirement.forUsers : requirement.forAgents else { return nil }
            return FieldFault("fields.\(field.key.text)", "required", "\(field.name) must be given")
        }
    }

    /// What is wrong with the values a ticket has: the rules may have changed since they were set.
    package func faults(of values: [FieldKey: FieldValue], department: ID<Department>) -> [FieldFault] {
        values.sorted { $0.key.text < $1.key.text }.compactMap { key, value in
            guard let field = fields[key], !field.isRetired, field.requirement(in: department) != nil else { return nil }
            return field.form.fault(of: value).map { FieldFault("fields.\(key.text)", "invalid", $0) }
        }
    }
}
