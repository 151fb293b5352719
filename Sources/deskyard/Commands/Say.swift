import Glibc

/// Prints a line at once, also into a file or a pipe: whoever waits for it should not wait for a buffer to fill.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
