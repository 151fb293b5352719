/// Reads the text of a pattern and writes its program in the same pass. Strict: what engines understand differently is refused, so that no
/// pattern quietly means something else than its author thinks.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var sets: [ScalarSet] = []

    /// One scalar more than allowed is enough to see that it is too long.
    init(_ text: String) { scalars = Array(text.unicodeScalars.prefix(Pattern.longestText + 1)) }

    mutating func program() throws(PatternFault) -> Program {
        guard scalars.count <= Pattern.longestText else {
            throw fault("the pattern is longer than \(Pattern.longestText) characters", at: Pattern.longestText)
        }
        _ = take("^")
        let body = try alternation()
        guard peek == nil else { throw fault("a ) without its (; write \\) for the character", at: position) }
        return Program(instructions: body + [.match], sets: sets)
    }

    // MARK: Structure

    private mutating func alternation() throws(PatternFault) -> [Instruction] {
        let start = position
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        var whole = branches.removeLast()
        for branch in branches.reversed() {
            whole = try checked([.split(by: branch.count + 2)] + branch + [.jump(by: whole.count + 1)] + whole, at: start)
        }
        return whole
    }

    private mutating func sequence() throws(PatternFault) -> [Instruction] {
        var whole: [Instruction] = []
        while let next = peek, next != "|", next != ")" {
            if next == "$", position == scalars.count - 1 {
                position += 1
                break
            }
            let start = position
            whole += try repeated(try atom())
            whole = try checked(whole, at: start)
        }
        return whole
    }

    private mutating func atom() throws(PatternFault) -> [Instruction] {
        let start = position
        position += 1
        switch scalars[start] {
        case "(": return try group(from: start)
        case "[": return taking(try characterClass(from: start))
        case ".": return taking(ScalarSet.lineBreaks.inverted)
        case "\\": return taking(try escaped(from: start))
        case "*", "+", "?", "{": throw fault("nothing before it to repeat; write \\\(scalars[start]) for the character", at: start)
        case "^": throw fault("^ can only be the very first; write \\^ for the character", at: start)
        case "$": throw fault("$ can only be the very last; write \\$ for the character", at: start)
        case "]": throw fault("a ] without its [; write \\] for the character", at: start)
        case "}": throw fault("a } without its {; write \\} for the character", at: start)
        case let literal: return taking(ScalarSet([literal.value...literal.value]))
        }
    }

    private mutating func group(from start: Int) throws(PatternFault) -> [Instruction] {
        guard depth < Pattern.deepestGroup else { throw fault("more than \(Pattern.deepestGroup) groups in each other", at: start) }
        if take("?"), !take(":") { throw fault("of the groups that begin with (? only (?:…) is known", at: start) }
        depth += 1
        let body = try alternation()
        depth -= 1
        guard take(")") else { throw fault("a group does not end; write \\( for the character", at: start) }
        return body
    }

    // MARK: Repetition

    private mutating func repeated(_ atom: [Instruction]) throws(PatternFault) -> [Instruction] {
        var whole = atom
        var isRepeated = false
        while let next = peek, "*+?{".unicodeScalars.contains(next) {
            let start = position
            position += 1
            switch (next, isRepeated) {
            case ("?", true): throw fault("lazy repetition is not known: the whole text matches or does not", at: start)
            case ("+", true): throw fault("possessive repetition is not known", at: start)
            case ("*", true): throw fault("this is repeated already; put it in a group to repeat it again", at: start)
            case ("*", false): whole = try copies(of: whole, from: 0, to: nil, at: start)
            case ("+", false): whole = try copies(of: whole, from: 1, to: nil, at: start)
            case ("?", false): whole = try copies(of: whole, from: 0, to: 1, at: start)
            default:
                let (least, most) = try counts(from: start)
                whole = try copies(of: whole, from: least, to: most, at: start)
            }
            isRepeated = true
        }
        return whole
    }

    /// The rest of `{n}`, `{n,}` or `{n,m}`.
    private mutating func counts(from start: Int) throws(PatternFault) -> (least: Int, most: Int?) {
        guard let least = try number(from: start) else { throw malformedCount(at: start) }
        var most: Int? = least
        if take(",") { most = try number(from: start) }
        guard take("}") else { throw malformedCount(at: start) }
        if let most, most < least { throw fault("the second count is less than the first", at: start) }
        return (least, most)
    }

    private mutating func number(from start: Int) throws(PatternFault) -> Int? {
        let first = position
        var value = 0
        while let digit = peek, ("0"..."9").contains(digit) {
            position += 1
            value = value * 10 + Int(digit.value - 48)
            guard value <= Pattern.longestProgram else { throw fault("a count is more than \(Pattern.longestProgram)", at: start) }
        }
        return position > first ? value : nil
    }

    private func malformedCount(at start: Int) -> PatternFault {
        fault("a count is {n}, {n,} or {n,m}; write \\{ for the character", at: start)
    }

    /// Counts are written out, and that only after it is known that the result is small.
    private func copies(of body: [Instruction], from least: Int, to most: Int?, at start: Int) throws(PatternFault) -> [Instruction] {
        // Nothing, however often, is nothing; without this, counts around empty groups could ask for any number of copies of it.
        guard !body.isEmpty else { return [] }
        let optional = most.map { $0 - least } ?? 0
        guard least * body.count + optional * (body.count + 1) < Pattern.longestProgram else { throw tooLarge(at: start) }
        var whole: [Instruction] = []
        for _ in 0..<least { whole += body }
        for left in stride(from: optional, to: 0, by: -1) { whole += [.split(by: left * (body.count + 1))] + body }
        switch (least, most) {
        case (0, nil): whole = [.split(by: body.count + 2)] + body + [.jump(by: -body.count - 1)]
        case (_, nil): whole.append(.split(by: -body.count))
        default: break
        }
        return try checked(whole, at: start)
    }

    // MARK: Sets of scalars

    private mutating func characterClass(from start: Int) throws(PatternFault) -> ScalarSet {
        let isNegated = take("^")
        let first = position
        var ranges: [ClosedRange<UInt32>] = []
        while let next = peek, next != "]" {
            let item = position
            if next == "-", item > first, item + 1 < scalars.count, scalars[item + 1] != "]" {
                throw fault("this - is no range; write \\- for the character", at: item)
            }
            let low = try classItem()
            if peek == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                position += 1
                let high = try classItem()
                guard let from = low.single, let to = high.single else {
                    throw fault("a range goes from one character to another; write \\- for the character", at: item)
                }
                guard from <= to else { throw fault("a range runs backwards", at: item) }
                ranges.append(from...to)
            } else {
                ranges += low.ranges
            }
        }
        guard take("]") else { throw fault("a class does not end; write \\[ for the character", at: start) }
        guard position - 1 > first else { throw fault("a class is empty; write \\] for the character", at: start) }
        return isNegated ? ScalarSet(ranges).inverted : ScalarSet(ranges)
    }

    private mutating func classItem() throws(PatternFault) -> ScalarSet {
        let start = position
        position += 1
        switch scalars[start] {
        case "\\": return try escaped(from: start)
        case "[": throw fault("classes in classes are not known; write \\[ for the character", at: start)
        case let literal: return ScalarSet([literal.value...literal.value])
        }
    }

    /// What follows a backslash.
    private mutating func escaped(from start: Int) throws(PatternFault) -> ScalarSet {
        guard let next = peek else { throw fault("nothing follows the backslash", at: start) }
        position += 1
        switch next {
        case "d": return .digits
        case "D": return ScalarSet.digits.inverted
        case "w": return .wordScalars
        case "W": return ScalarSet.wordScalars.inverted
        case "s": return .spaces
        case "S": return ScalarSet.spaces.inverted
        case "1"..."9": throw fault("references to groups are not known", at: start)
        case "0", "A"..."Z", "a"..."z": throw fault("an unknown escape", at: start)
        case " "..."~": return ScalarSet([next.value...next.value])
        default: throw fault("only punctuation can be escaped", at: start)
        }
    }

    // MARK: Tools

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }

    private mutating func taking(_ set: ScalarSet) -> [Instruction] {
        sets.append(set)
        return [.take(set: sets.count - 1)]
    }

    /// Leaves room for the last instruction.
    private func checked(_ whole: [Instruction], at start: Int) throws(PatternFault) -> [Instruction] {
        guard whole.count < Pattern.longestProgram else { throw tooLarge(at: start) }
        return whole
    }

    private func tooLarge(at offset: Int) -> PatternFault {
        fault("written out with all its repetitions, the pattern has more than \(Pattern.longestProgram) parts", at: offset)
    }

    private func fault(_ reason: String, at offset: Int) -> PatternFault { PatternFault(offset: offset, reason: reason) }
}

extension ScalarSet {
    /// Its only scalar.
    fileprivate var single: UInt32? {
        guard ranges.count == 1, ranges[0].count == 1 else { return nil }
        return ranges[0].lowerBound
    }
}
