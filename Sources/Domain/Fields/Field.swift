/// Something a helpdesk wants to know about its tickets beyond what every ticket has.
package struct Field: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case text, number, boolean, date, choice
        case multiChoice = "multi_choice"
    }

    /// Where it must be filled in.
    package struct Requirement: Equatable, Sendable {
        package var forAgents: Bool
        package var forUsers: Bool

        package init(forAgents: Bool = false, forUsers: Bool = false) {
            self.forAgents = forAgents
            self.forUsers = forUsers
        }
    }

    package var id: ID<Field>
    package var key: FieldKey
    package var name: String
    package var form: FieldForm
    /// Where no department says otherwise.
    package var required: Requirement
    /// The departments it is for, and whether it must be filled in there. Empty: it is for all of them.
    package var departments: [ID<Department>: Requirement]
    package var isRetired: Bool
    package var version: Int64
    package var createdAt: Timestamp

    package init(
        id: ID<Field>, key: FieldKey, name: String, form: FieldForm, required: Requirement = Requirement(),
        departments: [ID<Department>: Requirement] = [:], isRetired: Bool = false, version: Int64 = 1, createdAt: Timestamp
    ) {
        self.id = id
        self.key = key
        self.name = name
        self.form = form
        self.required = required
        self.departments = departments
        self.isRetired = isRetired
        self.version = version
        self.createdAt = createdAt
    }

    /// Nil where the field is not for this department.
    package func requirement(in department: ID<Department>) -> Requirement? {
        departments.isEmpty ? required : departments[department]
    }
}

/// A field's name in the interface: a lower-case letter, then letters, digits and underscores, at most 63.
package struct FieldKey: Hashable, Sendable {
    package let text: String

    package init?(_ text: String) {
        let isForm = text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_") }
        guard (1...63).contains(text.utf8.count), isForm, let first = text.utf8.first, (97...122).contains(first) else { return nil }
        self.text = text
    }

    /// For text that was one before: what the database holds.
    package init(unchecked text: String) { self.text = text }
}
