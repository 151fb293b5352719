import Foundation
import Glibc

/// Prints a line at once, also into a file or a pipe: whoever waits for it should not wait for a buffer to fill.
func say(_ line: String) {
    print(line)
    fflush(nil)
}

/// A line on standard error, in nobody's way who reads what comes of the command.
func complain(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
