/// What a field takes beyond its type, before it is known to suit the type.
package struct FieldLimits: Equatable, Sendable {
    package var choices: [String] = []
    package var minimum: Double?
    package var maximum: Double?
    package var maximumLength: Int?
    package var pattern: Pattern?

    package init() {}

    package init(_ form: FieldForm) {
        choices = form.choices
        switch form {
        case .text(let maximumLength, let pattern): (self.maximumLength, self.pattern) = (maximumLength, pattern)
        case .number(let minimum, let maximum): (self.minimum, self.maximum) = (minimum, maximum)
        case .boolean, .date, .choice, .multiChoice: break
        }
    }

    /// What is wrong with them for a field of this type.
    package func faults(for kind: Field.Kind) -> [FieldFault] {
        let given: [(name: String, isGiven: Bool, kinds: [Field.Kind])] = [
            ("choices", !choices.isEmpty, [.choice, .multiChoice]),
            ("minimum", minimum != nil, [.number]),
            ("maximum", maximum != nil, [.number]),
            ("maximum_length", maximumLength != nil, [.text]),
            ("pattern", pattern != nil, [.text]),
        ]
        var faults = given.filter { $0.isGiven && !$0.kinds.contains(kind) }.map { limit in
            FieldFault(limit.name, "not_for_type", "is only for the type \(limit.kinds.map(\.rawValue).joined(separator: " or "))")
        }
        if [.choice, .multiChoice].contains(kind), choices.isEmpty {
            faults.append(FieldFault("choices", "required", "give at least one"))
        }
        if let minimum, let maximum, minimum > maximum {
            faults.append(FieldFault("maximum", "invalid", "must not be less than the minimum"))
        }
        if let maximumLength, !(1...FieldForm.longestText).contains(maximumLength) {
            faults.append(FieldFault("maximum_length", "invalid", "a whole number from 1 to \(FieldForm.longestText)"))
        }
        return faults
    }

    package func form(of kind: Field.Kind) -> FieldForm {
        switch kind {
        case .text: .text(maximumLength: maximumLength, pattern: pattern)
        case .number: .number(minimum: minimum, maximum: maximum)
        case .boolean: .boolean
        case .date: .date
        case .choice: .choice(choices)
        case .multiChoice: .multiChoice(choices)
        }
    }
}
