import Foundation
import Glibc

/// Shows a progress on standard error: on a terminal as a bar that is drawn in place, elsewhere as a line now and then.
struct ProgressScreen {
    private let isTerminal: Bool
    private let start = ContinuousClock.now
    private var bar: ProgressBar
    private var lines = ProgressLines(from: 0)

    init(total: Int64, isTerminal: Bool = isatty(STDERR_FILENO) == 1) {
        self.isTerminal = isTerminal
        bar = ProgressBar(total: total)
    }

    /// Since it is shown.
    var seconds: Double { start.duration(to: .now) / .seconds(1) }

    mutating func show(_ count: Int64, isEnd: Bool) {
        let seconds = seconds
        bar.advance(to: count, at: seconds)
        if isTerminal {
            // In the last column some terminals begin a new line.
            write("\r\u{1B}[K" + bar.line(width: Self.terminalWidth - 1) + (isEnd ? "\n" : ""))
        } else if let line = lines.line(bar, at: seconds, isEnd: isEnd) {
            write(line + "\n")
        }
    }

    /// A word in between.
    func say(_ text: String) { write((isTerminal ? "\r\u{1B}[K" : "") + text + "\n") }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

    private static var terminalWidth: Int {
        var size = winsize()
        guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
