import Testing

@testable import deskyard

@Suite("The progress bar")
struct ProgressBarTests {
    private func bar(total: Int64 = 41_200, _ steps: (count: Int64, seconds: Double)...) -> ProgressBar {
        var bar = ProgressBar(total: total)
        for step in steps { bar.advance(to: step.count, at: step.seconds) }
        return bar
    }

    @Test("It shows how far it is, how fast, and how long it will take")
    func line() {
        let bar = bar((0, 0), (20_600, 2))
        #expect(bar.line(width: 60) == "[========        ] 50%  20,600 of 41,200  10,300/s  2 s left")
        #expect(bar.sentence == "20,600 of 41,200 tickets (50%), 10,300/s, 2 s left")
    }

    @Test("It is never wider than the terminal, and leaves out the least important first", arguments: 0...120)
    func width(width: Int) {
        let line = bar((0, 0), (12_345, 2)).line(width: width)
        #expect(line.count <= width)
        if width >= 3 { #expect(line.contains("29%")) }
        if line.contains("left") { #expect(line.contains("/s")) }
        if line.contains("/s") { #expect(line.contains("12,345 of 41,200")) }
        if width >= 60 { #expect(line.hasPrefix("[==")) }
    }

    @Test("It never goes back, never beyond the end, and is whole only at the end")
    func bounds() {
        var bar = bar((0, 0), (30_000, 1), (10_000, 2))
        #expect(bar.count == 30_000)
        bar.advance(to: 41_199, at: 3)
        #expect(bar.percent == 99)
        #expect(bar.line(width: 80).contains("= ] 99%"))
        bar.advance(to: 50_000, at: 4)
        #expect(bar.count == 41_200 && bar.percent == 100)
        #expect(!bar.line(width: 80).contains(" ]") && !bar.line(width: 80).contains("left"))
    }

    @Test("Nothing is said of the speed before something was done, and nothing at all is 100%")
    func beginning() {
        #expect(bar((0, 0)).sentence == "0 of 41,200 tickets (0%)")
        #expect(bar((0, 0), (0, 3)).speed == nil)
        #expect(bar((500, 0)).speed == nil, "what was done before one looked took nobody knows how long")
        #expect(bar(total: 0, (0, 0)).line(width: 40).hasSuffix("] 100%  0 of 0"))
    }

    @Test("The speed is that of the last ten seconds")
    func speed() {
        var bar = bar((0, 0))
        for second in 1...100 { bar.advance(to: Int64(second <= 50 ? second : 50 + (second - 50) * 10), at: Double(second)) }
        #expect(bar.speed == 10)
        for second in 101...120 { bar.advance(to: 550, at: Double(second)) }
        #expect(bar.speed == nil, "it stands still")
    }

    @Test("Where there is no terminal, there is a line after each five seconds, and one at the end")
    func lines() {
        var lines = ProgressLines(from: 0)
        let bar = bar((0, 0), (100, 1))
        let said = stride(from: 0.0, to: 12, by: 0.2).filter { lines.line(bar, at: $0, isEnd: false) != nil }
        #expect(said.count == 2 && said.allSatisfy { $0 >= 5 })
        #expect(lines.line(bar, at: 12, isEnd: true) == bar.sentence)
    }

    @Test(
        "Times and numbers are short to read",
        arguments: [
            (0.0, "0 s"), (0.2, "1 s"), (59, "59 s"), (60, "1 min 00 s"), (185, "3 min 05 s"), (4830, "1 h 20 min"), (1e12, "years"),
        ])
    func times(seconds: Double, text: String) {
        #expect(spelled(seconds: seconds) == text)
        #expect([0, 999, 1000, 41_200, 1_234_567, -1000].map(\.grouped) == ["0", "999", "1,000", "41,200", "1,234,567", "-1,000"])
    }

    @Test("Columns stand one below the other, and what belongs together is named once")
    func columns() {
        var lines = AlignedLines()
        lines.add("total", "3")
        lines.add("status", each: [["pending", "2"], ["resolved", "1"]])
        lines.add("agent", each: [])
        #expect(
            lines.text == """
                total   3
                status  pending   2
                        resolved  1
                """)
    }
}
