import ArgumentParser
import Domain

/// What to do with each ticket.
struct ActionOptions: ParsableArguments {
    @Flag(help: "Bring spam and deleted tickets back, into the status they had.") var restore = false
    @Option(help: ArgumentHelp("Number, name or address, or nobody.", valueName: "agent")) var assignAgent: String?
    @Option(help: ArgumentHelp("Number or name, or nobody.", valueName: "team")) var assignTeam: String?
    @Option(help: ArgumentHelp("Number or name.", valueName: "department")) var setDepartment: String?
    @Option(help: ArgumentHelp("How important it is.", valueName: "priority")) var setPriority: Priority?
    @Option(help: ArgumentHelp("How pressing it is.", valueName: "urgency")) var setUrgency: Urgency?
    @Option(help: ArgumentHelp("Repeat for more than one.", valueName: "label")) var addLabel: [Label] = []
    @Option(help: ArgumentHelp("Repeat for more than one.", valueName: "label")) var removeLabel: [Label] = []
    @Option(help: ArgumentHelp("Set a custom field, or empty it: key=. Choices stand between commas.", valueName: "key=value"))
    var setField: [TypedField] = []
    @Option(help: ArgumentHelp("To hide tickets: --spam or --delete.", valueName: "status")) var setStatus: VisibleStatus?
    @Flag(help: "Mark as spam.") var spam = false
    @Flag(help: "Throw away, until the purge takes them.") var delete = false
    @Flag(help: "Spam and deleted tickets: away for ever, at once. Stands alone.") var purge = false

    func validate() throws {
        if words.isEmpty { throw ValidationError("Say what to do with them: --delete, --set-status, --assign-agent, --add-label, …") }
        if spam, delete { throw ValidationError("--spam and --delete: a ticket cannot become both.") }
        if purge, words != ["--purge"] { throw ValidationError("--purge stands alone: nothing is left to change.") }
        if let twice = Set(addLabel).intersection(removeLabel).min() {
            throw ValidationError("The label \(twice.text) cannot be added and removed.")
        }
        let keys = setField.map(\.key)
        if let key = keys.indices.first(where: { keys[..<$0].contains(keys[$0]) }) {
            throw ValidationError("--set-field \(keys[key].text): say once what it becomes.")
        }
    }

    /// In the order in which they are done, whatever the order they were typed in: the parser does not keep it.
    func actions(in names: HelpdeskNames) async throws -> [TicketAction] {
        if purge { return [.purge] }
        var actions: [TicketAction] = []
        if restore { actions.append(.restore(nil)) }
        if assignAgent != nil || assignTeam != nil {
            var agent: TicketPatch.Assignment<Agent>?
            var team: TicketPatch.Assignment<Team>?
            if let assignAgent {
                agent = assignAgent == "nobody" ? .nobody : .to(try await names.agent(assignAgent, for: "--assign-agent"))
            }
            if let assignTeam { team = assignTeam == "nobody" ? .nobody : .to(try names.team(assignTeam, for: "--assign-team")) }
            actions.append(.assign(agent: agent, team: team))
        }
        if let setDepartment { actions.append(.setDepartment(try names.department(setDepartment, for: "--set-department"))) }
        if let setPriority { actions.append(.setPriority(setPriority)) }
        if let setUrgency { actions.append(.setUrgency(setUrgency)) }
        if !addLabel.isEmpty || !removeLabel.isEmpty { actions.append(.labels(add: addLabel, remove: removeLabel)) }
        if !setField.isEmpty {
            var changes: FieldChanges = [:]
            for typed in setField { changes.updateValue(try value(of: typed, in: names), forKey: typed.key) }
            actions.append(.setFields(changes))
        }
        if let setStatus { actions.append(.setStatus(setStatus)) }
        if spam { actions.append(.hide(.spam)) }
        if delete { actions.append(.hide(.deleted)) }
        return actions
    }

    /// Nil empties the field.
    private func value(of typed: TypedField, in names: HelpdeskNames) throws -> FieldValue? {
        let field = try names.field(typed, for: "--set-field")
        if typed.value.isEmpty { return nil }
        guard let value = field.form.value(typed: typed.value) else {
            throw CommandFailure("--set-field \(typed.text): \(typed.key.text) is a \(field.form.kind.rawValue).")
        }
        if let fault = field.form.fault(of: value) { throw CommandFailure("--set-field \(typed.text): \(fault).") }
        return value
    }

    /// As they would be typed again.
    var words: [String] {
        var words: [String] = []
        func put(_ option: String, _ value: String?) { if let value { words += [option, value] } }
        if restore { words.append("--restore") }
        put("--assign-agent", assignAgent)
        put("--assign-team", assignTeam)
        put("--set-department", setDepartment)
        put("--set-priority", setPriority?.rawValue)
        put("--set-urgency", setUrgency.map { "\($0.value)" })
        for label in addLabel { put("--add-label", label.text) }
        for label in removeLabel { put("--remove-label", label.text) }
        for field in setField { put("--set-field", field.text) }
        put("--set-status", setStatus?.rawValue)
        if spam { words.append("--spam") }
        if delete { words.append("--delete") }
        if purge { words.append("--purge") }
        return words
    }
}
