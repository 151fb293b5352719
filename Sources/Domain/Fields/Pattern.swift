/// What the text of a custom field must look like, as an admin wrote it: `[A-Z]-\d{1,6}`. Always matched against the whole text.
///
/// Thousands of helpdesks share the process, and one admin's pattern must not hold it up. So the pattern becomes a small program for a
/// nondeterministic automaton that is in all its states at once and reads the text a single time, scalar by scalar: nothing is ever tried
/// again, and the time is at most the length of the program times the length of the text. The method is Ken Thompson's ("Regular
/// Expression Search Algorithm", Communications of the ACM 11:6, 1968), in the form Russ Cox gives it ("Regular Expression Matching Can
/// Be Simple And Fast", 2007, and "Regular Expression Matching: the Virtual Machine Approach", 2009, https://swtch.com/~rsc/regexp/).
///
/// Scalars are compared, not characters: `é` in one scalar is not `é` in two.
package struct Pattern: Sendable {
    /// In scalars.
    static let longestText = 200
    static let longestProgram = 2000
    static let deepestGroup = 20

    package let text: String
    let program: Program

    package init(_ text: String) throws(PatternFault) {
        var parser = PatternParser(text)
        self.text = text
        program = try parser.program()
    }

    package func matches(_ candidate: String) -> Bool { program.run(on: candidate).matches }
}

extension Pattern: Equatable {
    /// `String` calls texts equal that differ in scalars; as patterns these match different texts.
    package static func == (one: Self, other: Self) -> Bool { one.text.unicodeScalars.elementsEqual(other.text.unicodeScalars) }
}

/// Why a text is no pattern.
package struct PatternFault: Error, Equatable, Sendable {
    /// Where the part begins that cannot stay, in scalars.
    package let offset: Int
    /// For people.
    package let reason: String
}

/// Distances count from the instruction itself, so that a part of a program can be repeated by copying it.
enum Instruction: Equatable, Sendable {
    /// Goes on with the next instruction and the next scalar if the set of this number contains the present one.
    case take(set: Int)
    case jump(by: Int)
    /// Goes on in two places: with the next instruction and there.
    case split(by: Int)
    /// The pattern ends here; so must the text.
    case match
}

struct Program: Sendable {
    let instructions: [Instruction]
    let sets: [ScalarSet]

    /// `steps` counts the instructions looked at: each at most once per scalar and once more at the end of the text.
    func run(on candidate: String) -> (matches: Bool, steps: Int) {
        var present = Worklist(capacity: instructions.count)
        var following = Worklist(capacity: instructions.count)
        var rest = candidate.unicodeScalars.makeIterator()
        var steps = 0
        present.insert(0)
        while true {
            let scalar = rest.next()
            var matches = false
            var index = 0
            // The list grows while it is worked off: jumps and splits take no scalar, so where they lead belongs to the same moment.
            while index < present.positions.count {
                let position = present.positions[index]
                index += 1
                steps += 1
                switch instructions[position] {
                case .take(let set): if let scalar, sets[set].contains(scalar) { following.insert(position + 1) }
                case .jump(let distance): present.insert(position + distance)
                case .split(let distance):
                    present.insert(position + 1)
                    present.insert(position + distance)
                case .match: matches = scalar == nil
                }
            }
            if scalar == nil || following.positions.isEmpty { return (matches, steps) }
            swap(&present, &following)
            following.removeAll()
        }
    }
}

/// Instructions to look at, none of them twice. Asking, adding and emptying take the same time however many there are: a sparse set, after
/// Briggs and Torczon ("An Efficient Representation for Sparse Sets", 1993).
private struct Worklist {
    private(set) var positions: [Int] = []
    /// Where in `positions` each instruction would be; says nothing until that is looked up.
    private var places: [Int]

    init(capacity: Int) { places = Array(repeating: 0, count: capacity) }

    mutating func insert(_ position: Int) {
        let place = places[position]
        if place < positions.count, positions[place] == position { return }
        places[position] = positions.count
        positions.append(position)
    }

    mutating func removeAll() { positions.removeAll(keepingCapacity: true) }
}

/// Some of all scalars.
struct ScalarSet: Equatable, Sendable {
    /// In order and apart from each other, so that looking one up halves the rest each time.
    let ranges: [ClosedRange<UInt32>]

    init(_ ranges: [ClosedRange<UInt32>]) {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        self.ranges = merged
    }

    static let digits = ScalarSet([0x30...0x39])
    static let wordScalars = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// Space, and tab to carriage return.
    static let spaces = ScalarSet([0x20...0x20, 0x09...0x0D])
    /// All that Unicode calls one.
    static let lineBreaks = ScalarSet([0x0A...0x0D, 0x85...0x85, 0x2028...0x2029])

    var inverted: ScalarSet {
        var gaps: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if next < range.lowerBound { gaps.append(next...range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
        return ScalarSet(gaps)
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= scalar.value
    }
}
